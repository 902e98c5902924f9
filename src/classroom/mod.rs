//! Teachers and their students.
//!
//! Owns the tables `classes` and `class_links`.

pub mod store;
