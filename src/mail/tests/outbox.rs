use std::sync::Arc;

use database::Error;

use super::post::{Letterbox, Post, START};
use super::templates::a_mail;
use crate::clock::{DAY, HOUR, SECOND};
use crate::mail::mailer::Step;
use crate::mail::outbox::{self, CAPACITY, CLAIM, MAX_ATTEMPTS, MAX_LETTER_ATTEMPTS};
use crate::mail::{Kind, Mail, Queued, SendError, queue};

#[tokio::test]
async fn a_queued_mail_is_sent_once_as_it_was() {
    let post = Post::open().await;
    let letterbox = Arc::new(Letterbox::default());
    let mailer = post.mailer(&letterbox);
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::Idle);

    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::Sent);
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::Idle);
    assert_eq!(*letterbox.taken.lock().unwrap(), [a_mail()]);
    assert_eq!(
        (post.waiting().await, mailer.sent(), mailer.given_up()),
        (0, 1, 0)
    );
}

#[tokio::test]
async fn the_oldest_leaves_first() {
    let post = Post::open().await;
    let letterbox = Arc::new(Letterbox::default());
    let mailer = post.mailer(&letterbox);
    for subject in ["1", "2", "3"] {
        assert_eq!(
            post.queue(Mail {
                subject: subject.to_owned(),
                ..a_mail()
            })
            .await,
            Queued::Waiting
        );
    }
    while mailer.deliver_next().await.unwrap() == Step::Sent {}
    let subjects: Vec<String> = letterbox
        .taken
        .lock()
        .unwrap()
        .iter()
        .map(|mail| mail.subject.clone())
        .collect();
    assert_eq!(subjects, ["1", "2", "3"]);
}

#[tokio::test]
async fn a_mail_shares_the_fate_of_its_transaction() {
    let post = Post::open().await;
    let undone: Result<Queued, Error> = post
        .database
        .write(|conn| {
            let _ = queue(conn, &a_mail(), START)?;
            Err(Error::Missing)
        })
        .await;
    assert!(undone.is_err());
    assert_eq!(post.waiting().await, 0);
}

#[tokio::test]
async fn a_full_outbox_takes_no_more_and_keeps_the_rest_of_the_transaction() {
    let post = Post::open().await;
    let filled: Result<Queued, Error> = post
        .database
        .write(|conn| {
            for _ in 1..CAPACITY {
                let _ = queue(conn, &a_mail(), START)?;
            }
            queue(conn, &a_mail(), START)
        })
        .await;
    assert_eq!(filled.unwrap(), Queued::Waiting);
    assert_eq!(post.queue(a_mail()).await, Queued::Full);
    assert_eq!(post.waiting().await, CAPACITY);

    let mailer = post.mailer(&Arc::new(Letterbox::default()));
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::Sent);
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    assert_eq!(post.queue(a_mail()).await, Queued::Full);
}

#[tokio::test]
async fn a_crash_between_sending_and_removing_sends_again_and_never_at_the_same_time() {
    let post = Post::open().await;
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    // One server claims the mail, sends it, and is killed before it can remove it.
    let claimed = post
        .database
        .write(|conn| outbox::claim(conn, START))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((claimed.attempts, claimed.until), (1, START + CLAIM));

    let letterbox = Arc::new(Letterbox::default());
    let other = post.mailer(&letterbox);
    post.clock.advance(CLAIM - 1);
    assert_eq!(other.deliver_next().await.unwrap(), Step::Idle, "the claim holds");
    post.clock.advance(1);
    assert_eq!(other.deliver_next().await.unwrap(), Step::Sent);
    assert_eq!((letterbox.taken(), post.waiting().await), (1, 0));
}

#[tokio::test]
async fn a_claimed_mail_does_not_hold_up_the_others() {
    let post = Post::open().await;
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    assert_eq!(
        post.queue(Mail {
            kind: Kind::EmailChanged,
            ..a_mail()
        })
        .await,
        Queued::Waiting
    );
    post.database
        .write(|conn| outbox::claim(conn, START))
        .await
        .unwrap()
        .unwrap();

    let letterbox = Arc::new(Letterbox::default());
    assert_eq!(post.mailer(&letterbox).deliver_next().await.unwrap(), Step::Sent);
    assert_eq!(letterbox.taken.lock().unwrap()[0].kind, Kind::EmailChanged);
}

