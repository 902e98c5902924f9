//! The SQL of families.

pub mod links;
