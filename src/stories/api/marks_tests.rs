use axum::http::Method;
use serde_json::{Value, json};

use super::test_house::House;
use crate::stories::test_world::publish;

#[tokio::test]
async fn a_tap_answers_201_when_it_is_on_and_200_when_it_is_off() {
    let house = House::open().await;
    let (author, reader) = (house.client("mila").await, house.client("theo").await);
    let story = house.story(&author).await;
    for (path, flag, count) in [
        ("like", "is_liked", "likes_count"),
        ("save", "is_saved", "saves_count"),
    ] {
        let path = format!("/api/stories/{story}/{path}/");
        for (status, is_on, number) in [(201, true, 1), (200, false, 0), (201, true, 1)] {
            let answer = reader.send(Method::POST, &path).await;
            let body = answer.json();
            assert_eq!(
                (answer.status(), &body[flag], &body[count]),
                (status, &json!(is_on), &json!(number))
            );
            assert_eq!(body["success"], json!(true));
        }
        assert_eq!(author.send(Method::POST, &path).await.json()[count], json!(2));
    }
}

#[tokio::test]
async fn hidden_missing_and_local_ids_are_one_and_the_same_404() {
    let house = House::open().await;
    let (author, reader) = (house.client("mila").await, house.client("theo").await);
    let story = house.story(&author).await;
    house.write(move |conn| publish(conn, story, false)).await;
    let ids = [
        story.to_string(),
        (story + 1).to_string(),
        "m3k9q0ab".to_owned(),
        "99999999999999999999".to_owned(),
    ];
    let mut answers = Vec::new();
    for id in ids {
        for act in ["like", "save", "rate", "comments/create"] {
            let body = json!({"text": "Lovely"});
            answers.push(
                reader
                    .send_json(Method::POST, &format!("/api/stories/{id}/{act}/"), &body)
                    .await,
            );
        }
        for look in ["stats", "comments"] {
            answers.push(reader.get(&format!("/api/stories/{id}/{look}/")).await);
            answers.push(house.guest().get(&format!("/api/stories/{id}/{look}/")).await);
        }
    }
    for answer in &answers {
        assert_eq!((answer.status(), &answer.text), (404, &answers[0].text));
    }
    assert_eq!(
        author.get(&format!("/api/stories/{story}/stats/")).await.status(),
        200
    );
}

#[tokio::test]
async fn guests_may_look_but_not_touch() {
    let house = House::open().await;
    let (author, guest) = (house.client("mila").await, house.guest());
    let story = house.story(&author).await;
    for act in ["like", "save", "rate", "comments/create"] {
        assert_eq!(
            guest
                .send(Method::POST, &format!("/api/stories/{story}/{act}/"))
                .await
                .status(),
            401
        );
    }
    let stats = guest.get(&format!("/api/stories/{story}/stats/")).await.json();
    assert_eq!(
        (&stats["is_liked_by_user"], &stats["is_saved_by_user"]),
        (&json!(false), &json!(false))
    );
}

#[tokio::test]
async fn a_rating_is_a_whole_number_from_one_to_five() {
    let house = House::open().await;
    let (author, reader) = (house.client("mila").await, house.client("theo").await);
    let story = house.story(&author).await;
    let path = format!("/api/stories/{story}/rate/");
    for bad in [
        json!(0),
        json!(6),
        json!(-1),
        json!(4.5),
        json!("many"),
        json!(null),
        json!([4]),
        json!(1e30),
    ] {
        let answer = reader
            .send_json(Method::POST, &path, &json!({ "rating": bad }))
            .await;
        assert_eq!(answer.status(), 400, "{bad}");
        assert!(answer.json()["details"]["rating"][0].is_string());
    }
    for (body, value) in [
        (json!({}), 5),
        (json!({"rating": 2}), 2),
        (json!({}), 2),
        (json!({"rating": "4"}), 4),
    ] {
        let answer = reader.send_json(Method::POST, &path, &body).await;
        let rating = &answer.json()["rating"];
        assert_eq!((answer.status(), &rating["value"]), (200, &json!(value)));
        assert_eq!(
            (&rating["story"], &rating["user"]),
            (&json!(story), &json!(reader.id))
        );
    }
}

#[tokio::test]
async fn stats_are_one_query_changed_or_not() {
    let house = House::open().await;
    let (author, reader) = (house.client("mila").await, house.client("theo").await);
    let story = house.story(&author).await;
    let path = format!("/api/stories/{story}/stats/");
    reader.get(&path).await;

    let before = house.app.database.statements();
    let first = reader.get(&path).await;
    let again = reader.get_again(&path, &first).await;
    assert_eq!(
        (first.status(), again.status(), again.text.as_str()),
        (200, 304, "")
    );
    assert_eq!(house.app.database.statements() - before, 2);

    reader
        .send(Method::POST, &format!("/api/stories/{story}/like/"))
        .await;
    let changed = reader.get_again(&path, &first).await;
    assert_eq!(
        (changed.status(), &changed.json()["is_liked_by_user"]),
        (200, &Value::Bool(true))
    );
}

#[tokio::test]
async fn one_account_taps_at_most_sixty_times_a_minute() {
    let house = House::open().await;
    let (author, reader) = (house.client("mila").await, house.client("theo").await);
    let mut path = String::new();
    for _ in 0..4 {
        let story = house.story(&author).await;
        for what in ["like", "save", "rate"] {
            path = format!("/api/stories/{story}/{what}/");
            for _ in 0..5 {
                let answer = reader.send_json(Method::POST, &path, &json!({})).await;
                assert!(answer.status.is_success());
            }
        }
    }
    assert_eq!(
        reader.send_json(Method::POST, &path, &json!({})).await.status(),
        429
    );
    assert_eq!(
        author.send_json(Method::POST, &path, &json!({})).await.status(),
        200
    );
}

#[tokio::test]
async fn the_same_heart_is_tapped_twenty_times_an_hour() {
    let house = House::open().await;
    let (author, reader) = (house.client("mila").await, house.client("theo").await);
    let (story, other) = (house.story(&author).await, house.story(&author).await);
    for what in ["like", "save"] {
        let path = format!("/api/stories/{story}/{what}/");
        for _ in 0..20 {
            assert!(reader.send(Method::POST, &path).await.status.is_success());
        }
        assert_eq!(reader.send(Method::POST, &path).await.status(), 429, "{what}");
        // Another story, and another person.
        let elsewhere = format!("/api/stories/{other}/{what}/");
        assert_eq!(
            reader.send(Method::POST, &elsewhere).await.status(),
            201,
            "{what}"
        );
        assert_eq!(author.send(Method::POST, &path).await.status(), 201, "{what}");
    }
}
