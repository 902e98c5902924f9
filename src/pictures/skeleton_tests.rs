use proptest::prelude::*;

use super::super::samples::{bytes_of, data_url, join, nasty_text, seeded, small};
use super::super::{Kind, PictureId};
use super::*;

#[test]
fn a_picture_gives_way_to_its_reference() {
    let bytes = bytes_of(Kind::Png, 3000);
    let url = data_url(Kind::Png, &bytes);
    let text = format!(r#"[{{"id":"a","canvasData":"{url}"}},{{"canvasData":"{url}"}}]"#);
    let (skeleton, pictures) = Skeleton::split(&text).unwrap();
    let reference = Reference {
        kind: Kind::Png,
        id: PictureId::of(&bytes),
        bytes: 3000,
    };
    assert_eq!(
        pictures.iter().map(Picture::reference).collect::<Vec<_>>(),
        [reference, reference]
    );
    assert_eq!(skeleton.as_str(), text.replace(&url, &reference.to_string()));
    assert_eq!(skeleton.pictures().collect::<Vec<_>>(), [reference, reference]);
    assert_eq!(skeleton.joined_len(), text.len() as u64);
    assert_eq!(join(&skeleton, &pictures), text);
}

#[test]
fn a_picture_is_a_whole_string_or_text() {
    let url = small(Kind::Webp);
    let cases = [
        (url.clone(), true),
        (format!("\"{url}\""), true),
        (format!("x\"{url}"), true),
        (format!("{url}\"x"), true),
        (format!("\\\"{url}\""), true),
        (format!("x{url}"), false),
        (format!(" {url}"), false),
        (format!("\" {url}\""), false),
        (format!("{url} "), false),
        (format!("{url}\\\""), false),
        (format!("{url}#x"), false),
        (url.replace('/', "\\/"), false),
        (url.replacen("data", "DATA", 1), false),
        (url.replace("image/webp", "image/webp;charset=x"), false),
        (url.replace("image/webp", "image/svg+xml"), false),
        (Kind::Webp.prefix().to_owned(), false),
    ];
    for (text, is_picture) in cases {
        let (skeleton, pictures) = Skeleton::split(&text).unwrap();
        assert_eq!(pictures.len(), usize::from(is_picture), "{text}");
        assert_eq!(skeleton.pictures().count(), pictures.len());
        assert_eq!(join(&skeleton, &pictures), text);
    }
}

#[test]
fn text_that_looks_like_a_reference_stays_text() {
    let forged = Reference {
        kind: Kind::Gif,
        id: PictureId::of(b"not mine"),
        bytes: 8,
    }
    .to_string();
    for text in [
        forged.clone(),
        format!("\"{forged}\""),
        format!("\u{1}{forged}"),
        format!("{forged}\u{1}"),
    ] {
        let (skeleton, pictures) = Skeleton::split(&text).unwrap();
        assert_eq!(skeleton.pictures().count(), 0, "{text:?}");
        assert_eq!(join(&skeleton, &pictures), text);
    }
}

#[test]
fn a_stored_text_of_any_kind_can_be_read() {
    for text in [
        "",
        "not json",
        "\u{1}",
        "\u{1}p",
        "a\u{1}\u{1}\u{1}b",
        "\u{1}péééééééééééééééééééééééééééééééééééé",
    ] {
        let stored = Skeleton::from_stored(text.to_owned());
        assert!(
            stored
                .segments()
                .all(|segment| matches!(segment, Segment::Text(_))),
            "{text:?}"
        );
        assert_eq!(stored.into_stored(), text);
    }
}

#[test]
fn white_space_and_nul_are_noticed() {
    assert!(Skeleton::from_stored(" \n".to_owned()).is_blank());
    assert_eq!(Skeleton::from_stored(" a ".to_owned()).trim().as_str(), "a");
    assert!(Skeleton::from_stored("a\0".to_owned()).has_nul());
}

#[test]
fn text_and_pictures_have_their_limits() {
    let page = "x".repeat(MOST_TEXT);
    assert!(Skeleton::split(&page).is_ok());
    assert_eq!(
        Skeleton::split(&(page + "x")).unwrap_err(),
        BodyError::TooLarge(Limit::Text)
    );
    let large = data_url(Kind::Png, &bytes_of(Kind::Png, 3 * 1024 * 1024));
    assert_eq!(
        Skeleton::split(&format!("[\"{large}\",\"{large}\"]"))
            .unwrap()
            .1
            .len(),
        2
    );
    let larger = data_url(Kind::Png, &bytes_of(Kind::Png, 3 * 1024 * 1024 + 1));
    assert_eq!(
        Skeleton::split(&larger).unwrap_err(),
        BodyError::TooLarge(Limit::Picture)
    );
}

proptest! {
    #![proptest_config(seeded(11))]

    #[test]
    fn the_way_back_is_exact(text in nasty_text()) {
        let (skeleton, pictures) = Skeleton::split(&text).unwrap();
        prop_assert_eq!(join(&skeleton, &pictures), text.as_str());
        prop_assert_eq!(skeleton.joined_len(), text.len() as u64);
        prop_assert_eq!(skeleton.pictures().collect::<Vec<_>>(), pictures.iter().map(Picture::reference).collect::<Vec<_>>());
        // Each reference that is left out of its text costs its exact length on the wire.
        let mut json = Vec::new();
        escape_json(&text, &mut json);
        prop_assert_eq!(skeleton.json_len(), json.len() as u64);
    }

    #[test]
    fn escaped_text_reads_as_it_was(text in any::<String>(), controls in "[\u{0}-\u{22}\\\\]{0,20}") {
        let text = text + &controls;
        let mut json = vec![b'"'];
        escape_json(&text, &mut json);
        json.push(b'"');
        prop_assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
    }

    #[test]
    fn any_stored_text_has_segments(text in nasty_text(), cut in any::<prop::sample::Index>()) {
        let (skeleton, _) = Skeleton::split(&text).unwrap();
        let stored = skeleton.into_stored();
        let place = stored.floor_char_boundary(cut.index(stored.len() + 1));
        let torn = Skeleton::from_stored(stored[place..].to_owned());
        prop_assert!(torn.segments().count() <= torn.as_str().len());
    }
}
