//! Friends, messages, and what one sees of each other; games; reports.

use serde_json::json;

use super::who::*;

/// Mira, and her parent who looks at the world as her.
const MIRA: [Who; 2] = [Owner, View];

pub fn rows() -> Vec<Row> {
    let mut rows = friends();
    rows.extend(messages());
    rows.extend(reports());
    rows
}

fn friends() -> Vec<Row> {
    vec![
        get("/api/friends/").people(200),
        get("/api/friends/requests/").people(200),
        // Mira has asked her already.
        post("/api/friends/send-request/", json!({"receiver_id": "{nia}"}))
            .people(201)
            .but(&MIRA, 400),
        // Nobody asks who is not here.
        post("/api/friends/send-request/", json!({"receiver_id": "{sue}"})).people(404),
        post("/api/friends/send-request/", json!({"receiver_id": "{gone}"})).people(404),
        call("PUT", "/api/friends/respond/{request}/")
            .with(json!({"action": "accept"}))
            .only(&MIRA, 200, 404),
        delete("/api/friends/unfriend/{nia}/").only(&MIRA, 200, 404),
        get("/api/social/activity-feed/").people(200),
        get("/api/social/leaderboard/").everybody(200),
        // One's own, and a friend's.
        get("/api/social/profile/{mira}/").only(&MIRA, 200, 403),
        get("/api/social/profile/{nia}/").only(&MIRA, 200, 403),
        get("/api/social/profile/{sue}/").people(404),
        get("/api/social/profile/{gone}/").people(404),
    ]
}

fn messages() -> Vec<Row> {
    let text = || json!({"content": "Hello"});
    vec![
        get("/api/messages/conversations/").people(200),
        // What one wrote with somebody, which may be nothing.
        get("/api/messages/{nia}/").people(200),
        get("/api/messages/{mira}/").people(200),
        post(
            "/api/messages/send/",
            json!({"receiver_id": "{nia}", "content": "Hello"}),
        )
        .only(&MIRA, 201, 403),
        call("PUT", "/api/messages/mark-read/{nia}/").people(200),
        call("PUT", "/api/messages/{message}/edit/")
            .with(text())
            .only(&MIRA, 200, 404),
        delete("/api/messages/{message}/delete/").only(&MIRA, 200, 404),
    ]
}

fn reports() -> Vec<Row> {
    let about = |what: &str, id: &str| json!({what: id, "reason": "rude"});
    vec![
        get("/api/profanity/active/").anyone(200),
        post("/api/reports/", about("story_id", "{tale}")).people(201),
        post("/api/reports/", about("story_id", "{hidden}")).people(404),
        // One's own is not reported, and what is hidden from others does not exist for them.
        post("/api/reports/", about("story_id", "{draft}"))
            .people(404)
            .but(&MIRA, 400),
        post("/api/reports/", about("user_id", "{mira}"))
            .people(201)
            .but(&[OtherChild], 200)
            .but(&MIRA, 400),
    ]
}
