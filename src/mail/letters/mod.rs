//! Letters that go out by themselves to parents and teachers: the week of their children on Mondays, what these achieved
//! within an hour, and goals that they reached.
//!
//! Owns the table `letters`. The row that says that somebody has had a letter is written in the transaction that queues
//! it: whatever stops a server, wherever it stops, and however many servers do the same, each letter is queued once. What
//! is looked at is decided by the clock alone, never by what this server did before, so that one that was away goes on
//! where the others stopped: within the week for the report, within a day for the rest.
//!
//! It reads the tables of others for figures, and who is linked to whom by what `family` and `classroom` say; it writes
//! none of them. Whoever runs no mail writes no letters, and owes none later.

mod alerts;
mod goals;
pub mod periods;
pub mod store;
mod texts;
mod unsubscribing;
mod weekly;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use self::alerts::prepare as prepare_alerts;
pub use self::goals::prepare as prepare_goals;
pub use self::store::Letter;
pub use self::unsubscribing::{Subject, read as read_unsubscribe_token, unsubscribe, unsubscribe_link};
pub use self::weekly::prepare as prepare_weekly;
use crate::app::App;
use crate::background::pause;
use crate::clock::{DAY, HOUR, MINUTE};
use crate::wire::Error;

/// How often it is looked whether there is something to write.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Adults whose letters are written together.
pub const TOGETHER: usize = 10;
/// Children whose goals are looked at together.
const LOOKED_AT: usize = 50;
/// How far back a server looks that was away.
const LOOKS_BACK: i64 = DAY;
/// How long after the end of an hour it is told of: what was under way then is in the database.
const SETTLED: i64 = 2 * MINUTE;

/// How far this server has come. Only saves looking: what it forgets is looked up again.
#[derive(Debug, Default)]
pub struct Letters(Mutex<Done>);

#[derive(Clone, Debug, Default)]
struct Done {
    /// The week whose reports are all queued.
    week: Option<String>,
    /// The end of the last hour that is told of.
    until: Option<i64>,
}

impl Letters {
    fn done(&self) -> MutexGuard<'_, Done> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a look came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Nothing is left to write.
    Done,
    /// The outbox is full enough, or enough was done for one look: the next one goes on.
    GoesOn,
}

/// Letters of several adults or children, and where the next ones begin.
#[derive(Debug)]
pub struct Batch {
    /// To be queued.
    pub letters: Vec<Letter>,
    /// The id behind which the next ones are; nothing when these were the last.
    pub after: Option<i64>,
}

/// Starts what a server does about this by itself.
pub fn start(app: &Arc<App>) {
    let writing = Arc::clone(app);
    app.tasks.spawn("write letters", async move {
        while pause(&writing, LOOK_EVERY).await {
            // A stop need not wait for all of them: what is queued is queued, the next start goes on.
            let done = tokio::select! {
                () = writing.tasks.stopping() => return,
                done = round(&writing, usize::MAX) => done,
            };
            if let Err(error) = done {
                tracing::warn!(%error, "could not write letters; they are written later");
            }
        }
    });
}

/// Looks what is due and queues it, so many batches of letters at most.
pub async fn round(app: &App, most: usize) -> Result<Round, Error> {
    if !app.mail.is_configured() {
        return Ok(Round::Done);
    }
    let mut left = most;
    // Those of the hour are told within a day or never, those of the week have all of it.
    if hours(app, &mut left).await? == Round::GoesOn {
        return Ok(Round::GoesOn);
    }
    weekly(app, &mut left).await
}

async fn weekly(app: &App, left: &mut usize) -> Result<Round, Error> {
    let now = app.clock.now();
    let week = periods::week(now);
    if now < week.due || app.letters.done().week.as_ref() == Some(&week.period) {
        return Ok(Round::Done);
    }
    let mut after = 0;
    loop {
        let batch = prepare_weekly(app, &week, after).await?;
        let Some(next) = batch.after else { break };
        if !queue(app, batch.letters, left).await? {
            return Ok(Round::GoesOn);
        }
        after = next;
    }
    app.letters.done().week = Some(week.period);
    Ok(Round::Done)
}

/// Tells of the hours that have passed, the oldest first.
async fn hours(app: &App, left: &mut usize) -> Result<Round, Error> {
    let now = app.clock.now();
    // What is in the future was noted by a clock that ran ahead.
    let known = app
        .letters
        .done()
        .until
        .filter(|until| *until <= now)
        .unwrap_or(i64::MIN);
    let mut hour = known.max(periods::hour_of(now - LOOKS_BACK));
    while hour + HOUR + SETTLED <= now {
        let span = periods::Hour::at(hour);
        for tells_of_goals in [false, true] {
            let mut after = 0;
            loop {
                let batch = if tells_of_goals {
                    prepare_goals(app, &span, after).await?
                } else {
                    prepare_alerts(app, &span, after).await?
                };
                let Some(next) = batch.after else { break };
                if !queue(app, batch.letters, left).await? {
                    return Ok(Round::GoesOn);
                }
                after = next;
            }
        }
        hour += HOUR;
        app.letters.done().until = Some(hour);
    }
    Ok(Round::Done)
}

/// Queues a batch; false when no more of them are to be queued now.
async fn queue(app: &App, letters: Vec<Letter>, left: &mut usize) -> Result<bool, Error> {
    if letters.is_empty() {
        return Ok(true);
    }
    if *left == 0 {
        return Ok(false);
    }
    *left -= 1;
    post(app, letters).await
}

/// Queues letters; false when the outbox has no room for them.
pub async fn post(app: &App, letters: Vec<Letter>) -> Result<bool, Error> {
    let now = app.clock.now();
    let letters = Arc::new(letters);
    for part in 0..letters.len().div_ceil(TOGETHER) {
        let (first, own) = (part * TOGETHER, Arc::clone(&letters));
        let bytes = own.iter().skip(first).take(TOGETHER).map(Letter::bytes).sum();
        let posted = app.write_sized(bytes, move |conn| {
            let some = &own[first..own.len().min(first + TOGETHER)];
            Ok(store::post(conn, some, now)?)
        });
        if !posted.await? {
            return Ok(false);
        }
        app.mail.wake();
    }
    Ok(true)
}
