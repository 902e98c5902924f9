//! What holds of every game, whatever the text.

mod support;

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use storygames::{Family, Games, Placement, Question, WordSearch};
use support::make;

fn check(games: &Games) {
    for questions in [&games.quiz, &games.blanks] {
        assert!(questions.is_empty() || (3..=10).contains(&questions.len()));
        questions.iter().for_each(check_question);
        let keys: BTreeSet<u64> = questions.iter().map(|question| question.key).collect();
        assert_eq!(keys.len(), questions.len(), "a question twice");
        check_letters(questions);
        check_secrets(questions);
    }
    for family in [Family::Order, Family::Next, Family::Detail, Family::Who] {
        let first = games.quiz.iter().take(5);
        assert!(
            first.filter(|question| question.family == family).count() <= 2,
            "{family:?}"
        );
    }
    if let Some(search) = &games.word_search {
        check_search(search);
    }
}

fn check_question(question: &Question) {
    let options: BTreeSet<String> = question
        .options
        .iter()
        .map(|option| option.to_lowercase())
        .collect();
    assert_eq!(options.len(), 4, "{question:?}");
    assert_eq!(question.options.len(), 4, "{question:?}");
    let right = question
        .options
        .iter()
        .filter(|option| **option == question.answer);
    assert_eq!(right.count(), 1, "{question:?}");
    assert!(
        question
            .options
            .iter()
            .all(|option| option.trim() == option && !option.is_empty())
    );
    assert!(
        question
            .options
            .iter()
            .all(|option| option.chars().count() <= 120)
    );
    assert!(question.text.chars().count() <= 300);
    assert!(question.context.is_none(), "the context would show the answer");
    assert_eq!(question.points, 10);
    if question.family == Family::Blank {
        assert_eq!(question.text.matches("______").count(), 1);
        assert_eq!(question.text.matches('_').count(), 6);
    }
}

/// Of five questions no letter is right more than twice.
fn check_letters(questions: &[Question]) {
    let letter = |question: &Question| {
        question
            .options
            .iter()
            .position(|option| *option == question.answer)
    };
    for five in questions.chunks(5) {
        for wanted in 0..4 {
            let times = five
                .iter()
                .filter(|question| letter(question) == Some(wanted))
                .count();
            assert!(times <= 2, "letter {wanted} is right {times} times");
        }
    }
}

/// No question shows the answer of another one: not the word that is missing there, not the sentence that is right there.
fn check_secrets(questions: &[Question]) {
    let words = |text: &str| -> BTreeSet<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        words.map(str::to_lowercase).collect()
    };
    for one in questions {
        for other in questions.iter().filter(|other| other.key != one.key) {
            let shown = format!("{} / {}", other.text, other.options.join(" / "));
            match one.family {
                Family::Blank => {
                    let told = words(&shown).contains(&one.answer.to_lowercase());
                    assert!(!told, "{} is told by {shown}", one.answer);
                }
                Family::Order | Family::Next | Family::Detail => {
                    assert!(!shown.contains(&one.answer), "{} is told by {shown}", one.answer);
                }
                _ => {}
            }
        }
    }
}

/// Plays the search as the apps do: the list is read from the context, and every straight line of cells is tried.
fn check_search(search: &WordSearch) {
    let question = &search.question;
    let context = question.context.as_deref().expect("the list of words");
    let listed: Vec<&str> = context
        .strip_prefix("Words to find: ")
        .expect("the prefix that players parse")
        .split(',')
        .map(str::trim)
        .collect();
    assert_eq!(question.answer, listed.join(","));
    assert!((4..=6).contains(&listed.len()));
    let rows: Vec<Vec<char>> = question.options.iter().map(|row| row.chars().collect()).collect();
    assert!(rows.iter().all(|row| row.len() == rows.len()), "a square");
    let letters = rows.iter().flatten();
    assert!(
        letters
            .clone()
            .all(|letter| letter.is_ascii_uppercase() || *letter == 'Ñ')
    );
    for (word, placement) in listed.iter().zip(&search.placements) {
        assert_eq!(placement.word, *word);
        assert_eq!(lines(&rows, word), [cells(placement)], "{word} on {rows:?}");
    }
    let (_, rude) = include_str!("../words/rude.txt")
        .split_once("[anywhere]")
        .expect("the section");
    for rude in rude.split_whitespace().chain(["kulangot"]) {
        assert!(
            lines(&rows, &rude.to_uppercase()).is_empty(),
            "{rude} on {rows:?}"
        );
    }
}

fn cells(placement: &Placement) -> Vec<(isize, isize)> {
    let (down, right) = placement.direction.step();
    let length = placement.word.chars().count() as isize;
    let start = (placement.row as isize, placement.column as isize);
    (0..length)
        .map(|by| (start.0 + by * down, start.1 + by * right))
        .collect()
}

/// The straight lines in which a word can be read.
fn lines(rows: &[Vec<char>], word: &str) -> Vec<Vec<(isize, isize)>> {
    let size = rows.len() as isize;
    let at = |row: isize, column: isize| {
        let row = rows.get(usize::try_from(row).ok()?)?;
        row.get(usize::try_from(column).ok()?).copied()
    };
    let mut found = Vec::new();
    for start in 0..size * size {
        for (down, right) in (-1..=1).flat_map(|down| (-1..=1).map(move |right| (down, right))) {
            if (down, right) == (0, 0) {
                continue;
            }
            let line = (0isize..).zip(word.chars()).map(|(by, letter)| {
                let cell = (start / size + by * down, start % size + by * right);
                (at(cell.0, cell.1) == Some(letter)).then_some(cell)
            });
            found.extend(line.collect::<Option<Vec<_>>>());
        }
    }
    found
}

