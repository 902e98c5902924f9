//! A log that tests read.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::{Format, Level, Log, lock};
use crate::clock::Clock;

/// What was written so far.
#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(lock(&self.0).clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// A log at this usual level, as JSON.
    pub(crate) fn captured(usual: Level, clock: &Clock) -> (Self, Captured) {
        let captured = Captured::default();
        let log = Self::to(captured.clone(), Format::Json, usual, clock.clone());
        (log, captured)
    }

    /// Takes what this thread says until the guard is dropped.
    pub(crate) fn listen(&self) -> tracing::subscriber::DefaultGuard {
        tracing::subscriber::set_default(self.subscriber())
    }
}
