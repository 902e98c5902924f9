//! Stored notifications, what people want to be told of, and the messages of the notification socket.
//!
//! Owns the tables `notifications`, `notification_preferences` and `announcements`. Other nouns put rows into the first through
//! [`store::insert`]; nothing here knows why they do.

pub mod announcing;
pub mod api;
pub mod events;
mod limits;
pub mod shapes;
pub mod store;
