//! Every task of the server: owned, named in the log, stopped together.

use std::future::Future;
use std::time::Duration;

use futures_util::FutureExt;
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
        // Combined, not awaited in a block of its own, which would keep room for `work` twice.
        let guarded = std::panic::AssertUnwindSafe(work)
            .catch_unwind()
            .map(move |done| {
                if done.is_err() {
                    tracing::error!(task = name, "task panicked");
                }
            });
        self.tracker.spawn(guarded);
    }

    /// Does `work` to its end even if whoever waits for it goes away, as a handler does when its client hangs up: for
    /// what must not be left half done. A panic in it is the waiter's.
    pub async fn finish<T, F>(&self, name: &'static str, work: F) -> T
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let guarded = async move {
            let done = std::panic::AssertUnwindSafe(work).catch_unwind().await;
            done.inspect_err(|_| tracing::error!(task = name, "task panicked"))
        };
        match self.tracker.spawn(guarded).await {
            Ok(Ok(done)) => done,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // Nobody aborts it; it is cancelled only with the whole runtime, and so is this waiter.
            Err(_) => std::future::pending().await,
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tokio::sync::Notify;

    #[tokio::test]
    async fn what_must_be_finished_outlives_its_waiter() {
        let tasks = Tasks::default();
        let (go, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let work = {
            let (go, done) = (Arc::clone(&go), Arc::clone(&done));
            async move {
                go.notified().await;
                done.notify_one();
            }
        };
        let mut waiter = Box::pin(tasks.finish("test", work));
        assert!(futures_util::poll!(&mut waiter).is_pending());
        drop(waiter);
        go.notify_one();
        let finished = tokio::time::timeout(Duration::from_secs(10), done.notified()).await;
        assert!(finished.is_ok());
    }

    #[tokio::test]
    async fn the_waiter_gets_the_result_or_the_panic() {
        let tasks = Tasks::default();
        assert_eq!(tasks.finish("test", async { 7 }).await, 7);
        let panics = tasks.finish("test", async { panic!("on purpose") });
        let panicked = std::panic::AssertUnwindSafe(panics).catch_unwind().await;
        let panicked: Result<(), _> = panicked;
        assert!(panicked.is_err());
    }
}
