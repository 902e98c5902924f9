//! Which questions of a game somebody gets.

use super::PLAYED;

/// Somebody's answer to a question in an earlier attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// The question.
    pub question_id: i64,
    /// Whether it was the right answer.
    pub is_correct: bool,
}

/// What somebody knows of a question; what comes first is asked first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    /// The last answer was wrong.
    Missed,
    /// Not asked yet.
    Unseen,
    /// The last answer was right; so many answers were given since, negative.
    Right(isize),
}

/// Up to five of the questions of a game, given in the game's order, and in that order: first those that were missed when
/// they were last asked, then new ones, then those that were right the longest time ago. `past` begins with the newest.
/// Whoever plays for the first time gets the first five, which are those that guests see.
pub fn choose(questions: &[i64], past: &[Past]) -> Vec<usize> {
    let known = |id: i64| match past.iter().position(|answer| answer.question_id == id) {
        None => Known::Unseen,
        Some(place) if past[place].is_correct => Known::Right(-(place as isize)),
        Some(_) => Known::Missed,
    };
    let mut places: Vec<usize> = (0..questions.len()).collect();
    places.sort_by_key(|place| (known(questions[*place]), *place));
    places.truncate(PLAYED);
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    const POOL: [i64; 8] = [10, 11, 12, 13, 14, 15, 16, 17];

    fn past(answers: &[(i64, bool)]) -> Vec<Past> {
        let past = answers.iter().map(|(question_id, is_correct)| Past {
            question_id: *question_id,
            is_correct: *is_correct,
        });
        past.collect()
    }

    #[test]
    fn the_first_time_it_is_the_first_five() {
        assert_eq!(choose(&POOL, &[]), [0, 1, 2, 3, 4]);
        assert_eq!(choose(&POOL[..3], &[]), [0, 1, 2]);
        assert_eq!(choose(&[], &[]), [0; 0]);
    }

    #[test]
    fn what_was_missed_comes_again_then_what_is_new() {
        let first = past(&[(14, true), (13, false), (12, true), (11, true), (10, false)]);
        assert_eq!(choose(&POOL, &first), [0, 3, 5, 6, 7]);
        // Missed once and right since is not missed.
        let mended = past(&[
            (13, true),
            (14, true),
            (13, false),
            (12, true),
            (11, true),
            (10, false),
        ]);
        assert_eq!(
            choose(&POOL, &mended),
            [0, 1, 5, 6, 7],
            "the oldest right one fills up"
        );
    }

    #[test]
    fn what_the_story_no_longer_says_is_not_asked() {
        assert_eq!(
            choose(&POOL[..4], &past(&[(99, false), (12, false)])),
            [0, 1, 2, 3]
        );
    }
}
