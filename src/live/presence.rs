//! Who is where, over all tabs and all servers.
//!
//! Counts in memory how often somebody is somewhere on this server; the first coming and the last leaving are a row in the
//! database, which all servers see. A server that dies says nothing: its rows count only as long as its lease, which it
//! renews, and are then swept by the others. Whoever waits a while before a leaving counts does that before calling here.

use std::collections::HashMap;
use std::collections::hash_map::Entry as MapEntry;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use database::Conn;

use crate::accounts::tokens::random_hex;
use crate::app::App;
use crate::clock::SECOND;
use crate::wire::Error;

mod store;

pub use self::store::{all_statements, at, is_present, online, present};

/// The place of whoever has a notification socket.
pub const HOME: &str = "home";

/// How long the rows of a server count after it was last heard of.
const LEASE: i64 = 30 * SECOND;
/// How often it renews that.
const RENEWED_EVERY: i64 = 10 * SECOND;
/// How long they count after it has stopped in order: its people come again elsewhere within that, or are gone.
const AFTER_THE_END: i64 = 10 * SECOND;
/// So many rows are written or swept in one transaction.
const AT_ONCE: usize = 500;

/// Who is here, and what the database knows of that.
#[derive(Debug)]
pub struct Presence {
    /// This run of this server.
    instance: String,
    here: Mutex<Here>,
    renewed_at: AtomicI64,
}

#[derive(Debug, Default)]
struct Here {
    /// By place, then by user.
    places: HashMap<String, HashMap<i64, Stay>>,
    last_stamp: i64,
}

/// How somebody is somewhere.
#[derive(Clone, Copy, Debug)]
struct Stay {
    /// How often.
    count: u32,
    /// Which coming this is.
    stamp: i64,
    /// The database knows of it.
    is_noted: bool,
}

/// Somebody who has come, as it is to be written.
#[derive(Clone, Debug)]
pub struct Coming {
    place: String,
    user_id: i64,
    instance: String,
    stamp: i64,
    is_noted: bool,
}

impl Coming {
    /// Writes it, unless that has been done; whether they were not there before, on any server. Up to four queries.
    pub fn write(&self, conn: &mut Conn<'_>, now: i64) -> Result<bool, database::Error> {
        if self.is_noted {
            return Ok(false);
        }
        store::prolong(conn, &self.instance, now + LEASE)?;
        let is_first = store::enter(conn, &self.place, self.user_id, &self.instance, self.stamp)?;
        Ok(is_first && !store::is_elsewhere(conn, &self.place, self.user_id, &self.instance, now)?)
    }
}

impl Default for Presence {
    fn default() -> Self {
        Self {
            instance: random_hex(),
            here: Mutex::default(),
            renewed_at: AtomicI64::new(0),
        }
    }
}

impl Presence {
    fn here(&self) -> MutexGuard<'_, Here> {
        // Every change is whole before anything can panic.
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody comes; whether they were not there before, on any server. Whatever the answer is, they count until
    /// [`Self::leave`] is called for it: nobody knows what a write has done whose answer was lost.
    pub async fn enter(&self, app: &App, place: &str, user_id: i64) -> Result<bool, Error> {
        let coming = self.come(place, user_id);
        if coming.is_noted {
            return Ok(false);
        }
        let (written, now) = (coming.clone(), app.clock.now());
        let has_come = app.write(move |conn| Ok(written.write(conn, now)?)).await?;
        self.noted(&coming);
        Ok(has_come)
    }

    /// Counts somebody who comes, for a caller that writes it beside other things ([`Coming::write`]) and then says so
    /// ([`Self::noted`]). They count until [`Self::leave`] is called for it.
    pub fn come(&self, place: &str, user_id: i64) -> Coming {
        let stay = self.here().come(place, user_id);
        Coming {
            place: place.to_owned(),
            user_id,
            instance: self.instance.clone(),
            stamp: stay.stamp,
            is_noted: stay.is_noted,
        }
    }

    /// A coming is written: whoever comes after it need not write it again.
    pub fn noted(&self, coming: &Coming) {
        self.here().note(&coming.place, coming.user_id, coming.stamp);
    }

    /// Somebody leaves who had come; whether they are not there any more, on any server. After an error they are still
    /// there, and leave when this is called again.
    pub async fn leave(&self, app: &App, place: &str, user_id: i64) -> Result<bool, Error> {
        Ok(!self.leave_all(app, place, &[user_id]).await?.is_empty())
    }

