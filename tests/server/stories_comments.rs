//! Comments under published stories.

use serde_json::{Value, json};
use tinytales::clock::SECOND;

use crate::drawings::{each, names, plain_story};
use crate::support::World;

const COMMENT: [&str; 7] = [
    "author",
    "author_avatar",
    "author_name",
    "date_created",
    "id",
    "story",
    "text",
];

#[test]
fn a_comment_and_its_answers() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let id = mira.publishes(plain_story("the kettle"));
    let other = mira.publishes(plain_story("the pan"));
    // What else is sent is not asked for.
    let sent = json!({"text": "  Lovely 🦄 \n", "story": other, "author": mira.id(), "id": 7});
    let made = ben
        .post(&format!("/api/stories/{id}/comments/create/"), sent)
        .created();
    assert_eq!(names(&made), ["comment", "message", "success"]);
    let comment = made["comment"].clone();
    assert_eq!(names(&comment), COMMENT);
    assert_eq!(
        comment,
        json!({"id": comment["id"], "story": id, "author": ben.id(), "author_name": "Ben", "author_avatar": null,
            "text": "Lovely 🦄", "date_created": "2026-03-04T05:06:07.123456Z"})
    );
    let list = world.guest().get(&format!("/api/stories/{id}/comments/")).ok();
    assert_eq!(names(&list), ["count", "next", "previous", "results"]);
    assert_eq!(list["results"], json!([comment]));

    world.advance(SECOND);
    let edit = format!("/api/comments/{}/edit/", comment["id"]);
    let edited = ben.put(&edit, json!({"text": " Nice "})).ok();
    assert_eq!(names(&edited), ["comment", "success"]);
    let mut expected = comment.clone();
    expected["text"] = json!("Nice");
    assert_eq!(edited["comment"], expected, "an edit leaves no date");
    assert_eq!(
        world.guest().lists(&format!("/api/stories/{id}/comments/"))[0],
        expected
    );
    ben.patch(&edit, json!({"text": "Hm"})).refused(405);
    ben.get(&edit).refused(405);

    let deleted = ben
        .delete(&format!("/api/comments/{}/delete/", comment["id"]))
        .ok();
    assert_eq!(names(&deleted), ["message", "success"]);
    assert_eq!(mira.reads(id)["comments_count"], json!(0));
    ben.put(&edit, json!({"text": "Hm"})).refused(404);
}

#[test]
fn what_is_no_comment_is_refused() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.publishes(plain_story("the kettle"));
    let comment = mira.comments(id, "Lovely");
    let (create, edit) = (
        format!("/api/stories/{id}/comments/create/"),
        format!("/api/comments/{comment}/edit/"),
    );
    for (method, path) in [("POST", &create), ("PUT", &edit)] {
        for text in [
            json!(""),
            json!("  \n"),
            json!(null),
            json!(7),
            json!([]),
            json!({}),
            json!("a\u{0}b"),
        ] {
            mira.json(method, path, json!({"text": text}))
                .refused_fields(&["text"]);
        }
        mira.json(method, path, json!({})).refused_fields(&["text"]);
        mira.raw(method, path, &[], b"").refused_fields(&["text"]);
        for body in [json!([]), json!("text"), json!(null), json!(7)] {
            mira.json(method, path, body).refused(400);
        }
        mira.json(method, path, json!({"text": "é".repeat(2001)}))
            .refused_fields(&["text"]);
        mira.json(method, path, json!({"text": "x".repeat(16 * 1024)}))
            .refused(413);
    }
    assert_eq!(
        world
            .guest()
            .lists(&format!("/api/stories/{id}/comments/"))
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let longest = "é".repeat(2000);
    assert_eq!(
        mira.put(&edit, json!({"text": longest})).ok()["comment"]["text"],
        json!(longest)
    );
    for missing in ["1999999", "-1", "abc", "99999999999999999999"] {
        mira.put(&format!("/api/comments/{missing}/edit/"), json!({"text": "Hi"}))
            .refused(404);
        mira.delete(&format!("/api/comments/{missing}/delete/"))
            .refused(404);
    }
    let masked = mira.put(&edit, json!({"text": "What bullshit"})).ok();
    assert_eq!(masked["comment"]["text"], json!("What b******t"));
}

#[test]
fn the_newest_comes_first_and_two_hundred_fit_on_a_page() {
    let world = World::new();
    let (mira, guest) = (world.child("Mira"), world.guest());
    let id = mira.publishes(plain_story("the kettle"));
    let path = format!("/api/stories/{id}/comments/");
    assert_eq!(
        guest.get(&path).ok(),
        json!({"count": 0, "next": null, "previous": null, "results": []})
    );
    // Long ones, so that the page is streamed; some at the same instant.
    for number in 0..205 {
        if number % 3 == 0 {
            world.advance(SECOND);
        }
        mira.comments(id, &format!("{number} {}", "\"quoted\" 🦄\n".repeat(100)));
    }
    let number_of = |text: &Value| {
        text.as_str()
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .parse::<i64>()
            .unwrap()
    };
    let page = |query: &str| {
        let page = guest.get(&format!("{path}{query}")).ok();
        let numbers: Vec<i64> = each(&page["results"], "text")
            .into_iter()
            .map(number_of)
            .collect();
        (page, numbers)
    };
    let (first, numbers) = page("");
    assert_eq!(numbers, (5..205).rev().collect::<Vec<_>>());
    assert_eq!(first["count"], json!(205));
    assert_eq!(
        first["next"],
        json!(format!("http://{}{path}?page=2", world.address))
    );
    assert_eq!(
        first["results"][0]["text"],
        json!(format!("204 {}", "\"quoted\" 🦄\n".repeat(100)).trim())
    );
    for last in ["?page=2", "?page=last", "?page=2&page_size=3"] {
        assert_eq!(page(last).1, [4, 3, 2, 1, 0], "{last}");
    }
    for beyond in ["3", "0", "-1", "x", "99999999999999999999"] {
        guest.get(&format!("{path}?page={beyond}")).refused(404);
    }
    assert_eq!(page("?page_size=3").1.len(), 200, "the size is fixed");
    assert_eq!(mira.reads(id)["comments_count"], json!(205));
}
