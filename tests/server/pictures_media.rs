//! `/media/pictures/…`: what a published story shows, for whoever knows the address.

use serde_json::json;
use tinytales::pictures::PictureId;

use crate::drawings::{bytes_of, canvas, data_url, drawing, hash_of, large_drawing, media_path, plain_story, with};
use crate::support::{Answer, World};

#[track_caller]
fn check_headers(answer: &Answer, mime: Option<&str>) {
    check_headers_for("*", answer, mime);
}

#[track_caller]
fn check_headers_for(origin: &str, answer: &Answer, mime: Option<&str>) {
    assert_eq!(answer.header("content-type"), mime);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
    let origins: Vec<&str> = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "access-control-allow-origin")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(origins, [origin], "exactly one");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"));
    assert!(answer.header("etag").is_some());
}

#[test]
fn a_picture_is_served_while_a_published_story_shows_it() {
    let world = World::new();
    let (mira, ben, guest) = (world.child("Mira"), world.child("Ben"), world.guest());
    let (cover, page) = (drawing(), large_drawing());
    let id = mira.makes(with(plain_story("the kettle"), json!({"cover_image": cover, "canvas_data": canvas(&[Some(&page)])})));
    let seen = |status: u16| {
        for image in [&cover, &page] {
            for client in [&guest, &mira, &ben, &guest.with_token("a.b.c")] {
                client.get(&media_path(image)).status(status);
            }
        }
    };
    seen(404);
    mira.post_nothing(&format!("/api/stories/{id}/publish/")).ok();
    seen(200);
    mira.changes(id, json!({"is_published": false}));
    seen(404);
    // Another published story is enough.
    let other = ben.publishes(with(plain_story("his"), json!({"canvas_data": canvas(&[Some(&cover), Some(&page)])})));
    seen(200);
    ben.changes(other, json!({"canvas_data": canvas(&[None])}));
    seen(404);
    mira.changes(id, json!({"is_published": true}));
    seen(200);
    mira.delete(&format!("/api/stories/{id}/delete/")).ok();
    seen(404);
}

#[test]
fn a_picture_comes_whole_with_its_headers_and_never_changes() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    let page = large_drawing();
    mira.publishes(with(plain_story("the kettle"), json!({"canvas_data": canvas(&[Some(&page)])})));
    let answer = guest.get(&media_path(&page));
    answer.status(200);
    check_headers(&answer, Some("image/png"));
    assert!(answer.is_whole && answer.body == bytes_of(&page));
    assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));

    let tag = answer.header("etag").unwrap();
    for held in [tag.to_owned(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let mut held_answer = None;
        let ask = || guest.raw("GET", &media_path(&page), &[("If-None-Match", &held)], b"");
        let queries = world.queries(|| held_answer = Some(ask()));
        let answer = held_answer.unwrap();
        assert_eq!(answer.status, 304, "{held}");
        check_headers(&answer, None);
        assert!(answer.body.is_empty());
        assert_eq!(queries, 1);
    }
    guest.raw("GET", &media_path(&page), &[("If-None-Match", "\"other\"")], b"").status(200);
    let head = guest.raw("HEAD", &media_path(&page), &[], b"");
    head.status(200);
    check_headers(&head, Some("image/png"));
}

#[test]
fn each_kind_has_its_type_and_ending() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    let kinds: [(&str, &str, &[u8]); 4] = [
        ("image/png", "png", b"\x89PNG\r\n\x1a\n and so on"),
        ("image/jpeg", "jpg", b"\xff\xd8\xff\xe0 and so on"),
        ("image/webp", "webp", b"RIFF\x10\0\0\0WEBPVP8 and so on"),
        ("image/gif", "gif", b"GIF89a and so on"),
    ];
    for (mime, ending, bytes) in kinds {
        let image = data_url(mime, bytes);
        mira.publishes(with(plain_story(ending), json!({"cover_image": image})));
        let path = format!("/media/pictures/{}.{ending}", hash_of(&image));
        assert_eq!(guest.lists("/api/stories/")[0]["cover_image"], json!(format!("http://{}{path}", world.address)));
        let answer = guest.get(&path);
        answer.status(200);
        check_headers(&answer, Some(mime));
        assert_eq!(answer.body, bytes);
        for wrong in ["png", "jpg", "jpeg", "webp", "gif", "svg", "html", "PNG", ""] {
            if wrong != ending {
                guest.get(&format!("/media/pictures/{}.{wrong}", hash_of(&image))).refused(404);
            }
        }
    }
}

#[test]
fn what_is_no_address_of_a_picture_is_not_found() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    let image = drawing();
    mira.publishes(with(plain_story("T"), json!({"cover_image": image})));
    let hash = hash_of(&image);
    let unknown = PictureId::of(b"nothing").to_string();
    for name in [
        format!("{unknown}.png"),
        format!("{}.png", hash.to_uppercase()),
        format!("{}.png", &hash[1..]),
        format!("{hash}0.png"),
        format!("{hash}.png.png"),
        format!("{hash}.png%00"),
        format!("%00{hash}.png"),
        hash.clone(),
        ".png".to_owned(),
        "x".to_owned(),
        "..%2f..%2fetc%2fpasswd".to_owned(),
        format!("%ff{hash}.png"),
        "9".repeat(5_000),
    ] {
        guest.get(&format!("/media/pictures/{name}")).refused(404);
    }
    guest.get("/media/pictures/").refused(404);
    guest.post_nothing(&media_path(&image)).refused(405);
    guest.delete(&media_path(&image)).refused(405);
    guest.get(&media_path(&image)).status(200);
}

#[test]
fn pictures_are_for_every_origin_even_where_the_api_is_not() {
    let world = World::with(|config| config.cors_origins = vec!["https://app.example".to_owned()]);
    let mira = world.child("Mira");
    let image = drawing();
    mira.publishes(with(plain_story("T"), json!({"cover_image": image})));
    for (origin, allowed) in [
        ("https://elsewhere.example", "*"),
        ("https://app.example", "https://app.example"),
        ("capacitor://localhost", "capacitor://localhost"),
    ] {
        let answer = world.guest().with_header("Origin", origin).get(&media_path(&image));
        answer.status(200);
        check_headers_for(allowed, &answer, Some("image/png"));
    }
}