    /// Many leave at once, by one write; those who are not there any more, on any server. The same holds after an error.
    pub async fn leave_all(&self, app: &App, place: &str, people: &[i64]) -> Result<Vec<i64>, Error> {
        let leaving: Vec<(i64, i64)> = {
            let mut here = self.here();
            let stamps = people
                .iter()
                .map(|user_id| Some((*user_id, here.leave(place, *user_id)?)));
            stamps.flatten().collect()
        };
        if leaving.is_empty() {
            return Ok(Vec::new());
        }
        let (instance, now) = (self.instance.clone(), app.clock.now());
        let (there, all) = (place.to_owned(), leaving.clone());
        let left = app
            .write(move |conn| {
                let mut left = Vec::new();
                for (user_id, stamp) in &all {
                    store::leave(conn, &there, *user_id, &instance, *stamp)?;
                    // The row may be gone already: with the account, or by a write whose answer was lost.
                    if !store::is_anywhere(conn, &there, *user_id, &instance, now)? {
                        left.push(*user_id);
                    }
                }
                Ok(left)
            })
            .await;
        if left.is_err() {
            let mut here = self.here();
            for (user_id, stamp) in leaving {
                here.stay(place, user_id, stamp);
            }
        }
        left
    }

    /// Renews the lease of this server and sweeps the rows of dead ones; who has left with them, from where.
    pub(super) async fn beat(&self, app: &App) -> Vec<(String, i64)> {
        let now = app.clock.now();
        if now - self.renewed_at.load(Ordering::Relaxed) < RENEWED_EVERY {
            return Vec::new();
        }
        match self.renew(app, now).await {
            Ok(left) => {
                self.renewed_at.store(now, Ordering::Relaxed);
                left
            }
            Err(error) => {
                tracing::debug!(%error, "could not renew who is here");
                Vec::new()
            }
        }
    }

    async fn renew(&self, app: &App, now: i64) -> Result<Vec<(String, i64)>, Error> {
        if !self.here().places.is_empty() {
            let instance = self.instance.clone();
            let is_known = app
                .write(move |conn| Ok(store::prolong(conn, &instance, now + LEASE)?))
                .await?;
            if !is_known {
                self.note_all(app).await?;
            }
        }
        let mut left = Vec::new();
        loop {
            let swept = app
                .write(move |conn| Ok(store::sweep(conn, now, AT_ONCE)?))
                .await?;
            left.extend(swept.left);
            if !swept.has_more {
                return Ok(left);
            }
        }
    }

    /// Writes down everybody who is here: after so long without a database that others took this server for dead.
    async fn note_all(&self, app: &App) -> Result<(), Error> {
        let all = self.here().all();
        for some in all.chunks(AT_ONCE) {
            let (instance, some) = (self.instance.clone(), some.to_vec());
            app.write(move |conn| {
                for (place, user_id, stamp) in &some {
                    store::enter(conn, place, *user_id, &instance, *stamp)?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(())
    }

    /// This server stops: its rows count for a moment longer, in which its people may come again elsewhere.
    pub(super) async fn stop(&self, app: &App) {
        if self.here().places.is_empty() {
            return;
        }
        let (instance, until) = (self.instance.clone(), app.clock.now() + AFTER_THE_END);
        let stopped: Result<(), database::Error> = app
            .database
            .write(move |conn| store::end(conn, &instance, until))
            .await;
        if let Err(error) = stopped {
            tracing::debug!(%error, "could not note that nobody is here any more");
        }
    }
}

impl Here {
    /// Counts a coming; how they are there now.
    fn come(&mut self, place: &str, user_id: i64) -> Stay {
        if let Some(stay) = self
            .places
            .get_mut(place)
            .and_then(|users| users.get_mut(&user_id))
        {
            stay.count += 1;
            return *stay;
        }
        self.last_stamp += 1;
        let stay = Stay {
            count: 1,
            stamp: self.last_stamp,
            is_noted: false,
        };
        self.places
            .entry(place.to_owned())
            .or_default()
            .insert(user_id, stay);
        stay
    }

    /// The database knows of this coming.
    fn note(&mut self, place: &str, user_id: i64, stamp: i64) {
        let users = self.places.get_mut(place);
        let stay = users.and_then(|users| users.get_mut(&user_id));
        if let Some(stay) = stay.filter(|stay| stay.stamp == stamp) {
            stay.is_noted = true;
        }
    }

    /// The stamp of their coming when this is their last leaving.
    fn leave(&mut self, place: &str, user_id: i64) -> Option<i64> {
        let users = self.places.get_mut(place)?;
        let MapEntry::Occupied(mut stay) = users.entry(user_id) else {
            return None;
        };
        stay.get_mut().count -= 1;
        if stay.get().count > 0 {
            return None;
        }
        let stamp = stay.remove().stamp;
        if users.is_empty() {
            self.places.remove(place);
        }
        Some(stamp)
    }

    /// Takes back a leaving, of which the database may know.
    fn stay(&mut self, place: &str, user_id: i64, stamp: i64) {
        let users = self.places.entry(place.to_owned()).or_default();
        let stay = users.entry(user_id).or_insert(Stay {
            count: 0,
            stamp,
            is_noted: false,
        });
        stay.count += 1;
    }

    fn all(&self) -> Vec<(String, i64, i64)> {
        let places = self.places.iter();
        places
            .flat_map(|(place, users)| {
                let stays = users.iter();
                stays.map(|(user_id, stay)| (place.clone(), *user_id, stay.stamp))
            })
            .collect()
    }
}
