use super::*;

#[test]
fn both_files_are_read_whole() {
    for language in [Language::English, Language::Tagalog] {
        let lexicon = of(language);
        assert!(lexicon.is("stop", "at") && lexicon.is("determiner", if language == Language::English { "the" } else { "ang" }));
        assert!(lexicon.sets.len() > 30 && lexicon.verbs.len() > 90 && lexicon.opposites.len() > 20);
        for set in &lexicon.sets {
            assert!(set.items.len() >= 4, "{} has too few words to choose from", set.name);
        }
        assert!(lexicon.verbs.iter().all(|verb| verb.forms.len() >= 3));
    }
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
