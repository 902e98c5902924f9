//! `/metrics`: what is counted, as Prometheus reads it. From memory, no query. No label holds a name, an id or a path.

mod live;
mod text;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use envelope::Gauges;
use subtle::ConstantTimeEq;

use self::text::{Kind, Text};
use crate::app::App;
use crate::clock::SECOND;
use crate::ops::history::ONLINE;
use crate::ops::traffic::{Area, GOAL, Totals};
use crate::wire::{Bearer, Error, bearer};

const CONTENT_TYPE: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Upper edges of the exported histogram, in microseconds: some of those that are counted by.
const EDGES: [u32; 12] = [
    1_000, 5_000, 10_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
    30_000_000,
];

/// The figures of this server in the text format of Prometheus. Asks for `METRICS_TOKEN`; without that setting there is
/// no such address.
#[utoipa::path(get, path = "/metrics", tag = "server",
    responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn metrics(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Error> {
    let wanted = app.config.metrics_token.as_ref().ok_or_else(Error::not_found)?;
    let is_right = match bearer(&headers) {
        Bearer::Token(token) => token.as_bytes().ct_eq(wanted.reveal().as_bytes()).into(),
        Bearer::None | Bearer::Malformed => false,
    };
    if !is_right {
        return Err(Error::unauthorized(
            "not_authenticated",
            "Please send the metrics token.",
        ));
    }
    let headers = [
        (header::CONTENT_TYPE, CONTENT_TYPE),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, render(&app)).into_response())
}

fn render(app: &App) -> String {
    let mut text = Text::default();
    let gauges = app.envelope.gauges();
    process(&mut text, app, &gauges);
    envelope(&mut text, &gauges);
    requests(&mut text, app, &app.traffic.totals());
    live::live(&mut text, app);
    database(&mut text, app);
    backups(&mut text, app);
    people(&mut text, app);
    text.finish()
}

fn process(text: &mut Text, app: &App, gauges: &Gauges) {
    text.family(
        "tinytales_build_info",
        Kind::Gauge,
        "The version that runs; always 1.",
    );
    text.figure(
        "tinytales_build_info",
        &[("version", env!("CARGO_PKG_VERSION"))],
        1,
    );
    text.gauge(
        "process_resident_memory_bytes",
        "Resident memory.",
        gauges.resident,
    );
    text.gauge(
        "process_start_time_seconds",
        "Start of the process since 1970.",
        app.started_at as f64 / SECOND as f64,
    );
    text.gauge("process_open_fds", "Open files.", gauges.descriptors.open);
    text.gauge(
        "process_max_fds",
        "Files that may be open.",
        gauges.descriptors.limit,
    );
    text.gauge(
        "tinytales_unclean_ends",
        "How many of the last 50 runs before this one ended without a word.",
        app.history.unclean(),
    );
    text.gauge(
        "tinytales_log_lines_last_minute",
        "Lines of log in the last 60 seconds.",
        app.log.lines_last_minute(),
    );
    text.gauge(
        "tinytales_debug",
        "1 while more than warnings is logged: by DEBUG, by LOG_LEVEL or for a while.",
        u8::from(!matches!(app.log.level().as_str(), "error" | "warn")),
    );
}

fn envelope(text: &mut Text, gauges: &Gauges) {
    text.gauge(
        "tinytales_memory_limit_bytes",
        "Memory that must not be exceeded.",
        gauges.limit,
    );
    text.gauge(
        "tinytales_memory_used_bytes",
        "Memory that counts against the limit.",
        gauges.used,
    );
    text.gauge(
        "tinytales_memory_peak_bytes",
        "The most resident memory so far.",
        gauges.peak,
    );
    text.gauge(
        "tinytales_memory_level",
        "0 green, 1 yellow, 2 orange, 3 red.",
        gauges.level as u8,
    );
    text.counter(
        "tinytales_memory_trims_total",
        "How often free memory went back to the kernel.",
        gauges.trims,
    );
    if let Some(kills) = gauges.kills {
        text.counter(
            "tinytales_memory_kills_total",
            "Processes that the kernel killed for memory in this control group.",
            kills,
        );
    }
    text.gauge("tinytales_connections", "Open connections.", gauges.connections);
    text.gauge(
        "tinytales_connections_limit",
        "Connections that may be open.",
        gauges.connections_limit,
    );
    permits(text, gauges);
}

fn permits(text: &mut Text, gauges: &Gauges) {
    let permits = [
        ("bodies", gauges.bodies),
        ("responses", gauges.responses),
        ("exports", gauges.exports),
    ];
    for (name, help, value) in [
        (
            "tinytales_permits_held_bytes",
            "Bytes that are handed out.",
            permits.map(|(_, permits)| permits.held),
        ),
        (
            "tinytales_permits_total_bytes",
            "Bytes that there are to hand out.",
            permits.map(|(_, permits)| permits.total),
        ),
        (
            "tinytales_permits_waiting",
            "Requests that wait for bytes.",
            permits.map(|(_, permits)| permits.waiting as u64),
        ),
    ] {
        text.family(name, Kind::Gauge, help);
        for ((of, _), value) in permits.iter().zip(value) {
            text.figure(name, &[("of", of)], value);
        }
    }
    text.gauge(
        "tinytales_hashing_waiting",
        "Passwords that wait to be hashed.",
        gauges.hashing.waiting,
    );
    text.gauge(
        "tinytales_hashing_capacity",
        "Passwords that may wait.",
        gauges.hashing.capacity,
    );
}

