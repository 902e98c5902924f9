//! Friends, and what they write to each other.
//!
//! Owns the tables `friendships`, `messages` and `conversations`. Knows nothing of stories and drawing sessions.

pub mod api;
mod limits;
pub mod rules;
pub mod shapes;
pub mod store;
mod telling;
