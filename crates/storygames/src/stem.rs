//! What is left of a word without its affixes. For comparing only: two options of a question never share it, so cutting a
//! little too much costs an option and never makes a wrong question.

use crate::game::Language;
use crate::lexicon::{self, Form, Sense};

/// The stem of a word in small letters.
pub(crate) fn of(word: &str, language: Language) -> String {
    match language {
        Language::English => english(word),
        Language::Tagalog => tagalog(word),
    }
}

fn english(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word).trim_end_matches('\'');
    let lexicon = lexicon::of(Language::English);
    // Forms that no rule would lead back: went, mice. What is no form of anything else goes by the rules, too.
    if let Some(base) = lexicon
        .senses(word)
        .iter()
        .find_map(|sense| base_of(lexicon, *sense))
    {
        return cut_english(base);
    }
    cut_english(word)
}

fn base_of(lexicon: &'static lexicon::Lexicon, sense: Sense) -> Option<&'static str> {
    match sense {
        Sense::Verb { verb, .. } => lexicon.verbs.get(verb)?.form(Form::Base),
        Sense::Item {
            set,
            item,
            plural: true,
        } => lexicon.sets.get(set)?.items.get(item)?.words.first().copied(),
        Sense::Item { .. } => None,
    }
}

fn cut_english(word: &str) -> String {
    const ENDINGS: [(&str, &str); 12] = [
        ("iness", "y"),
        ("ness", ""),
        ("ies", "y"),
        ("ied", "y"),
        ("ing", ""),
        ("ily", "y"),
        ("est", ""),
        ("ed", ""),
        ("ly", ""),
        ("er", ""),
        ("es", ""),
        ("s", ""),
    ];
    for (ending, instead) in ENDINGS {
        if let Some(stem) = word.strip_suffix(ending)
            && stem.chars().count() >= 3
            && !stem.ends_with('s')
        {
            return undoubled(&format!("{stem}{instead}"));
        }
    }
    undoubled(word)
}

/// `runn` → `run`, `bake` → `bak`, so that `baking` meets `bake`.
fn undoubled(stem: &str) -> String {
    let stem = stem
        .strip_suffix('e')
        .filter(|stem| stem.len() >= 3)
        .unwrap_or(stem);
    let mut letters = stem.chars().rev();
    let (last, before) = (letters.next(), letters.next());
    if last == before && last.is_some_and(|letter| letter.is_ascii() && !"aeiouls".contains(letter)) {
        return stem[..stem.len() - 1].to_owned();
    }
    stem.to_owned()
}

/// Tagalog puts its affixes before, into and behind a root, and doubles its first syllable: `nagtatanim`, `itinanim` and
/// `taniman` are all of `tanim`.
fn tagalog(word: &str) -> String {
    let whole = unlinked(word);
    // `araw-araw`
    let whole = whole
        .split_once('-')
        .filter(|(one, other)| one == other)
        .map_or(whole, |(one, _)| one);
    let before = without_prefix(whole).replace('-', "");
    let within = without_infix(&before);
    let once = without_doubling(&within);
    let behind = without_suffix(&once);
    behind.to_owned()
}

/// A word without the linker that ties it to the next one: `pulang` → `pula`, `hanging` → `hangin`. A word that ends so by
/// itself (`saging`) is in the lexicon as it is, and left alone.
pub(crate) fn unlinked(word: &str) -> &str {
    if !lexicon::of(Language::Tagalog).senses(word).is_empty() {
        return word;
    }
    let vowel = |stem: &str| stem.chars().last().is_some_and(|letter| "aeiou".contains(letter));
    match word.strip_suffix("ng") {
        Some(stem) if vowel(stem) && stem.len() >= 3 => {
            let nasal = &word[..word.len() - 1];
            if lexicon::of(Language::Tagalog).senses(nasal).is_empty() {
                stem
            } else {
                nasal
            }
        }
        _ => word,
    }
}

fn without_prefix(word: &str) -> &str {
    const PREFIXES: [&str; 34] = [
        "pinakama",
        "nakikipag",
        "makikipag",
        "nakipag",
        "makipag",
        "ipinag",
        "ipang",
        "ikina",
        "nagpa",
        "magpa",
        "nagka",
        "magka",
        "pinag",
        "pinaka",
        "naka",
        "maka",
        "napaka",
        "ipina",
        "nang",
        "mang",
        "pang",
        "nag",
        "mag",
        "pag",
        "tag",
        "ipa",
        "nam",
        "mam",
        "ma",
        "na",
        "pa",
        "ka",
        "ni",
        "i",
    ];
    for prefix in PREFIXES {
        let Some(root) = word.strip_prefix(prefix) else {
            continue;
        };
        // `mag-aral` has a hyphen before the vowel, so `maganda` is of `ganda`.
        let vowel = root.starts_with(['a', 'e', 'i', 'o', 'u']);
        if root.chars().count() >= 4 && !(vowel && prefix.ends_with("ag")) {
            return root.strip_prefix('-').unwrap_or(root);
        }
    }
    word
}

/// `kumain` → `kain`, `binili` → `bili`, `umalis` → `alis`.
fn without_infix(word: &str) -> String {
    let mut letters = word.char_indices();
    let Some((_, first)) = letters.next() else {
        return String::new();
    };
    let (head, rest) = if "aeiou".contains(first) {
        ("", word)
    } else {
        word.split_at(first.len_utf8())
    };
    for infix in ["um", "in"] {
        if let Some(tail) = rest.strip_prefix(infix)
            && tail.chars().count() + usize::from(!head.is_empty()) >= 4
            && tail.starts_with(['a', 'e', 'i', 'o', 'u'])
        {
            return format!("{head}{tail}");
        }
    }
    word.to_owned()
}

/// `tatakbo` → `takbo`, `aalis` → `alis`.
fn without_doubling(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    for size in [2, 1] {
        let doubled = letters.len() >= size + 4 && letters[..size] == letters[size..2 * size];
        let syllable = size == 1 || letters.get(1).is_some_and(|letter| "aeiou".contains(*letter));
        if doubled && syllable {
            return letters[size..].iter().collect();
        }
    }
    word.to_owned()
}

fn without_suffix(word: &str) -> &str {
    for suffix in ["han", "hin", "an", "in"] {
        if let Some(root) = word.strip_suffix(suffix)
            && root.chars().count() >= 4
        {
            return root;
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn together(language: Language, words: &[&str]) {
        let stems: Vec<String> = words.iter().map(|word| of(word, language)).collect();
        assert!(
            stems.windows(2).all(|pair| pair[0] == pair[1]),
            "{words:?} → {stems:?}"
        );
    }

    #[test]
    fn english_forms_meet() {
        together(Language::English, &["bake", "bakes", "baked", "baking"]);
        together(Language::English, &["run", "ran", "running", "runs"]);
        together(Language::English, &["berry", "berries"]);
        together(Language::English, &["mouse", "mice", "mouse's"]);
        together(Language::English, &["happy", "happily", "happiness"]);
        together(Language::English, &["slow", "slowly", "slower", "slowest"]);
        together(Language::English, &["fox", "foxes"]);
        assert_ne!(of("grass", Language::English), of("gras", Language::English));
    }

    #[test]
    fn tagalog_forms_meet() {
        together(
            Language::Tagalog,
            &["tanim", "nagtanim", "nagtatanim", "itatanim", "magtanim"],
        );
        together(Language::Tagalog, &["takbo", "tumakbo", "tumatakbo", "tatakbo"]);
        together(
            Language::Tagalog,
            &["kain", "kumain", "kumakain", "kinain", "kinakain"],
        );
        together(Language::Tagalog, &["alis", "umalis", "umaalis", "aalis"]);
        together(Language::Tagalog, &["ganda", "maganda", "magandang"]);
        together(Language::Tagalog, &["hangin", "hanging"]);
        assert_eq!(of("saging", Language::Tagalog), "saging");
    }

    #[test]
    fn what_is_no_word_stays_or_shrinks() {
        for odd in [
            "", "'", "ñ", "e", "ee", "中文", "🎈", "'s", "ng", "aang", "umuumuum", "iii", "ssss",
        ] {
            for language in [Language::English, Language::Tagalog] {
                assert!(of(odd, language).len() <= odd.len());
            }
        }
    }
}
