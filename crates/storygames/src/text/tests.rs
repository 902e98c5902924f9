use super::*;

fn sentences(page: &str) -> Vec<String> {
    let text = Text::read(&[page], 10_000);
    (0..text.sentences.len()).map(|at| text.sentence(at)).collect()
}

#[test]
fn sentences_end_where_a_reader_would_stop() {
    let cases: [(&str, &[&str]); 12] = [
        ("One. Two! Three?", &["One.", "Two!", "Three?"]),
        ("Mr. Cruz ran. Dr. Lee sat.", &["Mr. Cruz ran.", "Dr. Lee sat."]),
        ("It cost 3.50 in all. Good.", &["It cost 3.50 in all.", "Good."]),
        (
            "\u{201c}Stop!\u{201d} Lena shouted. He ran.",
            &["\"Stop!\" Lena shouted.", "He ran."],
        ),
        (
            "\"Stop!\" he said. \"Now. Please.\" She sat.",
            &["\"Stop!\" he said.", "\"Now. Please.\"", "She sat."],
        ),
        (
            "\"Tara!\" sabi ni Ana. Umalis sila.",
            &["\"Tara!\" sabi ni Ana.", "Umalis sila."],
        ),
        ("He ran. \"Wait! I come.\"", &["He ran.", "\"Wait! I come.\""]),
        (
            "A \"broken quote. It goes on. And on",
            &["A \"broken quote.", "It goes on.", "And on"],
        ),
        (
            "He saw\nthe sea. It was blue",
            &["He saw the sea.", "It was blue"],
        ),
        (
            "roses are red\nviolets are blue",
            &["roses are red", "violets are blue"],
        ),
        ("A title\n\nIt began.", &["A title", "It began."]),
        (
            "Well... maybe he will. Really?! Yes.",
            &["Well... maybe he will.", "Really?!", "Yes."],
        ),
    ];
    for (page, expected) in cases {
        assert_eq!(sentences(page), expected, "{page}");
    }
}

#[test]
fn words_keep_their_apostrophes_and_hyphens() {
    let text = Text::read(&["Don't run, mag-aral - araw-araw! 3 ñandú 'yes'"], 1_000);
    let words: Vec<&str> = (0..text.tokens.len()).map(|at| text.written(at)).collect();
    assert_eq!(
        words,
        ["Don't", "run", "mag-aral", "araw-araw", "3", "ñandú", "yes"]
    );
}

#[test]
fn nothing_is_read_beyond_the_limit() {
    let text = Text::read(&["ñaña ñañaña", "more"], 10);
    assert_eq!(text.pages, ["ñaña", "more"]);
    assert_eq!(Text::read(&["ñañañaña"], 5).pages, [""]);
    assert!(Text::read(&["", "🎈🎈", "\n\n \t"], 100).sentences.is_empty());
}
