//! The server engine: a few threads, each with a connection that serves reads and writes alike.

mod errors;
mod migrate;
mod session;
mod threads;
mod tls;
mod values;
mod worker;

pub(crate) use migrate::{inspect, migrate, pending};
pub(crate) use threads::start;
