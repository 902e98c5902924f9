//! The SQL of friends and messages, by table.

pub mod friends;

pub use friends::{are_friends, friends_of};
