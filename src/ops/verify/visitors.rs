//! A few people who look around for ten seconds, each at their own pace: guests who list, open and come back.

use std::thread;
use std::time::Duration;

use super::client::Client;
use super::{Answer, PATIENCE, Trouble};

/// Pages that each of them opens.
const PAGES: usize = 8;
/// Between one page and the next.
const PACE: Duration = Duration::from_millis(1250);

/// What they met.
#[derive(Clone, Debug, Default)]
pub struct Visits {
    /// How many people came.
    pub visitors: usize,
    /// How long each answered request took, fastest first.
    pub times: Vec<Duration>,
    /// Answers 429 and 503.
    pub refused: usize,
    /// Answers 500 and above, but 503, and requests without an answer.
    pub failed: usize,
}

impl Visits {
    /// The time within which this share of the requests was answered.
    pub fn within(&self, percent: usize) -> Option<Duration> {
        let place = (self.times.len() * percent).div_ceil(100);
        self.times.get(place.checked_sub(1)?).copied()
    }

    fn note(&mut self, met: &Result<Answer, Trouble>) {
        match met {
            Ok(answer) if matches!(answer.status, 429 | 503) => self.refused += 1,
            Ok(answer) if answer.status >= 500 => self.failed += 1,
            Ok(answer) => self.times.push(answer.took),
            Err(_) => self.failed += 1,
        }
    }
}

/// Lets them come, if there are any, and calls `meanwhile` a few times while they are there. `stories` are public ones.
pub(super) fn visit(base: &str, visitors: usize, stories: &[i64], mut meanwhile: impl FnMut()) -> Visits {
    let mut all = Visits {
        visitors,
        ..Visits::default()
    };
    if visitors == 0 {
        return all;
    }
    let met = thread::scope(|scope| {
        let people: Vec<_> = (0..visitors)
            .map(|number| scope.spawn(move || wander(base, number, visitors, stories)))
            .collect();
        for _ in 0..3 {
            thread::sleep(PACE * 2);
            meanwhile();
        }
        people
            .into_iter()
            .flat_map(|person| person.join().unwrap_or_default())
            .collect::<Vec<_>>()
    });
    for one in &met {
        all.note(one);
    }
    all.times.sort_unstable();
    all
}

fn wander(base: &str, number: usize, of: usize, stories: &[i64]) -> Vec<Result<Answer, Trouble>> {
    let client = Client::new(base);
    // They do not all come at once.
    let share = u32::try_from(number).unwrap_or(0);
    thread::sleep(PACE * share / u32::try_from(of).unwrap_or(1).max(1));
    let mut met = Vec::with_capacity(PAGES);
    for page in 0..PAGES {
        if page > 0 {
            thread::sleep(PACE);
        }
        let mut answer = client.get(&path(page, number, stories), PATIENCE);
        if let Ok(answer) = &mut answer {
            answer.body = String::new();
        }
        met.push(answer);
    }
    met
}

/// A list, then two of its stories; where there are none, lists alone.
fn path(page: usize, number: usize, stories: &[i64]) -> String {
    match (page % 3, stories.get((page + number) % stories.len().max(1))) {
        (0, _) | (_, None) => "/api/stories/?public=true&page_size=12".to_owned(),
        (_, Some(id)) => format!("/api/stories/{id}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slow_ones_decide() {
        let mut visits = Visits::default();
        assert_eq!(visits.within(95), None);
        visits.times = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(visits.within(50), Some(Duration::from_millis(50)));
        assert_eq!(visits.within(95), Some(Duration::from_millis(95)));
        visits.times.truncate(3);
        assert_eq!(visits.within(95), Some(Duration::from_millis(3)));
    }

    #[test]
    fn refusals_are_counted_apart_from_failures() {
        let mut visits = Visits::default();
        for status in [200, 404, 429, 503, 500] {
            visits.note(&Ok(Answer {
                status,
                ..Answer::default()
            }));
        }
        visits.note(&Err(Trouble::TooSlow));
        assert_eq!((visits.times.len(), visits.refused, visits.failed), (2, 2, 2));
    }

    #[test]
    fn they_open_lists_and_stories() {
        assert_eq!(path(0, 0, &[7, 8]), "/api/stories/?public=true&page_size=12");
        assert_eq!(path(1, 0, &[7, 8]), "/api/stories/8/");
        assert_eq!(path(1, 0, &[]), "/api/stories/?public=true&page_size=12");
    }
}
