//! How often one account may change what it is told.

use crate::clock::{DAY, MINUTE};
use crate::wire::limits::{Limit, limit};

/// Notifications that are read, and changes of preferences.
pub(super) const CHANGE: Limit = limit("notification change", 120, MINUTE);
/// Mails to oneself: one in five minutes …
pub(super) const TEST_MAIL: Limit = limit("test mail", 1, 5 * MINUTE);
/// … and five a day.
pub(super) const TEST_MAILS_A_DAY: Limit = limit("test mails a day", 5, DAY);
