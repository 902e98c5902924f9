//! For what happens by itself, soon.

use std::thread;
use std::time::{Duration, Instant};

/// Waits until it holds; red after twenty seconds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        thread::yield_now();
    }
}
