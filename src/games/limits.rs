//! How often one account may play.

use crate::clock::MINUTE;
use crate::wire::limits::{Limit, limit};

/// Attempts that are begun, given up or completed: an app begins two more whenever one is completed.
pub(super) const PLAY: Limit = limit("play", 120, MINUTE);
/// Answers.
pub(super) const ANSWER: Limit = limit("answer", 240, MINUTE);
/// Games that an author asks for.
pub(super) const GENERATE: Limit = limit("generate games", 20, MINUTE);
