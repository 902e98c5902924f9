//! What the console shows, gathered at one instant: the present from memory, the past by one hop.

use std::sync::Arc;

use database::Error;
use envelope::{Gauges, Level};

use crate::app::App;
use crate::backup::State;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::live;
use crate::logging::Warning;
use crate::mail::outbox;
use crate::moderation::reports::store as reports;
use crate::ops::history::{self, Ending, ONLINE, Point, Run};
use crate::ops::traffic::{GOAL, Snapshot};
use crate::pictures;
use crate::stories::store::flags;

/// From this share of the month's bandwidth on it is pointed out, in percent.
const NEARLY: u64 = 90;

/// How far back the charts go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    Hour,
    SixHours,
    Day,
}

impl Range {
    pub(super) const ALL: [Self; 3] = [Self::Hour, Self::SixHours, Self::Day];

    /// From the query `hours=…`; six hours unless it says otherwise.
    pub(super) fn of(query: Option<&str>) -> Self {
        let query = query.unwrap_or_default().as_bytes();
        let hours = form_urlencoded::parse(query).find(|(name, _)| name == "hours");
        let hours = hours.and_then(|(_, value)| value.parse().ok());
        Self::ALL
            .into_iter()
            .find(|range| Some(range.hours()) == hours)
            .unwrap_or(Self::SixHours)
    }

    /// As a button says it.
    pub(super) fn name(self) -> String {
        format!("{} h", self.hours())
    }

    pub(super) fn hours(self) -> i64 {
        match self {
            Self::Hour => 1,
            Self::SixHours => 6,
            Self::Day => 24,
        }
    }

    /// The length of the stretches that the minutes are put together by: a chart has at most 180 of them.
    pub(super) fn step(self) -> i64 {
        match self {
            Self::Hour => MINUTE,
            Self::SixHours => 2 * MINUTE,
            Self::Day => 8 * MINUTE,
        }
    }

    pub(super) fn length(self) -> i64 {
        self.hours() * HOUR
    }
}

/// Everything at one instant.
pub(super) struct View {
    pub(super) now: i64,
    pub(super) range: Range,
    pub(super) up: i64,
    pub(super) gauges: Gauges,
    pub(super) traffic: Snapshot,
    pub(super) database: database::Gauges,
    pub(super) people: usize,
    pub(super) live: Live,
    pub(super) bandwidth_budget: u64,
    pub(super) database_size: Option<u64>,
    pub(super) database_limit: Option<u64>,
    pub(super) backups: Backups,
    pub(super) log: Log,
    /// All that is saved is gone after a restart.
    pub(super) forgets: bool,
    /// Nothing when the database does not answer.
    pub(super) past: Option<Past>,
}

/// Sockets, what waits for them, and the layer between servers.
pub(super) struct Live {
    pub(super) sockets: live::sockets::Gauges,
    pub(super) outboxes: sockets::Gauges,
    pub(super) rooms: live::collaboration::room::Gauges,
    pub(super) channels: channels::Gauges,
}

impl Live {
    fn of(app: &App) -> Self {
        Self {
            sockets: app.live.sockets.gauges(),
            outboxes: app.live.sockets.outboxes().gauges(),
            rooms: app.live.rooms.gauges(),
            channels: app.live.channels.gauges(),
        }
    }
}

/// What is known of the backups.
pub(super) struct Backups {
    /// Nothing when the server makes none by itself.
    pub(super) every: Option<i64>,
    pub(super) has_bucket: bool,
    pub(super) is_overdue: bool,
    pub(super) state: State,
}

impl Backups {
    fn of(app: &App, now: i64) -> Self {
        Self {
            every: app.backups.every(),
            has_bucket: app.backups.has_bucket(),
            is_overdue: app.backups.is_overdue(now, app.started_at),
            state: app.backups.state(),
        }
    }
}

/// What the log says.
pub(super) struct Log {
    pub(super) level: String,
    pub(super) raised_until: Option<i64>,
    pub(super) lines: u64,
    pub(super) warnings: Vec<Warning>,
}

/// What the database knows.
pub(super) struct Past {
    pub(super) points: Vec<Point>,
    pub(super) runs: Vec<Run>,
    /// Our own run.
    pub(super) own: Option<i64>,
    pub(super) is_shared: bool,
    /// What waits for people.
    pub(super) waiting: Waiting,
}

/// What waits for people: mails for those they go to, reports for those who keep order.
pub(super) struct Waiting {
    pub(super) outbox: outbox::Waiting,
    pub(super) reports: reports::Waiting,
    pub(super) flagged_stories: i64,
}

