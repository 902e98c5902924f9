//! The console: who gets in, what the cookie is like, what ends a sign-in, and that forms cannot be forged.

use tinytales::backup::Round;
use tinytales::clock::{HOUR, MINUTE, SECOND};

use crate::ops_browser::fill;
use crate::support::{Answer, Client, PASSWORD, World};

/// How many sign-ins an account may have.
const MOST_SESSIONS: usize = 50;

/// Sends a form as a browser does.
#[track_caller]
fn send(client: &Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    client.raw("POST", path, &[kind], form.as_bytes())
}

#[track_caller]
fn try_door(world: &World, email: &str, password: &str) -> Answer {
    send(
        &world.guest(),
        "/ops/sign-in",
        &[("email", email), ("password", password)],
    )
}

/// An administrator at the console: sends the cookie alone.
#[track_caller]
pub fn admin_at_console(world: &World) -> Client {
    let ada = world.admin("Ada");
    let answer = try_door(world, ada.email(), PASSWORD);
    answer.status(303);
    let cookie = answer.header("set-cookie").unwrap();
    let (pair, _) = cookie.split_once(';').unwrap();
    world.guest().with_header("Cookie", pair)
}

/// The token that the forms of the page carry.
#[track_caller]
fn form_token(admin: &Client) -> String {
    let page = admin.get("/ops").text();
    let (_, rest) = page.split_once("name=\"form_token\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[track_caller]
fn is_inside(client: &Client) -> bool {
    let page = client.get("/ops");
    page.status(200);
    let shows = page.text().contains("id=\"panel\"");
    let panel = client.get("/ops/panel");
    assert_eq!(panel.status == 200, shows, "page and panel agree");
    shows
}

#[test]
fn administrators_get_in_and_nobody_else() {
    let world = World::new();
    assert!(is_inside(&admin_at_console(&world)));
    assert!(!is_inside(&world.guest()));
    let wrong = try_door(&world, "nobody@example.org", PASSWORD);
    wrong.status(401);
    for person in [world.child("Mira"), world.parent("Paula"), world.teacher("Tom")] {
        let answer = try_door(&world, person.email(), PASSWORD);
        assert_eq!((answer.status, answer.text()), (401, wrong.text()));
        assert!(answer.header("set-cookie").is_none());
        assert!(!is_inside(&person), "a token of the API is no key");
    }
    let answer = try_door(&world, "ada@example.org", "wrong-garden-7");
    assert_eq!((answer.status, answer.text()), (401, wrong.text()));
}

#[test]
fn whoever_is_turned_away_leaves_no_session_behind_and_ends_none() {
    let world = World::new();
    let mira = world.child("Mira");
    let id = mira.id();
    // As many as an account may have: one more would end the oldest.
    world.sql(move |conn| {
        for number in 1..MOST_SESSIONS {
            conn.execute(
                "INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES ($1, $2, 0, $3)",
                &[&number.to_string(), &id, &i64::MAX],
            )?;
        }
        Ok(())
    });
    let before = world.dump("sessions");
    assert_eq!(before.len(), MOST_SESSIONS);
    try_door(&world, mira.email(), PASSWORD).status(401);
    assert_eq!(world.dump("sessions"), before);
}

#[test]
fn suspended_and_unverified_administrators_stay_outside() {
    let world = World::new();
    let ada = world.admin("Ada");
    let olga = world.person("Olga", |person| {
        (person.is_admin, person.is_verified) = (true, false);
    });
    let id = ada.id();
    world.sql(move |conn| conn.execute("UPDATE users SET suspended_at = 1 WHERE id = $1", &[&id]));
    for person in [ada, olga] {
        try_door(&world, person.email(), PASSWORD).status(401);
    }
}

#[test]
fn the_cookie_is_for_the_console_alone() {
    let world = World::new();
    let ada = world.admin("Ada");
    let answer = try_door(&world, ada.email(), PASSWORD);
    assert_eq!(answer.header("location"), Some("/ops"));
    let cookie = answer.header("set-cookie").unwrap();
    let (pair, rules) = cookie.split_once("; ").unwrap();
    assert_eq!(rules, "Path=/ops; Max-Age=43200; HttpOnly; SameSite=Strict");
    let (_, token) = pair.split_once('=').unwrap();
    world
        .guest()
        .with_token(token)
        .get("/api/auth/profile/")
        .refused(401);
    let of_the_api = format!("tinytales_console={}", ada.access());
    assert!(!is_inside(&world.guest().with_header("Cookie", &of_the_api)));
}

#[test]
fn the_cookie_travels_by_https_alone_where_there_is_https() {
    let world = World::with(|config| config.public_url = Some("https://tales.example".to_owned()));
    let ada = world.admin("Ada");
    let answer = try_door(&world, ada.email(), PASSWORD);
    assert!(answer.header("set-cookie").unwrap().ends_with("; Secure"));
}

#[test]
fn a_sign_in_lasts_twelve_hours() {
    let world = World::new();
    let admin = admin_at_console(&world);
    world.advance(12 * HOUR - SECOND);
    assert!(is_inside(&admin));
    world.advance(SECOND);
    assert!(!is_inside(&admin));
    admin.get("/ops/panel").refused(401);
}

#[test]
fn a_suspension_ends_it() {
    let world = World::new();
    let admin = admin_at_console(&world);
    assert!(is_inside(&admin));
    world.sql(|conn| conn.execute("UPDATE users SET suspended_at = 1 WHERE is_admin", &[]));
    world.advance(MINUTE);
    assert!(!is_inside(&admin));
}

#[test]
fn who_is_no_administrator_any_more_is_out() {
    let world = World::new();
    let admin = admin_at_console(&world);
    world.sql(|conn| conn.execute("UPDATE users SET is_admin = FALSE", &[]));
    world.advance(MINUTE);
    assert!(!is_inside(&admin));
}

#[test]
fn a_new_password_ends_it_at_once() {
    let world = World::new();
    let admin = admin_at_console(&world);
    assert!(is_inside(&admin));
    let change = serde_json::json!({"current_password": PASSWORD, "new_password": "cloudy-garden-8",
        "confirm_password": "cloudy-garden-8"});
    world
        .sign_in("ada@example.org")
        .post("/api/auth/change-password/", change)
        .ok();
    assert!(!is_inside(&admin));
}

#[test]
fn signing_out_ends_it_on_every_device_that_holds_the_cookie() {
    let world = World::new();
    let admin = admin_at_console(&world);
    let token = form_token(&admin);
    let answer = send(&admin, "/ops/sign-out", &[("form_token", &token)]);
    answer.status(303);
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert!(!is_inside(&admin));
    let (action, door, _, is_done) = world.last_line();
    assert_eq!(
        (action.as_str(), door.as_str(), is_done),
        ("logout", "console", true)
    );
}

#[test]
fn forms_need_their_token() {
    let world = World::new();
    let (admin, other) = (admin_at_console(&world), world.admin("Olga"));
    let answer = try_door(&world, other.email(), PASSWORD);
    let cookie = answer.header("set-cookie").unwrap().split_once(';').unwrap().0;
    let foreign = form_token(&world.guest().with_header("Cookie", cookie));
    for path in ["/ops/sign-out", "/ops/log"] {
        for token in ["", "x", foreign.as_str()] {
            send(&admin, path, &[("form_token", token), ("action", "raise")]).status(403);
        }
        send(&admin, path, &[]).status(403);
    }
    assert!(is_inside(&admin));
    assert_eq!(world.app.log.raised_until(), None);
}

#[test]
fn a_form_from_another_site_is_not_taken() {
    let world = World::new();
    let admin = admin_at_console(&world);
    let token = form_token(&admin);
    let foreign = admin.with_header("Sec-Fetch-Site", "cross-site");
    send(&foreign, "/ops/sign-out", &[("form_token", &token)]).status(403);
    let fields = [("email", "ada@example.org"), ("password", PASSWORD)];
    send(&foreign, "/ops/sign-in", &fields).status(403);
    let own = admin.with_header("Sec-Fetch-Site", "same-origin");
    send(&own, "/ops/sign-out", &[("form_token", &token)]).status(303);
}

#[test]
fn the_log_says_everything_for_ten_minutes() {
    let world = World::new();
    let admin = admin_at_console(&world);
    let token = form_token(&admin);
    let press = |action| send(&admin, "/ops/log", &[("form_token", &token), ("action", action)]);
    press("raise").status(303);
    assert!(world.app.log.raised_until().is_some());
    assert!(admin.get("/ops").text().contains("Back to normal"));
    press("restore").status(303);
    assert_eq!(world.app.log.raised_until(), None);
    press("shout").status(400);
}

#[test]
fn guests_cannot_use_the_forms() {
    let world = World::new();
    for path in ["/ops/sign-out", "/ops/log"] {
        let answer = send(&world.guest(), path, &[("action", "raise")]);
        answer.status(303);
        assert_eq!(answer.header("location"), Some("/ops"));
    }
    assert_eq!(world.app.log.raised_until(), None);
}

#[test]
fn guessing_is_limited_per_account() {
    let world = World::with(|config| config.rate_limits = true);
    let ada = world.admin("Ada");
    for _ in 0..5 {
        try_door(&world, ada.email(), "wrong-garden-7").status(401);
    }
    let answer = try_door(&world, ada.email(), PASSWORD);
    answer.status(429);
    assert!(answer.header("retry-after").is_some());
    assert!(answer.header("content-type").unwrap().starts_with("text/html"));
    world.advance(15 * MINUTE);
    try_door(&world, ada.email(), PASSWORD).status(303);
}

#[test]
fn guessing_is_limited_per_network() {
    let world = World::with(|config| config.rate_limits = true);
    let tries = (0..52).map(|n| try_door(&world, &format!("n{n}@example.org"), PASSWORD).status);
    let statuses: Vec<u16> = tries.collect();
    assert_eq!(statuses[..50], [401; 50]);
    assert_eq!(statuses[51], 429);
}

#[test]
fn pages_are_kept_by_nobody_and_load_nothing_from_elsewhere() {
    let world = World::new();
    for client in [world.guest(), admin_at_console(&world)] {
        let page = client.get("/ops");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"));
        assert!(!policy.contains("unsafe"));
        let text = page.text();
        for inline in ["<style", " style=", "onclick", "http://", "https://"] {
            assert!(!text.contains(inline), "{inline}");
        }
        assert_eq!(
            text.matches("<script").count(),
            text.matches("<script src=\"/ops/").count()
        );
    }
}

#[test]
fn a_young_console_is_whole_and_small() {
    let world = World::new();
    let admin = admin_at_console(&world);
    for hours in [1, 6, 24] {
        let page = admin.get(&format!("/ops?hours={hours}"));
        assert!(page.body.len() < 60_000, "{} bytes", page.body.len());
        let text = page.text();
        for part in [
            "Memory against the limit",
            "Response times",
            "goal 500 ms",
            "All is well",
            "Who waits",
            "Starts",
        ] {
            assert!(text.contains(part), "{part}");
        }
    }
}

#[test]
fn a_page_full_of_long_warnings_stays_small_and_folds_the_older_ones() {
    let world = World::new();
    let admin = admin_at_console(&world);
    fill(&world);
    for number in 0..250 {
        let route = format!(
            "/api/{number}/{}",
            "<long>".repeat(if number < 220 { 60 } else { 1 })
        );
        world.app.log.answered("GET", &route, 200, 900);
        world.app.log.flush();
    }
    assert_eq!(world.app.log.warnings().len(), 200);
    for hours in [1, 6, 24] {
        let page = admin.get(&format!("/ops?hours={hours}"));
        assert!(page.body.len() < 60_000, "{} bytes at {hours} h", page.body.len());
        let text = page.text();
        let (before, folded) = text.split_once("id=\"older-warnings\"").unwrap();
        assert!(before.contains("/api/249/") && !before.contains("/api/229/"));
        assert!(folded.contains("/api/229/") && folded.contains("are not shown"));
    }
}

#[test]
fn backups_are_shown_and_one_that_is_overdue_is_a_worry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backups");
    let world = World::with(|config| config.backup.folder = Some(path.clone()));
    let admin = admin_at_console(&world);
    std::fs::write(&path, "a file where the folder should be").unwrap();
    assert!(matches!(world.back_up(), Round::Failed(_)));
    let page = admin.get("/ops").text();
    assert!(page.contains("none yet") && page.contains("Went wrong"), "{page}");
    std::fs::remove_file(&path).unwrap();
    world.advance(10 * MINUTE);
    assert!(matches!(world.back_up(), Round::Made(..)));
    let page = admin.get("/ops").text();
    assert!(!page.contains("Went wrong") && page.contains("All is well"));
    world.advance(48 * HOUR + MINUTE);
    let cookie = try_door(&world, "ada@example.org", PASSWORD);
    let pair = cookie.header("set-cookie").unwrap().split_once(';').unwrap().0;
    let admin = world.guest().with_header("Cookie", pair);
    assert!(admin.get("/ops").text().contains("The last backup is older"));
}

#[test]
fn the_alarm_lines_of_a_small_instance_are_drawn() {
    let world = World::with(|config| config.memory_limit = Some(512 << 20));
    let text = admin_at_console(&world).get("/ops").text();
    for line in ["400 MB", "460 MB", "limit 512 MB"] {
        assert!(text.contains(&format!(">{line}</text>")), "{line}");
    }
}

#[test]
fn what_the_browser_keeps_has_an_address_of_its_own() {
    let world = World::new();
    let page = world.guest().get("/ops").text();
    let (_, rest) = page.split_once("href=\"/ops/style.css?").unwrap();
    let (version, _) = rest.split_once('"').unwrap();
    for (path, kind) in [("style.css", "text/css"), ("script.js", "text/javascript")] {
        let file = world.guest().get(&format!("/ops/{path}?{version}"));
        file.status(200);
        assert!(file.header("content-type").unwrap().starts_with(kind));
        assert!(file.header("cache-control").unwrap().contains("immutable"));
    }
}

#[test]
fn no_name_is_shown() {
    let world = World::new();
    let admin = admin_at_console(&world);
    world.child("Zebulonia").get("/api/auth/profile/").ok();
    let text = admin.get("/ops").text();
    for name in ["Zebulonia", "zebulonia", "Ada", "ada@example.org"] {
        assert!(!text.contains(name), "{name}");
    }
}
