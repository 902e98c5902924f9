//! Who said something, or who did what a sentence tells.

use super::Proposal;
use super::cast::{self, Character};
use super::standing;
use crate::chance::Chance;
use crate::game::{Family, Language, Question};
use crate::lexicon::{Form, List};
use crate::reading::{Kind, Reading};

const GAP: &str = "______";

pub(super) fn propose(reading: &Reading) -> Vec<Proposal> {
    let cast = cast::of(reading);
    if cast.is_empty() {
        return Vec::new();
    }
    let who = who(reading, &cast);
    let mut chance = Chance::new(reading.seed, "who");
    let mut sentences = reading.usable.clone();
    chance.shuffle(&mut sentences);
    let asked = sentences.into_iter().filter_map(|sentence| {
        let (text, answer) =
            said(reading, &cast, &who, sentence).or_else(|| did(reading, &cast, &who, sentence))?;
        Some((sentence, text, answer))
    });
    let asked: Vec<(usize, String, usize)> = asked.take(2 * super::PROPOSALS).collect();
    asked
        .into_iter()
        .map(|(sentence, text, answer)| question(reading, &cast, sentence, text, answer, &mut chance))
        .collect()
}

/// Of each token the character whose place begins there.
fn who(reading: &Reading, cast: &[Character]) -> Vec<Option<usize>> {
    let mut who = vec![None; reading.text.tokens.len()];
    for (at, character) in cast.iter().enumerate() {
        for place in &character.places {
            who[place.start] = Some(at);
        }
    }
    who
}

fn end_of(character: &Character, start: usize) -> Option<usize> {
    character
        .places
        .iter()
        .find(|place| place.start == start)
        .map(|place| place.end)
}

fn question(
    reading: &Reading,
    cast: &[Character],
    sentence: usize,
    text: String,
    answer: usize,
    chance: &mut Chance,
) -> Proposal {
    let answer = &cast[answer];
    let mut options: Vec<&Character> = vec![answer];
    let mut others: Vec<&Character> = cast.iter().collect();
    chance.shuffle(&mut others);
    // Those of whom the story speaks about as much as of the answer first.
    others.sort_by_key(|other| std::cmp::Reverse(other.places.len().min(answer.places.len())));
    for other in others {
        if options.len() < 4
            && !options.iter().any(|chosen| chosen.overlaps(other))
            && !other.is_named_in(&text)
        {
            options.push(other);
        }
    }
    let mut labels: Vec<String> = options.iter().map(|character| character.label.clone()).collect();
    if labels.len() == 3 {
        labels.extend(cast::stranger(reading, &options, chance));
    }
    let mut question = Question::new(Family::Who, text, labels, answer.label.clone());
    question.explanation = Some(reading.explanation(sentence));
    Proposal {
        question,
        shown: vec![sentence],
        beside: Vec::new(),
        secrets: Vec::new(),
        topic: format!("who {sentence}"),
    }
}

/// `"Stop!" said Lena.`, `Lena said, "Stop!"`, `"Tara!" sabi ni Ana.`: what is asked, and who it was.
fn said(
    reading: &Reading,
    cast: &[Character],
    who: &[Option<usize>],
    sentence: usize,
) -> Option<(String, usize)> {
    let line = reading.text.sentence(sentence);
    let (_, rest) = line.split_once('"')?;
    let (speech, _) = rest.split_once('"')?;
    let speech = speech.trim().trim_end_matches(',');
    let speaker = reading.tokens(sentence).find_map(|token| {
        let at = who[token]?;
        speaks(reading, token, end_of(&cast[at], token)?).then_some(at)
    })?;
    if speech.split_whitespace().count() < 3 || cast[speaker].is_named_in(speech) {
        return None;
    }
    let stop = if speech.ends_with(char::is_alphanumeric) {
        "."
    } else {
        ""
    };
    let text = standing::say(reading, "Who said this?", "Sino ang nagsabi nito?");
    Some((
        format!("{text} {}", standing::quoted(&format!("{speech}{stop}"))),
        speaker,
    ))
}

