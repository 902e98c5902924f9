//! Every task of the server: owned, named in the log, stopped together.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Starts tasks and ends them. Clones share one set.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// Starts a task. A panic in it is logged and ends that task alone.
    pub fn spawn<F>(&self, name: &'static str, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let guarded = async move {
            let panicked = futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(work))
                .await
                .is_err();
            if panicked {
                tracing::error!(task = name, "task panicked");
            }
        };
        self.tracker.spawn(guarded);
    }

    /// Completes when the server is to stop.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// Asks every task to stop and waits for them, at most `patience`.
    pub async fn shut_down(&self, patience: Duration) {
        self.stop.cancel();
        self.tracker.close();
        if tokio::time::timeout(patience, self.tracker.wait()).await.is_err() {
            tracing::warn!(tasks = self.tracker.len(), "some tasks did not stop in time");
        }
    }
}
