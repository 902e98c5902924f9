//! Noting the minutes while the server runs, and how each run began and ended.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use database::{Conn, Dialect, Error};
use time::UtcDateTime;

use super::{Ending, Minute, Run, store};
use crate::app::App;
use crate::background::pause;
use crate::clock::MINUTE;
use crate::ops::traffic::Totals;

/// How often the memory is looked at; a minute keeps the highest.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Minutes that wait in memory while the database is away; the oldest go first.
const MOST_WAITING: usize = 60;
/// How long somebody who was seen counts as online.
pub const ONLINE: i64 = 5 * MINUTE;

/// What is known of the past without asking the database.
#[derive(Debug, Default)]
pub struct History(Mutex<Notes>);

#[derive(Debug, Default)]
struct Notes {
    /// Our own run, once the database knows of it.
    run: Option<i64>,
    /// Runs before ours that ended without a word.
    unclean: usize,
    /// The highest since the last minute was noted.
    highest: Highest,
    /// The minute that was noted last, counted from 1970.
    noted: Option<i64>,
    /// What was counted when it was noted.
    counted: Counted,
    waiting: VecDeque<Minute>,
    database_size: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Highest {
    resident: u64,
    cgroup: Option<u64>,
}

/// Sums since the start, of which a minute notes the difference.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    requests: u64,
    errors: u64,
    refusals: u64,
}

impl History {
    fn notes(&self) -> MutexGuard<'_, Notes> {
        // Notes of the past: a panic elsewhere leaves at worst one of them out.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Our own run, once the database knows of it.
    pub fn run(&self) -> Option<i64> {
        self.notes().run
    }

    /// How many of the kept runs before ours ended without a word.
    pub fn unclean(&self) -> usize {
        self.notes().unclean
    }

    /// Bytes in the database, at most a minute ago.
    pub fn database_size(&self) -> Option<u64> {
        self.notes().database_size
    }

    /// Minutes that the database has not taken yet.
    pub fn waiting(&self) -> usize {
        self.notes().waiting.len()
    }

    /// Looks at the memory, which rises and falls within a minute.
    fn look(&self, app: &App) {
        let gauges = app.envelope.gauges();
        let mut notes = self.notes();
        let highest = &mut notes.highest;
        highest.resident = highest.resident.max(gauges.resident);
        highest.cgroup = highest.cgroup.max(gauges.cgroup);
    }

    /// Adds the minute at `now` to those that wait, unless it is there already.
    fn close_minute(&self, app: &App, now: i64) {
        let number = now.div_euclid(MINUTE);
        let people = app.sessions.seen_since(now - ONLINE);
        let traffic = app.traffic.snapshot(now);
        let counted = Counted::of(&app.traffic.totals());
        let mut notes = self.notes();
        if notes.noted == Some(number) {
            return;
        }
        let before = std::mem::replace(&mut notes.counted, counted);
        let highest = std::mem::take(&mut notes.highest);
        notes.noted = Some(number);
        if notes.waiting.len() == MOST_WAITING {
            notes.waiting.pop_front();
        }
        let micros = |time: Option<u64>| time.map(u64::cast_signed);
        notes.waiting.push_back(Minute {
            at: now,
            resident: highest.resident.cast_signed(),
            cgroup: highest.cgroup.map(u64::cast_signed),
            people: people as i64,
            requests: (counted.requests - before.requests).cast_signed(),
            p50: micros(traffic.p50),
            p95: micros(traffic.p95),
            p99: micros(traffic.p99),
            errors: (counted.errors - before.errors).cast_signed(),
            refusals: (counted.refusals - before.refusals).cast_signed(),
        });
    }
}

impl Counted {
    fn of(totals: &Totals) -> Self {
        Self {
            requests: totals.requests(),
            errors: totals.errors,
            refusals: totals.refusals(),
        }
    }
}

/// Begins a run. A database that takes nothing does not keep the server from starting: the next minute tries again.
pub async fn begin(app: &App) {
    if let Err(error) = open(app).await {
        tracing::warn!(%error, "this start is not noted yet");
    }
}

