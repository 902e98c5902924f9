//! Friends, and what they write to each other.
//!
//! Owns the tables `friendships`, `messages` and `conversations`. Knows nothing of stories and sessions; what it tells
//! people who are online goes out through [`crate::notifications::events`].

pub mod store;
