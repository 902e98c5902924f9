//! How often people may sign up, sign in, guess and search.
//!
//! A school stands behind one network address: thirty children who sign in at once must not lock each other out. So
//! the limits per network only bound the load and the trying of many accounts; the risk of guessing is carried by
//! the limits per account, per e-mail address and per code (five wrong tries void it), which no number of networks
//! widens.
//!
//! Wrong passwords are counted for an account at a network first: whoever knows a child's name can hold it up where they are
//! themselves, and nowhere else. What holds an account up everywhere is so wide that two networks never use it up.

use crate::clock::{DAY, HOUR, MINUTE};
use crate::wire::limits::{Limit, limit};

/// Sign-ins per network address.
pub const SIGN_IN: Limit = limit("sign-in", 60, MINUTE);
/// Failed sign-ins of an account from one network. Counted before the password is looked at, forgotten when it is right, and
/// when an adult who looks after the account gives it another one from there.
pub const FAILED_HERE: Limit = limit("failed sign-in here", 5, 15 * MINUTE);
/// Failed sign-ins of an account from all networks together: twice what comes back to [`FAILED_HERE`]. A right one gives
/// back its own, no more.
pub const FAILED_ANYWHERE: Limit = limit("failed sign-in", 40, HOUR);
/// Failed sign-ins per network address, of all accounts: a class of thirty in which most type a wrong password, and some
/// another one. Counted afterwards: many tries at once may exceed it, never [`SIGN_IN`].
pub const FAILED_PER_NETWORK: Limit = limit("failed per network", 50, 10 * MINUTE);
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
/// Changes of address of an account that write to mailboxes which nobody has confirmed.
pub const ADDRESS_PROOFS: Limit = limit("address proofs a day", 5, DAY);
/// Searches per account.
pub const SEARCH: Limit = limit("search", 60, MINUTE);
/// Changes of profile per account.
pub const PROFILE_CHANGE: Limit = limit("profile change", 60, MINUTE);
