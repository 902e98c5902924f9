//! Making a story together.

pub mod room;
