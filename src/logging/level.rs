//! How much is logged, and for how long.

use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use tracing::level_filters::LevelFilter;

/// How much is logged: everything up to this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What needs a person.
    Error,
    /// And what a person should know of.
    Warn,
    /// And what happened.
    Info,
    /// And what it was made of.
    Debug,
}

impl Level {
    const ALL: [Self; 4] = [Self::Error, Self::Warn, Self::Info, Self::Debug];

    /// Reads `error`, `warn`, `info` or `debug`, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let same = |level: &Self| level.name().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(same)
    }

    /// `error`, `warn`, `info` or `debug`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }

    /// The level of an event; tracing's finest one is not used in this house.
    pub(super) fn of(level: tracing::Level) -> Option<Self> {
        match level {
            tracing::Level::ERROR => Some(Self::Error),
            tracing::Level::WARN => Some(Self::Warn),
            tracing::Level::INFO => Some(Self::Info),
            tracing::Level::DEBUG => Some(Self::Debug),
            _ => None,
        }
    }

    fn filter(self) -> LevelFilter {
        match self {
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
        }
    }
}

/// The usual level, and the instant until which everything is logged instead.
#[derive(Debug)]
pub(super) struct Threshold {
    usual: Level,
    /// [`Level`] as a number.
    now: AtomicU8,
    /// In epoch microseconds; [`NEVER`] when nothing is raised.
    until: AtomicI64,
}

const NEVER: i64 = i64::MIN;

impl Threshold {
    pub(super) fn new(usual: Level) -> Self {
        Self {
            usual,
            now: AtomicU8::new(usual as u8),
            until: AtomicI64::new(NEVER),
        }
    }

    pub(super) fn usual(&self) -> Level {
        self.usual
    }

    /// When the raised level falls back, if it is raised at the instant `now`.
    pub(super) fn until(&self, now: i64) -> Option<i64> {
        let until = self.until.load(Ordering::Relaxed);
        (until > now).then_some(until)
    }

    /// What is logged at the instant `now`: the level falls back by itself, whoever may forget to end it.
    pub(super) fn at(&self, now: i64) -> Level {
        if self.until(now).is_some() {
            Level::Debug
        } else {
            self.usual
        }
    }

    /// Whether an event of this level may be logged at `now()`; the clock is read only when it matters.
    pub(super) fn lets(&self, level: Level, now: impl FnOnce() -> i64) -> bool {
        level <= self.usual || (level as u8 <= self.now.load(Ordering::Relaxed) && level <= self.at(now()))
    }

    /// What may be logged until the level is set the next time: tracing skips the rest without asking.
    pub(super) fn filter(&self) -> LevelFilter {
        let now = self.now.load(Ordering::Relaxed);
        let known = Level::ALL.into_iter().find(|level| *level as u8 == now);
        known.unwrap_or(self.usual).filter()
    }

    /// Logs everything until this instant.
    pub(super) fn raise(&self, until: i64) {
        self.until.store(until, Ordering::Relaxed);
        self.now.store(Level::Debug as u8, Ordering::Relaxed);
        tracing::callsite::rebuild_interest_cache();
    }

    /// Back to the usual level; whether it was raised.
    pub(super) fn restore(&self) -> bool {
        if self.until.swap(NEVER, Ordering::Relaxed) == NEVER {
            return false;
        }
        self.now.store(self.usual as u8, Ordering::Relaxed);
        tracing::callsite::rebuild_interest_cache();
        true
    }

    /// Whether the time of a raised level is over and nobody has said so yet.
    pub(super) fn is_overdue(&self, now: i64) -> bool {
        let until = self.until.load(Ordering::Relaxed);
        until != NEVER && until <= now
    }
}
