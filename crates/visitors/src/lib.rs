//! A [`Plan`] says who comes, [`run`] sends them, a [`Report`] says what it was like. This crate speaks the public wire
//! alone and knows nothing of how the server is made.
#![doc = include_str!("../README.md")]

mod accounts;
mod behaviours;
mod call;
mod crowd;
mod drawing;
mod histogram;
mod http;
mod ledger;
mod person;
mod plan;
mod report;
mod rooms;
mod socket;
mod story;
mod strokes;
mod table;
mod visit;

pub use accounts::{Account, Accounts};
pub use behaviours::{
    Artist, Behaviour, Chatter, CoDrawing, Crowd, Flood, Guest, LoginStorm, Navigator, Phases, Player,
};
pub use crowd::{Progress, run, run_watched};
pub use ledger::Stage;
pub use plan::{Group, Misuse, Plan};
pub use report::{Figures, Phase, Report, Sockets, Strokes, Times};

#[cfg(test)]
mod tests;
