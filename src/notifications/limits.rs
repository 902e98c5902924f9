//! How often one account may change what it is told.

use crate::clock::MINUTE;
use crate::wire::limits::{Limit, limit};

/// Notifications that are read, and changes of preferences.
pub(super) const CHANGE: Limit = limit("notification change", 120, MINUTE);
