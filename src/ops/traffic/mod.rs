//! What is counted about every request: how many, how they ended, how long they took, how many bytes went out.
//!
//! Constant memory. Knows routes by their patterns only: a concrete path may hold a token or an id.

pub mod latency;
mod watch;
mod window;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::latency::Histogram;
pub use self::watch::{note_route, watch};
use self::window::Window;
use crate::logging::{SLOW, refusal};

/// The goal for a response, in microseconds: what takes longer is slow for the log, too.
pub const GOAL: u64 = SLOW * 1000;

/// The part of the server that a route belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// The API of the apps.
    Api,
    /// Stored pictures.
    Media,
    /// The handshakes of live sockets.
    Live,
    /// Pages for people.
    Pages,
    /// Health, metrics and the console: they are counted, but their pace is nobody's experience.
    Ops,
    /// No route at all, or answered before one was looked for.
    Unknown,
}

impl Area {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Api,
        Self::Media,
        Self::Live,
        Self::Pages,
        Self::Ops,
        Self::Unknown,
    ];

    /// The area of a route's pattern.
    pub fn of(pattern: Option<&str>) -> Self {
        let Some(pattern) = pattern else {
            return Self::Unknown;
        };
        let first = pattern.trim_start_matches('/').split('/').next();
        match first.unwrap_or_default() {
            "api" => Self::Api,
            "media" => Self::Media,
            "ws" => Self::Live,
            "ops" | "healthz" | "readyz" | "metrics" => Self::Ops,
            _ => Self::Pages,
        }
    }

    /// Its name in the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Media => "media",
            Self::Live => "live",
            Self::Pages => "pages",
            Self::Ops => "ops",
            Self::Unknown => "unknown",
        }
    }
}

/// One request that was answered.
#[derive(Clone, Copy, Debug)]
pub struct Answered {
    /// Where.
    pub area: Area,
    /// How.
    pub status: u16,
    /// From the last byte of the request until the head of the response was ready, in microseconds.
    pub micros: u64,
}

impl Answered {
    /// What was not taken on, because there is too much or no room.
    pub fn is_refusal(&self) -> bool {
        refusal(self.status).is_some()
    }

    /// A fault of ours.
    pub fn is_error(&self) -> bool {
        self.status >= 500 && !self.is_refusal()
    }
}

/// Counts since the start.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// By area (in the order of [`Area::ALL`]) and by the first digit of the status, from 1 to 5.
    pub by_class: [[u64; 5]; Area::ALL.len()],
    /// Answers 429.
    pub too_many: u64,
    /// Answers 503.
    pub unavailable: u64,
    /// Answers 507.
    pub no_room: u64,
    /// Faults of ours: 5xx that are no refusals.
    pub errors: u64,
    /// Requests whose client hung up before the answer was ready.
    pub abandoned: u64,
    /// Times from the last byte of the request until the head of the response was ready; without [`Area::Ops`].
    pub latency: Histogram,
    /// The sum of these times, in microseconds.
    pub latency_sum: u64,
}

impl Totals {
    /// All requests but those of [`Area::Ops`].
    pub fn requests(&self) -> u64 {
        self.latency.count()
    }

    /// Answers 429, 503 and 507.
    pub fn refusals(&self) -> u64 {
        self.too_many + self.unavailable + self.no_room
    }

    fn add(&mut self, answered: &Answered) {
        let class = usize::from(answered.status / 100).clamp(1, 5) - 1;
        self.by_class[answered.area as usize][class] += 1;
        self.too_many += u64::from(answered.status == 429);
        self.unavailable += u64::from(answered.status == 503);
        self.no_room += u64::from(answered.status == 507);
        self.errors += u64::from(answered.is_error());
        if answered.area != Area::Ops {
            self.latency.add(answered.micros);
            self.latency_sum += answered.micros;
        }
    }
}

/// How busy the server is now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Snapshot {
    /// Requests a second, over the last minute.
    pub per_second: f64,
    /// Requests of the last minute.
    pub requests: u64,
    /// The time that half of them took at most, in microseconds; nothing when there were none.
    pub p50: Option<u64>,
    /// The time that 95 of 100 took at most.
    pub p95: Option<u64>,
    /// The time that 99 of 100 took at most.
    pub p99: Option<u64>,
    /// Faults of ours (5xx that are no refusals) in the last minute.
    pub errors: u64,
    /// Answers 429, 503 and 507 in the last minute.
    pub refusals: u64,
    /// Requests that are being answered.
    pub in_flight: u64,
    /// Bytes that went out since the start.
    pub bytes_out: u64,
    /// Bytes that went out since the first of the month (UTC).
    pub bytes_out_month: u64,
}

/// The counters of a running server.
#[derive(Debug)]
pub struct Traffic {
    counters: Mutex<Counters>,
    in_flight: AtomicU64,
    bytes_out: AtomicU64,
    month: Mutex<Month>,
}

#[derive(Debug)]
struct Counters {
    window: Window,
    totals: Totals,
}

