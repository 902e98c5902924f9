//! Administrators: their own sign-in, what they see of everybody, what they do to keep order, and the record of that.
//!
//! Owns the table `audit_log`. What it changes it asks of the nouns whose it is, in one transaction with the line of the
//! record (`acting.rs`). Its figures (`store/`) look at the tables of others, and never write to them.

pub mod acting;
pub mod api;
pub mod audit;
pub mod entering;
pub mod export;
pub mod figures;
pub mod limits;
pub mod machine;
pub mod pages;
pub mod rules;
pub mod shapes;
pub mod standing;
pub mod store;

pub use crate::accounts::auth::Administrator;
