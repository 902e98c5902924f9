//! How often one account may change what it is told.

use crate::clock::{HOUR, MINUTE};
use crate::wire::limits::{Limit, limit};

/// Notifications that are read, and changes of preferences.
pub(super) const CHANGE: Limit = limit("notification change", 120, MINUTE);
/// Mails to oneself.
pub(super) const TEST_MAIL: Limit = limit("test mail", 5, HOUR);
