//! Keeping order: the list of rude words and their masking in texts that others can read.
//!
//! Must not know whose text it is or what becomes of it.

pub mod acts;
pub mod api;
mod fold;
mod list;
pub mod listed;
mod mask;
pub mod store;
mod words;

pub use list::{Filter, Snapshot, Words};
pub use mask::Masker;
pub use words::{Language, Seed, Severity, seeds};

#[cfg(test)]
mod mask_tests;
#[cfg(test)]
mod store_tests;
#[cfg(test)]
mod words_tests;
