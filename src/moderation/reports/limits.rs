//! How often one account may report.

use crate::clock::{DAY, MINUTE};
use crate::wire::limits::{Limit, limit};

/// Reports in one go, whatever becomes of them.
pub(super) const REPORT: Limit = limit("report", 10, MINUTE);
/// New reports of one account within a day, counted in the database: on however many servers.
pub(super) const MOST_A_DAY: i64 = 20;
/// The day.
pub(super) const SPAN: i64 = DAY;
/// When whoever has reported so much may look whether they can again, in seconds.
pub(super) const AGAIN_AFTER: u64 = 3600;
