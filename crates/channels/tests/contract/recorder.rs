//! A member that remembers what it was told.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use channels::{Event, Member};

type Reaction = Box<dyn Fn(&str, &Event) + Send + Sync>;

#[derive(Default)]
pub(crate) struct Recorder {
    seen: Mutex<Vec<Event>>,
    reaction: Option<Reaction>,
}

impl Recorder {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Also does something with each event, before it is noted.
    pub(crate) fn reacting(reaction: impl Fn(&str, &Event) + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            seen: Mutex::default(),
            reaction: Some(Box::new(reaction)),
        })
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The messages alone, as text.
    pub(crate) fn messages(&self) -> Vec<String> {
        let text = |event| match event {
            Event::Message(message) => Some(String::from_utf8_lossy(&message).into_owned()),
            Event::Resync => None,
        };
        self.events().into_iter().filter_map(text).collect()
    }

    pub(crate) fn resyncs(&self) -> usize {
        let events = self.events();
        events.iter().filter(|event| **event == Event::Resync).count()
    }
}

impl Member for Recorder {
    fn deliver(&self, group: &str, event: &Event) {
        if let Some(reaction) = &self.reaction {
            reaction(group, event);
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(event.clone());
    }
}

pub(crate) fn text(text: impl Into<String>) -> Bytes {
    Bytes::from(text.into())
}
