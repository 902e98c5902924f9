//! How often one account may play.

use crate::clock::{HOUR, MINUTE};
use crate::wire::limits::{Limit, limit};

/// Attempts that are begun, given up or completed: an app begins two more whenever one is completed.
pub(super) const PLAY: Limit = limit("play", 120, MINUTE);
/// Starts of the same game: an app starts it three times for each completion, and each may leave an attempt behind.
pub(super) const SAME_START: Limit = limit("same start", 100, HOUR);
/// Completions of the same game: each stays for ever.
pub(super) const SAME_COMPLETION: Limit = limit("same completion", 20, HOUR);
/// Answers.
pub(super) const ANSWER: Limit = limit("answer", 240, MINUTE);
/// Games that an author asks for.
pub(super) const GENERATE: Limit = limit("generate games", 20, MINUTE);
