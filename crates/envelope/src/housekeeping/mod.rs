//! The thread that looks at the memory about once a second, and what it does about it.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::allocator;
use crate::envelope::Inner;
use crate::level::Level;
use crate::trim::{Look, Step};

/// How often it looks: three small reads of `/proc` and `/sys`. The allocator is asked more rarely.
const EVERY: Duration = Duration::from_secs(1);
/// Its stack: what is touched of it counts as memory.
const STACK: usize = 128 * 1024;
/// At level red one part in so many of all connections is asked to end every second.
const PART: usize = 8;

/// Starts the thread. It ends by itself, within a second, when the envelope is gone. Without it (no thread can be
/// started) the level stays green; the shares hold all the same.
pub(crate) fn start(inner: &Arc<Inner>) {
    let watched = Arc::downgrade(inner);
    let started = thread::Builder::new()
        .name("housekeeping".to_owned())
        .stack_size(STACK)
        .spawn(move || watch(&watched));
    if let Err(error) = started {
        tracing::error!(%error, "nobody watches the memory");
    }
}

fn watch(inner: &Weak<Inner>) {
    let start = Instant::now();
    loop {
        thread::sleep(EVERY);
        let Some(inner) = inner.upgrade() else { return };
        inner.look();
        inner.tidy(start.elapsed());
    }
}

impl Inner {
    /// Acts on what was seen last, at `now` (time since some fixed instant).
    pub(crate) fn tidy(&self, now: Duration) {
        let level = self.level();
        if level == Level::Red {
            let asked = self
                .connections
                .close_idlest(self.connections.len().div_ceil(PART));
            tracing::debug!(asked, "idle connections are given up");
        }
        let mut trim = self
            .trim
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let asks = trim.asks(now, level);
        let look = Look {
            now,
            resident: self.usage().resident,
            in_use: asks.then(allocator::in_use).flatten(),
            is_busy: self.is_busy(),
            level,
        };
        match trim.step(look) {
            Step::Wait => {}
            Step::Announce => self.trim_comes.notify_waiters(),
            Step::Trim => {
                allocator::trim();
                self.count_trim();
                trim.done(now, self.look().resident, allocator::in_use());
            }
        }
    }
}

/// Says a change of level once, for the better too: production writes warnings alone, and who has read that memory is
/// short must not wonder for how long. `was` and `is` differ.
pub(crate) fn tell(was: Level, is: Level, used: u64, limit: u64) {
    let (used, limit) = (crate::shares::mib(used), crate::shares::mib(limit));
    let what = if is > was {
        "memory is getting short"
    } else {
        "memory is less short"
    };
    tracing::warn!(%was, %is, used, limit, "{what}");
}

#[cfg(test)]
mod tests;
