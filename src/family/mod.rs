//! Parents and their children.
//!
//! Owns the table `family_links`.

pub mod store;
