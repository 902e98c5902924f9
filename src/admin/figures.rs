//! The figures of the dashboard: read once for all who look at it, and away from their requests while they keep looking.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::store::{self, Days, Others, People, Stories, TopAuthor, TopStory};
use crate::app::App;
use crate::clock::SECOND;
use crate::wire::Error;

/// How long the figures are new.
const KEPT_FOR: i64 = 15 * SECOND;
/// How long they are shown: a dashboard asks every half minute, and gets what was read when it asked before.
const SHOWN_FOR: i64 = 45 * SECOND;
/// When it is given up that somebody reads them anew.
const READ_WITHIN: i64 = 10 * SECOND;
/// How long that may take: it goes through all accounts and all stories, for nobody who is in a hurry.
const DEADLINE: Duration = Duration::from_secs(5);

/// What there is, in numbers.
#[derive(Clone, Debug)]
pub struct Figures {
    /// By kind.
    pub people: Vec<People>,
    /// All stories.
    pub stories: Stories,
    /// What else there is.
    pub others: Others,
    /// Those who wrote most.
    pub top_authors: Vec<TopAuthor>,
    /// The stories that most liked.
    pub liked: Vec<TopStory>,
    /// The stories that most looked at.
    pub viewed: Vec<TopStory>,
    /// How many accounts, and how many stories, were made on each of the last days.
    pub trends: [Days; 2],
}

impl Figures {
    /// The sum over all kinds of people.
    pub fn sum(&self, of: impl Fn(&People) -> i64) -> i64 {
        self.people.iter().map(of).sum()
    }

    /// How many of the people who joined on one of the three days have stayed, in percent; 0 when nobody joined.
    pub fn retention(&self, cohort: usize) -> f64 {
        let joined = self.sum(|people| people.cohorts[cohort].joined);
        let stayed = self.sum(|people| people.cohorts[cohort].stayed);
        if joined == 0 {
            return 0.0;
        }
        two_decimals(stayed as f64 / joined as f64 * 100.0)
    }

    /// The mean of all ratings; 0 without any.
    pub fn average_rating(&self) -> f64 {
        mean(self.stories.ratings_sum, self.stories.ratings)
    }

    /// How often a story is looked at; 0 without any.
    pub fn average_views(&self) -> f64 {
        mean(self.stories.views, self.stories.total)
    }
}

/// A mean with two decimals; 0 of nothing.
fn mean(sum: i64, count: i64) -> f64 {
    if count == 0 {
        return 0.0;
    }
    two_decimals(sum as f64 / count as f64)
}

/// Two decimals.
pub fn two_decimals(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// The figures as they were read last.
#[derive(Debug)]
pub struct Kept {
    /// When they were read, and what was found. Whoever waits for them is told.
    figures: watch::Sender<Option<(i64, Arc<Figures>)>>,
    /// When somebody began to read them anew.
    asked_at: Mutex<Option<i64>>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            figures: watch::Sender::new(None),
            asked_at: Mutex::default(),
        }
    }
}

/// What there is to be shown.
#[derive(Debug)]
enum Held {
    /// They are new.
    New(Arc<Figures>),
    /// They may be shown once more.
    Old(Arc<Figures>),
    /// None, or too old ones.
    Nothing,
}

impl Kept {
    fn recall(&self, now: i64) -> Held {
        let held = self.figures.borrow();
        let Some((read_at, figures)) = &*held else {
            return Held::Nothing;
        };
        // A clock that was set back tells nothing of their age.
        match now - read_at {
            0..KEPT_FOR => Held::New(Arc::clone(figures)),
            KEPT_FOR..SHOWN_FOR => Held::Old(Arc::clone(figures)),
            _ => Held::Nothing,
        }
    }

    /// Whether the caller is to read them: nobody else does.
    fn take_turn(&self, now: i64) -> bool {
        let mut asked_at = self.asked_at();
        let is_being_read = asked_at.is_some_and(|at| (0..READ_WITHIN).contains(&(now - at)));
        if !is_being_read {
            *asked_at = Some(now);
        }
        !is_being_read
    }

    fn keep(&self, figures: Option<Arc<Figures>>, now: i64) {
        *self.asked_at() = None;
        // Without new ones those who wait look for themselves.
        self.figures.send_modify(|held| {
            if let Some(figures) = figures {
                *held = Some((now, figures));
            }
        });
    }

