//! Who may call what: every address of administrators, by everybody. And what is refused to some of them is written down.

use serde_json::{Value, json};

use crate::administration::line;
use crate::drawings::plain_story;
use crate::support::{Answer, Client, World};

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    Staff,
    Superusers,
}

/// A call with what it is about in its path: `{child}`, `{archived}`, `{story}`, `{comment}`, `{word}`, `{parent}`.
struct Call {
    method: &'static str,
    path: &'static str,
    body: Value,
    who: For,
    /// What a superuser is answered.
    status: u16,
    /// As the record names it, where it is refused to the lesser administrators.
    deed: (&'static str, &'static str),
}

fn get(path: &'static str) -> Call {
    Call {
        method: "GET",
        path,
        body: Value::Null,
        who: For::Staff,
        status: 200,
        deed: ("", ""),
    }
}

fn call(method: &'static str, path: &'static str, body: Value) -> Call {
    Call {
        method,
        body,
        ..get(path)
    }
}

impl Call {
    fn superusers(self, action: &'static str, resource: &'static str) -> Self {
        Self {
            who: For::Superusers,
            deed: (action, resource),
            ..self
        }
    }

    fn answers(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

/// Every address but the three of the sign-in.
fn calls() -> Vec<Call> {
    let mut calls = about_people();
    calls.extend(about_everything_else());
    calls
}

fn about_people() -> Vec<Call> {
    vec![
        get("/api/admin/dashboard/stats/"),
        get("/api/admin/analytics/"),
        get("/api/admin/users/"),
        get("/api/admin/users/archived/"),
        get("/api/admin/users/{child}/"),
        get("/api/admin/users/{child}/activity/"),
        call(
            "PUT",
            "/api/admin/users/{child}/update/",
            json!({"display_name": "Mia"}),
        ),
        call(
            "PATCH",
            "/api/admin/users/{child}/update/",
            json!({"display_name": "Mira"}),
        ),
        call(
            "PATCH",
            "/api/admin/users/{child}/update/",
            json!({"is_staff": true}),
        )
        .superusers("update", "user"),
        call(
            "PATCH",
            "/api/admin/users/{child}/update/",
            json!({"display_name": "Boss"}),
        )
        .superusers("update", "user"),
        call(
            "PATCH",
            "/api/admin/users/{child}/update/",
            json!({"is_staff": false}),
        )
        .superusers("update", "user"),
        call(
            "POST",
            "/api/admin/users/{child}/suspend/",
            json!({"duration_days": 1}),
        ),
        call("POST", "/api/admin/users/{child}/unsuspend/", json!({})),
        call(
            "DELETE",
            "/api/admin/users/{child}/delete/",
            json!({"reason": "moved"}),
        ),
        call("POST", "/api/admin/users/{child}/restore/", json!({})),
        call("DELETE", "/api/admin/users/{archived}/hard_delete/", Value::Null).superusers("delete", "user"),
        call(
            "POST",
            "/api/admin/relationships/add/",
            json!({"parent_id": "{parent}", "child_id": "{child}"}),
        ),
        call(
            "DELETE",
            "/api/admin/relationships/{parent}/{child}/remove/",
            Value::Null,
        ),
    ]
}

fn about_everything_else() -> Vec<Call> {
    vec![
        get("/api/admin/stories/"),
        get("/api/admin/moderation/flagged/"),
        call("DELETE", "/api/admin/moderation/comment/{comment}/", Value::Null),
        call(
            "POST",
            "/api/admin/moderation/story/{story}/",
            json!({"action": "unpublish"}),
        ),
        call(
            "POST",
            "/api/admin/moderation/story/{story}/",
            json!({"action": "delete"}),
        ),
        get("/api/admin/profanity/"),
        get("/api/admin/profanity/stats/"),
        call("POST", "/api/admin/profanity/add/", json!({"word": "piffle"})).answers(201),
        call(
            "POST",
            "/api/admin/profanity/bulk-add/",
            json!({"words": ["bosh"]}),
        )
        .answers(201),
        call("POST", "/api/admin/profanity/import/", json!({})).answers(201),
        call(
            "PUT",
            "/api/admin/profanity/{word}/update/",
            json!({"severity": "mild"}),
        ),
        call("DELETE", "/api/admin/profanity/{word}/delete/", Value::Null),
        call(
            "POST",
            "/api/admin/announcement/",
            json!({"title": "Hello", "message": "It is spring."}),
        ),
        get("/api/admin/export/?type=users").superusers("export", "users"),
        get("/api/admin/export/?type=stories").superusers("export", "stories"),
        get("/api/admin/export/?type=analytics").superusers("export", "analytics"),
        get("/api/admin/system/health/"),
        get("/api/admin/audit-logs/"),
        get("/api/admin/backups/"),
        call("POST", "/api/admin/backups/create/", json!({})).superusers("create", "backup"),
        get("/api/admin/ai-services/"),
        get("/api/admin/ai-services/config/"),
    ]
}

/// The addresses where one of the apps' panels sends an administrator's token as `Bearer`.
const ANY_SCHEME: [&str; 5] = [
    "/api/admin/audit-logs/",
    "/api/admin/backups/",
    "/api/admin/backups/create/",
    "/api/admin/ai-services/",
    "/api/admin/ai-services/config/",
];

/// A world with something of everything that the calls are about.
struct Town {
    world: World,
    names: Vec<(&'static str, i64)>,
}

impl Town {
    fn new() -> Self {
        let world = World::with(|config| {
            config.backup.folder = Some(config.data_dir.join("backups"));
        });
        let (child, parent, archived) = (world.child("Mira"), world.parent("Paula"), world.child("Gone"));
        world.bars(&archived, "archived_at");
        let author = world.child("Ben");
        let story = author.publishes(plain_story("the lighthouse"));
        let comment = child.comments(story, "How bright!");
        let word = world.number("SELECT MIN(id) FROM profanity_words");
        let names = vec![
            ("{child}", child.id()),
            ("{parent}", parent.id()),
            ("{archived}", archived.id()),
            ("{story}", story),
            ("{comment}", comment),
            ("{word}", word),
        ];
        Self { world, names }
    }

    fn filled(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, id)| {
            text.replace(&format!("\"{name}\""), &id.to_string())
                .replace(name, &id.to_string())
        })
    }

    #[track_caller]
    fn send(&self, client: &Client, call: &Call) -> Answer {
        let path = self.filled(call.path);
        if call.body.is_null() {
            return client.raw(call.method, &path, &[], b"");
        }
        let body = self.filled(&call.body.to_string());
        client.raw(
            call.method,
            &path,
            &[("Content-Type", "application/json")],
            body.as_bytes(),
        )
    }

    /// All that an act could change.
    fn everything(&self) -> Vec<Vec<String>> {
        [
            "users",
            "stories",
            "story_comments",
            "profanity_words",
            "family_links",
            "notifications",
            "audit_log",
        ]
        .map(|table| self.world.dump(table))
        .into()
    }
}

#[test]
fn nobody_but_administrators_is_let_in_anywhere() {
    let town = Town::new();
    let world = &town.world;
    let (mira, paula, tom, ada) = (
        world.child("Mia"),
        world.parent("Pia"),
        world.teacher("Tom"),
        world.admin("Ada"),
    );
    let as_admin =
        |client: &Client, token: &str| client.with_header("Authorization", &format!("AdminBearer {token}"));
    let mut strangers = vec![world.guest(), ada.clone(), as_admin(&ada, ada.access())];
    for person in [&mira, &paula, &tom] {
        strangers.push(person.clone());
        strangers.push(as_admin(person, person.access()));
        // A token of the right kind, for somebody who keeps no order.
        strangers.push(world.at_dashboard(person));
    }
    let before = town.everything();
    for call in calls() {
        for stranger in &strangers {
            let answer = town.send(stranger, &call);
            assert_eq!(
                answer.status,
                401,
                "{} {}: {}",
                call.method,
                call.path,
                answer.text()
            );
            answer.refused(401);
        }
    }
    assert_eq!(town.everything(), before, "something has changed");
}

#[test]
fn the_token_counts_as_bearer_where_a_panel_sends_it_so() {
    let town = Town::new();
    let ada = town.world.superuser("Ada");
    let token = ada_token(&ada);
    let as_bearer = ada.with_token(&token);
    for call in calls() {
        let is_any = ANY_SCHEME.contains(&call.path);
        let wanted = if is_any { call.status } else { 401 };
        assert_eq!(
            town.send(&as_bearer, &call).status,
            wanted,
            "{} {}",
            call.method,
            call.path
        );
    }
}

/// The token that an administrator at the dashboard sends.
fn ada_token(client: &Client) -> String {
    let header = client.header("authorization").unwrap();
    header.strip_prefix("AdminBearer ").unwrap().to_owned()
}

#[test]
fn what_is_for_superusers_is_refused_to_others_and_that_is_written_down() {
    let town = Town::new();
    let (sam, ada) = (town.world.staff("Sam"), town.world.superuser("Ada"));
    for call in calls() {
        if call.who == For::Superusers {
            let before = town.everything();
            let lines = town.world.record().len();
            let refused = town.send(&sam, &call);
            assert_eq!(
                refused.status,
                403,
                "{} {}: {}",
                call.method,
                call.path,
                refused.text()
            );
            refused.refused(403);
            let record = town.world.record();
            assert_eq!(record.len(), lines + 1, "{}", call.path);
            let (action, resource) = call.deed;
            let (was, of, _, is_done) = record.last().unwrap();
            assert_eq!((was.as_str(), of.as_str(), *is_done), (action, resource, false));
            let after = town.everything();
            assert_eq!(after[..6], before[..6], "{}", call.path);
        } else {
            let allowed = town.send(&sam, &call);
            assert_eq!(
                allowed.status,
                call.status,
                "{} {}: {}",
                call.method,
                call.path,
                allowed.text()
            );
            // What is done once cannot be done again.
            continue;
        }
        let allowed = town.send(&ada, &call);
        assert_eq!(
            allowed.status,
            call.status,
            "{} {}: {}",
            call.method,
            call.path,
            allowed.text()
        );
        assert_eq!(allowed.json["success"], json!(true), "{}", call.path);
    }
}

#[test]
fn superusers_may_do_everything() {
    let town = Town::new();
    let ada = town.world.superuser("Ada");
    for call in calls() {
        let answer = town.send(&ada, &call);
        assert_eq!(
            answer.status,
            call.status,
            "{} {}: {}",
            call.method,
            call.path,
            answer.text()
        );
        assert!(answer.is_whole && !answer.json.is_null(), "{}", call.path);
    }
}

#[test]
fn administrators_do_not_touch_each_other() {
    let world = World::new();
    let (sam, max, ada) = (world.staff("Sam"), world.staff("Max"), world.superuser("Ada"));
    for target in [&max, &ada] {
        let path = |what: &str| format!("/api/admin/users/{}/{what}/", target.id());
        let before = (world.dump("users"), world.dump("sessions"));
        let tries = [
            sam.put(&path("update"), json!({"display_name": "X", "is_staff": true})),
            sam.put(&path("update"), json!({"email": "x@example.org"})),
            sam.put(&path("update"), json!({"is_active": false})),
            sam.put(&path("update"), json!({"is_staff": false})),
            sam.post(&path("suspend"), json!({})),
            sam.post(&path("unsuspend"), json!({})),
            sam.json("DELETE", &path("delete"), json!({})),
            sam.post(&path("restore"), json!({})),
            sam.delete(&path("hard_delete")),
        ];
        let count = tries.len();
        for answer in &tries {
            answer.refused(403);
        }
        assert_eq!((world.dump("users"), world.dump("sessions")), before);
        let record = world.record();
        let refusals = &record[record.len() - count..];
        assert!(
            refusals
                .iter()
                .all(|(_, _, id, is_done)| *id == Some(target.id()) && !is_done)
        );
    }
    // What the dialog sends unchanged is no try.
    let lines = world.record().len();
    sam.put(
        &format!("/api/admin/users/{}/update/", ada.id()),
        json!({"username": "ada", "is_staff": true, "is_active": true}),
    )
    .ok();
    assert_eq!(world.record().len(), lines);
}

#[test]
fn nobody_acts_on_themselves() {
    let world = World::new();
    let ada = world.superuser("Ada");
    let path = |what: &str| format!("/api/admin/users/{}/{what}/", ada.id());
    let before = world.dump("users");
    for change in [json!({"is_staff": false}), json!({"is_active": false})] {
        ada.put(&path("update"), change).refused(403);
    }
    ada.json("DELETE", &path("delete"), json!({})).refused(400);
    ada.delete(&path("hard_delete")).refused(400);
    ada.post(&path("suspend"), json!({})).refused(400);
    assert_eq!(world.dump("users"), before);
    assert_eq!(world.last_line(), line("update", "user", Some(ada.id()), false));
}

#[test]
fn whoever_tries_again_and_again_is_told_to_wait() {
    let world = World::with(|config| config.rate_limits = true);
    let (sam, ada) = (world.staff("Sam"), world.superuser("Ada"));
    let path = format!("/api/admin/users/{}/suspend/", ada.id());
    for _ in 0..60 {
        sam.post(&path, json!({})).refused(403);
    }
    sam.post(&path, json!({})).refused(429);
    assert_eq!(world.record().len(), 60);
    // Looking is not concerned, and others are not.
    sam.get("/api/admin/users/").ok();
    let mira = world.child("Mira");
    ada.post(&format!("/api/admin/users/{}/suspend/", mira.id()), json!({}))
        .ok();
}
