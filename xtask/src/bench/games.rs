//! What making the games of a long story takes. (`crates/storygames/tests/cost.rs` holds the memory that it takes.)

use std::time::Duration;

use storygames::Story;

use super::baseline::cpu_time;
use super::footprint::median;
use super::table::{Gates, at_most};

/// Each another one: a sentence that stands twice is not asked about, and costs nothing.
const STORIES: [&str; 8] = [
    include_str!("../../../crates/storygames/tests/golden/long_river.txt"),
    include_str!("../../../crates/storygames/tests/golden/lighthouse.txt"),
    include_str!("../../../crates/storygames/tests/golden/robot_bakery.txt"),
    include_str!("../../../crates/storygames/tests/golden/lola_garden.txt"),
    include_str!("../../../crates/storygames/tests/golden/lost_tooth.txt"),
    include_str!("../../../crates/storygames/tests/golden/dialogue.txt"),
    include_str!("../../../crates/storygames/tests/golden/kite.txt"),
    include_str!("../../../crates/storygames/tests/golden/fox_and_well.txt"),
];
const WORDS: usize = 2_000;
/// Makings of which the median counts.
const ROUNDS: u64 = 101;
/// What one may take, in milliseconds of processor time: who else uses the machine does not count.
const GATE: f64 = 5.0;

/// A line for the figure.
pub(super) fn measure(gates: &mut Gates) -> String {
    let pages = pages();
    let make = |seed: u64| {
        let began = cpu_time();
        let games = storygames::make(&Story {
            title: "A Measured Story",
            pages: &pages,
            language: None,
            seed,
            rude: &[],
        });
        // What is not looked at could be left out.
        std::hint::black_box(&games);
        cpu_time().saturating_sub(began)
    };
    // The words of the language are read once.
    make(0);
    let times: Vec<Duration> = (1..=ROUNDS).map(make).collect();
    let middle = median(times).as_secs_f64() * 1000.0;
    at_most(gates, "games of 2,000 words, median", middle, GATE, "ms")
}

/// The pages of a story of so many words.
fn pages() -> Vec<&'static str> {
    let mut words = 0;
    let pages = STORIES.iter().flat_map(|story| story.split("\n---\n"));
    pages
        .take_while(|page| {
            let before = words;
            words += page.split_whitespace().count();
            before < WORDS
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_is_long_enough_and_has_all_games() {
        let pages = pages();
        let words: usize = pages.iter().map(|page| page.split_whitespace().count()).sum();
        assert!((WORDS..WORDS + 100).contains(&words), "{words}");
        let games = storygames::make(&Story {
            title: "A Measured Story",
            pages: &pages,
            language: None,
            seed: 1,
            rude: &[],
        });
        let games = games.expect("a long story has games");
        assert_eq!((games.quiz.len(), games.blanks.len()), (10, 10));
        assert!(games.word_search.is_some());
    }
}
