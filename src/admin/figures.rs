//! The figures of the dashboard: read once for all who look at it, a quarter of a minute old at most.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::store::{self, Others, People, Stories, TopAuthor, TopStory};
use crate::app::App;
use crate::clock::SECOND;
use crate::wire::Error;

/// How long the figures are shown as they were read.
const KEPT_FOR: i64 = 15 * SECOND;
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
#[derive(Debug, Default)]
pub struct Kept(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    figures: Option<(i64, Arc<Figures>)>,
    /// When somebody began to read them anew.
    asked_at: Option<i64>,
}

impl Kept {
    /// The figures that may still be shown; nothing when the caller is to read them anew.
    fn recall(&self, now: i64) -> Option<Arc<Figures>> {
        let mut state = self.state();
        let (read_at, figures) = state.figures.as_ref()?;
        let figures = Arc::clone(figures);
        let is_being_read = state
            .asked_at
            .is_some_and(|at| (0..READ_WITHIN).contains(&(now - at)));
        // A clock that was set back tells nothing of their age.
        if (0..KEPT_FOR).contains(&(now - read_at)) || is_being_read {
            return Some(figures);
        }
        state.asked_at = Some(now);
        None
    }

    fn keep(&self, figures: &Arc<Figures>, now: i64) {
        *self.state() = State {
            figures: Some((now, Arc::clone(figures))),
            asked_at: None,
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is a single assignment: a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The figures as they were within the last quarter of a minute. No query; five for one caller in that time.
pub async fn lately(app: &App) -> Result<Arc<Figures>, Error> {
    let now = app.clock.now();
    if let Some(figures) = app.figures.recall(now) {
        return Ok(figures);
    }
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
        })
    });
    let figures = Arc::new(read.await?);
    app.figures.keep(&figures, now);
    Ok(figures)
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
        }
    }

    #[test]
    fn they_are_read_by_one_in_a_quarter_of_a_minute() {
        let kept = Kept::default();
        assert!(kept.recall(0).is_none());
        kept.keep(&Arc::new(figures()), 0);
        assert!(kept.recall(KEPT_FOR - 1).is_some());
        assert!(kept.recall(KEPT_FOR).is_none());
        assert!(kept.recall(KEPT_FOR).is_some(), "somebody is reading them");
        assert!(
            kept.recall(KEPT_FOR + READ_WITHIN).is_none(),
            "who was to read them failed"
        );
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