/// The bytes of the month: what the database knows of, and how much of our own count is in it.
#[derive(Clone, Copy, Debug, Default)]
struct Month {
    stored: u64,
    settled: u64,
}

impl Traffic {
    /// Nothing counted yet, at the instant `now`.
    pub fn new(now: i64) -> Self {
        Self {
            counters: Mutex::new(Counters {
                window: Window::new(now),
                totals: Totals::default(),
            }),
            in_flight: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
            month: Mutex::default(),
        }
    }

    fn counters(&self) -> MutexGuard<'_, Counters> {
        // Sums only: a panic elsewhere leaves nothing half done.
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an answer whose head is ready.
    pub fn answered(&self, now: i64, answered: Answered) {
        let mut counters = self.counters();
        counters.totals.add(&answered);
        if answered.area != Area::Ops {
            counters.window.add(now, &answered);
        }
    }

    /// Counts bytes that leave.
    pub fn sent(&self, bytes: usize) {
        self.bytes_out.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn abandoned(&self) {
        self.counters().totals.abandoned += 1;
    }

    /// Bytes that went out since the start.
    pub fn bytes_out(&self) -> u64 {
        self.bytes_out.load(Ordering::Relaxed)
    }

    /// Counts since the start.
    pub fn totals(&self) -> Totals {
        self.counters().totals.clone()
    }

    /// How busy the server is now.
    pub fn snapshot(&self, now: i64) -> Snapshot {
        let (counts, seconds) = self.counters().window.last_minute(now);
        Snapshot {
            per_second: counts.requests as f64 / seconds,
            requests: counts.requests,
            p50: counts.latency.quantile(0.5),
            p95: counts.latency.quantile(0.95),
            p99: counts.latency.quantile(0.99),
            errors: counts.errors,
            refusals: counts.refusals,
            in_flight: self.in_flight.load(Ordering::Relaxed),
            bytes_out: self.bytes_out(),
            bytes_out_month: self.bytes_out_month(),
        }
    }

    fn month(&self) -> MutexGuard<'_, Month> {
        self.month.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bytes_out_month(&self) -> u64 {
        let month = *self.month();
        month.stored + self.bytes_out().saturating_sub(month.settled)
    }

    /// Bytes that the database does not know of yet, and the count to [`Traffic::settle`] with once it does.
    pub fn unsettled(&self) -> (u64, u64) {
        let counted = self.bytes_out();
        (counted.saturating_sub(self.month().settled), counted)
    }

    /// The database knows of the first `counted` bytes; `stored` is its sum for the month.
    pub fn settle(&self, counted: u64, stored: u64) {
        *self.month() = Month {
            stored,
            settled: counted,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SECOND;

    fn answered(area: Area, status: u16) -> Answered {
        Answered {
            area,
            status,
            micros: 2_000,
        }
    }

    #[test]
    fn areas_follow_from_patterns() {
        for (pattern, area) in [
            (Some("/api/stories/{id}/"), Area::Api),
            (Some("/media/pictures/{name}"), Area::Media),
            (Some("/ws/notifications/"), Area::Live),
            (Some("/"), Area::Pages),
            (Some("/account/undo-email/{token}"), Area::Pages),
            (Some("/ops/panel"), Area::Ops),
            (Some("/healthz"), Area::Ops),
            (None, Area::Unknown),
        ] {
            assert_eq!(Area::of(pattern), area, "{pattern:?}");
        }
        for (place, area) in Area::ALL.into_iter().enumerate() {
            assert_eq!(area as usize, place);
        }
    }

    #[test]
    fn looking_at_the_server_does_not_change_its_pace() {
        let traffic = Traffic::new(0);
        traffic.answered(SECOND, answered(Area::Ops, 200));
        assert_eq!(traffic.snapshot(SECOND).requests, 0);
        assert_eq!(traffic.totals().requests(), 0);
        assert_eq!(traffic.totals().by_class[Area::Ops as usize], [0, 1, 0, 0, 0]);
        traffic.answered(SECOND, answered(Area::Api, 404));
        assert_eq!(traffic.snapshot(SECOND).requests, 1);
        assert_eq!(traffic.totals().by_class[Area::Api as usize], [0, 0, 0, 1, 0]);
    }

    #[test]
    fn refusals_are_no_errors() {
        let traffic = Traffic::new(0);
        for status in [200, 429, 500, 502, 503, 507] {
            traffic.answered(0, answered(Area::Api, status));
        }
        let now = traffic.snapshot(0);
        assert_eq!((now.errors, now.refusals), (2, 3));
        let totals = traffic.totals();
        assert_eq!((totals.errors, totals.refusals()), (2, 3));
    }

    #[test]
    fn the_month_is_what_is_stored_and_what_came_since() {
        let traffic = Traffic::new(0);
        traffic.sent(100);
        let (bytes, counted) = traffic.unsettled();
        traffic.sent(10);
        traffic.settle(counted, 5_000 + bytes);
        assert_eq!(traffic.snapshot(0).bytes_out_month, 5_110);
        assert_eq!(traffic.unsettled().0, 10);
    }
}
