//! Where the events of the code arrive: ours pass when the level lets them, those of libraries never do.
//!
//! A subscriber of our own because the log needs every event in its hands anyway (the ring, the meter, the cut-off) and
//! nobody uses spans, which are what a library's registry would be for.

use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata};

use super::{Level, Line, Log};

/// The crates whose words are known to hold no personal data. What others say at the level `debug` is not ours to
/// answer for: request heads, statements, addresses.
const OURS: [&str; 4] = ["tinytales", "channels", "database", "envelope"];

/// Hands events to a [`Log`].
pub(super) struct Subscriber(Log);

impl Subscriber {
    pub(super) fn new(log: Log) -> Self {
        Self(log)
    }
}

impl tracing::Subscriber for Subscriber {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.is_event() && is_ours(metadata.target()) {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
        Some(self.0.0.threshold.filter())
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let level = Level::of(*metadata.level());
        metadata.is_event() && is_ours(metadata.target()) && level.is_some_and(|level| self.0.lets(level))
    }

    fn event(&self, event: &Event<'_>) {
        if let Some(line) = Line::of(event) {
            self.0.take(&line, event.metadata().callsite());
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn is_ours(target: &str) -> bool {
    OURS.contains(&target.split("::").next().unwrap_or_default())
}
