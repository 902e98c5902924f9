//! What a pause costs on this machine. A server that mostly waits finds its memory in the processor's caches when it goes on,
//! unless others have taken them: on a crowded host the same answer costs several times as much as on a calm one, and no
//! load average says so.

use std::fmt;
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

/// What is walked through: as much as fits into caches that a core has for itself.
const BYTES: usize = 2 << 20;
const LINE: usize = 64;
/// As long as a tenth of a core makes a busy group wait.
const PAUSE: Duration = Duration::from_millis(100);
/// Walks of which the median counts.
const WALKS: usize = 15;

/// Nanoseconds for a line of memory in a walk that no prefetcher foresees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caches {
    at_once: f64,
    after_pause: f64,
}

impl Caches {
    /// Walks and waits, for two seconds.
    pub(super) fn measure() -> Self {
        let next = one_circle(BYTES / LINE);
        Self {
            at_once: walks(&next, Duration::ZERO),
            after_pause: walks(&next, PAUSE),
        }
    }
}

impl fmt::Display for Caches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.0} ns for a line of memory at once and {:.0} ns after a pause of {} ms",
            self.at_once,
            self.after_pause,
            PAUSE.as_millis()
        )
    }
}

/// A line of memory that says where the next one is.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line {
    next: usize,
}

/// Lines that lead through all of them in an order without a pattern.
fn one_circle(lines: usize) -> Vec<Line> {
    let mut order: Vec<usize> = (0..lines).collect();
    // Numerical Recipes' generator: any will do.
    let mut dice: u32 = 1;
    for last in (1..lines).rev() {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        order.swap(last, dice as usize % (last + 1));
    }
    let mut circle = vec![Line { next: 0 }; lines];
    for (place, line) in order.iter().enumerate() {
        circle[*line].next = order[(place + 1) % lines];
    }
    circle
}

/// The median time for a line, each walk after a pause.
fn walks(circle: &[Line], pause: Duration) -> f64 {
    let mut times: Vec<Duration> = (0..WALKS)
        .map(|_| {
            thread::sleep(pause);
            let begun = Instant::now();
            let end = circle.iter().fold(0, |line, _| circle[line].next);
            black_box(end);
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[WALKS / 2].as_nanos() as f64 / circle.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_comes_by_every_line() {
        let circle = one_circle(1_000);
        let (mut line, mut seen) = (0, vec![false; 1_000]);
        for _ in 0..1_000 {
            seen[line] = true;
            line = circle[line].next;
        }
        assert!(line == 0 && seen.iter().all(|seen| *seen));
    }
}