fn requests(text: &mut Text, app: &App, totals: &Totals) {
    let name = "tinytales_requests_total";
    text.family(
        name,
        Kind::Counter,
        "Answered requests by part of the server and first digit of the status.",
    );
    for (area, classes) in Area::ALL.iter().zip(totals.by_class) {
        for (class, count) in ["1xx", "2xx", "3xx", "4xx", "5xx"].into_iter().zip(classes) {
            text.figure(name, &[("area", area.name()), ("status", class)], count);
        }
    }
    let name = "tinytales_refusals_total";
    text.family(
        name,
        Kind::Counter,
        "Requests that were not taken on: too many, too much under way, no room.",
    );
    text.figure(name, &[("status", "429")], totals.too_many);
    text.figure(name, &[("status", "503")], totals.unavailable);
    text.figure(name, &[("status", "507")], totals.no_room);
    text.counter(
        "tinytales_errors_total",
        "Answers that were a fault of ours: 5xx but 503 and 507.",
        totals.errors,
    );
    text.counter(
        "tinytales_requests_abandoned_total",
        "Requests whose client hung up before the answer was ready.",
        totals.abandoned,
    );
    let now = app.traffic.snapshot(app.clock.now());
    text.gauge(
        "tinytales_requests_in_flight",
        "Requests that are being answered.",
        now.in_flight,
    );
    text.counter(
        "tinytales_response_bytes_total",
        "Bytes that went out.",
        now.bytes_out,
    );
    text.gauge(
        "tinytales_response_bytes_month",
        "Bytes that went out since the first of the month (UTC), all servers together.",
        now.bytes_out_month,
    );
    text.gauge(
        "tinytales_bandwidth_budget_bytes",
        "Bytes that may go out in a month.",
        app.config.bandwidth_budget,
    );
    histogram(text, totals);
}

fn histogram(text: &mut Text, totals: &Totals) {
    let name = "tinytales_request_duration_seconds";
    let help = format!(
        "Time from the last byte of a request until the head of its answer is ready; the goal is {} ms.",
        GOAL / 1000
    );
    text.family(name, Kind::Histogram, &help);
    let bucket = format!("{name}_bucket");
    for edge in EDGES {
        let seconds = f64::from(edge) / 1e6;
        text.figure(
            &bucket,
            &[("le", &seconds.to_string())],
            totals.latency.within(edge),
        );
    }
    text.figure(&bucket, &[("le", "+Inf")], totals.latency.count());
    text.figure(&format!("{name}_sum"), &[], totals.latency_sum as f64 / 1e6);
    text.figure(&format!("{name}_count"), &[], totals.latency.count());
}

fn database(text: &mut Text, app: &App) {
    let gauges = app.database.gauges();
    let name = "tinytales_database_waiting";
    text.family(name, Kind::Gauge, "Jobs that wait for the database.");
    text.figure(name, &[("kind", "read")], gauges.reads_waiting);
    text.figure(name, &[("kind", "write")], gauges.writes_waiting);
    text.gauge(
        "tinytales_database_waiting_bytes",
        "Bytes of the writes that wait.",
        gauges.bytes_waiting,
    );
    text.counter(
        "tinytales_database_jobs_total",
        "Jobs that the database has done.",
        gauges.jobs,
    );
    text.counter(
        "tinytales_database_statements_total",
        "Statements that the database has run.",
        gauges.statements,
    );
    text.gauge(
        "tinytales_history_waiting",
        "Minutes of the console's history that the database has not taken yet.",
        app.history.waiting(),
    );
    if let Some(size) = app.history.database_size() {
        text.gauge(
            "tinytales_database_size_bytes",
            "Bytes in the database, looked at once a minute.",
            size,
        );
    }
    if let Some(limit) = app.config.database_size_limit {
        text.gauge(
            "tinytales_database_size_limit_bytes",
            "Bytes the database may take.",
            limit,
        );
    }
}

fn backups(text: &mut Text, app: &App) {
    let state = app.backups.state();
    if let Some(every) = app.backups.every() {
        text.gauge(
            "tinytales_backup_every_seconds",
            "Time from one backup to the next.",
            every / SECOND,
        );
    }
    if let Some(last) = state.last_success {
        text.gauge(
            "tinytales_backup_last_success_seconds",
            "When the newest backup was begun, since 1970.",
            last / SECOND,
        );
    }
    text.counter(
        "tinytales_backup_failures_total",
        "Backups that failed, and will be tried again.",
        state.failures,
    );
}

fn people(text: &mut Text, app: &App) {
    let online = app.sessions.seen_since(app.clock.now() - ONLINE);
    text.gauge(
        "tinytales_people_online",
        "People that were seen in the last five minutes.",
        online,
    );
}

#[cfg(test)]
mod tests {
    use super::EDGES;
    use crate::ops::traffic::latency;

    #[test]
    fn the_exported_edges_are_counted_by() {
        assert!(EDGES.iter().all(|edge| latency::EDGES.contains(edge)));
    }
}
