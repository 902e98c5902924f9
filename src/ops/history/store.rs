//! The SQL of the history: tables `ops_minutes`, `ops_runs` and `ops_months`.

use database::{Conn, Error, Row};

use super::{Minute, Point, Run};
use crate::clock::MINUTE;

/// Minutes in the ring: one day.
pub const SLOTS: i64 = 1440;
/// Starts that are kept.
const MOST_RUNS: i64 = 50;

/// Notes a minute; what the slot held a day ago goes.
pub fn note(conn: &mut Conn<'_>, minute: &Minute) -> Result<(), Error> {
    let slot = minute.at.div_euclid(MINUTE).rem_euclid(SLOTS);
    conn.execute(
        "INSERT INTO ops_minutes (slot, at, resident, cgroup, people, requests, p50, p95, p99, errors, refusals)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (slot) DO UPDATE SET at = excluded.at, resident = excluded.resident, cgroup = excluded.cgroup,
             people = excluded.people, requests = excluded.requests, p50 = excluded.p50, p95 = excluded.p95,
             p99 = excluded.p99, errors = excluded.errors, refusals = excluded.refusals",
        &[
            &slot,
            &minute.at,
            &minute.resident,
            &minute.cgroup,
            &minute.people,
            &minute.requests,
            &minute.p50,
            &minute.p95,
            &minute.p99,
            &minute.errors,
            &minute.refusals,
        ],
    )?;
    Ok(())
}

/// The minutes after `since`, oldest first, put together by stretches of `step` microseconds: sums of what was counted,
/// the highest of all else.
pub fn curve(conn: &mut Conn<'_>, since: i64, step: i64) -> Result<Vec<Point>, Error> {
    let rows = conn.query(
        "SELECT MAX(at), CAST(COUNT(*) AS BIGINT), MAX(resident), MAX(cgroup), MAX(people), CAST(SUM(requests) AS BIGINT),
             MAX(p50), MAX(p95), MAX(p99), CAST(SUM(errors) AS BIGINT), CAST(SUM(refusals) AS BIGINT)
         FROM ops_minutes WHERE at > $1 GROUP BY at / $2 ORDER BY 1",
        &[&since, &step],
    )?;
    rows.into_iter().map(point).collect()
}

fn point(mut row: Row) -> Result<Point, Error> {
    Ok(Point {
        at: row.take()?,
        minutes: row.take()?,
        resident: row.take()?,
        cgroup: row.take()?,
        people: row.take()?,
        requests: row.take()?,
        p50: row.take()?,
        p95: row.take()?,
        p99: row.take()?,
        errors: row.take()?,
        refusals: row.take()?,
    })
}

/// Opens a run and forgets the oldest ones; its id.
pub fn open_run(conn: &mut Conn<'_>, version: &str, now: i64, memory_limit: i64) -> Result<i64, Error> {
    let id = conn
        .one(
            "INSERT INTO ops_runs (version, started_at, last_alive, peak, memory_limit)
             VALUES ($1, $2, $2, 0, $3) RETURNING id",
            &[&version, &now, &memory_limit],
        )?
        .take()?;
    conn.execute(
        "DELETE FROM ops_runs WHERE id NOT IN (SELECT id FROM ops_runs ORDER BY started_at DESC, id DESC LIMIT $1)",
        &[&MOST_RUNS],
    )?;
    Ok(id)
}

/// A run still runs.
pub fn keep_run(conn: &mut Conn<'_>, id: i64, now: i64, peak: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE ops_runs SET last_alive = $2, peak = $3 WHERE id = $1",
        &[&id, &now, &peak],
    )?;
    Ok(())
}

/// A run stops in order.
pub fn close_run(conn: &mut Conn<'_>, id: i64, now: i64) -> Result<(), Error> {
    conn.execute("UPDATE ops_runs SET stopped_at = $2 WHERE id = $1", &[&id, &now])?;
    Ok(())
}

/// The runs that are kept, newest first.
pub fn runs(conn: &mut Conn<'_>) -> Result<Vec<Run>, Error> {
    let rows = conn.query(
        "SELECT id, version, started_at, last_alive, stopped_at, peak, memory_limit
         FROM ops_runs ORDER BY started_at DESC, id DESC LIMIT $1",
        &[&MOST_RUNS],
    )?;
    rows.into_iter().map(run).collect()
}

fn run(mut row: Row) -> Result<Run, Error> {
    Ok(Run {
        id: row.take()?,
        version: row.take()?,
        started_at: row.take()?,
        last_alive: row.take()?,
        stopped_at: row.take()?,
        peak: row.take()?,
        memory_limit: row.take()?,
    })
}

/// Adds bytes to a month; its sum.
pub fn add_bytes(conn: &mut Conn<'_>, month: &str, bytes: i64) -> Result<i64, Error> {
    conn.one(
        "INSERT INTO ops_months (month, bytes_out) VALUES ($1, $2)
         ON CONFLICT (month) DO UPDATE SET bytes_out = ops_months.bytes_out + excluded.bytes_out
         RETURNING bytes_out",
        &[&month, &bytes],
    )?
    .take()
}
