//! Sessions in which children write and draw together. Mira's friend Nia is in hers; nobody else who calls is.

use serde_json::json;

use super::who::*;

/// Mira, and her parent who looks at the world as her.
const HOST: [Who; 2] = [Owner, View];

pub fn rows() -> Vec<Row> {
    let mut rows = looking();
    rows.extend(conducting());
    rows.extend(inviting());
    rows
}

fn looking() -> Vec<Row> {
    vec![
        get("/api/collaborate/sessions/list/").people(200),
        get("/api/collaborate/sessions/user/").people(200),
        get("/api/collaborate/stories/").people(200),
        // Nobody who is not in it learns that there is one.
        get("/api/collaborate/{session}/").only(&HOST, 200, 404),
        get("/api/collaborate/{session}/presence/").only(&HOST, 200, 404),
        get("/api/collaborate/sessions/{session}/participants/").only(&HOST, 200, 404),
        get("/api/collaborate/{session}/operations/").only(&HOST, 200, 404),
        get("/api/collaborate/{session}/draft/").only(&HOST, 200, 403),
    ]
}

fn conducting() -> Vec<Row> {
    let draft = json!({"story_draft": {"title": "The Blue Kite"}});
    let vote = json!({"vote_id": "{vote}", "agree": true});
    vec![
        post(
            "/api/collaborate/create/",
            json!({"canvas_name": "Moon", "max_participants": 5}),
        )
        .people(201),
        post("/api/collaborate/{session}/draft/update/", draft).only(&HOST, 200, 403),
        press("/api/collaborate/{session}/start/").only(&HOST, 200, 403),
        press("/api/collaborate/{session}/lobby/close/").only(&HOST, 200, 403),
        press("/api/collaborate/{session}/vote/").only(&HOST, 200, 403),
        // One vote at a time.
        press("/api/collaborate/{voting}/vote/").only(&HOST, 409, 403),
        post("/api/collaborate/{voting}/vote/cast/", vote).only(&HOST, 200, 403),
        post("/api/collaborate/{session}/kick/", json!({"user_id": "{nia}"})).only(&HOST, 200, 403),
        post(
            "/api/collaborate/sessions/{session}/story/",
            json!({"story_id": "{draft}"}),
        )
        .only(&HOST, 200, 403),
        // A story of somebody else is none, and its author is not the host.
        post(
            "/api/collaborate/sessions/{session}/story/",
            json!({"story_id": "{tale}"}),
        )
        .only(&HOST, 404, 403),
        press("/api/collaborate/{session}/end/").only(&HOST, 200, 403),
    ]
}

fn inviting() -> Vec<Row> {
    let code = json!({"join_code": "{code}"});
    let rosa = json!({"session_id": "{session}", "friend_id": "{rosa}"});
    let uma = json!({"session_id": "{session}", "friend_id": "{uma}"});
    vec![
        post("/api/collaborate/join-by-code/", code).people(200),
        post("/api/collaborate/join-by-code/", json!({"join_code": "OOOOO"})).people(404),
        // Friends alone are invited, by who is in it.
        post("/api/collaborate/invite/", uma).only(&HOST, 200, 403),
        post("/api/collaborate/invite/", rosa).people(403),
        get("/api/collaborate/invites/").people(200),
        get("/api/collaborate/invites/list/").people(200),
        post(
            "/api/collaborate/invites/{invitation}/respond/",
            json!({"action": "accept"}),
        )
        .only(&HOST, 200, 404),
    ]
}
