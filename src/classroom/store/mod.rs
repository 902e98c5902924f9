//! The SQL of classes.

mod active;

pub use active::active_links;