#[tokio::test]
async fn a_late_failure_does_not_take_the_claim_from_who_has_it_now() {
    let post = Post::open().await;
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    let slow = post
        .database
        .write(|conn| outbox::claim(conn, START))
        .await
        .unwrap()
        .unwrap();
    let now = START + CLAIM;
    let quick = post
        .database
        .write(move |conn| outbox::claim(conn, now))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(slow.id, quick.id);

    let (id, until) = (slow.id, slow.until);
    post.database
        .write(move |conn| outbox::postpone(conn, id, until, now))
        .await
        .unwrap();
    assert!(
        post.database
            .write(move |conn| outbox::claim(conn, now))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_mail_that_kills_every_server_is_dropped_after_its_last_attempt() {
    let post = Post::open().await;
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    for _ in 0..MAX_ATTEMPTS {
        let now = post.clock.now();
        assert!(
            post.database
                .write(move |conn| outbox::claim(conn, now))
                .await
                .unwrap()
                .is_some()
        );
        post.clock.advance(CLAIM);
    }
    let letterbox = Arc::new(Letterbox::default());
    let mailer = post.mailer(&letterbox);
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::Idle);
    assert_eq!(
        (letterbox.taken(), post.waiting().await, mailer.given_up()),
        (0, 0, 1)
    );
}

#[tokio::test]
async fn a_mail_of_yesterday_is_dropped() {
    let post = Post::open().await;
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    post.clock.advance(DAY - 1);
    assert_eq!(
        post.queue(Mail {
            kind: Kind::EmailChanged,
            ..a_mail()
        })
        .await,
        Queued::Waiting
    );
    post.clock.advance(1);
    let letterbox = Arc::new(Letterbox::default());
    let mailer = post.mailer(&letterbox);
    while mailer.deliver_next().await.unwrap() == Step::Sent {}
    let kinds: Vec<Kind> = letterbox
        .taken
        .lock()
        .unwrap()
        .iter()
        .map(|mail| mail.kind)
        .collect();
    assert_eq!((kinds, mailer.given_up()), (vec![Kind::EmailChanged], 1));
}

#[tokio::test]
async fn a_mail_has_the_same_id_each_time_and_no_other_has_it() {
    let post = Post::open().await;
    let letterbox = Letterbox::answering(&SendError::Temporary("later".to_owned()), 1);
    let mailer = post.mailer(&letterbox);
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::Postponed);
    // It is taken, and the server dies before it can remove it.
    post.clock.advance(30 * SECOND);
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::Sent);
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    assert_eq!(mailer.deliver_next().await.unwrap(), Step::Sent);
    let ids = letterbox.ids.lock().unwrap().clone();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2]);
    assert!(ids.iter().all(|id| id.len() == 32), "{ids:?}");
}

#[tokio::test]
async fn letters_wait_behind_what_somebody_waits_for_and_are_tried_for_longer() {
    let post = Post::open().await;
    let letter = Mail {
        kind: Kind::WeeklyReport,
        unsubscribe: Some("https://tales.example.org/x".to_owned()),
        ..a_mail()
    };
    assert_eq!(post.queue(letter.clone()).await, Queued::Waiting);
    post.clock.advance(SECOND);
    assert_eq!(post.queue(a_mail()).await, Queued::Waiting);
    let letterbox = Arc::new(Letterbox::default());
    let mailer = post.mailer(&letterbox);
    while mailer.deliver_next().await.unwrap() == Step::Sent {}
    assert_eq!(*letterbox.taken.lock().unwrap(), [a_mail(), letter.clone()]);

    let failing = Letterbox::answering(&SendError::Temporary("later".to_owned()), 99);
    let mailer = post.mailer(&failing);
    assert_eq!(post.queue(letter.clone()).await, Queued::Waiting);
    let mut attempts = 1;
    while mailer.deliver_next().await.unwrap() == Step::Postponed {
        attempts += 1;
        post.clock.advance(12 * HOUR);
    }
    assert_eq!(
        (attempts, mailer.given_up()),
        (MAX_LETTER_ATTEMPTS - 2, 1),
        "three days are over"
    );
    assert_eq!(post.waiting().await, 0);
}
