//! The server engine: a few threads, each with a connection that serves reads and writes alike.

mod errors;
mod exclusive;
mod migrate;
mod open;
mod session;
mod snapshot;
mod stream;
mod threads;
mod tls;
mod values;
mod worker;

pub(crate) use exclusive::exclusively;
pub use open::PostgresTransport;

pub(crate) use migrate::{inspect, migrate, pending};
pub(crate) use snapshot::snapshot;
pub(crate) use threads::start;