async fn open(app: &App) -> Result<(), Error> {
    let (now, limit) = (app.clock.now(), app.envelope.limit().cast_signed());
    let (bytes, counted) = app.traffic.unsettled();
    let opened = app.database.write(move |conn| {
        let before = store::runs(conn)?;
        let id = store::open_run(conn, env!("CARGO_PKG_VERSION"), now, limit)?;
        let month = store::add_bytes(conn, &month(now), bytes.cast_signed())?;
        Ok::<_, Error>((before, id, month, conn.database_size()?))
    });
    let (before, id, month, size) = opened.await?;
    app.traffic.settle(counted, month.cast_unsigned());
    let mut notes = app.history.notes();
    notes.run = Some(id);
    notes.unclean = unclean(&before, app, now);
    notes.database_size = Some(size);
    Ok(())
}

fn unclean(runs: &[Run], app: &App, now: i64) -> usize {
    let is_shared = is_shared(app);
    runs.iter()
        .filter(|run| run.ending(None, is_shared, now) == Ending::Unclean)
        .count()
}

/// Whether other servers may use the same database.
pub fn is_shared(app: &App) -> bool {
    app.database.dialect() == Dialect::Postgres
}

/// Starts the noting.
pub fn start(app: &Arc<App>) {
    let app = Arc::clone(app);
    app.tasks.clone().spawn("note the minutes", async move {
        let mut noted = app.clock.now().div_euclid(MINUTE);
        while pause(&app, LOOK_EVERY).await {
            app.history.look(&app);
            let minute = app.clock.now().div_euclid(MINUTE);
            if minute != noted {
                noted = minute;
                record(&app).await;
            }
        }
    });
}

/// Notes the minute: one write. What the database does not take waits for the next one.
pub async fn record(app: &App) {
    let now = app.clock.now();
    app.history.look(app);
    app.history.close_minute(app, now);
    if app.history.run().is_none() {
        begin(app).await;
    }
    if let Err(error) = write(app, now, false).await {
        tracing::debug!(%error, "the minute waits to be noted");
    }
}

/// Ends the run in order.
pub async fn finish(app: &App) {
    if let Err(error) = write(app, app.clock.now(), true).await {
        tracing::warn!(%error, "this stop is not noted");
    }
}

async fn write(app: &App, now: i64, is_end: bool) -> Result<(), Error> {
    let (run, minutes) = {
        let notes = app.history.notes();
        (notes.run, notes.waiting.clone())
    };
    let (bytes, counted) = app.traffic.unsettled();
    let peak = app.envelope.gauges().peak.cast_signed();
    let newest = minutes.back().map(|minute| minute.at);
    let work = move |conn: &mut Conn<'_>| {
        let size = conn.database_size()?;
        for minute in &minutes {
            store::note(conn, minute)?;
        }
        if let Some(run) = run {
            store::keep_run(conn, run, now, peak)?;
            if is_end {
                store::close_run(conn, run, now)?;
            }
        }
        let month = store::add_bytes(conn, &month(now), bytes.cast_signed())?;
        Ok::<_, Error>((size, month))
    };
    let (size, month) = app.database.write(work).await?;
    app.traffic.settle(counted, month.cast_unsigned());
    let mut notes = app.history.notes();
    notes.database_size = Some(size);
    notes.waiting.retain(|minute| Some(minute.at) > newest);
    Ok(())
}

/// The month of an instant, in UTC: `2026-03`.
fn month(now: i64) -> String {
    let day =
        UtcDateTime::from_unix_timestamp_nanos(i128::from(now) * 1000).unwrap_or(UtcDateTime::UNIX_EPOCH);
    format!("{:04}-{:02}", day.year(), u8::from(day.month()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::DAY;

    #[test]
    fn a_month_begins_at_midnight_in_utc() {
        const MARCH: i64 = 1_772_323_200_000_000;
        assert_eq!(month(MARCH - 1), "2026-02");
        assert_eq!(month(MARCH), "2026-03");
        assert_eq!(month(MARCH + 31 * DAY), "2026-04");
    }
}
