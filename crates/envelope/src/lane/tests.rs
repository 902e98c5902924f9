use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::task::{Context, Poll, Waker};

use super::*;

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
/// How long a test waits for another thread before it fails.
const SOON: Duration = Duration::from_secs(10);
/// Longer than any test lasts.
const FOREVER: Duration = Duration::from_hours(1);

fn options() -> Options {
    Options {
        name: "test-lane".to_owned(),
        share: 1.0,
        queue: 32,
        longest_wait: 8 * SECOND,
        idle: FOREVER,
        first_cost: MS,
    }
}

/// A time that only the test moves. CPU and wall time go together.
#[derive(Clone, Default)]
struct Manual {
    now: Arc<AtomicU64>,
    paused: Arc<AtomicU64>,
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap()
}

impl Manual {
    fn pass(&self, duration: Duration) {
        self.now.fetch_add(millis(duration), Ordering::SeqCst);
    }

    fn paused(&self) -> Duration {
        Duration::from_millis(self.paused.load(Ordering::SeqCst))
    }
}

impl Time for Manual {
    fn wall(&self) -> Duration {
        Duration::from_millis(self.now.load(Ordering::SeqCst))
    }

    fn cpu(&self) -> Duration {
        self.wall().saturating_sub(self.paused())
    }

