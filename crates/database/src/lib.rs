//! One small synchronous connection over SQLite and PostgreSQL, on database threads of its own.
//!
//! Owns: the threads and their bounded queues, the connections, group commit, retries, deadlines, migrations.
//! Must not know: what is stored, HTTP, the environment (a [`Target`] and [`Options`] come in by value).
//!
//! A caller hands over a closure and awaits its result: one hop between threads per request, however many
//! statements the closure runs. The closure may be run again, so it is `Fn` and has no effect but its SQL.

mod conn;
mod database;
mod error;
mod exclusive;
mod inspection;
mod job;
mod migrations;
mod options;
mod postgres;
mod queue;
mod row;
mod snapshot;
mod sqlite;
mod target;
mod value;

pub use conn::{Conn, Dialect, json_rows, placeholders};
pub use database::{Database, Gauges};
pub use error::Error;
pub use exclusive::Exclusive;
pub use inspection::{InspectError, Inspection, inspect};
pub use migrations::{Migration, MigrationError, MigrationReport, Migrations};
pub use options::Options;
pub use postgres::PostgresTransport;
pub use row::{Cell, FromValue, Row};
pub use snapshot::Snapshot;
pub use target::{PostgresTarget, Target};
pub use value::{ToValue, Value};