/// Whether a verb of speech stands beside these tokens, and they alone are meant: not `said Lena's mother`, not `said Lena
/// and Tomas`.
fn speaks(reading: &Reading, start: usize, end: usize) -> bool {
    let alone =
        !reading.text.written(end - 1).contains('\'') && !["and", "at"].contains(&reading.joined(end - 1, 1));
    if !alone {
        return false;
    }
    let speech = |word: &str| reading.lexicon.is(List::Speech, word);
    match reading.language {
        Language::English => speech(reading.joined(start, -1)) || speech(reading.joined(end - 1, 1)),
        Language::Tagalog => {
            let marker = reading.joined(start, -1);
            let before = reading
                .beside(start, -1)
                .map_or("", |marker| reading.joined(marker, -1));
            (marker == "ni" || marker == "ng") && speech(before)
        }
    }
}

/// A sentence in which somebody does something, with a gap for who it is.
fn did(
    reading: &Reading,
    cast: &[Character],
    who: &[Option<usize>],
    sentence: usize,
) -> Option<(String, usize)> {
    let line = reading.text.sentence(sentence);
    if line.contains(['"', '?']) || !reading.is_event(sentence) || reading.tokens(sentence).len() < 5 {
        return None;
    }
    let mut present = reading.tokens(sentence).filter(|&token| who[token].is_some());
    let start = present.next()?;
    let at = who[start]?;
    let end = end_of(&cast[at], start)?;
    let named =
        |token: usize| matches!(reading.kinds[token], Kind::Name(_)) && !(start..end).contains(&token);
    if present.next().is_some() || reading.tokens(sentence).any(named) {
        return None;
    }
    let doer = match reading.language {
        Language::English => {
            let sex = cast[at].has_a_name() && tells_sex(reading, sentence);
            start == reading.tokens(sentence).start && acts(reading, end - 1) && !sex
        }
        Language::Tagalog => {
            ["si", "ni", "ang", "ng"].contains(&reading.joined(start, -1)) && follows_verb(reading, start)
        }
    };
    let possessive = reading.text.written(end - 1).contains('\'');
    if !doer || possessive || others_do_it(reading, who, sentence, at) {
        return None;
    }
    let span = reading.text.span(start).start..reading.text.span(end - 1).end;
    let shown = reading.text.with(sentence, &[(span, GAP)]);
    let text = standing::say(
        reading,
        "Who is missing here?",
        "Sino ang nawawala sa pangungusap?",
    );
    Some((format!("{text} {}", standing::quoted(&shown)), at))
}

fn acts(reading: &Reading, last: usize) -> bool {
    let past = |at: usize| {
        matches!(
            reading.kinds[at],
            Kind::Verb {
                form: Form::Past | Form::Third,
                ..
            }
        )
    };
    reading.beside(last, 1).is_some_and(|next| {
        past(next) || (reading.text.folded(next).ends_with("ly") && reading.beside(next, 1).is_some_and(past))
    })
}

/// `Umakyat si Ana`, `Kinuha ni Ana`: the verb stands before the marker.
fn follows_verb(reading: &Reading, start: usize) -> bool {
    let marker = reading.beside(start, -1);
    let head = marker.and_then(|marker| reading.beside(marker, -1));
    head.is_some_and(|head| matches!(reading.kinds[head], Kind::Verb { .. }))
        || marker == Some(reading.tokens(reading.text.sentence_of(start)).start + 1)
}

fn tells_sex(reading: &Reading, sentence: usize) -> bool {
    reading.tokens(sentence).any(|token| {
        let word = reading.text.folded(token);
        reading.lexicon.is(List::Female, word) || reading.lexicon.is(List::Male, word)
    })
}

/// Whether a sentence about somebody else says the same and maybe more.
fn others_do_it(reading: &Reading, who: &[Option<usize>], sentence: usize, name: usize) -> bool {
    let stems: Vec<&str> = reading
        .tokens(sentence)
        .filter(|&token| reading.is_content(token) && !is_place_of(who, token, name))
        .map(|token| reading.stem(token))
        .collect();
    (0..reading.text.sentences.len()).any(|other| {
        let about = |token: usize| who[token].is_some_and(|who| who != name);
        other != sentence
            && reading.tokens(other).any(about)
            && stems
                .iter()
                .all(|stem| reading.tokens(other).any(|token| reading.stem(token) == *stem))
    })
}

fn is_place_of(who: &[Option<usize>], token: usize, name: usize) -> bool {
    (token.saturating_sub(2)..=token).any(|start| who[start] == Some(name))
}
