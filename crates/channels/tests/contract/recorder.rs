//! A member that remembers what it was told.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use channels::{Channels, Event, Member, Membership};

/// Nothing that is waited for takes this long, unless it never comes.
const PATIENCE: Duration = Duration::from_secs(30);

type Reaction = Box<dyn Fn(&str, &Event) + Send + Sync>;

#[derive(Default)]
pub(crate) struct Recorder {
    seen: Mutex<Vec<Event>>,
    told: Condvar,
    reaction: Option<Reaction>,
}

impl Recorder {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Also does something with each event, before it is noted.
    pub(crate) fn reacting(reaction: impl Fn(&str, &Event) + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            reaction: Some(Box::new(reaction)),
            ..Self::default()
        })
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.seen().clone()
    }

    /// The messages alone, as text.
    pub(crate) fn messages(&self) -> Vec<String> {
        messages(&self.seen())
    }

    pub(crate) fn resyncs(&self) -> usize {
        resyncs(&self.seen())
    }

    /// Waits until this message is the last one.
    pub(crate) fn wait_for(&self, message: &str) {
        let what = message.get(..20).unwrap_or(message);
        self.wait_until(what, |events| {
            let last = events.iter().rev().find(|event| **event != Event::Resync);
            last == Some(&Event::Message(text(message)))
        });
    }

    /// Waits until there are so many messages.
    pub(crate) fn wait_for_many(&self, count: usize) {
        self.wait_until("one of many", |events| messages(events).len() >= count);
    }

    /// Waits until it was told to resync more than `before` times.
    pub(crate) fn wait_for_resync(&self, before: usize) {
        self.wait_until("a resync", |events| resyncs(events) > before);
    }

    fn wait_until(&self, what: &str, holds: impl Fn(&[Event]) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        while !holds(&seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "{what} never came; there are {} events",
                seen.len()
            );
            seen = self
                .told
                .wait_timeout(seen, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Event>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Member for Recorder {
    fn deliver(&self, group: &str, event: &Event) {
        if let Some(reaction) = &self.reaction {
            reaction(group, event);
        }
        self.seen().push(event.clone());
        self.told.notify_all();
    }
}

fn messages(events: &[Event]) -> Vec<String> {
    let text = |event: &Event| match event {
        Event::Message(message) => Some(String::from_utf8_lossy(message).into_owned()),
        Event::Resync => None,
    };
    events.iter().filter_map(text).collect()
}

fn resyncs(events: &[Event]) -> usize {
    events.iter().filter(|event| **event == Event::Resync).count()
}

pub(crate) fn text(text: impl Into<String>) -> Bytes {
    Bytes::from(text.into())
}

pub(crate) fn join(channels: &Channels, group: &str, recorder: &Arc<Recorder>) -> Membership {
    let member = Arc::clone(recorder);
    channels.join(group, member)
}

/// Waits for what no member is told.
pub(crate) fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: it never came to that");
        thread::yield_now();
    }
}
