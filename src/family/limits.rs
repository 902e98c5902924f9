//! How often adults and children may change something here.

use crate::clock::{HOUR, MINUTE};
use crate::wire::limits::{Limit, limit};

/// Accounts that an adult makes.
pub(super) const NEW_CHILD: Limit = limit("new child", 20, HOUR);
/// Changes of names, links that end, answers of children and what they take back.
pub(super) const CHANGE: Limit = limit("family change", 60, MINUTE);
/// Wishes to be linked, each of which may lead to a letter in a child's box.
pub(super) const LINK: Limit = limit("family link", 20, HOUR);
/// Codes that a child makes.
pub(super) const CODE: Limit = limit("family code", 10, HOUR);
/// Passwords that an adult sets for a child: each takes the hashing lane.
pub(super) const CHILD_PASSWORD: Limit = limit("child password", 20, HOUR);
/// Looks at the world as a child, each of which is a session and a line in the record.
pub(super) const SWITCH: Limit = limit("switch view", 60, HOUR);
