use super::*;

#[test]
fn both_files_are_read_whole() {
    for language in [Language::English, Language::Tagalog] {
        let lexicon = of(language);
        assert!(
            lexicon.is(List::Stop, "at")
                && lexicon.is(
                    List::Determiner,
                    if language == Language::English {
                        "the"
                    } else {
                        "ang"
                    }
                )
        );
        assert!(lexicon.sets.len() > 30 && lexicon.verbs.len() > 90 && lexicon.opposites.len() > 20);
        for set in &lexicon.sets {
            assert!(
                set.items.len() >= 4,
                "{} has too few words to choose from",
                set.name
            );
        }
        assert!(lexicon.verbs.iter().all(|verb| verb.forms.len() >= 3));
    }
    assert!(of(Language::English).is(List::Plural, "trousers"));
    assert!(rude().anywhere.iter().all(|word| word.len() >= 3));
}

#[test]
fn forms_lead_back_to_their_words() {
    let english = of(Language::English);
    let form = |word| {
        let senses = english.senses(word).iter();
        senses
            .filter_map(|sense| match sense {
                Sense::Verb { form, .. } => Some(*form),
                Sense::Item { .. } => None,
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(form("ran"), [Form::Past]);
    assert_eq!(form("carried"), [Form::Past, Form::Participle]);
    assert_eq!(form("baking"), [Form::Ing]);
    assert_eq!(form("tying"), [Form::Ing]);
    assert_eq!(form("washes"), [Form::Third]);
    for plural in ["mice", "boxes", "cherries", "fireflies", "puppies"] {
        assert!(
            matches!(english.senses(plural), [Sense::Item { plural: true, .. }]),
            "{plural}"
        );
    }
}

#[test]
fn nothing_of_the_file_is_left_in_a_word() {
    for language in [Language::English, Language::Tagalog] {
        for set in &of(language).sets {
            for item in &set.items {
                let mut words = item.words.iter().copied().chain([item.plural.as_str()]);
                let plain = |letter: char| letter.is_alphanumeric() || letter == '-';
                assert!(
                    words.all(|word| word.chars().all(plain)),
                    "{:?} {}",
                    item.words,
                    item.plural
                );
            }
        }
    }
}

#[test]
fn what_is_always_many_is_its_own_plural() {
    let english = of(Language::English);
    let items = english.sets.iter().flat_map(|set| &set.items);
    let plural: Vec<&Item> = items
        .filter(|item| english.is(List::Plural, item.words[0]))
        .collect();
    assert!(plural.len() >= 4);
    for item in plural {
        assert_eq!(item.plural, item.words[0]);
        assert!(!english.is(List::Mass, item.words[0]), "{}", item.plural);
    }
}

#[test]
fn every_section_is_known_and_every_list_in_its_place() {
    for (at, (list, _)) in List::ALL.iter().enumerate() {
        assert_eq!(*list as usize, at);
    }
    let others = ["set", "verbs", "opposites", "giveaway", "names"];
    for file in [
        include_str!("../../words/english.txt"),
        include_str!("../../words/tagalog.txt"),
    ] {
        for section in parse::sections(file) {
            let known = List::ALL.iter().any(|(_, name)| *name == section.name());
            assert!(known || others.contains(&section.name()), "{}", section.name());
        }
    }
}
