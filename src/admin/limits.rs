//! How often one administrator may do what. A bulk act of the dashboard is twenty requests at once.

use crate::clock::{HOUR, MINUTE};
use crate::wire::limits::{Limit, limit};

/// Failed sign-ins of an account, and of a network. Counted before anything is looked at; a sign-in that is right gives
/// its own back.
pub(super) const FAILED_SIGN_IN: Limit = limit("failed admin sign-in", 5, 15 * MINUTE);
/// Changes of any kind.
pub(super) const ACT: Limit = limit("admin act", 300, MINUTE);
/// Acts that are refused for want of rights: each is a line in the record, which is never shortened.
pub(super) const REFUSED: Limit = limit("refused admin act", 60, HOUR);
/// Failed sign-ins that are written down, all together; no number of networks makes the record grow faster.
pub(super) const NOTED_FAILURES: Limit = limit("noted failures", 600, HOUR);
/// Announcements to everybody.
pub(super) const ANNOUNCEMENT: Limit = limit("announcement", 10, HOUR);
/// Exports.
pub(super) const EXPORT: Limit = limit("export", 20, HOUR);
/// Backups by hand.
pub(super) const BACKUP: Limit = limit("backup by hand", 6, HOUR);
