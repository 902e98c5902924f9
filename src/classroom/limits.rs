//! How often one account may do what in classes.
//!
//! A class types its code from behind one network address within a minute. So every try counts for the account, and only
//! wrong ones for the network: there are a million million codes, and nobody guesses one by thirty tries a minute.

use crate::clock::{DAY, HOUR, MINUTE};
use crate::wire::limits::{Limit, limit};

/// Changes of classes and of who is in them.
pub(super) const CHANGE: Limit = limit("class change", 120, MINUTE);
/// Families that are asked.
pub(super) const ASK: Limit = limit("class request", 60, HOUR);
/// Times that a teacher asks the same family: what is withdrawn is not asked again at once.
pub(super) const ASK_SAME: Limit = limit("class request to a family", 1, DAY);
/// Answers of families.
pub(super) const ANSWER: Limit = limit("class answer", 60, MINUTE);
/// Tries of class codes, per account.
pub(super) const JOIN: Limit = limit("class code", 10, MINUTE);
/// Wrong class codes, per network address.
pub(super) const WRONG_CODE: Limit = limit("wrong class code", 30, MINUTE);
/// Sets of passwords, up to a class each: they are what costs most.
pub(super) const PASSWORDS: Limit = limit("class passwords", 20, HOUR);
/// Class lists that are imported, or looked through before that.
pub(super) const IMPORT: Limit = limit("class list", 60, HOUR);
