//! How often one account may do what in sessions.
//!
//! A class joins by code from behind one network address within a minute. So every try counts for the account, and only
//! wrong ones for the network: nobody guesses a code of 33 million by ten tries a minute.

use crate::clock::MINUTE;
use crate::wire::limits::{Limit, limit};

/// New sessions.
pub const CREATE: Limit = limit("session", 20, MINUTE);
/// Tries to join by a code, per account.
pub const JOIN: Limit = limit("join by code", 10, MINUTE);
/// Wrong codes, per network address.
pub const WRONG_CODE: Limit = limit("wrong join code", 10, MINUTE);
/// Invitations.
pub const INVITE: Limit = limit("session invitation", 30, MINUTE);
/// All other changes of sessions.
pub const CHANGE: Limit = limit("session change", 120, MINUTE);
