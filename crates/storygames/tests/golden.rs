//! Thirty stories and the games that are made of them, as plain text to be read by people: `tests/golden/NAME.txt` is a
//! story, `NAME.games.txt` beside it what comes out. With `UPDATE=1` in the environment the latter are written anew.

mod support;

use std::fmt::Write as _;
use std::path::PathBuf;

use storygames::{Games, Question};
use support::{Written, make};

#[test]
fn the_games_are_the_ones_that_were_reviewed() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a switch for the person who runs the test"
    )]
    let update = std::env::var_os("UPDATE").is_some();
    let mut changed: Vec<PathBuf> = Vec::new();
    let stories = support::golden();
    for story in &stories {
        let text = shown(story, make(&story.title, &story.pages, 1_000_001).as_ref());
        let beside = story.path.with_extension("games.txt");
        if std::fs::read_to_string(&beside).unwrap_or_default() != text {
            changed.push(beside.clone());
            if update {
                std::fs::write(&beside, text).expect("a snapshot");
            }
        }
    }
    assert!(
        update || changed.is_empty(),
        "read these with UPDATE=1 and git diff: {changed:#?}"
    );
    assert!(stories.len() >= 30, "{} stories", stories.len());
}

fn shown(story: &Written, games: Option<&Games>) -> String {
    let mut text = format!("{} ({} words)\n", story.title, words(story));
    let Some(games) = games else {
        text += "no games\n";
        return text;
    };
    let _ = writeln!(text, "{:?}, {}", games.language, games.difficulty.as_str());
    for (name, questions) in [("QUIZ", &games.quiz), ("BLANKS", &games.blanks)] {
        let _ = writeln!(
            text,
            "\n{name}: {}",
            if questions.is_empty() { "none" } else { "" }
        );
        for (at, question) in questions.iter().enumerate() {
            text += &question_shown(at + 1, question);
        }
    }
    let Some(search) = &games.word_search else {
        text += "\nWORD SEARCH: none\n";
        return text;
    };
    let question = &search.question;
    let _ = writeln!(text, "\nWORD SEARCH: {}", question.text);
    for row in &question.options {
        let cells: Vec<String> = row.chars().map(String::from).collect();
        let _ = writeln!(text, "    {}", cells.join(" "));
    }
    let _ = writeln!(text, "  {}", question.context.as_deref().unwrap_or_default());
    let _ = writeln!(text, "  {}", question.hint.as_deref().unwrap_or_default());
    for placement in &search.placements {
        let _ = writeln!(
            text,
            "    {} from row {}, column {}: {:?}",
            placement.word,
            placement.row + 1,
            placement.column + 1,
            placement.direction
        );
    }
    text
}

fn words(story: &Written) -> usize {
    story
        .pages
        .iter()
        .map(|page| page.split_whitespace().count())
        .sum()
}

fn question_shown(number: usize, question: &Question) -> String {
    let mut text = format!("{number:>3}. [{:?}] {}\n", question.family, question.text);
    for (letter, option) in ['A', 'B', 'C', 'D'].iter().zip(&question.options) {
        let mark = if *option == question.answer { '*' } else { ' ' };
        let _ = writeln!(text, "    {mark}{letter}) {option}");
    }
    for (name, value) in [("hint", &question.hint), ("because", &question.explanation)] {
        if let Some(value) = value {
            let _ = writeln!(text, "      {name}: {value}");
        }
    }
    text
}
