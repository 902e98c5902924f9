use std::sync::{Arc, Mutex};

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::tell;
use crate::level::Level;

/// Keeps the level of every line.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<tracing::Level>>>);

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push(*event.metadata().level());
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn production_is_told_of_both_directions() {
    let lines = Lines::default();
    tracing::subscriber::with_default(lines.clone(), || {
        tell(Level::Yellow, Level::Orange, 85, 100);
        tell(Level::Orange, Level::Green, 10, 100);
    });
    assert_eq!(*lines.0.lock().unwrap(), [tracing::Level::WARN; 2]);
}
