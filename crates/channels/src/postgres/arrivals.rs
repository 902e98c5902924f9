//! Notifications that wait until the one before them has been delivered, whose message may have to be read first.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// So many bytes wait. When it is more, all of them go and every group resyncs.
const BYTES: usize = 4 * 1024 * 1024;
/// What one costs beside its text.
const EACH: usize = 64;

#[derive(Default)]
pub(super) struct Arrivals {
    queue: Mutex<Queue>,
    filled: Notify,
}

#[derive(Default)]
struct Queue {
    payloads: VecDeque<String>,
    bytes: usize,
    is_missed: bool,
}

/// What is to be done next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    Payload(String),
    /// Some were given up here, before everything that still waits.
    Missed,
}

impl Arrivals {
    /// Never waits.
    pub(super) fn push(&self, payload: &str) {
        let mut queue = self.lock();
        let size = payload.len() + EACH;
        if queue.bytes + size > BYTES {
            queue.payloads = VecDeque::new();
            queue.bytes = 0;
            queue.is_missed = true;
        }
        queue.bytes += size;
        queue.payloads.push_back(payload.to_owned());
        drop(queue);
        self.filled.notify_one();
    }

    /// Waits for the next one.
    pub(super) async fn next(&self) -> Arrival {
        loop {
            if let Some(arrival) = self.lock().next() {
                return arrival;
            }
            self.filled.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn next(&mut self) -> Option<Arrival> {
        if std::mem::take(&mut self.is_missed) {
            return Some(Arrival::Missed);
        }
        let payload = self.payloads.pop_front()?;
        self.bytes -= payload.len() + EACH;
        Some(Arrival::Payload(payload))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_too_much_is_given_up_and_told() {
        let arrivals = Arrivals::default();
        let long = "x".repeat(BYTES / 4);
        for _ in 0..4 {
            arrivals.push(&long);
        }
        arrivals.push("after");
        assert_eq!(arrivals.next().await, Arrival::Missed);
        assert_eq!(arrivals.next().await, Arrival::Payload(long));
        assert_eq!(arrivals.next().await, Arrival::Payload("after".to_owned()));
    }
}
