//! The addresses of administrators.

pub mod announcements;
pub mod backups;
pub mod barring;
pub mod dashboard;
pub mod export;
pub mod families;
pub mod health;
pub mod moderation;
pub mod record;
pub mod services;
pub mod session;
pub mod stories;
pub mod users;
pub mod word_lists;
pub mod words;

/// The largest request of the dashboard, in bytes.
const LARGEST: usize = 16 * 1024;
