//! How often one account may write (stories §15).

use crate::clock::MINUTE;
use crate::wire::limits::{Limit, limit};

/// New stories, and new characters.
pub const CREATE: Limit = limit("create", 20, MINUTE);
/// Changes: a child who draws autosaves up to twelve times a minute, an impatient one more often.
pub const CHANGE: Limit = limit("change", 60, MINUTE);
/// New comments.
pub const COMMENT: Limit = limit("comment", 20, MINUTE);
/// Likes, saves and ratings, together.
pub const MARK: Limit = limit("mark", 60, MINUTE);
