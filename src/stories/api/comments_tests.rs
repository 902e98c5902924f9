use axum::http::Method;
use serde_json::json;

use super::test_house::{Client, House};
use crate::stories::store::comments;
use crate::stories::test_world::{NOW, publish};

/// Two people and a published story by the first.
async fn a_story(house: &House) -> (Client, Client, i64) {
    let (author, reader) = (house.client("mila").await, house.client("theo").await);
    let story = house.story(&author).await;
    (author, reader, story)
}

async fn fill(house: &House, story: i64, author: i64, count: i64, text: String) {
    house
        .write(move |conn| {
            for number in 0..count {
                comments::insert(conn, story, author, &text, NOW + number)?;
            }
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn a_comment_is_written_edited_and_deleted_by_who_wrote_it() {
    let house = House::open().await;
    let (author, reader, story) = a_story(&house).await;
    let body = json!({"text": "  Lovely  ", "story": 1, "author": 1});
    let written = reader
        .send_json(
            Method::POST,
            &format!("/api/stories/{story}/comments/create/"),
            &body,
        )
        .await;
    let comment = written.json()["comment"].clone();
    assert_eq!(written.status(), 201);
    let id = comment["id"].clone();
    let expected = json!({
        "id": id, "story": story, "author": reader.id, "author_name": "theo", "author_avatar": null,
        "text": "Lovely", "date_created": "2026-03-04T05:06:07Z",
    });
    assert_eq!(comment, expected);

    let (edit, delete) = (
        format!("/api/comments/{id}/edit/"),
        format!("/api/comments/{id}/delete/"),
    );
    assert_eq!(
        author
            .send_json(Method::PUT, &edit, &json!({"text": "Mine"}))
            .await
            .status(),
        403
    );
    assert_eq!(
        reader
            .send_json(Method::PATCH, &edit, &json!({"text": "Lovelier"}))
            .await
            .status(),
        405
    );
    let edited = reader
        .send_json(Method::PUT, &edit, &json!({"text": "Lovelier"}))
        .await;
    assert_eq!(
        (edited.status(), &edited.json()["comment"]["text"]),
        (200, &json!("Lovelier"))
    );

    let stranger = house.client("noor").await;
    assert_eq!(stranger.send(Method::DELETE, &delete).await.status(), 403);
    house.write(move |conn| publish(conn, story, false)).await;
    assert_eq!(stranger.send(Method::DELETE, &delete).await.status(), 404);
    assert_eq!(reader.send(Method::DELETE, &delete).await.status(), 200);
    assert_eq!(reader.send(Method::DELETE, &delete).await.status(), 404);
}

#[tokio::test]
async fn an_author_may_delete_what_others_wrote_under_the_story() {
    let house = House::open().await;
    let (author, reader, story) = a_story(&house).await;
    let create = format!("/api/stories/{story}/comments/create/");
    let written = reader
        .send_json(Method::POST, &create, &json!({"text": "Boo"}))
        .await;
    let delete = format!("/api/comments/{}/delete/", written.json()["comment"]["id"]);
    assert_eq!(author.send(Method::DELETE, &delete).await.status(), 200);
    let page = reader
        .get(&format!("/api/stories/{story}/comments/"))
        .await
        .json();
    assert_eq!(
        page,
        json!({"count": 0, "next": null, "previous": null, "results": []})
    );
}

#[tokio::test]
async fn a_text_is_some_text_of_two_thousand_characters_at_most() {
    let house = House::open().await;
    let (_, reader, story) = a_story(&house).await;
    let create = format!("/api/stories/{story}/comments/create/");
    for bad in [
        json!(""),
        json!("  "),
        json!(null),
        json!(7),
        json!(["x"]),
        json!("a\u{0}b"),
        json!("é".repeat(2001)),
    ] {
        let answer = reader
            .send_json(Method::POST, &create, &json!({ "text": bad }))
            .await;
        assert_eq!(answer.status(), 400);
        assert!(answer.json()["details"]["text"][0].is_string());
    }
    let answer = reader
        .send_json(
            Method::POST,
            &create,
            &json!({"text": "x", "more": "y".repeat(16 << 10)}),
        )
        .await;
    assert_eq!(answer.status(), 413);
    let answer = reader
        .send_json(Method::POST, &create, &json!({"text": "é".repeat(2000)}))
        .await;
    assert_eq!(answer.status(), 201);
}

#[tokio::test]
async fn one_account_comments_at_most_twenty_times_a_minute() {
    let house = House::open().await;
    let (_, reader, story) = a_story(&house).await;
    let create = format!("/api/stories/{story}/comments/create/");
    for _ in 0..20 {
        assert_eq!(
            reader
                .send_json(Method::POST, &create, &json!({"text": "x"}))
                .await
                .status(),
            201
        );
    }
    assert_eq!(
        reader
            .send_json(Method::POST, &create, &json!({"text": "x"}))
            .await
            .status(),
        429
    );
}

#[tokio::test]
async fn a_page_holds_two_hundred_and_links_to_the_next() {
    let house = House::open().await;
    let (_, reader, story) = a_story(&house).await;
    fill(&house, story, reader.id, 201, "Lovely".to_owned()).await;
    let path = format!("/api/stories/{story}/comments/");
    let first = house.guest().get(&path).await.json();
    assert_eq!(
        (&first["count"], first["results"].as_array().map(Vec::len)),
        (&json!(201), Some(200))
    );
    assert_eq!(first["next"], json!(format!("http://tales.example{path}?page=2")));
    for last in ["page=2", "page=last"] {
        let page = house.guest().get(&format!("{path}?{last}")).await.json();
        assert_eq!(page["results"].as_array().map(Vec::len), Some(1), "{last}");
        assert_eq!(page["previous"], json!(format!("http://tales.example{path}")));
    }
    for junk in ["page=3", "page=0", "page=x", "page=9223372036854775807"] {
        assert_eq!(
            house.guest().get(&format!("{path}?{junk}")).await.status(),
            404,
            "{junk}"
        );
    }
}

#[tokio::test]
async fn a_page_costs_two_queries_and_one_when_nothing_changed() {
    let house = House::open().await;
    let (_, reader, story) = a_story(&house).await;
    let (path, guest) = (format!("/api/stories/{story}/comments/"), house.guest());
    for count in [1, 9, 90] {
        fill(&house, story, reader.id, count, "Lovely".to_owned()).await;
        let before = house.app.database.statements();
        let page = guest.get(&path).await;
        assert_eq!(
            (page.status(), house.app.database.statements() - before),
            (200, 2)
        );
        let again = guest.get_again(&path, &page).await;
        assert_eq!(
            (again.status(), house.app.database.statements() - before),
            (304, 3)
        );
    }
}

#[tokio::test]
async fn a_page_of_long_comments_is_whole_though_it_is_read_in_slices() {
    let house = House::open().await;
    let (_, reader, story) = a_story(&house).await;
    // 4,000 bytes each, and six times as many as JSON.
    fill(&house, story, reader.id, 60, "\u{1}é\"\n".repeat(800)).await;
    let page = house
        .guest()
        .get(&format!("/api/stories/{story}/comments/"))
        .await;
    let page = page.json();
    let results = page["results"].as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!((&page["count"], results.len()), (&json!(60), 60));
    assert!(
        results
            .windows(2)
            .all(|pair| pair[0]["id"].as_i64() > pair[1]["id"].as_i64())
    );
    assert!(
        results
            .iter()
            .all(|comment| comment["text"] == json!("\u{1}é\"\n".repeat(800)))
    );
}