impl View {
    pub(super) async fn gather(app: &Arc<App>, range: Range) -> Self {
        let now = app.clock.now();
        Self {
            now,
            range,
            up: now - app.started_at,
            gauges: app.envelope.gauges(),
            traffic: app.traffic.snapshot(now),
            database: app.database.gauges(),
            people: app.sessions.seen_since(now - ONLINE),
            live: Live::of(app),
            bandwidth_budget: app.config.bandwidth_budget,
            database_size: app.history.database_size(),
            database_limit: app.config.database_size_limit,
            backups: Backups::of(app, now),
            log: Log {
                level: app.log.level(),
                raised_until: app.log.raised_until(),
                lines: app.log.lines_last_minute(),
                warnings: app.log.warnings(),
            },
            forgets: app.forgets,
            past: Past::read(app, range, now).await.ok(),
        }
    }

    /// What has been waiting for too long, if it is so.
    fn waits(&self) -> [(bool, &'static str); 2] {
        let waiting = self.past.as_ref().map(|past| &past.waiting);
        let mails = waiting.and_then(|waiting| waiting.outbox.oldest);
        let reports = waiting.and_then(|waiting| waiting.reports.oldest);
        let is_over = |oldest: Option<i64>, longest| oldest.is_some_and(|oldest| self.now - oldest > longest);
        [
            (
                is_over(mails, HOUR),
                "Mails have been waiting for more than an hour; the warnings below may tell why.",
            ),
            (
                is_over(reports, DAY),
                "A report has been waiting for more than a day for somebody to decide it.",
            ),
        ]
    }

    /// What needs somebody's attention, worst first, one sentence each.
    pub(super) fn worries(&self) -> Vec<String> {
        let mut worries = Vec::new();
        let mut worry = |is_so: bool, text: &str| {
            if is_so {
                worries.push(text.to_owned());
            }
        };
        worry(
            self.past.is_none(),
            "The database does not answer. The figures of the moment are shown, the past is not.",
        );
        worry(self.gauges.level > Level::Green, scarcity(self.gauges.level));
        worry(
            self.past.as_ref().is_some_and(|past| past.came_back(self.now)),
            "The server came back after an end without a word; the starts below tell more.",
        );
        worry(
            !self.live.channels.is_connected,
            "The servers cannot reach each other: people on different ones do not see what the others do.",
        );
        worry(
            self.traffic.errors > 0,
            "The server made errors in the last minute; the warnings below tell more.",
        );
        worry(
            self.traffic.p95 > Some(GOAL),
            "One answer in twenty takes longer than the goal of 500 ms.",
        );
        worry(
            self.traffic.bytes_out_month >= self.bandwidth_budget / 100 * NEARLY,
            "More than 90 % of this month's bandwidth is used up.",
        );
        worry(
            self.database_size
                .zip(self.database_limit)
                .is_some_and(|(size, limit)| pictures::is_full(size, limit)),
            "The database is nearly full: new pictures are refused, text still saves.",
        );
        worry(
            self.backups.is_overdue,
            "The last backup is older than it should be; the backups below tell more.",
        );
        for (is_so, text) in self.waits() {
            worry(is_so, text);
        }
        worry(
            self.forgets,
            "The disk of this instance is erased at every restart: what is saved here will be gone.",
        );
        worries
    }
}

fn scarcity(level: Level) -> &'static str {
    match level {
        Level::Green => "There is memory enough.",
        Level::Yellow => "Memory is getting scarce: no new live sockets are taken.",
        Level::Orange => "Memory is scarce: large uploads are asked to come back later.",
        Level::Red => "Memory is nearly used up: whoever is idle is sent away.",
    }
}

impl Past {
    pub(super) fn ending(&self, run: &Run, now: i64) -> Ending {
        run.ending(self.own, self.is_shared, now)
    }

    /// Whether the run before ours ended without a word, less than a day ago.
    fn came_back(&self, now: i64) -> bool {
        let own = self.runs.iter().position(|run| Some(run.id) == self.own);
        let before = own.and_then(|own| self.runs.get(own + 1));
        before.is_some_and(|run| now - run.last_alive < DAY && self.ending(run, now) == Ending::Unclean)
    }

    async fn read(app: &Arc<App>, range: Range, now: i64) -> Result<Self, Error> {
        let since = now - range.length();
        let step = range.step();
        let read = app.database.read(move |conn| {
            Ok::<_, Error>((
                history::store::curve(conn, since, step)?,
                history::store::runs(conn)?,
                Waiting {
                    outbox: outbox::waiting(conn)?,
                    reports: reports::waiting(conn)?,
                    flagged_stories: flags::flagged(conn)?,
                },
            ))
        });
        let (points, runs, waiting) = read.await?;
        Ok(Self {
            points,
            runs,
            own: app.history.run(),
            is_shared: history::is_shared(app),
            waiting,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_chooses_the_range() {
        for (query, hours) in [
            (None, 6),
            (Some("hours=1"), 1),
            (Some("a=b&hours=24"), 24),
            (Some("hours=99999"), 6),
            (Some("hours=%00"), 6),
        ] {
            assert_eq!(Range::of(query).hours(), hours, "{query:?}");
        }
        assert!(
            Range::ALL
                .iter()
                .all(|range| range.length() / range.step() <= 180)
        );
    }
}