    fn pause(&self, duration: Duration) {
        self.paused.fetch_add(millis(duration), Ordering::SeqCst);
        self.pass(duration);
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A job that has begun and ends when the test says so.
struct Blocked<F> {
    end: SyncSender<()>,
    job: Pin<Box<F>>,
}

fn block<W: 'static>(lane: &Lane<W>) -> Blocked<impl Future<Output = Result<(), Error>>> {
    let (end, may_end) = mpsc::sync_channel(1);
    let (begin, has_begun) = mpsc::sync_channel(1);
    let mut job = Box::pin(lane.run(move |_| {
        begin.send(()).unwrap();
        may_end.recv().unwrap();
    }));
    assert!(poll(job.as_mut()).is_pending());
    has_begun.recv().unwrap();
    Blocked { end, job }
}

impl<F: Future<Output = Result<(), Error>>> Blocked<F> {
    async fn finish(self) {
        self.end.send(()).unwrap();
        self.job.await.unwrap();
    }
}

/// Offers a job that must be refused, not wait.
#[track_caller]
fn refusal(lane: &Lane<()>) -> Refused {
    match poll(pin!(lane.run(|()| ()))) {
        Poll::Ready(Err(Error::Busy(refused))) => refused,
        other => panic!("not refused: {other:?}"),
    }
}

/// A workspace that counts its jobs and says when it is dropped.
struct Notebook {
    jobs: usize,
    dropped: SyncSender<usize>,
}

impl Drop for Notebook {
    fn drop(&mut self) {
        let _ = self.dropped.send(self.jobs);
    }
}

fn with_notebook(options: Options) -> (Lane<Notebook>, Receiver<usize>) {
    let (dropped, drops) = mpsc::sync_channel(8);
    let lane = Lane::start(options, move || Notebook {
        jobs: 0,
        dropped: dropped.clone(),
    })
    .unwrap();
    (lane, drops)
}

fn count(notebook: &mut Notebook) -> usize {
    notebook.jobs += 1;
    notebook.jobs
}

#[tokio::test]
async fn jobs_run_on_the_lanes_thread_one_after_the_other() {
    let lane = Lane::start(options(), || ()).unwrap();
    let name = lane.run(|()| thread::current().name().map(str::to_owned)).await;
    assert_eq!(name, Ok(Some("test-lane".to_owned())));
    assert_eq!(lane.run(|()| 6 * 7).await, Ok(42));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn only_the_lanes_thread_has_the_lowest_priority() {
    let priority = || rustix::process::getpriority_process(Some(rustix::thread::gettid())).unwrap();
    let before = priority();
    let lane = Lane::start(options(), || ()).unwrap();
    assert_eq!(lane.run(move |()| priority()).await, Ok(19));
    assert_eq!(priority(), before);
}

#[tokio::test]
async fn the_workspace_is_reused() {
    let (lane, drops) = with_notebook(options());
    for job in 1..=3 {
        assert_eq!(lane.run(count).await, Ok(job));
    }
    assert!(drops.try_recv().is_err());
}

#[tokio::test]
async fn the_workspace_is_dropped_when_idle_and_made_again() {
    let (lane, drops) = with_notebook(Options {
        idle: MS,
        ..options()
    });
    assert_eq!(lane.run(count).await, Ok(1));
    assert_eq!(drops.recv_timeout(SOON), Ok(1));
    assert_eq!(lane.run(count).await, Ok(1));
}

#[tokio::test]
async fn a_panic_reaches_its_caller_only() {
    let (lane, drops) = with_notebook(options());
    assert_eq!(lane.run(count).await, Ok(1));
    let panicked = lane.run(|_| panic!("on purpose")).await;
    assert_eq!(panicked, Err::<(), _>(Error::Panicked));
    // The workspace that saw the panic is gone.
    assert_eq!(drops.recv_timeout(SOON), Ok(1));
    assert_eq!(lane.run(count).await, Ok(1));
}

#[tokio::test]
async fn a_full_queue_refuses() {
    let lane = Lane::start(
        Options {
            queue: 3,
            first_cost: SECOND,
            ..options()
        },
        || (),
    )
    .unwrap();
    let blocked = block(&lane);
    let mut waiting: Vec<_> = (0..3).map(|_| Box::pin(lane.run(|()| ()))).collect();
    for job in &mut waiting {
        assert!(poll(job.as_mut()).is_pending());
    }

    assert_eq!(refusal(&lane).expected_wait, 4 * SECOND);

    blocked.finish().await;
    for job in waiting {
        job.await.unwrap();
    }
}

#[tokio::test]
async fn too_long_a_wait_refuses_and_says_how_long() {
    // Half of a quota of one core: a job of 1.5 s occupies the lane for 3 s.
    let lane = Lane::start_with(
        Options {
            share: 0.5,
            first_cost: 1_500 * MS,
            ..options()
        },
        || (),
        Manual::default(),
    )
    .unwrap();
    let blocked = block(&lane);
    let mut second = pin!(lane.run(|()| ()));
    let mut third = pin!(lane.run(|()| ()));
    assert!(poll(second.as_mut()).is_pending(), "3 s to wait");
    assert!(poll(third.as_mut()).is_pending(), "6 s to wait");

    assert_eq!(refusal(&lane).retry_after(), 9);
    assert_eq!(lane.waiting(), 3);

    blocked.finish().await;
    second.await.unwrap();
    third.await.unwrap();
}

#[tokio::test]
async fn the_expected_wait_follows_what_jobs_really_cost() {
    let time = Manual::default();
    let lane = Lane::start_with(options(), || (), time.clone()).unwrap();
    for _ in 0..50 {
        let time = time.clone();
        lane.run(move |()| time.pass(5 * SECOND)).await.unwrap();
    }
    let blocked = block(&lane);
    let mut second = pin!(lane.run(|()| ()));
    assert!(poll(second.as_mut()).is_pending(), "nearly 5 s to wait");
    assert_eq!(refusal(&lane).retry_after(), 10);
    blocked.finish().await;
    second.await.unwrap();
}

#[tokio::test]
async fn an_idle_lane_takes_any_job() {
    let lane = Lane::start(
        Options {
            first_cost: FOREVER,
            ..options()
        },
        || (),
    )
    .unwrap();
    assert_eq!(lane.run(|()| 1).await, Ok(1));
}

#[tokio::test]
async fn a_lane_keeps_to_its_share() {
    let time = Manual::default();
    let lane = Lane::start_with(
        Options {
            share: 0.05,
            ..options()
        },
        || (),
        time.clone(),
    )
    .unwrap();
    for _ in 0..3 {
        let time = time.clone();
        lane.run(move |()| time.pass(33 * MS)).await.unwrap();
    }
    // When the fourth begins, three have been paid for: 660 ms each.
    let begin = time.clone();
    assert_eq!(lane.run(move |()| begin.wall()).await, Ok(1_980 * MS));
    assert_eq!(time.paused(), 3 * 627 * MS);
}

#[tokio::test]
async fn a_lane_with_a_core_of_its_own_never_pauses() {
    let time = Manual::default();
    let lane = Lane::start_with(options(), || (), time.clone()).unwrap();
    for _ in 0..3 {
        let time = time.clone();
        lane.run(move |()| time.pass(33 * MS)).await.unwrap();
    }
    lane.run(|()| ()).await.unwrap();
    assert_eq!(time.paused(), Duration::ZERO);
}

#[tokio::test]
async fn the_job_of_a_caller_that_left_is_skipped_and_makes_room() {
    let lane = Lane::start(
        Options {
            queue: 1,
            ..options()
        },
        || (),
    )
    .unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let job = || {
        let done = Arc::clone(&done);
        lane.run(move |()| done.fetch_add(1, Ordering::SeqCst))
    };
    let blocked = block(&lane);

    let mut left = Box::pin(job());
    assert!(poll(left.as_mut()).is_pending());
    drop(left);
    let mut stayed = pin!(job());
    assert!(
        poll(stayed.as_mut()).is_pending(),
        "the place of the one that left is free"
    );

    blocked.finish().await;
    assert_eq!(stayed.await, Ok(0));
    assert_eq!(done.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_thread_skips_a_job_whose_caller_left_while_it_waited() {
    let lane = Lane::start(options(), || ()).unwrap();
    let blocked = block(&lane);
    let (ran, runs) = mpsc::sync_channel(1);
    let mut left = Box::pin(lane.run(move |()| ran.send(()).unwrap()));
    assert!(poll(left.as_mut()).is_pending());
    drop(left);
    blocked.finish().await;
    // Its closure was dropped, and the sender with it, without running.
    assert!(runs.recv().is_err());
}

#[tokio::test]
async fn the_thread_ends_with_the_lane() {
    let (lane, drops) = with_notebook(options());
    lane.run(count).await.unwrap();
    drop(lane);
    assert_eq!(drops.recv_timeout(SOON), Ok(1));
}

#[test]
fn half_of_the_quota_is_the_share() {
    let options = Options::half_of(0.1, "hashing");
    assert!((options.share - 0.05).abs() < 1e-9);
    assert_eq!(
        (options.queue, options.longest_wait, options.idle),
        (32, 8 * SECOND, 5 * SECOND)
    );
}

#[test]
fn the_machines_time_counts_work_but_not_pauses_as_cpu() {
    let time = ThreadTime::new();
    let (wall, cpu) = (time.wall(), time.cpu());
    time.pause(5 * MS);
    let (took, used) = (time.wall().abs_diff(wall), time.cpu().abs_diff(cpu));
    assert!(took >= 5 * MS && used < 5 * MS, "took {took:?}, used {used:?}");

    let enough = time.cpu() + MS;
    while time.cpu() < enough {
        std::hint::black_box(());
    }
}
