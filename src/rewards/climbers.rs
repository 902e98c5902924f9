//! Who may have climbed on the board of authors, and is looked after a few seconds later.
//!
//! A place is a matter between all authors. Whoever reads the board inside the transaction that publishes a story has to
//! begin anew when somebody else publishes at the same moment; so it is read by itself, after the commit. A server that is
//! killed forgets who waits here: they get what is due to them when they next look at their achievements.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use database::{Conn, Error};

use super::achievements::{Achievement, by_place};
use super::{awarding, store};
use crate::accounts::store::people;
use crate::app::App;

/// People who wait at most; those beyond them find their places when they look at their achievements.
const MOST_WAITING: usize = 1_000;
/// People whose places are read together.
const AT_ONCE: usize = 16;

/// Accounts that published since they were looked after.
#[derive(Debug, Default)]
pub struct Climbers(Mutex<BTreeSet<i64>>);

impl Climbers {
    /// Somebody has published.
    pub(super) fn note(&self, user_id: i64) {
        let mut waiting = self.waiting();
        if waiting.len() < MOST_WAITING {
            waiting.insert(user_id);
        }
    }

    fn take(&self) -> Vec<i64> {
        std::mem::take(&mut *self.waiting()).into_iter().collect()
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        // Every change is a single insert or take: a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Pays everybody who waits for the places that they have reached. Whom the database does not serve is left to their own
/// next look.
pub async fn look_after(app: &App) {
    for some in app.climbers.take().chunks(AT_ONCE) {
        if let Err(error) = pay(app, some.to_vec()).await {
            tracing::debug!(%error, "could not look after places on the board");
        }
    }
}

async fn pay(app: &App, climbers: Vec<i64>) -> Result<(), Error> {
    let due = app.database.read(move |conn| due(conn, &climbers)).await?;
    let now = app.clock.now();
    for (user_id, places) in due {
        let paid: Result<_, Error> = app
            .database
            .write(move |conn| awarding::catch_up(conn, user_id, &places, now))
            .await;
        paid?.announce(app);
    }
    Ok(())
}

/// The places that some people have reached and were not paid for. Two queries for each of them at most.
fn due(conn: &mut Conn<'_>, climbers: &[i64]) -> Result<Vec<(i64, Vec<&'static Achievement>)>, Error> {
    let mut due = Vec::new();
    for &user_id in climbers {
        let Some(person) = people::standing(conn, user_id)? else {
            continue;
        };
        let mut places = by_place(person.standing);
        if !places.is_empty() {
            let earned = store::earned(conn, user_id)?;
            places.retain(|place| !earned.iter().any(|(id, _)| *id == place.id));
        }
        if !places.is_empty() {
            due.push((user_id, places));
        }
    }
    Ok(due)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_waits_once_and_there_is_a_bound() {
        let climbers = Climbers::default();
        for user_id in (0..MOST_WAITING as i64 + 5).chain([7]) {
            climbers.note(user_id);
        }
        assert_eq!(climbers.take().len(), MOST_WAITING);
        assert!(climbers.take().is_empty());
    }
}
