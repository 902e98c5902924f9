//! Looking inside: health, traffic, history, metrics and the console.
//!
//! Owns what is counted about requests, the tables `ops_*`, and every page under `/ops`. Must not know what a request
//! means: it sees routes by their patterns and accounts as administrators or not.

pub mod check;
pub mod checklist;
pub mod console;
pub mod health;
pub mod history;
pub mod metrics;
pub mod traffic;
pub mod verify;

use crate::app::App;

/// Live sockets that are open.
pub fn sockets(app: &App) -> usize {
    let open = app.live.sockets.gauges();
    open.notifications + open.collaborations
}
