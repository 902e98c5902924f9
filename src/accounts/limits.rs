//! How often people may sign up, sign in, guess and search.
//!
//! A school stands behind one network address: thirty children who sign in at once must not lock each other out. So
//! the limits per network only bound the load and the trying of many accounts; the risk of guessing is carried by
//! the limits per account, per e-mail address and per code (five wrong tries void it), which no number of networks
//! widens.

use crate::clock::{HOUR, MINUTE};
use crate::wire::limits::{Limit, limit};

/// Sign-ins per network address.
pub const SIGN_IN: Limit = limit("sign-in", 60, MINUTE);
/// Failed sign-ins per account. Counted before the password is looked at, forgotten when it is right.
pub const FAILED_SIGN_IN: Limit = limit("failed sign-in", 5, 15 * MINUTE);
/// Failed sign-ins per network address. Counted afterwards: many tries at once may exceed it, never [`SIGN_IN`].
pub const FAILED_PER_NETWORK: Limit = limit("failed per network", 10, MINUTE);
/// Sign-ups per network address.
pub const SIGN_UP: Limit = limit("sign-up", 40, HOUR);
/// Codes sent per e-mail address: one a minute …
pub const CODE_A_MINUTE: Limit = limit("code a minute", 1, MINUTE);
/// … and five an hour …
pub const CODES_AN_HOUR: Limit = limit("codes an hour", 5, HOUR);
/// … and per network address.
pub const CODES_PER_NETWORK: Limit = limit("codes per network", 60, HOUR);
/// Guesses at codes per network address.
pub const CODE_CHECK: Limit = limit("code check", 60, 15 * MINUTE);
/// Tries at the password of somebody who is signed in; forgotten when it is right.
pub const OWN_PASSWORD: Limit = limit("own password", 10, 15 * MINUTE);
/// Searches per account.
pub const SEARCH: Limit = limit("search", 60, MINUTE);
/// Changes of profile per account.
pub const PROFILE_CHANGE: Limit = limit("profile change", 60, MINUTE);
