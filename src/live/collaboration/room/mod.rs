//! The rooms in which stories are made together.
//!
//! A room is a replicated state machine: the database numbers the operations of each session, and every server applies
//! them in that order. What is relayed has been committed.

pub mod batch;
mod canvas_work;
pub mod canvases;
pub mod catch_up;
mod conversation;
pub mod draft;
mod entering;
mod finalise;
pub mod floor;
pub mod frames;
mod held;
pub mod intake;
pub mod items;
mod leaving;
pub mod lights;
pub mod limits;
mod loading;
pub mod masking;
pub mod message;
pub mod model;
pub mod op;
mod parcel;
mod past;
pub mod people;
mod reading;
pub mod rooms;
pub mod seat;
pub mod sequencer;
pub mod shallow;
pub mod slot;
mod snapshots;
pub mod store;
mod tally;
mod upkeep;

pub use conversation::open;
pub use draft::Draft;
pub use leaving::left_behind;
pub use op::DraftChange;
pub use rooms::{Gauges, Glance, Rooms, current_pages, glance, update_draft};
pub use upkeep::{let_go, start};

#[cfg(test)]
mod floor_tests;
#[cfg(test)]
mod message_tests;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod simulation;

use super::rules;

/// A new canonical id of a page.
fn new_page_id() -> String {
    let mut random = [0; 16];
    getrandom::fill(&mut random).expect("the system has randomness");
    rules::uuid(random)
}
