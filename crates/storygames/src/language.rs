//! Which language a text is in, by its small words.

use crate::game::Language;
use crate::lexicon::{self, List};
use crate::text::Text;

/// What the small words of a text say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) language: Language,
    /// A good part of it is in the other language.
    pub(crate) mixed: bool,
}

/// The language of a text; `hint` where both are nearly equal. None where it is neither.
pub(crate) fn of(text: &Text, hint: Option<Language>) -> Option<Verdict> {
    let (mut english, mut tagalog, mut all) = (0, 0, 0);
    for word in &text.words {
        all += word.count;
        match stop_word_of(&word.folded) {
            Some(Language::English) => english += word.count,
            Some(Language::Tagalog) => tagalog += word.count,
            None => {}
        }
    }
    let (most, least) = (english.max(tagalog), english.min(tagalog));
    // Stories have 35 to 60 small words in a hundred; a name that looks like one does not make a language.
    if most < 3 || most * 100 < all * 15 {
        return None;
    }
    let winner = if english >= tagalog {
        Language::English
    } else {
        Language::Tagalog
    };
    let nearly_equal = least * 10 >= most * 8;
    Some(Verdict {
        language: hint.filter(|_| nearly_equal).unwrap_or(winner),
        mixed: least * 4 >= most,
    })
}

/// The language whose small words the word is one of, if it is of one of them only.
pub(crate) fn stop_word_of(word: &str) -> Option<Language> {
    let english = lexicon::of(Language::English).is(List::Stop, word);
    let tagalog = lexicon::of(Language::Tagalog).is(List::Stop, word);
    match (english, tagalog) {
        (true, false) => Some(Language::English),
        (false, true) => Some(Language::Tagalog),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_page(page: &str, hint: Option<Language>) -> Option<Verdict> {
        of(&Text::read(&[page], 10_000), hint)
    }

    #[test]
    fn small_words_tell_the_language() {
        let english = of_page(
            "The cat sat on the mat and it was happy.",
            Some(Language::Tagalog),
        );
        assert_eq!(
            english.map(|found| (found.language, found.mixed)),
            Some((Language::English, false))
        );
        let tagalog = of_page(
            "Ang pusa ay umupo sa banig at natulog siya.",
            Some(Language::English),
        );
        assert_eq!(
            tagalog.map(|found| (found.language, found.mixed)),
            Some((Language::Tagalog, false))
        );
        let mixed = "The aso ran to the palengke. Ang bola ay nasa table. He saw it. Nakita niya ang ball.";
        let found = of_page(mixed, Some(Language::Tagalog));
        assert_eq!(
            found.map(|found| (found.language, found.mixed)),
            Some((Language::Tagalog, true))
        );
        for other in [
            "",
            "🎈🎈",
            "Der Hund lief nach Hause und schlief dort ein.",
            "Жил был кот",
            "mango mango mango",
        ] {
            assert_eq!(of_page(other, None), None, "{other}");
        }
    }
}
