//! Work that goes on after the answer, so that its pace tells nothing: at most so much of it at a time.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Semaphore;

use crate::tasks::Tasks;

/// Errands at a time; the limits of whoever asks for them keep it far below.
const PLACES: usize = 32;

/// Runs errands.
#[derive(Debug)]
pub struct Errands {
    places: Arc<Semaphore>,
    dropped: AtomicU64,
}

impl Default for Errands {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(PLACES)),
            dropped: AtomicU64::new(0),
        }
    }
}

impl Errands {
    /// Starts `work`, or drops it when too much is under way.
    pub fn run<F>(&self, tasks: &Tasks, name: &'static str, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let dropped = self.dropped.fetch_add(1, Ordering::Relaxed) + 1;
            tracing::warn!(errand = name, dropped, "too many errands; one was dropped");
            return;
        };
        tasks.spawn(name, async move {
            let _place = place;
            work.await;
        });
    }

    /// Whether none is under way.
    pub fn is_idle(&self) -> bool {
        self.places.available_permits() == PLACES
    }
}
