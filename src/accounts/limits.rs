//! How often people may sign up, sign in, guess and search (accounts-and-social §9.5).

use crate::clock::{HOUR, MINUTE};
use crate::wire::limits::Limit;

/// Sign-ins per address.
pub const SIGN_IN: Limit = Limit::new("sign-in", 10, MINUTE);
/// Failed sign-ins per account.
pub const FAILED_SIGN_IN: Limit = Limit::new("failed sign-in", 5, 15 * MINUTE);
/// Sign-ups per address.
pub const SIGN_UP: Limit = Limit::new("sign-up", 5, HOUR);
/// Codes sent per e-mail address: one a minute …
pub const CODE_A_MINUTE: Limit = Limit::new("code a minute", 1, MINUTE);
/// … and five an hour …
pub const CODES_AN_HOUR: Limit = Limit::new("codes an hour", 5, HOUR);
/// … and per network address.
pub const CODES_PER_NETWORK: Limit = Limit::new("codes per network", 10, HOUR);
/// Guesses at codes per network address.
pub const CODE_CHECK: Limit = Limit::new("code check", 10, 15 * MINUTE);
/// Wrong passwords of somebody who is signed in.
pub const OWN_PASSWORD: Limit = Limit::new("own password", 10, 15 * MINUTE);
/// Searches per account.
pub const SEARCH: Limit = Limit::new("search", 60, MINUTE);
