//! The mailer: takes mails out of the outbox, one at a time, and hands them to the transport.
//!
//! Sending blocks, so it runs on the runtime's blocking threads: never more than one at a time, and that thread
//! goes away when mail rests. One mail is in memory at a time.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use database::Database;
use futures_util::FutureExt as _;
use tokio::sync::Notify;

use super::outbox::{self, Claimed};
use super::{Delivery, Mail, SendError, Transport, is_mailable};
use crate::clock::Clock;

/// How often the outbox is looked at unasked: for retries, and for mails that another server queued and left.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Delivers what waits in the outbox. Make one per server, and [`Mailer::run`] it once.
pub struct Mailer {
    delivery: Delivery,
    database: Database,
    clock: Clock,
    queued: Notify,
    sent: AtomicU64,
    given_up: AtomicU64,
}

/// What one step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing is due.
    Idle,
    /// A mail was sent and removed.
    Sent,
    /// A mail could not be sent now and waits for its next attempt.
    Postponed,
    /// A mail was removed unsent: refused for good, or its last attempt failed.
    GivenUp,
}

impl Mailer {
    /// A mailer that sends nothing until it is run.
    pub fn new(delivery: Delivery, database: Database, clock: Clock) -> Self {
        Self {
            delivery,
            database,
            clock,
            queued: Notify::new(),
            sent: AtomicU64::new(0),
            given_up: AtomicU64::new(0),
        }
    }

    /// Whether mail can leave at all. If not, queue nothing and answer `email_sent: false`.
    pub fn is_configured(&self) -> bool {
        matches!(self.delivery, Delivery::By(_))
    }

    /// Says that a mail was queued and committed. Cheap; many calls make one look.
    pub fn wake(&self) {
        self.queued.notify_one();
    }

    /// Mails sent since the start.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Mails given up since the start.
    pub fn given_up(&self) -> u64 {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Delivers until `stop` resolves. A mail that is on its way then is finished first, so that it is not sent
    /// again after the restart.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut was_away = false;
        loop {
            let outcome = self.deliver_due(stop.as_mut()).await;
            if let (Err(error), false) = (&outcome, was_away) {
                tracing::warn!(%error, "the mail outbox is out of reach; mails wait");
            }
            was_away = outcome.is_err();
            if matches!(outcome, Ok(Progress::Stopped)) {
                return;
            }
            tokio::select! {
                () = stop.as_mut() => return,
                () = self.queued.notified() => {}
                () = self.clock.sleep(LOOK_EVERY) => {}
            }
        }
    }

    async fn deliver_due<S>(&self, mut stop: Pin<&mut S>) -> Result<Progress, database::Error>
    where
        S: Future<Output = ()>,
    {
        loop {
            if stop.as_mut().now_or_never().is_some() {
                return Ok(Progress::Stopped);
            }
            if self.deliver_next().await? == Step::Idle {
                return Ok(Progress::Empty);
            }
        }
    }

    /// Delivers the mail that has been due longest. Everything that [`Mailer::run`] does is this step, repeated.
    pub async fn deliver_next(&self) -> Result<Step, database::Error> {
        let Delivery::By(transport) = &self.delivery else {
            return Ok(Step::Idle);
        };
        let now = self.clock.now();
        let (expired, claimed) = self
            .database
            .write(move |conn| {
                Ok::<_, database::Error>((outbox::expire(conn, now)?, outbox::claim(conn, now)?))
            })
            .await?;
        if expired > 0 {
            self.given_up.fetch_add(expired, Ordering::Relaxed);
            tracing::warn!(mails = expired, "mails have waited too long and are dropped");
        }
        let Some(Claimed {
            id,
            attempts,
            until,
            mail,
        }) = claimed
        else {
            return Ok(Step::Idle);
        };
        let (mail_kind, kind) = (mail.kind, mail.kind.as_str());
        let Err(error) = send(Arc::clone(transport), mail).await else {
            self.sent.fetch_add(1, Ordering::Relaxed);
            self.remove(id).await?;
            return Ok(Step::Sent);
        };
        let again = match error {
            SendError::Temporary(_) => outbox::next_attempt(mail_kind, attempts, self.clock.now()),
            SendError::Permanent(_) => None,
        };
        let Some(next) = again else {
            self.given_up.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(kind, attempts, %error, "a mail is given up");
            self.remove(id).await?;
            return Ok(Step::GivenUp);
        };
        tracing::debug!(kind, attempts, %error, "a mail waits for its next attempt");
        self.database
            .write(move |conn| outbox::postpone(conn, id, until, next))
            .await?;
        Ok(Step::Postponed)
    }

    async fn remove(&self, id: i64) -> Result<(), database::Error> {
        self.database.write(move |conn| outbox::remove(conn, id)).await
    }
}

/// Why [`Mailer::deliver_due`] came back.
enum Progress {
    Empty,
    Stopped,
}

async fn send(transport: Arc<dyn Transport>, mail: Mail) -> Result<(), SendError> {
    if !is_mailable(&mail.to) {
        return Err(SendError::Permanent(
            "nothing can be mailed to that address".to_owned(),
        ));
    }
    tokio::task::spawn_blocking(move || transport.send(&mail))
        .await
        .unwrap_or_else(|_| Err(SendError::Temporary("the transport panicked".to_owned())))
}
