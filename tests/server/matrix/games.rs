//! Games, and attempts at them.

use serde_json::json;

use super::who::*;

/// Mira, and her parent who looks at the world as her.
const MIRA: [Who; 2] = [Owner, View];

/// Those who see the games of Mira's drafts: she, and staff.
const INSIDE: [Who; 3] = [Owner, View, Admin];

pub fn rows() -> Vec<Row> {
    let mut rows = looking();
    rows.extend(playing());
    rows
}

fn looking() -> Vec<Row> {
    vec![
        get("/api/games/available_stories/").everybody(200),
        get("/api/games/story/{story}/").everybody(200),
        get("/api/games/story/{kept}/").everybody(404).but(&INSIDE, 200),
        get("/api/games/check/{story}/").people(200),
        get("/api/games/check/{kept}/").only(&INSIDE, 200, 404),
        get("/api/games/{quiz}/preview/").everybody(200),
        get("/api/games/{draft_quiz}/preview/")
            .everybody(404)
            .but(&INSIDE, 200),
        get("/api/games/my_stats/").people(200),
        get("/api/games/attempt/{attempt}/").only(&MIRA, 200, 404),
        // Authors, and staff.
        post("/api/games/generate/", json!({"story_id": "{story}"})).only(&INSIDE, 200, 403),
        post("/api/games/generate/", json!({"story_id": "{hidden}"}))
            .people(404)
            .but(&[Admin], 400),
    ]
}

fn playing() -> Vec<Row> {
    let answer = json!({"attempt_id": "{attempt}", "question_id": "{question}", "answer": "the kite"});
    vec![
        call("POST", "/api/games/{quiz}/start_game/").people(201),
        call("POST", "/api/games/{draft_quiz}/start_game/").only(&INSIDE, 201, 404),
        post("/api/games/submit_answer/", answer).only(&MIRA, 200, 404),
        post("/api/games/complete/", json!({"attempt_id": "{attempt}"})).only(&MIRA, 200, 404),
        // There is nothing to give up for those who have not begun.
        press("/api/games/{game}/clear_incomplete/").only(&MIRA, 200, 404),
    ]
}
