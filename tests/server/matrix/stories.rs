//! Stories, what others say about them, and characters.

use serde_json::json;

use super::who::*;
use crate::drawings::plain_story;

/// Mira, and her parent who looks at the world as her.
const AUTHOR: [Who; 2] = [Owner, View];

pub fn rows() -> Vec<Row> {
    let mut rows = reading();
    rows.extend(writing());
    rows.extend(marks());
    rows.extend(comments());
    rows.extend(characters());
    rows
}

fn reading() -> Vec<Row> {
    vec![
        get("/api/stories/").everybody(200),
        get("/api/stories/?public=true&page_size=100").everybody(200),
        get("/api/stories/?public=true&search=qz-draft").everybody(200),
        get("/api/stories/user/{mira}/").everybody(200),
        get("/api/stories/saved/").people(200),
        get("/api/stories/{story}/").everybody(200),
        get("/api/stories/{story}/stats/").everybody(200),
        get("/api/stories/{draft}/").everybody(404).but(&AUTHOR, 200),
        get("/api/stories/{draft}/stats/")
            .everybody(404)
            .but(&AUTHOR, 200),
        // Once it was published, it had comments.
        get("/api/stories/{kept}/").everybody(404).but(&AUTHOR, 200),
        get("/api/stories/{shared}/").everybody(404).but(&AUTHOR, 200),
        get("/api/stories/{leo_draft}/")
            .everybody(404)
            .but(&[Managed], 200),
        // What somebody published who is suspended.
        get("/api/stories/{hidden}/").everybody(404),
        get("/api/stories/{hidden}/stats/").everybody(404),
        get("{picture}").anyone(200),
        get("{draft_picture}").anyone(404),
    ]
}

fn writing() -> Vec<Row> {
    let change_title = || json!({"title": "The Blue Kite"});
    vec![
        post("/api/stories/create/", plain_story("a new one")).people(201),
        // 404 would make the apps write a copy.
        change("/api/stories/{story}/update/", change_title()).only(&AUTHOR, 200, 403),
        change("/api/stories/{draft}/update/", change_title()).only(&AUTHOR, 200, 403),
        change("/api/stories/{leo_draft}/update/", change_title()).only(&[Managed], 200, 403),
        change("/api/stories/{hidden}/update/", change_title()).people(403),
        press("/api/stories/{draft}/publish/").only(&AUTHOR, 200, 404),
        press("/api/stories/{hidden}/publish/").people(404),
        press("/api/stories/{story}/unpublish/").only(&AUTHOR, 200, 404),
        press("/api/stories/{shared}/publish-collaborative/").only(&AUTHOR, 200, 403),
        delete("/api/stories/{story}/delete/").only(&AUTHOR, 200, 404),
        delete("/api/stories/{draft}/delete/").only(&AUTHOR, 200, 404),
    ]
}

fn marks() -> Vec<Row> {
    vec![
        press("/api/stories/{story}/like/").people(201),
        press("/api/stories/{draft}/like/").people(404),
        press("/api/stories/{hidden}/like/").people(404),
        press("/api/stories/{story}/save/").people(201),
        press("/api/stories/{draft}/save/").people(404),
        post("/api/stories/{story}/rate/", json!({"rating": 4})).people(200),
        post("/api/stories/{draft}/rate/", json!({"rating": 4})).people(404),
    ]
}

fn comments() -> Vec<Row> {
    let text = || json!({"text": "Well done"});
    vec![
        get("/api/stories/{story}/comments/").everybody(200),
        // Nobody sees those of a draft.
        get("/api/stories/{draft}/comments/").everybody(404),
        post("/api/stories/{story}/comments/create/", text()).people(201),
        post("/api/stories/{draft}/comments/create/", text()).people(404),
        call("PUT", "/api/comments/{comment}/edit/")
            .with(text())
            .only(&AUTHOR, 200, 403),
        // Under one's own story stands what others wrote.
        call("PUT", "/api/comments/{received}/edit/")
            .with(text())
            .people(403),
        delete("/api/comments/{comment}/delete/").only(&AUTHOR, 200, 403),
        delete("/api/comments/{received}/delete/").only(&AUTHOR, 200, 403),
    ]
}

fn characters() -> Vec<Row> {
    let form = json!({"name": "Pip", "canvas_data": "{}"});
    vec![
        get("/api/characters/").people(200),
        post("/api/characters/create/", form).people(201),
        get("/api/characters/{character}/").only(&AUTHOR, 200, 404),
        change("/api/characters/{character}/update/", json!({"name": "Pip"})).only(&AUTHOR, 200, 404),
        delete("/api/characters/{character}/delete/").only(&AUTHOR, 200, 404),
    ]
}
