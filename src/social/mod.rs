//! Friends, what they write to each other, and what they see of each other's doings.
//!
//! Owns the tables `friendships`, `messages` and `conversations`. What it shows of stories and rewards it asks of them.

pub mod api;
mod limits;
pub mod rules;
pub mod shapes;
pub mod store;
mod telling;

pub use store::friends::forget_friend;
