//! What a running server keeps in mind about pictures: leases, who is read first, the room that is left; and the sweep.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use envelope::Envelope;

use super::answers::Answers;
use super::leases::Leases;
use super::queue::Queue;
use super::store;
use crate::app::App;
use crate::background::pause;
use crate::clock::{MINUTE, SECOND};
use crate::config::Config;
use crate::wire::Error;
use crate::wire::turns::Turns;

/// Large bodies of one account at a time: an app sends one after the other, and somebody may have two devices.
const MOST_UPLOADS: usize = 2;
/// How long a picture that no story shows is kept: a stream on another server may still read it.
pub const KEPT_FOR: i64 = 2 * MINUTE;
/// How often the sweep looks.
const SWEEP_EVERY: Duration = Duration::from_secs(15);
/// Pictures that one sweep looks at.
pub const MOST_SWEPT: i64 = 64;
/// How long others have the database to themselves between two parts of a sweep.
const SWEEP_PAUSE: Duration = Duration::from_millis(5);
/// How long the size of the database is believed.
const SIZE_BELIEVED: i64 = 5 * SECOND;
/// New pictures are refused beyond this share of the limit, in percent; what brings none still saves.
const FULL_PERCENT: u64 = 90;

/// The state of pictures.
pub struct Pictures {
    /// Whose large bodies are under way.
    pub uploads: Turns,
    /// Which large bodies are read first.
    pub queue: Queue,
    /// Room for answers that are streamed.
    pub answers: Answers,
    /// Which pictures are being read.
    pub leases: Leases,
    limit: Option<u64>,
    /// When the size was looked at, and whether there was room.
    room: Mutex<Option<(i64, bool)>>,
}

impl Pictures {
    /// The state of a server that starts.
    pub fn new(config: &Config, envelope: &Envelope) -> Self {
        Self {
            uploads: Turns::new(MOST_UPLOADS),
            queue: Queue::new(config.io_threads),
            answers: Answers::new(envelope),
            leases: Leases::default(),
            limit: config.database_size_limit,
            room: Mutex::new(None),
        }
    }

    /// Whether the database has room for new pictures; looked at every few seconds.
    pub async fn has_room(&self, app: &App) -> Result<bool, Error> {
        let Some(limit) = self.limit else { return Ok(true) };
        let now = app.clock.now();
        let known = *self.room.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, has_room)) = known.filter(|(at, _)| now - at < SIZE_BELIEVED) {
            return Ok(has_room);
        }
        let size: Result<u64, Error> = app.database.read(|conn| Ok(conn.database_size()?)).await;
        let has_room = !is_full(size?, limit);
        *self.room.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, has_room));
        Ok(has_room)
    }
}

/// Whether a database of `size` bytes is so full that new pictures are refused.
pub fn is_full(size: u64, limit: u64) -> bool {
    size >= limit / 100 * FULL_PERCENT
}

/// Starts the sweep.
pub fn start(app: &Arc<App>) {
    let sweeping = Arc::clone(app);
    app.tasks.spawn("sweep pictures", async move {
        let mut most = MOST_SWEPT;
        while pause(&sweeping, SWEEP_EVERY).await {
            loop {
                let swept = sweep(&sweeping, most).await;
                most = most_after(most, &swept);
                match swept {
                    Ok(1..) if pause(&sweeping, SWEEP_PAUSE).await => {}
                    Ok(_) => break,
                    Err(error) => {
                        tracing::warn!(%error, "could not sweep pictures");
                        break;
                    }
                }
            }
        }
    });
}

/// How many pictures the next sweep looks at. One that the database had no time for has deleted nothing: with as many
/// again it would never get on.
fn most_after(most: i64, swept: &Result<usize, database::Error>) -> i64 {
    match swept {
        Ok(_) => (most * 2).min(MOST_SWEPT),
        Err(_) => (most / 4).max(1),
    }
}

/// Looks at so many pictures that no story has shown for a while, and deletes those that nobody reads; how many.
pub async fn sweep(app: &App, most: i64) -> Result<usize, database::Error> {
    let (leases, released_before) = (app.pictures.leases.clone(), app.clock.now() - KEPT_FOR);
    app.database
        .write(move |conn| store::sweep(conn, released_before, most, |hash| leases.holds(hash)))
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_that_was_too_large_is_followed_by_smaller_ones() {
        let late = Err(database::Error::Deadline);
        let after = |most| most_after(most, &late);
        assert_eq!(after(MOST_SWEPT), 16);
        assert_eq!(after(after(after(after(MOST_SWEPT)))), 1);
        assert_eq!(most_after(1, &Ok(1)), 2);
        assert_eq!(most_after(MOST_SWEPT, &Ok(0)), MOST_SWEPT);
    }
}
