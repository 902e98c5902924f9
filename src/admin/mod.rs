//! Keeping order among accounts: who may be here, and the record of what was done about it.
//!
//! Owns the table `audit_log` ([`audit`]). What it does to accounts and stories it asks of them.

mod administrator;
pub mod audit;
pub mod standing;

pub use administrator::Administrator;
