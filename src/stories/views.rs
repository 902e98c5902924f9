//! Looks at stories, collected in memory and written every few seconds: a look must not wait for the disk.
//!
//! What has not been written yet is added to whatever number of views is shown; a server that is killed forgets it.

use std::collections::{BTreeMap, VecDeque};
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
/// How often a look is tried that the database does not take.
const MOST_FAILURES: u32 = 4;
/// Such looks that are kept at most.
const MOST_FAILED: usize = 1_000;

/// Looks that are not written yet, and whose look was counted lately.
pub struct Views {
    lately: Limits,
    looks: Mutex<Looks>,
}

/// Looks by story and reader; 0 is every guest. Those that are being written, or could not be written yet, still count.
#[derive(Default)]
struct Looks {
    waiting: BTreeMap<(i64, i64), Look>,
    writing: Vec<Again>,
    /// Behind all others, and each by itself: one of them is why the others could not be written.
    failed: VecDeque<Again>,
}

/// A look, and how often it could not be written.
#[derive(Clone, Debug)]
struct Again {
    look: Look,
    failures: u32,
}

/// What became of looks that were to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Written,
    /// The database takes nothing now, whatever it is.
    Away,
    /// Others were in the way.
    Busy,
    /// The database did not take these.
    Refused,
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
        let waiting = self
            .waiting
            .range((story_id, i64::MIN)..=(story_id, i64::MAX))
            .map(|(_, look)| look);
        let others = self.writing.iter().chain(&self.failed).map(|again| &again.look);
        waiting
            .chain(others.filter(|look| look.story_id == story_id))
            .map(|look| look.count)
            .sum()
    }

    /// The next looks to be written, in the order of their stories; none while others are being written.
    fn begin(&mut self) -> Vec<Look> {
        if !self.writing.is_empty() {
            return Vec::new();
        }
        while self.writing.len() < AT_ONCE
            && let Some((_, look)) = self.waiting.pop_first()
        {
            self.writing.push(Again { look, failures: 0 });
        }
        self.being_written()
    }

    /// The next look that could not be written before.
    fn begin_again(&mut self) -> Vec<Look> {
        if self.writing.is_empty() {
            self.writing.extend(self.failed.pop_front());
            return self.being_written();
        }
        Vec::new()
    }

    fn being_written(&self) -> Vec<Look> {
        self.writing.iter().map(|again| again.look.clone()).collect()
    }

    /// Forgets what was being written, or keeps it for later: behind the others, unless all of them have to wait. How many
    /// looks are given up.
    fn end(&mut self, outcome: Outcome) -> i64 {
        let mut given_up = 0;
        for again in std::mem::take(&mut self.writing) {
            let failures = again.failures + u32::from(outcome == Outcome::Refused);
            let has_room = self.failed.len() < MOST_FAILED;
            match outcome {
                Outcome::Written => {}
                Outcome::Away if failures == 0 => self.add(again.look),
                Outcome::Busy if !has_room => self.add(again.look),
                _ if failures < MOST_FAILURES && has_room => {
                    self.failed.push_back(Again { failures, ..again });
                }
                _ => given_up += again.look.count,
            }
        }
        given_up
    }
}

/// Writes all looks that are pending, in transactions of a bounded size, then once more and one by one those that could
/// not be written before. What fails is kept for the next time. What is refused [`MOST_FAILURES`] times is given up, with
/// a warning; but while the database is away or busy nothing is counted as refused, and nothing else is tried: false then.
pub async fn flush_views(app: &App) -> bool {
    loop {
        let looks = app.views.looks().begin();
        if looks.is_empty() {
            break;
        }
        if matches!(write(app, looks).await, Outcome::Away | Outcome::Busy) {
            return false;
        }
    }
    let failed = app.views.looks().failed.len();
    for _ in 0..failed {
        let looks = app.views.looks().begin_again();
        if looks.is_empty() {
            break;
        }
        if matches!(write(app, looks).await, Outcome::Away | Outcome::Busy) {
            return false;
        }
    }
    true
}

async fn write(app: &App, looks: Vec<Look>) -> Outcome {
    let now = app.clock.now();
    let written: Result<_, database::Error> = app
        .database
        .write(move |conn| {
            let looked = views::add(conn, &looks)?;
            effects::looked_at(conn, &looked, now)
        })
        .await;
    let outcome = match &written {
        Ok(_) => Outcome::Written,
        Err(database::Error::Unavailable | database::Error::Full | database::Error::OutcomeUnknown) => {
            Outcome::Away
        }
        Err(database::Error::Busy) => Outcome::Busy,
        Err(_) => Outcome::Refused,
    };
    let given_up = app.views.looks().end(outcome);
    match written {
        Ok(effects) => effects.announce(app),
        Err(error) if given_up > 0 => {
            tracing::warn!(%error, views = given_up, "views could not be written and are not counted");
        }
        Err(error) => tracing::debug!(%error, "views could not be written"),
    }
    outcome
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
        assert!(looks.begin().is_empty() && looks.begin_again().is_empty());
        looks.end(Outcome::Away);
        assert_eq!((looks.of(1), looks.of(2)), (AT_ONCE as i64 + 2, 0));
        looks.begin();
        looks.end(Outcome::Written);
        assert_eq!(looks.of(1), 1);
    }

    #[test]
    fn what_is_refused_stands_behind_the_others_and_is_given_up_in_the_end() {
        let mut looks = Looks::default();
        for story in 1..=AT_ONCE as i64 + 1 {
            look(&mut looks, story, 7);
        }
        assert_eq!(looks.begin().len(), AT_ONCE);
        assert_eq!(looks.end(Outcome::Refused), 0);
        let stories = |looks: &[Look]| looks.iter().map(|look| look.story_id).collect::<Vec<_>>();
        assert_eq!(stories(&looks.begin()), [AT_ONCE as i64 + 1], "the others first");
        looks.end(Outcome::Written);
        // The first of them is refused for ever, the others are not.
        for _ in 2..MOST_FAILURES {
            let all = looks.failed.len();
            for _ in 0..all {
                let one = looks.begin_again();
                let outcome = if stories(&one) == [1] {
                    Outcome::Refused
                } else {
                    Outcome::Written
                };
                assert_eq!(looks.end(outcome), 0);
            }
            assert_eq!((looks.failed.len(), looks.of(1), looks.of(2)), (1, 1, 0));
        }
        // While there is no database nothing is given up.
        for outcome in [Outcome::Away, Outcome::Busy].repeat(5) {
            looks.begin_again();
            assert_eq!(looks.end(outcome), 0);
        }
        looks.begin_again();
        assert_eq!(looks.end(Outcome::Refused), 1);
        assert_eq!(looks.of(1), 0);
    }
}
