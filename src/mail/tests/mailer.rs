use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use super::post::{Letterbox, Post};
use super::templates::a_mail;
use crate::clock::{MINUTE, SECOND};
use crate::logging::{Level, Log};
use crate::mail::mailer::Step;
use crate::mail::{Delivery, Mail, Mailer, Queued, SendError, Transport};

#[tokio::test]
async fn a_failing_mail_is_tried_five_times_over_about_an_hour() {
    let post = Post::open().await;
    let later = SendError::Temporary("later".to_owned());
    let letterbox = Letterbox::answering(&later, 9);
    let mailer = post.mailer(&letterbox);
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);

    for pause in [30 * SECOND, 2 * MINUTE, 10 * MINUTE, 45 * MINUTE] {
        assert_eq!(mailer.deliver_next().await.unwrap(), Step::Postponed);
        post.clock.advance(pause - 1);
        assert_eq!(
            mailer.deliver_next().await.unwrap(),
            Step::Idle,
            "a moment too early"
        );
        post.clock.advance(1);
    }
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::GivenUp);
    assert_eq!(
        (post.waiting().await, mailer.sent(), mailer.given_up()),
        (0, 0, 1)
    );
}

#[tokio::test]
async fn a_mail_that_fails_once_arrives_the_second_time() {
    let post = Post::open().await;
    let letterbox = Letterbox::answering(&SendError::Temporary("later".to_owned()), 1);
    let mailer = post.mailer(&letterbox);
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::Postponed);
    post.clock.advance(30 * SECOND);
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::Sent);
    assert_eq!((letterbox.taken(), post.waiting().await), (1, 0));
}

#[tokio::test]
async fn a_refused_mail_is_given_up_at_once_without_its_address_in_the_log() {
    let post = Post::open().await;
    let letterbox = Letterbox::answering(&SendError::Permanent("no".to_owned()), 1);
    let mailer = post.mailer(&letterbox);
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);

    let (log, written) = Log::captured(Level::Debug, &post.clock);
    let guard = log.listen();
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::GivenUp);
    drop(guard);

    assert_eq!((post.waiting().await, mailer.given_up()), (0, 1));
    let logged = written.text();
    let warnings: Vec<&str> = logged.lines().filter(|line| line.contains("warn")).collect();
    assert_eq!(warnings.len(), 1, "{logged}");
    assert!(
        warnings[0].contains("verification") && warnings[0].contains("no (for good)"),
        "{logged}"
    );
    assert!(!logged.contains("mira") && !logged.contains("042137"), "{logged}");
}

#[tokio::test]
async fn an_address_that_cannot_be_one_never_reaches_a_transport() {
    let post = Post::open().await;
    let letterbox = Arc::new(Letterbox::default());
    let mailer = post.mailer(&letterbox);
    let to = "mira@example.org\r\nBcc: all@example.org".to_owned();
    assert_eq!(post.queue(Mail { to, ..a_mail() }).await, Queued::Waiting);
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::GivenUp);
    assert_eq!(letterbox.taken(), 0);
}

/// A transport with a bug.
struct Broken;

impl Transport for Broken {
    fn send(&self, _: &Mail) -> Result<(), SendError> {
        panic!("a bug in a transport");
    }
}

#[tokio::test]
async fn a_panicking_transport_costs_an_attempt_and_nothing_else() {
    let post = Post::open().await;
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    assert_eq!(
        post.mailer(&Arc::new(Broken)).deliver_next().await.unwrap(),
        Step::Postponed
    );
    assert_eq!(post.waiting().await, 1);
}

#[tokio::test]
async fn without_a_way_out_nothing_moves() {
    let post = Post::open().await;
    let mailer = Mailer::new(Delivery::None, post.database.clone(), post.clock.clone());
    assert!(!mailer.is_configured());
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::Idle);
    assert_eq!(post.waiting().await, 1);
}

/// Says when a mail is on its way, and holds it there until it is let go.
struct Gate {
    on_its_way: Notify,
    let_go: Mutex<std::sync::mpsc::Receiver<()>>,
}

impl Gate {
    fn new() -> (Arc<Self>, std::sync::mpsc::SyncSender<()>) {
        let (open, let_go) = std::sync::mpsc::sync_channel(8);
        (
            Arc::new(Self {
                on_its_way: Notify::new(),
                let_go: Mutex::new(let_go),
            }),
            open,
        )
    }
}

impl Transport for Gate {
    fn send(&self, _: &Mail) -> Result<(), SendError> {
        self.on_its_way.notify_one();
        self.let_go
            .lock()
            .unwrap()
            .recv()
            .map_err(|_| SendError::Temporary("the test is over".to_owned()))
    }
}

/// Runs both to their end, well before a mailer would look around unasked.
async fn within(run: impl Future<Output = ()>, story: impl Future<Output = ()>) {
    let both = async { tokio::join!(run, story) };
    tokio::time::timeout(Duration::from_secs(10), both).await.unwrap();
}

#[tokio::test]
async fn a_stop_lets_the_mail_on_its_way_arrive_and_leaves_the_rest() {
    let post = Post::open().await;
    let (gate, open) = Gate::new();
    let mailer = post.mailer(&gate);
    for _ in 0..2 {
        assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    }
    let (stop, stopped) = oneshot::channel::<()>();
    let run = mailer.run(async { drop(stopped.await) });
    let stopping = async {
        gate.on_its_way.notified().await;
        stop.send(()).unwrap();
        // Enough for both, were the second one to follow.
        open.send(()).unwrap();
        open.send(()).unwrap();
    };
    within(run, stopping).await;
    assert_eq!((mailer.sent(), post.waiting().await), (1, 1));
}

#[tokio::test]
async fn a_running_mailer_wakes_up_when_called_even_after_the_database_was_away() {
    let post = Post::without_table();
    let (gate, open) = Gate::new();
    let mailer = post.mailer(&gate);
    let (stop, stopped) = oneshot::channel::<()>();
    let run = mailer.run(async { drop(stopped.await) });
    let day = async {
        // The mailer's first look stands before this in the writer's queue, and finds no table.
        post.create_table().await;
        assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
        mailer.wake();
        gate.on_its_way.notified().await;
        stop.send(()).unwrap();
        open.send(()).unwrap();
    };
    within(run, day).await;
    assert_eq!((mailer.sent(), post.waiting().await), (1, 0));
}
