//! Looks at stories, collected in memory and written every few seconds: a look must not wait for the disk.
//!
//! What has not been written yet is added to whatever number of views is shown; a server that is killed forgets it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::effects;
use super::store::{Story, views};
use crate::app::App;
use crate::clock::MINUTE;
use crate::wire::limits::{Limit, Limits, limit};

pub use super::store::views::Look;

/// A view counts once per reader and story in this time.
const VIEW: Limit = limit("view", 1, 5 * MINUTE);
/// Readers and stories that are remembered at most until they are written; looks beyond them are not counted.
const MOST_WAITING: usize = 10_000;
/// Looks that are written in one transaction: a first reader of a story is paid for it by a handful of statements.
const AT_ONCE: usize = 16;

/// Looks that are not written yet, and whose look was counted lately.
pub struct Views {
    lately: Limits,
    looks: Mutex<Looks>,
}

/// Looks by story and reader; 0 is every guest. Those that are being written still count.
#[derive(Default)]
struct Looks {
    waiting: BTreeMap<(i64, i64), Look>,
    writing: BTreeMap<(i64, i64), Look>,
}

impl Default for Views {
    fn default() -> Self {
        Self {
            lately: Limits::new(true),
            looks: Mutex::default(),
        }
    }
}

impl Views {
    /// Counts a look by somebody else than its authors, unless this reader's look was counted lately.
    pub fn count(&self, story_id: i64, reader: Option<i64>, network: &str, now: i64) {
        let counted = match reader {
            Some(id) => self.lately.count(&VIEW, format_args!("{story_id} {id}"), now),
            None => self
                .lately
                .count(&VIEW, format_args!("{story_id} {network}"), now),
        };
        if counted.is_ok() {
            self.looks().add(Look {
                story_id,
                reader_id: reader.unwrap_or_default(),
                count: 1,
                at: now,
            });
        }
    }

    /// The views of a story that its row does not have yet.
    pub fn pending(&self, story_id: i64) -> i64 {
        self.looks().of(story_id)
    }

    /// Adds to stories, as their rows have them, the views that are pending.
    pub fn add_to(&self, stories: &mut [Story]) {
        let looks = self.looks();
        for story in stories {
            story.views += looks.of(story.id);
        }
    }

    fn looks(&self) -> MutexGuard<'_, Looks> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Looks {
    fn add(&mut self, look: Look) {
        let key = (look.story_id, look.reader_id);
        if let Some(earlier) = self.waiting.get_mut(&key) {
            earlier.count += look.count;
        } else if self.waiting.len() < MOST_WAITING {
            self.waiting.insert(key, look);
        }
    }

    fn of(&self, story_id: i64) -> i64 {
        [&self.waiting, &self.writing]
            .into_iter()
            .flat_map(|looks| looks.range((story_id, i64::MIN)..=(story_id, i64::MAX)))
            .map(|(_, look)| look.count)
            .sum()
    }

    /// The next looks to be written, in the order of their stories; none while others are being written.
    fn begin(&mut self) -> Vec<Look> {
        if !self.writing.is_empty() {
            return Vec::new();
        }
        while self.writing.len() < AT_ONCE
            && let Some((key, look)) = self.waiting.pop_first()
        {
            self.writing.insert(key, look);
        }
        self.writing.values().cloned().collect()
    }

    /// Forgets what was being written, or keeps it for later.
    fn end(&mut self, is_written: bool) {
        let writing = std::mem::take(&mut self.writing);
        if !is_written {
            for look in writing.into_values() {
                self.add(look);
            }
        }
    }
}

/// Writes all looks that are pending, in transactions of a bounded size. What fails is kept for the next time; false then.
pub async fn flush_views(app: &App) -> bool {
    loop {
        let looks = app.views.looks().begin();
        if looks.is_empty() {
            return true;
        }
        let now = app.clock.now();
        let written: Result<_, database::Error> = app
            .database
            .write(move |conn| {
                let looked = views::add(conn, &looks)?;
                effects::looked_at(conn, &looked, now)
            })
            .await;
        app.views.looks().end(written.is_ok());
        match written {
            Ok(effects) => effects.announce(app),
            Err(error) => {
                tracing::debug!(%error, "views could not be written");
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(looks: &mut Looks, story_id: i64, reader_id: i64) {
        looks.add(Look {
            story_id,
            reader_id,
            count: 1,
            at: 0,
        });
    }

    #[test]
    fn what_waits_has_a_bound_and_full_is_not_counted() {
        let mut looks = Looks::default();
        for reader in 0..MOST_WAITING as i64 + 5 {
            look(&mut looks, 1, reader);
        }
        look(&mut looks, 1, 7);
        assert_eq!(looks.waiting.len(), MOST_WAITING);
        assert_eq!(looks.of(1), MOST_WAITING as i64 + 1);
    }

    #[test]
    fn what_is_being_written_counts_until_it_is_written() {
        let mut looks = Looks::default();
        for reader in 0..=AT_ONCE as i64 {
            look(&mut looks, 1, reader);
        }
        assert_eq!(looks.begin().len(), AT_ONCE);
        look(&mut looks, 1, 0);
        assert_eq!(looks.of(1), AT_ONCE as i64 + 2);
        looks.end(false);
        assert_eq!((looks.of(1), looks.of(2)), (AT_ONCE as i64 + 2, 0));
        looks.begin();
        looks.end(true);
        assert_eq!(looks.of(1), 1);
    }
}
