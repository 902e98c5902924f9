//! Backups: what the database holds, as a file that either engine takes back.
//!
//! Owns the form of a backup, the folder and the bucket that backups stand in, how many are kept and when the next one
//! is due. Must not know what the tables mean, except that without people a database is empty.

mod brake;
#[cfg(feature = "bucket")]
mod bucket;
#[cfg(not(feature = "bucket"))]
#[path = "bucketless.rs"]
mod bucket;
mod failure;
mod file;
mod folder;
mod format;
mod schedule;
mod settings;

pub use brake::Brake;
pub use failure::Failure;
pub use file::{Contents, Place, check};
pub use folder::{Folder, Stored};
pub use format::{Counts, Fault, Header};
pub use schedule::{Backups, HeldBack, Round, State, start};
pub use settings::{BackupSettings, BucketSettings, Texts, spelled};
