//! Keeping order: what was done about whom, and who is archived.
//!
//! Owns the table `audit_log`. Accounts are changed by what accounts and stories offer for it.

pub mod audit;
pub mod standing;
