use super::*;
use crate::reading::Given;
use crate::text::Text;

fn read(pages: &[&str]) -> Reading {
    let given = Given {
        title: "",
        language: None,
        seed: 1,
        rude: &[],
    };
    Reading::of(Text::read(pages, 10_000), &given).expect("a known language")
}

/// What is asked, and the answer.
fn asked(proposals: &[Proposal]) -> Vec<(&str, &str)> {
    let questions = proposals.iter().map(|proposal| &proposal.question);
    let mut asked: Vec<(&str, &str)> = questions
        .map(|question| (question.text.as_str(), question.answer.as_str()))
        .collect();
    asked.sort_unstable();
    asked
}

#[test]
fn only_whoever_surely_spoke_is_asked_for() {
    let reading = read(&[
        "\"The boat is at the pier,\" said Lena. \"The boat is on the sand,\" said Lena's mother.",
        "\"We want to go with the boat,\" said Tomas and Ben. Then Ben laughed at Tomas, and Lena waved.",
        "Ben called, \"Where is the other shoe?\" \"I have it in the box, Tomas,\" Lena answered.",
    ]);
    let expected = [
        ("Who said this? “I have it in the box, Tomas.”", "Lena"),
        ("Who said this? “The boat is at the pier.”", "Lena"),
        ("Who said this? “Where is the other shoe?”", "Ben"),
    ];
    assert_eq!(asked(&who::propose(&reading)), expected);
}

#[test]
fn nobody_is_asked_for_whom_the_sentence_gives_away() {
    let reading = read(&[
        "Lena opened the old green gate. Tomas opened the old green gate as well. Ben fed his hungry goat.",
        "Ben carried the heavy basket home. Lena and Ben sang on the hill. In the night Tomas slept under a tree.",
    ]);
    let expected = [(
        "Who is missing here? “______ carried the heavy basket home.”",
        "Ben",
    )];
    assert_eq!(asked(&who::propose(&reading)), expected);
}

#[test]
fn a_changed_word_keeps_its_place_in_the_grammar() {
    let reading = read(&["Ana saw an owl in the yard. Lima ang mga ito."]);
    for proposal in detail::propose(&reading) {
        for option in &proposal.question.options {
            let mut words = option.split(' ').skip_while(|word| !["a", "an"].contains(word));
            let (article, noun) = (words.next(), words.next().expect("a noun"));
            assert_eq!(
                article == Some("an"),
                noun.starts_with(['a', 'e', 'i', 'o', 'u']),
                "{option}"
            );
        }
    }
    let reading = read(&[
        "Kumuha siya ng limang bato sa ilog at naglaro siya sa tabi ng puno. May apat na ibon sa puno.",
    ]);
    let options: Vec<String> = detail::propose(&reading)
        .into_iter()
        .filter(|proposal| proposal.topic == "detail numbers")
        .flat_map(|proposal| proposal.question.options)
        .collect();
    assert_eq!(options.len(), 8);
    let linked = [
        "dalawang", "tatlong", "apat na", "limang", "anim na", "pitong", "walong", "siyam na", "sampung",
    ];
    for option in options {
        assert!(
            linked
                .iter()
                .any(|number| option.contains(&format!(" {number} "))),
            "{option}"
        );
        assert!(
            !option.contains("ng na ") && !option.contains("na na "),
            "{option}"
        );
    }
}

#[test]
fn what_happens_is_told_from_what_is() {
    let reading = read(&[
        "Lena lived in a small hut. Lena climbed the hill with a basket. She sat down. At last Lena opened the box.",
        "Every day Lena opened a letter. The box was empty. The wind carried the letter over the fields.",
    ]);
    let standing: Vec<String> = standing::all(&reading)
        .into_iter()
        .map(|(sentence, opening)| format!("{opening}/{}", reading.text.sentence(sentence)))
        .collect();
    assert_eq!(
        standing,
        [
            "/Lena climbed the hill with a basket.",
            "/The wind carried the letter over the fields.",
        ]
    );
}
