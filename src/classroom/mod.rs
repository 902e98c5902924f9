//! Teachers, their classes, and who is in them.
//!
//! Owns the tables `classes` and `class_links`.

pub mod store;
