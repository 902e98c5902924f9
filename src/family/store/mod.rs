//! The SQL of families.

mod active;

pub use active::active_links;
