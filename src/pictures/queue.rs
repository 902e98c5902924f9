//! Who is read first when many send large bodies at the same moment.

use std::time::Duration;

use axum::Error;
use axum::body::{Body, Bytes};
use http_body::Frame;
use http_body_util::BodyExt;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout};

/// Bodies that one thread reads side by side: while one waits for the database, others go on.
const SIDE_BY_SIDE: usize = 4;
/// Whoever sends nothing for so long lets the next one pass.
const PAUSE: Duration = Duration::from_millis(1);
/// Whoever has sent so much, or has been in front for so long, lets the others pass once; most stories are through by then.
const STRETCH: usize = 4 * 1024 * 1024;
const LONGEST: Duration = Duration::from_millis(500);

/// The bodies that are read now, and those that wait in the order of their first bytes. As many wait as have room for their
/// body, each for as long as a body may take.
///
/// Thirty who save at the same moment would all be done at the end if each were read a little at a time, and whoever has
/// the next turn would find nothing of its own in the processor's caches any more. One after the other, half of them are
/// done in half the time (docs/decisions/0018-one-after-the-other.md).
pub struct Queue(Semaphore);

impl Queue {
    /// For a server with so many threads that serve.
    pub fn new(threads: usize) -> Self {
        Self(Semaphore::new(SIDE_BY_SIDE * threads))
    }

    /// A body that is read when it is its turn.
    pub fn join(&self, body: Body) -> Queued<'_> {
        Queued::new(Some(&self.0), body)
    }
}

/// One body and its place.
pub struct Queued<'a> {
    queue: Option<&'a Semaphore>,
    place: Option<SemaphorePermit<'a>>,
    body: Body,
    /// Since when it has the place, and the bytes that came since.
    since: Instant,
    stretch: usize,
    awaited: Duration,
}

impl Queued<'static> {
    /// A body that is read whenever something comes: too small to hold others up.
    pub fn at_once(body: Body) -> Self {
        Self::new(None, body)
    }
}

impl<'a> Queued<'a> {
    fn new(queue: Option<&'a Semaphore>, body: Body) -> Self {
        Self {
            queue,
            place: None,
            body,
            since: Instant::now(),
            stretch: 0,
            awaited: Duration::ZERO,
        }
    }

    /// What comes next, when it is its turn; nothing at the end. An error when nothing comes for as long as `patience`.
    pub async fn next(&mut self, patience: Duration) -> Result<Option<Result<Frame<Bytes>, Error>>, Elapsed> {
        let asked = Instant::now();
        let frame = if let Ok(frame) = timeout(PAUSE, self.body.frame()).await {
            frame
        } else {
            self.let_others_pass();
            timeout(patience, self.body.frame()).await?
        };
        self.awaited += asked.elapsed();
        if self.stretch > STRETCH || self.since.elapsed() > LONGEST {
            self.let_others_pass();
        }
        if let (Some(queue), None) = (self.queue, &self.place) {
            // Nobody closes the queue; without one every body would be read at once.
            self.place = queue.acquire().await.ok();
            self.since = Instant::now();
            self.stretch = 0;
        }
        let came = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
        self.stretch += came.map_or(0, Bytes::len);
        Ok(frame)
    }

    /// Gives its place up until more comes. Call it before waiting for anything else, above all for what others hold who
    /// wait for a place.
    pub fn let_others_pass(&mut self) {
        self.place = None;
    }

    /// For how long its sender was waited for.
    pub fn awaited(&self) -> Duration {
        self.awaited
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Mutex;

    use futures_util::StreamExt;
    use futures_util::future::join_all;
    use futures_util::stream;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(15);

    /// A body of so many frames, between which others may run.
    fn body(frames: usize, bytes: usize) -> Body {
        let frames = stream::iter(0..frames).then(move |_| async move {
            tokio::task::yield_now().await;
            Ok::<_, Infallible>(Bytes::from(vec![0; bytes]))
        });
        Body::from_stream(frames)
    }

    async fn read(mut body: Queued<'_>) {
        while body.next(PATIENCE).await.unwrap().is_some() {}
    }

    /// The names of the bodies in the order in which they were done.
    async fn order(queue: &Queue, bodies: Vec<(&'static str, Body)>) -> Vec<&'static str> {
        let done = Mutex::new(Vec::new());
        join_all(bodies.into_iter().map(|(name, body)| {
            let done = &done;
            async move {
                read(queue.join(body)).await;
                done.lock().unwrap().push(name);
            }
        }))
        .await;
        done.into_inner().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_came_first_is_done_first() {
        let long = ["first", "second", "third", "fourth"].map(|name| (name, body(100, 1024)));
        let short = ["fifth", "sixth"].map(|name| (name, body(2, 1024)));
        let order = order(&Queue::new(1), long.into_iter().chain(short).collect()).await;
        assert_eq!(order, ["first", "second", "third", "fourth", "fifth", "sixth"]);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_has_sent_much_lets_others_pass() {
        let giants = [(); 4].map(|()| ("giant", body(64, 1 << 20)));
        let order = order(
            &Queue::new(1),
            giants.into_iter().chain([("story", body(2, 1024))]).collect(),
        )
        .await;
        assert_eq!(order, ["story", "giant", "giant", "giant", "giant"]);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_sends_nothing_lets_others_pass() {
        let queue = Queue::new(1);
        let silent = || Body::from_stream(body(1, 1024).into_data_stream().chain(stream::pending()));
        let silent = join_all((0..40).map(|_| read(queue.join(silent()))));
        let begun = Instant::now();
        tokio::select! {
            _ = silent => panic!("they never end"),
            () = read(queue.join(body(100, 1024))) => {}
        }
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_drips_lets_others_pass() {
        let queue = Queue::new(1);
        let dripping = || {
            Body::from_stream(stream::repeat(()).then(|()| async {
                tokio::time::advance(PAUSE / 100).await;
                Ok::<_, Infallible>(Bytes::from_static(b"drip"))
            }))
        };
        let dripping = join_all((0..4).map(|_| read(queue.join(dripping()))));
        let begun = Instant::now();
        tokio::select! {
            _ = dripping => panic!("they never end"),
            () = read(queue.join(body(100, 1024))) => {}
        }
        assert!(begun.elapsed() < 2 * LONGEST, "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_waited_for_longer_than_the_patience() {
        let mut silent = Queued::at_once(Body::from_stream(stream::pending::<Result<Bytes, Infallible>>()));
        let begun = Instant::now();
        assert!(silent.next(PATIENCE).await.is_err());
        assert!(begun.elapsed() < PATIENCE + 2 * PAUSE);
    }
}
