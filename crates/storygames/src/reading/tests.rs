use super::*;

fn read(pages: &[&str]) -> Reading {
    let given = Given {
        title: "",
        language: None,
        seed: 1,
        rude: &[],
    };
    Reading::of(Text::read(pages, 60_000), &given).expect("a known language")
}

fn people(reading: &Reading) -> Vec<&str> {
    let names = reading.names.iter().filter(|name| name.is_person());
    names.map(|name| name.text.as_str()).collect()
}

#[test]
fn names_are_found_and_places_are_not_people() {
    let english = read(&[
        "Lena and Tomas went to Baguio. It was cold in Baguio. Lena laughed.",
        "\"Look!\" said Aunt Rose. Then Tomas waved. STOP! On Monday they went home to Mr. Cruz.",
    ]);
    assert_eq!(people(&english), ["Aunt Rose", "Lena", "Mr. Cruz", "Tomas"]);
    let tagalog =
        read(&["Pumunta si Ana sa Baguio. Nakita ni Ana si Lolo Ben. Masaya ang mga bata sa Baguio."]);
    assert_eq!(people(&tagalog), ["Ana", "Lolo Ben"]);
}

#[test]
fn words_are_what_their_neighbours_make_them() {
    let reading = read(&[
        "Lena saw the saw. She wanted to paint a red fence. He had painted it. They played with the snorkel.",
    ]);
    let kind = |at: usize| reading.kinds[at];
    assert!(matches!(
        kind(1),
        Kind::Verb {
            form: Form::Past,
            frame: Frame::Object,
            ..
        }
    ));
    assert!(matches!(kind(3), Kind::Item { .. }));
    assert!(matches!(kind(7), Kind::Verb { form: Form::Base, .. }));
    assert_eq!(kind(13), Kind::Other);
    assert_eq!(kind(19), Kind::Noun { plural: false });
}

#[test]
fn tagalog_verbs_show_their_form() {
    let reading =
        read(&["Nagdidilig si Ana ng halaman. Kinulayan niya ang bahay. Sumisid ang bata sa dagat."]);
    assert!(matches!(
        reading.kinds[0],
        Kind::Verb {
            form: Form::Doing,
            frame: Frame::Object,
            ..
        }
    ));
    assert!(matches!(
        reading.kinds[5],
        Kind::Verb {
            form: Form::Done,
            frame: Frame::Deed,
            ..
        }
    ));
    assert!(matches!(
        reading.kinds[9],
        Kind::Verb {
            form: Form::Done,
            frame: Frame::Alone,
            ..
        }
    ));
}

#[test]
fn only_clean_whole_sentences_can_be_asked_about() {
    let reading = read(&[
        "Run! The dog ran home to the farm. The dog ran home to the farm. The stupid cat sat on a mat.",
    ]);
    assert!(reading.usable.is_empty());
    let reading = read(&["The brown dog ran home to the farm. The cat sat on a mat"]);
    assert_eq!(reading.usable, [0]);
}
