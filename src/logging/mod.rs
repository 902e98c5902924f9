//! The log: what is said of the server's troubles, and how much of it.
//!
//! Warnings and errors alone, unless the settings or an operator want more for a while. What would be a line for each
//! request is counted and said once a minute; what one place in the code repeats is cut off and counted; the last
//! warnings and the number of lines are kept for those who look inside. Everything here has a fixed size.
//!
//! Knows nothing of what is logged, and no noun of the product.

#[cfg(test)]
pub(crate) mod capture;
pub mod control;
mod level;
mod line;
mod meter;
mod panics;
mod ring;
mod scrub;
mod subscriber;
mod tally;

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::callsite::Identifier;

pub use self::level::Level;
use self::level::Threshold;
use self::line::{Format, Line};
use self::meter::Meter;
use self::ring::Ring;
pub use self::ring::Warning;
use self::subscriber::Subscriber;
use self::tally::Tally;
use crate::clock::Clock;
use crate::config::Config;
use crate::wire::Timestamp;

/// The longest time for which more is logged than usual.
pub const LONGEST_RAISE: Duration = Duration::from_secs(60 * 60);
/// A request that took longer is slow, in milliseconds.
pub const SLOW: u64 = 500;

/// The kind of refusal that a status is: what a server that is well does not take on, because there is too much or no
/// room. Every other 5xx is a fault of ours.
pub fn refusal(status: u16) -> Option<&'static str> {
    match status {
        429 => Some("429"),
        503 => Some("503"),
        507 => Some("507"),
        _ => None,
    }
}

/// The log of a running server. Clones are the same log.
#[derive(Clone)]
pub struct Log(Arc<Inner>);

struct Inner {
    clock: Clock,
    threshold: Threshold,
    format: Format,
    out: Mutex<Box<dyn Write + Send>>,
    ring: Mutex<Ring>,
    meter: Mutex<Meter>,
    tally: Mutex<Tally>,
}

impl Log {
    /// Starts the log of this process, on standard error: JSON, or text on a terminal. Panics are lines of it from then
    /// on. A second start in one process leaves the first log in its place.
    pub fn start(config: &Config) -> Self {
        let format = if io::stderr().is_terminal() {
            Format::Text
        } else {
            Format::Json
        };
        let log = Self::to(io::stderr(), format, config.log_level, Clock::system());
        if tracing::subscriber::set_global_default(log.subscriber()).is_ok() {
            panics::report();
        }
        log
    }

    /// A log that nobody reads, for tests.
    pub fn silent() -> Self {
        Self::to(io::sink(), Format::Json, Level::Warn, Clock::system())
    }

    fn to(out: impl Write + Send + 'static, format: Format, usual: Level, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            clock,
            threshold: Threshold::new(usual),
            format,
            out: Mutex::new(Box::new(out)),
            ring: Mutex::new(Ring::new()),
            meter: Mutex::new(Meter::new()),
            tally: Mutex::default(),
        }))
    }

    fn subscriber(&self) -> Subscriber {
        Subscriber::new(self.clone())
    }

    /// The last 200 different warnings and errors, newest first.
    pub fn warnings(&self) -> Vec<Warning> {
        lock(&self.0.ring).newest_first()
    }

    /// Lines written in the last 60 seconds.
    pub fn lines_last_minute(&self) -> u64 {
        lock(&self.0.meter).last_minute(self.0.clock.now())
    }

    /// `error`, `warn`, `info` or `debug`: what is logged at present.
    pub fn level(&self) -> String {
        self.0.threshold.at(self.0.clock.now()).name().to_owned()
    }

    /// Logs everything for this time, at most [`LONGEST_RAISE`]; then the level falls back by itself.
    pub fn raise(&self, time: Duration) {
        if self.0.threshold.usual() == Level::Debug {
            return;
        }
        let micros = time.min(LONGEST_RAISE).as_micros();
        let until = self.0.clock.now() + i64::try_from(micros).expect("an hour is a small number");
        self.0.threshold.raise(until);
        self.say(&format!("everything is logged until {}", Timestamp(until)));
    }

    /// When a raised level falls back, in epoch microseconds.
    pub fn raised_until(&self) -> Option<i64> {
        self.0.threshold.until(self.0.clock.now())
    }

    /// Ends a raised level now.
    pub fn restore(&self) {
        if self.0.threshold.restore() {
            let usual = self.0.threshold.usual().name();
            self.say(&format!("the log is back at its usual level: {usual}"));
        }
    }

    /// Takes note of a request that was answered: a line for it at the level `debug`; counted when it was slow or refused.
    /// `route` is the pattern of the route, such as `/api/stories/{id}/`, never its path.
    pub fn answered(&self, method: &str, route: &str, status: u16, millis: u64) {
        tracing::debug!(method, route, status, millis, "answered");
        if millis > SLOW {
            self.slow(route, millis);
        }
        if let Some(kind) = refusal(status) {
            self.refused(kind);
        }
    }

    /// Counts a slow request by the pattern of its route, such as `/api/stories/{id}/`, never by its path.
    fn slow(&self, route: &str, millis: u64) {
        lock(&self.0.tally).slow(self.0.clock.now(), route, millis);
    }

    /// Counts work that was refused, by a kind such as `"503"`.
    fn refused(&self, kind: &'static str) {
        lock(&self.0.tally).refused(self.0.clock.now(), kind);
    }

    /// Says what was counted when its minute is over, and ends a raised level whose time is. To be called every few
    /// seconds.
    pub fn tick(&self) {
        let now = self.0.clock.now();
        if self.0.threshold.is_overdue(now) {
            self.restore();
        }
        let sentences = lock(&self.0.tally).take(now);
        self.say_if_let(&sentences);
    }

    /// Says what was counted so far: before the server stops.
    pub fn flush(&self) {
        let sentences = lock(&self.0.tally).take_all();
        self.say_if_let(&sentences);
    }

    fn say_if_let(&self, sentences: &[String]) {
        for sentence in sentences.iter().filter(|_| self.lets(Level::Warn)) {
            self.say(sentence);
        }
    }

    /// A warning of the log itself.
    fn say(&self, sentence: &str) {
        let line = Line::new(Level::Warn, module_path!(), sentence);
        let now = self.0.clock.now();
        self.keep(&line, now);
        self.write(&line, now);
    }

    fn lets(&self, level: Level) -> bool {
        self.0.threshold.lets(level, || self.0.clock.now())
    }

    /// Takes the line of an event, which stands at this place in the code.
    fn take(&self, line: &Line, place: Identifier) {
        let now = self.0.clock.now();
        if line.level <= Level::Warn {
            self.keep(line, now);
            if !lock(&self.0.tally).lets(now, place) {
                return;
            }
        }
        self.write(line, now);
    }

    fn keep(&self, line: &Line, now: i64) {
        lock(&self.0.ring).add(now, line.level.name(), line.target, line.summary());
    }

    fn write(&self, line: &Line, now: i64) {
        let text = line.write(self.0.format, now);
        // Where standard error is closed there is nobody left to tell.
        let _ = lock(&self.0.out).write_all(text.as_bytes());
        lock(&self.0.meter).count(now);
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Log").field(&self.0.threshold).finish()
    }
}

/// Each of these values is whole after every step, so a panic of another holder does not matter.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