#[test]
fn every_seed_makes_fair_games_of_every_story() {
    for story in support::golden() {
        for seed in 0..10 {
            let games = make(&story.title, &story.pages, seed);
            assert_eq!(games, make(&story.title, &story.pages, seed), "{}", story.title);
            games.iter().for_each(check);
        }
    }
}

#[test]
fn right_answers_are_spread_over_the_letters() {
    let mut letters = [0usize; 4];
    for story in support::golden() {
        for seed in 0..40 {
            let games = make(&story.title, &story.pages, seed);
            for question in games
                .iter()
                .flat_map(|games| games.quiz.iter().chain(&games.blanks))
            {
                let letter = question
                    .options
                    .iter()
                    .position(|option| *option == question.answer);
                letters[letter.expect("an answer")] += 1;
            }
        }
    }
    let all: usize = letters.iter().sum();
    assert!(all > 10_000);
    let fair = all / 4;
    assert!(
        letters.iter().all(|times| times.abs_diff(fair) * 50 <= all),
        "{letters:?}"
    );
}

#[test]
fn a_tagalog_story_yields_no_english_option() {
    for story in support::golden() {
        let Some(games) = make(&story.title, &story.pages, 3)
            .filter(|games| games.language == storygames::Language::Tagalog)
        else {
            continue;
        };
        for question in games.quiz.iter().chain(&games.blanks) {
            for option in &question.options {
                assert!(
                    !option
                        .split(' ')
                        .any(|word| ["the", "of", "with"].contains(&word)),
                    "{option}"
                );
            }
        }
    }
}

#[test]
fn a_long_text_is_read_up_to_the_limit() {
    let stories = support::golden();
    let story = &stories[0];
    let many: Vec<String> = story.pages.iter().cycle().take(20_000).cloned().collect();
    make(&story.title, &many, 1).iter().for_each(check);
    let one = vec!["word ".repeat(1_000_000)];
    assert_eq!(make("", &one, 1), None);
    let endless = vec!["a".repeat(3_000_000)];
    assert_eq!(make("", &endless, 1), None);
}

/// Pages of anything, and pages that look like stories until one looks closely.
fn pages() -> impl Strategy<Value = Vec<String>> {
    let english = sentences(
        "the the the a a and Lena Ben Tomas Rosa said ran to in dog cat red green big three forest apple jumped found house \
         her his cried saw hill boat carried river opened box door kicked ball star farm slowly happy bread tit ass stupid",
    );
    let tagalog = sentences(
        "ang ang ang ng ng sa sa si si ni Ana Berto Lola pusa aso pula pulang kumain tumakbo umakyat gubat apat na mga mangga \
         kinuha binuksan niya kahon pinto malaki maliit bahay sabi bituin ulan naglaro natulog dagat tae puke",
    );
    let odd = sentences(
        "the ang ______ x Ñandú 's don't araw-araw STOP 🎈 e\u{301} \u{200d} ß İ 中文 кот 9 3.5 -- \" ( ) _ … “ ”",
    );
    let wild = prop::collection::vec("(?s).{0,300}", 0..4);
    prop_oneof![
        4 => prop::collection::vec(english.clone(), 0..9),
        4 => prop::collection::vec(tagalog.clone(), 0..9),
        2 => prop::collection::vec(prop_oneof![english, tagalog, odd], 0..9),
        1 => wild,
    ]
}

/// Sentences of these words, most of them whole.
fn sentences(words: &'static str) -> impl Strategy<Value = String> + Clone {
    let words: Vec<&str> = words.split_whitespace().collect();
    let word = prop_oneof![60 => prop::sample::select(words).prop_map(str::to_owned), 1 => "\\PC{1,6}"];
    let end = prop::sample::select(vec![
        ". ", ". ", ". ", ". ", "! ", "? ", ", ", "\" ", ". \"", "\n", ".\n\n", "… ", "",
    ]);
    let sentence = (prop::collection::vec(word, 2..10), end).prop_map(|(words, end)| words.join(" ") + end);
    prop::collection::vec(sentence, 0..6).prop_map(|sentences| sentences.concat())
}

#[test]
fn no_text_makes_it_panic_or_a_game_that_cannot_be_won() {
    let mut runner = TestRunner::new(Config {
        cases: 10_000,
        failure_persistence: None,
        ..Config::default()
    });
    // How many of the texts had a quiz, blanks, a word search: what never happens would prove nothing.
    let made = std::cell::Cell::new([0usize; 3]);
    let texts = (".{0,20}", pages(), any::<u64>());
    let result = runner.run(&texts, |(title, pages, seed)| {
        if let Some(games) = make(&title, &pages, seed) {
            check(&games);
            let [quiz, blanks, search] = made.get();
            made.set([
                quiz + usize::from(!games.quiz.is_empty()),
                blanks + usize::from(!games.blanks.is_empty()),
                search + usize::from(games.word_search.is_some()),
            ]);
        }
        Ok(())
    });
    assert_eq!(result, Ok(()));
    assert!(made.get().iter().all(|times| *times > 50), "{:?}", made.get());
}