    fn asked_at(&self) -> MutexGuard<'_, Option<i64>> {
        // Every change is a single assignment: a panic elsewhere leaves nothing half done.
        self.asked_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The figures as they were lately: a quarter of a minute ago, or when somebody last looked if that is less than three
/// quarters of a minute ago; then they are read anew for whoever looks next. No query and no waiting for those who look
/// every half minute. Who comes after a pause waits for six queries, one of them at a time for all.
pub async fn lately(app: &Arc<App>) -> Result<Arc<Figures>, Error> {
    let now = app.clock.now();
    let mut told = app.figures.figures.subscribe();
    match app.figures.recall(now) {
        Held::New(figures) => return Ok(figures),
        Held::Old(figures) => {
            freshen(app);
            return Ok(figures);
        }
        Held::Nothing => {}
    }
    if !app.figures.take_turn(now) {
        let _ = tokio::time::timeout(DEADLINE, told.changed()).await;
        if let Held::New(figures) | Held::Old(figures) = app.figures.recall(now) {
            return Ok(figures);
        }
    }
    read(app, now).await
}

/// Reads them if they are not new and nobody else does, without anybody who waits: for who is about to look.
pub fn freshen(app: &Arc<App>) {
    let now = app.clock.now();
    if matches!(app.figures.recall(now), Held::New(_)) || !app.figures.take_turn(now) {
        return;
    }
    let own = Arc::clone(app);
    app.tasks.spawn("read figures", async move {
        if let Err(error) = read(&own, now).await {
            tracing::warn!(%error, "the figures of the dashboard cannot be read");
        }
    });
}

async fn read(app: &App, now: i64) -> Result<Arc<Figures>, Error> {
    let read = app.database.read_within(DEADLINE, move |conn| {
        let (people, stories) = (store::people(conn, now)?, store::stories(conn, now)?);
        let [liked, viewed] = store::top_stories(conn)?;
        Ok::<_, Error>(Figures {
            people,
            stories,
            others: store::others(conn, now)?,
            top_authors: store::top_authors(conn)?,
            liked,
            viewed,
            trends: store::trends(conn, now)?,
        })
    });
    let figures = read.await.map(Arc::new);
    app.figures.keep(figures.as_ref().ok().cloned(), now);
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Figures {
        Figures {
            people: Vec::new(),
            stories: Stories::default(),
            others: Others::default(),
            top_authors: Vec::new(),
            liked: Vec::new(),
            viewed: Vec::new(),
            trends: [Vec::new(), Vec::new()],
        }
    }

    #[test]
    fn they_are_new_then_old_then_too_old() {
        let kept = Kept::default();
        assert!(matches!(kept.recall(0), Held::Nothing));
        kept.keep(Some(Arc::new(figures())), 0);
        assert!(matches!(kept.recall(KEPT_FOR - 1), Held::New(_)));
        assert!(matches!(kept.recall(KEPT_FOR), Held::Old(_)));
        assert!(matches!(kept.recall(SHOWN_FOR - 1), Held::Old(_)));
        assert!(matches!(kept.recall(SHOWN_FOR), Held::Nothing));
        assert!(
            matches!(kept.recall(-1), Held::Nothing),
            "a clock that was set back"
        );
    }

    #[test]
    fn they_are_read_by_one_at_a_time() {
        let kept = Kept::default();
        assert!(kept.take_turn(0));
        assert!(!kept.take_turn(READ_WITHIN - 1), "somebody is reading them");
        assert!(kept.take_turn(READ_WITHIN), "who was to read them is gone");
        kept.keep(None, READ_WITHIN);
        assert!(kept.take_turn(READ_WITHIN), "who was to read them failed");
    }

    #[test]
    fn nothing_has_no_mean() {
        let mut some = figures();
        assert_eq!(
            (some.average_rating(), some.average_views(), some.retention(0)),
            (0.0, 0.0, 0.0)
        );
        (some.stories.views, some.stories.total) = (5400, 320);
        assert_eq!(some.average_views().to_string(), "16.88");
        let mut people = People::default();
        people.cohorts[0] = store::Cohort { joined: 3, stayed: 1 };
        some.people.push(people);
        assert_eq!(some.retention(0).to_string(), "33.33");
    }
}
