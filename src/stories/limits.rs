//! How often one account may write.

use crate::clock::{HOUR, MINUTE};
use crate::wire::limits::{Limit, limit};

/// New stories, and new characters.
pub(super) const CREATE: Limit = limit("create", 20, MINUTE);
/// Changes, publishing and deletions: a child who draws autosaves up to twelve times a minute, an impatient one more often.
pub(super) const CHANGE: Limit = limit("change", 60, MINUTE);
/// New comments.
pub(super) const COMMENT: Limit = limit("comment", 20, MINUTE);
/// Searches, for an account or a guest's network.
pub(super) const SEARCH: Limit = limit("story search", 60, MINUTE);
/// Likes, saves and ratings, together.
pub(super) const MARK: Limit = limit("mark", 60, MINUTE);
/// Taps on the same like or save: each that puts the mark there anew is news in the feed of the story's author.
pub(super) const SAME_MARK: Limit = limit("same mark", 20, HOUR);
