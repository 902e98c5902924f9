//! Keeping order: the administrators' addresses.

use serde_json::json;

use super::who::*;
use crate::support::PASSWORD;

pub fn rows() -> Vec<Row> {
    let mut rows = doors();
    rows.extend(people());
    rows.extend(moderation());
    rows.extend(machine());
    rows
}

fn doors() -> Vec<Row> {
    let sign_in = |email: &str| json!({"email": email, "password": PASSWORD});
    vec![
        post("/api/admin/auth/login/", sign_in("ruth@example.org")).anyone(200),
        // No address tells whether a password was right.
        post("/api/admin/auth/login/", sign_in("nia@example.org")).anyone(401),
        post("/api/admin/auth/verify/", json!({"token": "{admin_token}"})).anyone(200),
        post("/api/admin/auth/verify/", json!({"token": "{nia_refresh}"})).anyone(401),
        press("/api/admin/auth/logout/").staff(200),
    ]
}

fn people() -> Vec<Row> {
    vec![
        get("/api/admin/users/").staff(200),
        get("/api/admin/users/?search=qz").staff(200),
        get("/api/admin/users/archived/").staff(200),
        get("/api/admin/users/{mira}/").staff(200),
        get("/api/admin/users/{mira}/activity/").staff(200),
        change("/api/admin/users/{mira}/update/", json!({"display_name": "Mia"})).staff(200),
        change("/api/admin/users/{mira}/update/", json!({"is_staff": true})).superusers(200),
        post("/api/admin/users/{mira}/suspend/", json!({"duration_days": 1})).staff(200),
        press("/api/admin/users/{sue}/unsuspend/").staff(200),
        delete("/api/admin/users/{mira}/delete/")
            .with(json!({"reason": "moved"}))
            .staff(200),
        press("/api/admin/users/{gone}/restore/").staff(200),
        delete("/api/admin/users/{gone}/hard_delete/").superusers(200),
        post(
            "/api/admin/relationships/add/",
            json!({"parent_id": "{olga}", "child_id": "{mira}"}),
        )
        .staff(200),
        delete("/api/admin/relationships/{paula}/{mira}/remove/").staff(200),
    ]
}

fn moderation() -> Vec<Row> {
    let word = json!({"severity": "mild"});
    vec![
        get("/api/admin/stories/").staff(200),
        get("/api/admin/moderation/flagged/").staff(200),
        post(
            "/api/admin/moderation/story/{story}/",
            json!({"action": "unpublish"}),
        )
        .staff(200),
        post(
            "/api/admin/moderation/story/{draft}/",
            json!({"action": "delete"}),
        )
        .staff(200),
        delete("/api/admin/moderation/comment/{comment}/").staff(200),
        get("/api/admin/reports/").staff(200),
        post("/api/admin/reports/{report}/handle/", json!({"action": "uphold"})).staff(200),
        get("/api/admin/profanity/").staff(200),
        get("/api/admin/profanity/stats/").staff(200),
        post("/api/admin/profanity/add/", json!({"word": "piffle"})).staff(201),
        post("/api/admin/profanity/bulk-add/", json!({"words": ["bosh"]})).staff(201),
        press("/api/admin/profanity/import/").staff(201),
        change("/api/admin/profanity/{word}/update/", word).staff(200),
        delete("/api/admin/profanity/{word}/delete/").staff(200),
    ]
}

fn machine() -> Vec<Row> {
    vec![
        get("/api/admin/dashboard/stats/").staff(200),
        get("/api/admin/analytics/").staff(200),
        post(
            "/api/admin/announcement/",
            json!({"title": "Hello", "message": "It is spring."}),
        )
        .staff(200),
        get("/api/admin/export/?type=users").superusers(200),
        get("/api/admin/export/?type=stories").superusers(200),
        get("/api/admin/export/?type=analytics").superusers(200),
        get("/api/admin/system/health/").staff(200),
        get("/api/admin/audit-logs/").staff(200),
        get("/api/admin/ai-services/").staff(200),
        get("/api/admin/ai-services/config/").staff(200),
        get("/api/admin/backups/").staff(200),
        press("/api/admin/backups/create/").superusers(200),
        delete("/api/admin/backups/{backup}/delete/").superusers(200),
    ]
}
