//! How often one account may ask and write.

use crate::clock::{HOUR, MINUTE};
use crate::wire::limits::{Limit, limit};

/// Requests to be friends.
pub(super) const FRIEND_REQUEST: Limit = limit("friend request", 30, HOUR);
/// Answers to requests, and farewells.
pub(super) const FRIEND_CHANGE: Limit = limit("friend change", 60, MINUTE);
/// New messages, and changes of old ones.
pub(super) const MESSAGE: Limit = limit("message", 60, MINUTE);
/// Messages that are read: an open conversation says so with each one that comes.
pub(super) const MARK_READ: Limit = limit("mark read", 240, MINUTE);
