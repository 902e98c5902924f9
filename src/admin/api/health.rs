//! How the server is.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::response::Response;
use database::{Conn, Dialect};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::machine::{self, Room};
use super::super::store;
use crate::accounts::auth::Administrator;
use crate::app::App;
use crate::wire::{Error, Timestamp, respond};

/// What this program was made with, at least.
const TOOLCHAIN: &str = concat!("Rust ", env!("CARGO_PKG_RUST_VERSION"));

/// How the server is.
#[derive(Serialize, ToSchema)]
pub struct SystemHealth {
    /// `healthy`, `warning` or `critical`.
    status: &'static str,
    /// 100, less 20 for each of CPU, memory and disk that is above 70 %.
    health_score: i64,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
    server: ServerHealth,
    database: DatabaseHealth,
    application: ApplicationHealth,
}

/// The machine, as far as it is this server's to use.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ServerHealth {
    /// Percent of the CPU that this server may use, over the last five seconds or more.
    pub cpu_usage: f64,
    pub memory_total: u64,
    pub memory_used: u64,
    pub memory_percent: f64,
    pub disk_total: u64,
    pub disk_used: u64,
    pub disk_percent: f64,
}

/// The database.
#[derive(Serialize, ToSchema)]
pub struct DatabaseHealth {
    /// `1.50 MB`.
    pub size: String,
    /// Those that this server holds.
    pub active_connections: usize,
    /// From asking for one statement to its answer, waiting included.
    pub query_response_time_ms: f64,
}

/// The program and what it holds. Two names are those of the server that this one replaces.
#[derive(Serialize, ToSchema)]
pub struct ApplicationHealth {
    /// All accounts.
    pub total_users: i64,
    /// All stories.
    pub total_stories: i64,
    /// The version of this server.
    pub django_version: &'static str,
    /// What it was made with.
    pub python_version: &'static str,
}

/// How the server is: its machine, its database, and what it holds. The dashboard asks every half minute; it changes every
/// time.
#[utoipa::path(get, path = "/api/admin/system/health/", tag = "admin", responses((status = 200, body = SystemHealth)))]
pub async fn health(State(app): State<Arc<App>>, _admin: Administrator) -> Result<Response, Error> {
    let asked = Instant::now();
    app.read(|conn| Ok(store::ping(conn)?)).await?;
    let answered_in = asked.elapsed();
    let (size, (total_users, total_stories)) = app
        .read(|conn: &mut Conn<'_>| Ok((conn.database_size()?, store::totals(conn)?)))
        .await?;

    let gauges = app.envelope.gauges();
    let cpu_usage = app.processor.percent(app.envelope.limits().cpu);
    let memory = Room {
        total: gauges.limit,
        used: gauges.used,
    };
    let disk = machine::disk(&app.config.data_dir);
    let (health_score, status) = machine::score([cpu_usage, memory.percent(), disk.percent()]);
    Ok(respond::ok(&SystemHealth {
        status,
        health_score,
        timestamp: Timestamp(app.clock.now()),
        server: ServerHealth {
            cpu_usage: rounded(cpu_usage),
            memory_total: memory.total,
            memory_used: memory.used,
            memory_percent: rounded(memory.percent()),
            disk_total: disk.total,
            disk_used: disk.used,
            disk_percent: rounded(disk.percent()),
        },
        database: DatabaseHealth {
            size: spelled(size),
            active_connections: connections(&app),
            query_response_time_ms: answered_in.as_micros() as f64 / 1000.0,
        },
        application: ApplicationHealth {
            total_users,
            total_stories,
            django_version: concat!("Tinytales ", env!("CARGO_PKG_VERSION")),
            python_version: TOOLCHAIN,
        },
    }))
}

/// One decimal.
fn rounded(percent: f64) -> f64 {
    (percent * 10.0).round() / 10.0
}

/// `1.50 MB`, as people count.
fn spelled(bytes: u64) -> String {
    const UNITS: [(&str, f64); 3] = [("GB", 1e9), ("MB", 1e6), ("KB", 1e3)];
    let bytes = bytes as f64;
    let unit = UNITS.iter().find(|(_, size)| bytes >= *size);
    let (name, size) = unit.unwrap_or(&UNITS[2]);
    format!("{:.2} {name}", bytes / size)
}

/// The connections that this server holds to its database.
fn connections(app: &App) -> usize {
    let options = crate::app::database_options(&app.config);
    match app.database.dialect() {
        Dialect::Sqlite => options.readers + 1,
        // One is kept for ordered writes.
        Dialect::Postgres => options.connections + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn sizes_are_spelled_as_people_count() {
        assert_eq!(spelled(0), "0.00 KB");
        assert_eq!(spelled(1_500_000), "1.50 MB");
        assert_eq!(spelled(2_340_000_000), "2.34 GB");
    }
}
