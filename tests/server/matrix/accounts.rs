//! Signing up and in, one's own account, and what one is told.

use serde_json::json;

use super::who::*;
use crate::support::PASSWORD;

const NEW: &str = "another-garden-7";

pub fn rows() -> Vec<Row> {
    let mut rows = doors();
    rows.extend(own_account());
    rows.extend(told());
    rows
}

/// Where a token is not looked at.
fn doors() -> Vec<Row> {
    let nia = json!({"email": "nia@example.org", "password": PASSWORD});
    let code = json!({"email": "mira@example.org", "verification_code": "000000"});
    let reset = json!({"email": "mira@example.org", "code": "000000", "new_password": NEW});
    let refresh = json!({"refresh_token": "{nia_refresh}"});
    let form = json!({"name": "Zoe", "email": "zoe@example.org", "password": PASSWORD, "confirm_password": PASSWORD,
        "user_type": "child"});
    vec![
        get("/api/").anyone(200),
        get("/healthz").anyone(200),
        get("/readyz").anyone(200),
        // There is no such address without its own token in the settings: ops_metrics.rs.
        get("/metrics").anyone(404),
        post("/api/auth/register/", form).anyone(201),
        // Without the code of the mail; with it: accounts_codes.rs.
        post("/api/auth/verify-email/", code).anyone(400),
        post("/api/auth/password-reset/verify/", reset.clone()).anyone(400),
        post("/api/auth/password-reset/reset/", reset).anyone(400),
        post(
            "/api/auth/resend-verification/",
            json!({"email": "mira@example.org"}),
        )
        .anyone(200),
        post(
            "/api/auth/password-reset/send/",
            json!({"email": "mira@example.org"}),
        )
        .anyone(200),
        post("/api/auth/login/", nia).anyone(200),
        post(
            "/api/auth/login/",
            json!({"email": "sue@example.org", "password": PASSWORD}),
        )
        .anyone(401),
        post(
            "/api/auth/login/",
            json!({"email": "gone@example.org", "password": PASSWORD}),
        )
        .anyone(401),
        post("/api/auth/refresh/", refresh.clone()).anyone(200),
        post("/api/auth/refresh/", json!({"refresh_token": "{sue_refresh}"})).anyone(401),
        post("/api/auth/logout/", refresh).anyone(200),
        press("/api/auth/create-session/").anyone(410),
        // Without a token that is worth something it is a sign-in; with one it is asked about oneself, or by a child
        // about those who look after it.
        post(
            "/api/auth/verify-password/",
            json!({"email": "paula@example.org", "password": PASSWORD}),
        )
        .anyone(200)
        .but(&[OtherChild, OtherParent, Teacher, OtherTeacher, Admin], 400),
    ]
}

fn own_account() -> Vec<Row> {
    let passwords = json!({"current_password": PASSWORD, "new_password": NEW});
    let address = json!({"new_email": "new@example.org", "password": PASSWORD});
    vec![
        get("/api/auth/profile/").people(200),
        change("/api/auth/profile/", json!({"bio": "I like kites."})).people(200),
        get("/api/users/profile/").people(200),
        change("/api/users/profile/update/", json!({"bio": "I like kites."})).people(200),
        // Nobody makes themselves anything else.
        change(
            "/api/users/profile/update/",
            json!({"user_type": "teacher", "is_admin": true}),
        )
        .people(200),
        get("/api/users/search/?q=mi").people(200),
        // What only the owner of an account does is not done from a child's view, and an account that an adult made has
        // no address, and is ended by that adult.
        post("/api/auth/change-password/", passwords)
            .people(200)
            .but(&[View], 403),
        post("/api/auth/change-email/", address)
            .people(200)
            .but(&[View, Managed], 403),
        post("/api/auth/delete-account/", json!({"password": PASSWORD}))
            .people(200)
            .but(&[View, Managed], 403),
        post("/api/auth/delete-account/", json!({"password": NEW}))
            .people(400)
            .but(&[View], 403),
    ]
}

/// Notifications, preferences, rewards.
fn told() -> Vec<Row> {
    vec![
        get("/api/notifications/").people(200),
        call("PUT", "/api/notifications/{notification}/read/").only(&[Owner, View], 200, 404),
        call("PUT", "/api/notifications/mark-all-read/").people(200),
        get("/api/notifications/preferences/").people(200),
        change(
            "/api/notifications/preferences/update/",
            json!({"weekly_reports": false}),
        )
        .people(200),
        post("/api/notifications/register-token/", json!({"push_token": "abc"})).people(200),
        // Leo has no address.
        press("/api/notifications/send-test-email/")
            .people(200)
            .but(&[Managed], 400),
        get("/api/users/rewards/").people(200),
        get("/api/achievements/").everybody(200),
        get("/api/achievements/progress/").people(200),
        get("/api/achievements/user/").people(200),
    ]
}
