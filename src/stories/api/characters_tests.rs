use axum::http::Method;
use serde_json::{Value, json};

use super::test_house::{Client, House};
use crate::stories::store::characters;
use crate::stories::test_world::NOW;

async fn make(client: &Client, body: &Value) -> i64 {
    let made = client
        .send_json(Method::POST, "/api/characters/create/", body)
        .await;
    assert_eq!(made.status(), 201, "{}", made.text);
    made.json()["character"]["id"].as_i64().expect("an id")
}

#[tokio::test]
async fn a_character_is_made_changed_listed_and_deleted() {
    let house = House::open().await;
    let (creator, stranger) = (house.client("mila").await, house.client("theo").await);
    let canvas = "[{\"id\":\"é\\n\",\"order\":0}]";
    let body = json!({"name": " Pip ", "canvas_data": canvas, "image": null, "id": 1, "creator": 1});
    let id = make(&creator, &body).await;
    let mut expected = json!({
        "id": id, "name": "Pip", "creator": creator.id, "creator_name": "mila", "description": null, "image": null,
        "date_created": "2026-03-04T05:06:07Z", "canvas_data": canvas,
    });
    let path = format!("/api/characters/{id}/");
    let found = creator.get(&path).await;
    assert_eq!(
        (found.status(), found.json()),
        (200, json!({"success": true, "character": expected}))
    );

    for (method, change) in [
        (Method::PATCH, json!({"description": "A mouse"})),
        (Method::PUT, json!({"name": "Pippa"})),
        (Method::PATCH, json!({"canvas_data": "[]"})),
        (Method::PUT, json!({"description": null})),
    ] {
        let changed = creator
            .send_json(method, &format!("{path}update/"), &change)
            .await;
        for (name, value) in change.as_object().expect("an object") {
            expected[name] = value.clone();
        }
        assert_eq!((changed.status(), &changed.json()["character"]), (200, &expected));
    }

    let list = creator.get("/api/characters/").await.json();
    let row = json!({"id": id, "name": "Pippa", "creator_name": "mila", "image": null,
                     "date_created": "2026-03-04T05:06:07Z"});
    assert_eq!(list, json!({"success": true, "characters": [row]}));

    assert_eq!(stranger.get(&path).await.status(), 404);
    let change = json!({"name": "Mine"});
    assert_eq!(
        stranger
            .send_json(Method::PATCH, &format!("{path}update/"), &change)
            .await
            .status(),
        404
    );
    assert_eq!(
        stranger
            .send(Method::DELETE, &format!("{path}delete/"))
            .await
            .status(),
        404
    );
    assert_eq!(house.guest().get(&path).await.status(), 401);
    assert_eq!(
        creator
            .send(Method::DELETE, &format!("{path}delete/"))
            .await
            .status(),
        200
    );
    assert_eq!(creator.get(&path).await.status(), 404);
}

#[tokio::test]
async fn what_cannot_be_a_character_is_refused() {
    let house = House::open().await;
    let creator = house.client("mila").await;
    let id = make(&creator, &json!({"name": "Pip", "canvas_data": "{}"})).await;
    let whole = json!({"name": "Pip", "canvas_data": "{}"});
    for (field, bad) in [
        ("name", json!(" ")),
        ("name", json!("é".repeat(101))),
        ("name", json!(null)),
        ("canvas_data", json!("")),
        ("canvas_data", json!([1])),
        ("description", json!("é".repeat(2001))),
        ("description", json!({})),
        ("image", json!("data:image/png;base64,iVBORw0KGgo=")),
        ("image", json!({})),
    ] {
        let mut body = whole.clone();
        body[field] = bad;
        let made = creator
            .send_json(Method::POST, "/api/characters/create/", &body)
            .await;
        assert_eq!(made.status(), 400, "{field} {}", body[field]);
        assert!(made.json()["details"][field][0].is_string());
        let changed = creator
            .send_json(Method::PATCH, &format!("/api/characters/{id}/update/"), &body)
            .await;
        assert_eq!(changed.status(), 400, "{field} {}", body[field]);
    }
    let nothing = creator.send(Method::POST, "/api/characters/create/").await;
    assert_eq!(nothing.status(), 400);
    let details = &nothing.json()["details"];
    assert!(details["name"][0].is_string() && details["canvas_data"][0].is_string());
    let list = creator.get("/api/characters/").await.json();
    assert_eq!(list["characters"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_large_drawing_comes_back_as_it_was_sent_and_a_larger_one_is_refused() {
    let house = House::open().await;
    let creator = house.client("mila").await;
    let canvas = "\"é\\\u{1}".repeat(300_000);
    let id = make(&creator, &json!({"name": "Pip", "canvas_data": canvas})).await;
    let found = creator.get(&format!("/api/characters/{id}/")).await.json();
    assert!(found["character"]["canvas_data"] == json!(canvas));
    let body = json!({"name": "Pip", "canvas_data": "x".repeat(4 << 20)});
    assert_eq!(
        creator
            .send_json(Method::POST, "/api/characters/create/", &body)
            .await
            .status(),
        413
    );
}

#[tokio::test]
async fn a_list_of_any_length_is_one_query() {
    let house = House::open().await;
    let creator = house.client("mila").await;
    let id = creator.id;
    creator.get("/api/characters/").await;
    for count in [1, 9, 90] {
        let fill = move |conn: &mut database::Conn<'_>| {
            for _ in 0..count {
                characters::insert(conn, id, "Pip", None, "{}", NOW)?;
            }
            Ok(())
        };
        house.write(fill).await;
        let before = house.app.database.statements();
        let list = creator.get("/api/characters/").await.json();
        assert_eq!(house.app.database.statements() - before, 1);
        let ids = list["characters"].as_array().map_or(&[][..], Vec::as_slice);
        assert!(
            ids.windows(2)
                .all(|pair| pair[0]["id"].as_i64() > pair[1]["id"].as_i64())
        );
        assert_eq!(
            ids.len(),
            [1, 10, 100][usize::from(count > 1) + usize::from(count > 9)]
        );
    }
}
