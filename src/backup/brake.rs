//! Keeps a backup from taking what the server needs: rests between short pieces of work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::failure::Failure;

/// Bytes in one piece of work: less than a millisecond.
const PIECE: usize = 32 << 10;
/// The part of the CPU that there is which a backup beside a server may take.
const SHARE: f64 = 0.1;
/// A piece that was held up by something else is not paid for with more than this.
const LONGEST_REST: Duration = Duration::from_millis(250);

/// Between two pieces of work. Clones stop together.
#[derive(Clone, Debug)]
pub struct Brake {
    /// Rest for each second of work.
    rest: f64,
    stop: Arc<AtomicBool>,
    began: Instant,
    bytes: usize,
}

impl Brake {
    /// Never brakes: for a process of its own.
    pub fn released() -> Self {
        Self::with_rest(0.0)
    }

    /// For work beside a server that has `cpu` cores, or a part of one.
    pub fn beside_a_server(cpu: f64) -> Self {
        let share = (cpu * SHARE).clamp(0.01, 1.0);
        Self::with_rest(1.0 / share - 1.0)
    }

    fn with_rest(rest: f64) -> Self {
        Self {
            rest,
            stop: Arc::default(),
            began: Instant::now(),
            bytes: 0,
        }
    }

    /// Ends the work at its next piece.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Counts work that was done, and rests where it is time to.
    pub(super) fn did(&mut self, bytes: usize) -> Result<(), Failure> {
        self.bytes += bytes;
        if self.bytes < PIECE {
            return Ok(());
        }
        if self.stop.load(Ordering::Relaxed) {
            return Err(Failure::Stopped);
        }
        if self.rest > 0.0 {
            thread::sleep(self.began.elapsed().mul_f64(self.rest).min(LONGEST_REST));
        }
        self.bytes = 0;
        self.began = Instant::now();
        Ok(())
    }
}
