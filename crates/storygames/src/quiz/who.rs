//! Who said something, or who did what a sentence tells.

use super::Proposal;
use super::standing;
use crate::chance::Chance;
use crate::game::{Family, Language, Question};
use crate::lexicon::Form;
use crate::reading::{Kind, Name, Reading};

const GAP: &str = "______";
/// Of the story itself; one more may be made up.
const PEOPLE: usize = 3;

pub(super) fn propose(reading: &Reading) -> Vec<Proposal> {
    let people: Vec<usize> = (0..reading.names.len()).filter(|&name| reading.names[name].is_person()).collect();
    if people.len() < PEOPLE {
        return Vec::new();
    }
    let mut chance = Chance::new(reading.seed, "who");
    let mut proposals = Vec::new();
    for &sentence in &reading.usable {
        if let Some((text, name)) = said(reading, sentence).or_else(|| did(reading, sentence)) {
            proposals.extend(question(reading, &people, sentence, text, name, &mut chance));
        }
    }
    chance.shuffle(&mut proposals);
    proposals
}

fn question(
    reading: &Reading,
    people: &[usize],
    sentence: usize,
    text: String,
    name: usize,
    chance: &mut Chance,
) -> Option<Proposal> {
    let answer = &reading.names[name];
    let mut options: Vec<&Name> = vec![answer];
    let mut others: Vec<&Name> = people.iter().map(|&other| &reading.names[other]).collect();
    chance.shuffle(&mut others);
    // Those of whom the story speaks about as much as of the answer first.
    others.sort_by_key(|other| std::cmp::Reverse(other.places.len().min(answer.places.len())));
    for other in others {
        if options.len() < 4 && !options.iter().any(|chosen| chosen.overlaps(other)) && !text.contains(&other.text) {
            options.push(other);
        }
    }
    let mut options: Vec<String> = options.into_iter().map(|name| name.text.clone()).collect();
    if options.len() == PEOPLE {
        let unknown: Vec<&&str> = reading
            .lexicon
            .names
            .iter()
            .filter(|name| reading.text.find(&name.to_lowercase()).is_none())
            .collect();
        options.extend(chance.pick(&unknown).map(|name| (**name).to_owned()));
    }
    let mut question = Question::new(Family::Who, text, options, answer.text.clone());
    question.explanation = Some(reading.explanation(sentence));
    Some(Proposal {
        question,
        shown: vec![sentence],
        secrets: Vec::new(),
        topic: format!("who {sentence}"),
    })
}

/// `"Stop!" said Lena.`, `Lena said, "Stop!"`, `"Tara!" sabi ni Ana.`: what is asked, and the name.
fn said(reading: &Reading, sentence: usize) -> Option<(String, usize)> {
    let line = reading.text.sentence(sentence);
    let (_, rest) = line.split_once('"')?;
    let (speech, _) = rest.split_once('"')?;
    let speech = speech.trim().trim_end_matches(',');
    let mut speakers = reading.tokens(sentence).filter(|&token| speaks(reading, token));
    let speaker = speakers.next()?;
    let Kind::Name(name) = reading.kinds[speaker] else {
        return None;
    };
    let once = line.matches('"').count() <= 4 && speech.split_whitespace().count() >= 3;
    let tells = reading.names[name].words.iter().any(|word| speech.to_lowercase().contains(word.as_str()));
    if !once || tells || !reading.names[name].is_person() {
        return None;
    }
    let text = standing::say(reading, "Who said this?", "Sino ang nagsabi nito?");
    Some((format!("{text} {}", standing::quoted(speech)), name))
}

/// Whether the token begins a name beside a verb of speech, outside of the speech itself.
fn speaks(reading: &Reading, token: usize) -> bool {
    let Kind::Name(name) = reading.kinds[token] else {
        return false;
    };
    let Some(place) = reading.names[name].places.iter().find(|place| place.start == token) else {
        return false;
    };
    let speech = |word: &str| reading.lexicon.is("speech", word);
    match reading.language {
        Language::English => speech(reading.joined(token, -1)) || speech(reading.joined(place.end - 1, 1)),
        Language::Tagalog => {
            let marker = reading.joined(token, -1);
            let before = reading.beside(token, -1).map_or("", |marker| reading.joined(marker, -1));
            marker == "ni" && speech(before)
        }
    }
}

/// A sentence in which somebody does something, with a gap for the name.
fn did(reading: &Reading, sentence: usize) -> Option<(String, usize)> {
    let line = reading.text.sentence(sentence);
    if line.contains(['"', '?']) || !reading.is_event(sentence) || reading.tokens(sentence).len() < 5 {
        return None;
    }
    let mut named = reading.tokens(sentence).filter(|&token| matches!(reading.kinds[token], Kind::Name(_)));
    let token = named.next()?;
    let Kind::Name(name) = reading.kinds[token] else {
        return None;
    };
    let who = &reading.names[name];
    let place = who.places.iter().find(|place| place.start == token)?;
    if named.any(|other| !place.contains(&other)) || !who.is_person() {
        return None;
    }
    let doer = match reading.language {
        Language::English => token == reading.tokens(sentence).start && acts(reading, place.end - 1) && !tells_sex(reading, sentence),
        Language::Tagalog => ["si", "ni"].contains(&reading.joined(token, -1)),
    };
    let possessive = reading.text.written(place.end - 1).contains('\'');
    if !doer || possessive || others_do_it(reading, sentence, name) {
        return None;
    }
    let span = reading.text.tokens[place.start].span.start..reading.text.tokens[place.end - 1].span.end;
    let shown = reading.text.with(sentence, &[(span, GAP)]);
    let text = standing::say(reading, "Who is missing here?", "Sino ang nawawala sa pangungusap?");
    Some((format!("{text} {}", standing::quoted(&shown)), name))
}

fn acts(reading: &Reading, last: usize) -> bool {
    let past = |at: usize| matches!(reading.kinds[at], Kind::Verb { form: Form::Past | Form::Third, .. });
    reading.beside(last, 1).is_some_and(|next| {
        past(next) || (reading.text.folded(next).ends_with("ly") && reading.beside(next, 1).is_some_and(past))
    })
}

fn tells_sex(reading: &Reading, sentence: usize) -> bool {
    reading.tokens(sentence).any(|token| {
        let word = reading.text.folded(token);
        reading.lexicon.is("female", word) || reading.lexicon.is("male", word)
    })
}

/// Whether a sentence about somebody else says the same and maybe more.
fn others_do_it(reading: &Reading, sentence: usize, name: usize) -> bool {
    let stems: Vec<&str> = reading
        .tokens(sentence)
        .filter(|&token| reading.is_content(token) && !matches!(reading.kinds[token], Kind::Name(_)))
        .map(|token| reading.stem(token))
        .collect();
    (0..reading.text.sentences.len()).any(|other| {
        let about = |token: usize| matches!(reading.kinds[token], Kind::Name(who) if who != name);
        other != sentence
            && reading.tokens(other).any(about)
            && stems.iter().all(|stem| reading.tokens(other).any(|token| reading.stem(token) == *stem))
    })
}
