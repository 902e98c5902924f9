//! The rooms in which stories are made together.
//!
//! A room is a replicated state machine: the database numbers the operations of each session, and every server applies
//! them in that order. What is relayed has been committed.

pub mod batch;
pub mod canvases;
pub mod catch_up;
pub mod floor;
pub mod frames;
pub mod intake;
pub mod limits;
pub mod message;
pub mod model;
pub mod op;
pub mod people;
pub mod seat;
pub mod shallow;
pub mod slot;

#[cfg(test)]
mod simulation;

use super::rules;

/// A new canonical id of a page.
fn new_page_id() -> String {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("the system has randomness");
    rules::uuid(random)
}
