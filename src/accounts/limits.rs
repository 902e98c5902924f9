//! How often people may sign up, sign in, guess and search (accounts-and-social §9.5).

use crate::clock::{HOUR, MINUTE};
use crate::wire::limits::{Limit, limit};

/// Sign-ins per address.
pub const SIGN_IN: Limit = limit("sign-in", 10, MINUTE);
/// Failed sign-ins per account.
pub const FAILED_SIGN_IN: Limit = limit("failed sign-in", 5, 15 * MINUTE);
/// Sign-ups per address.
pub const SIGN_UP: Limit = limit("sign-up", 5, HOUR);
/// Codes sent per e-mail address: one a minute …
pub const CODE_A_MINUTE: Limit = limit("code a minute", 1, MINUTE);
/// … and five an hour …
pub const CODES_AN_HOUR: Limit = limit("codes an hour", 5, HOUR);
/// … and per network address.
pub const CODES_PER_NETWORK: Limit = limit("codes per network", 10, HOUR);
/// Guesses at codes per network address.
pub const CODE_CHECK: Limit = limit("code check", 10, 15 * MINUTE);
/// Wrong passwords of somebody who is signed in.
pub const OWN_PASSWORD: Limit = limit("own password", 10, 15 * MINUTE);
/// Searches per account.
pub const SEARCH: Limit = limit("search", 60, MINUTE);
