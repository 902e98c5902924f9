//! The rooms in which stories are made together.
//!
//! A room is a replicated state machine: the database numbers the operations of each session, and every server applies
//! them in that order. What is relayed has been committed.

pub mod batch;
pub mod frames;
pub mod message;
pub mod model;
pub mod op;
pub mod people;
pub mod shallow;
pub mod slot;
