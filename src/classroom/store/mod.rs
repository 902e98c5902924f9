//! The SQL of classes.

pub mod links;
