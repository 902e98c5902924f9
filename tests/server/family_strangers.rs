//! Whoever is not linked to a child sees and does nothing, whoever they are: those too who wait, were declined, or have
//! parted. Who may call what at all is in `matrix/families.rs`.

use serde_json::{Value, json};

use crate::drawings::{drawing, story, with};
use crate::families::about;
use crate::support::{Answer, Client, World};

/// Every address about one child: method, what, body, and whether it asks before it reveals anything by 404.
fn addresses() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("GET", "stats", json!({})),
        ("GET", "activities", json!({})),
        ("GET", "goals", json!({})),
        ("GET", "analytics", json!({})),
        ("GET", "stories", json!({})),
        ("POST", "switch-view", json!({})),
        ("PUT", "update", json!({"name": "Stolen", "username": "stolen"})),
        ("PATCH", "update", json!({"name": "Stolen", "className": "5B"})),
        ("POST", "sign-in", json!({"password": "another-garden-7"})),
        ("DELETE", "sign-in", json!({})),
        ("DELETE", "remove", json!({})),
    ]
}

fn call(client: &Client, child: i64, (method, what, body): &(&str, &str, Value)) -> Answer {
    match *method {
        "GET" | "DELETE" => client.raw(method, &about(child, what), &[], b""),
        _ => client.json(method, &about(child, what), body.clone()),
    }
}

/// All that must stay as it is.
fn everything(world: &World) -> Vec<Vec<String>> {
    [
        "users",
        "sessions",
        "family_links",
        "family_codes",
        "classes",
        "class_links",
        "audit_log",
        "stories",
        "notifications",
    ]
    .map(|table| world.dump(table))
    .to_vec()
}

struct House {
    world: World,
    /// The one who may.
    paula: Client,
    /// Those who may not.
    strangers: Vec<(&'static str, Client)>,
    /// The children that this is about: one that its parent made, and one with an account of its own.
    children: [i64; 2],
}

impl House {
    fn new() -> Self {
        let world = World::new();
        let paula = world.parent("Paula");
        let (mira, ben) = (world.child("Mira"), world.child("Ben"));
        let leo = paula.has_child("leo_r");
        world.family(&paula, &mira);
        let view = paula.switches(leo);
        view.client
            .makes(with(story("the kettle"), json!({"cover_image": drawing()})));
        mira.makes(story("the moon"));
        let strangers = Self::strangers(&world, &mira, ben, leo, view.client);
        Self {
            children: [leo, mira.id()],
            world,
            paula,
            strangers,
        }
    }

    fn strangers(
        world: &World,
        mira: &Client,
        ben: Client,
        leo: i64,
        view: Client,
    ) -> Vec<(&'static str, Client)> {
        let pending = world.parent("Pia");
        pending.claims("mira").status(202);
        pending.claims("leo_r").status(202);
        let declined = world.parent("Dora");
        declined.claims("mira").status(202);
        mira.answers_parent(&declined, false).ok();
        let former = world.parent("Fay");
        world.family(&former, mira);
        former.delete(&about(mira.id(), "remove")).ok();
        // Somebody else's parent, and somebody else's teacher.
        let other = world.parent("Olga");
        world.family(&other, &ben);
        let teacher = world.teacher("Tina");
        world.teaches(&teacher, ben.id());
        let (waiting, now) = (world.teacher("Wanda"), world.app.clock.now());
        let (wanda, mira_id) = (waiting.id(), mira.id());
        world.sql(move |conn| {
            for child in [leo, mira_id] {
                conn.execute(
                    "INSERT INTO class_links (teacher_id, student_id, status, created_at)
                     VALUES ($1, $2, 'pending', $3)",
                    &[&wanda, &child, &now],
                )?;
            }
            Ok(())
        });
        vec![
            ("a parent who waits", pending),
            ("a parent who was declined", declined),
            ("a former parent", former),
            ("another parent", other),
            ("another teacher", teacher),
            ("a teacher who waits", waiting),
            ("an administrator", world.admin("Ada")),
            ("another child", ben),
            ("the child itself", mira.clone()),
            ("the parent in a view", view),
            ("a guest", world.guest()),
        ]
    }
}

#[test]
fn strangers_see_and_do_nothing() {
    let House {
        world,
        paula,
        strangers,
        children,
    } = House::new();
    let before = everything(&world);
    for (who, client) in &strangers {
        for address in addresses() {
            for child in children.into_iter().chain([7, i64::MAX]) {
                let answer = call(client, child, &address);
                let (method, what, _) = &address;
                let expected: &[u16] = if *who == "a guest" { &[401] } else { &[403, 404] };
                assert!(
                    expected.contains(&answer.status),
                    "{who}: {method} {what} of {child}: {}",
                    answer.text()
                );
                answer.refused(answer.status);
            }
        }
    }
    assert_eq!(everything(&world), before);
    // The one who may, may: the table is about those addresses.
    for address in addresses() {
        let (method, what, _) = &address;
        if *what != "remove" {
            let status = call(&paula, children[0], &address).status;
            assert_eq!(status, 200, "{method} {what}");
        }
    }
    call(&paula, children[0], &("DELETE", "remove", json!({}))).ok();
}

#[test]
fn an_answer_does_not_tell_who_exists() {
    let House {
        world,
        strangers,
        children,
        ..
    } = House::new();
    let others = world.parent("Zita");
    for (who, client) in strangers
        .iter()
        .map(|(who, client)| (*who, client))
        .chain([("a parent", &others)])
    {
        for address in addresses() {
            let answers = [children[0], children[1], 7, others.id()].map(|id| {
                let answer = call(client, id, &address);
                (answer.status, answer.json)
            });
            let (method, what, _) = &address;
            for answer in &answers[1..] {
                assert_eq!(answer, &answers[0], "{who}: {method} {what}");
            }
        }
    }
}

#[test]
fn bad_requests_are_refused_and_change_nothing() {
    let world = World::new();
    let (paula, mira) = (world.parent("Paula"), world.child("Mira"));
    let leo = paula.has_child("leo_r");
    paula.claims("mira").status(202);
    let answer = format!("/api/family/links/{}/respond/", paula.id());
    let before = everything(&world);
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let bodies: [&[u8]; 8] = [
        b"{",
        b"[]",
        b"7",
        b"\"text\"",
        b"null",
        deep.as_bytes(),
        b"\xff\xfe",
        b"{\"name\": \"a\\u0000b\", \"username\": \"a\\u0000b\", \"password\": \"a\\u0000bcdefgh\", \"accept\": \"\", \"child_username\": \"a\\u0000\"}",
    ];
    for body in bodies {
        for (client, method, path) in [
            (&paula, "POST", "/api/parent/children/create/".to_owned()),
            (&paula, "POST", "/api/parent/children/add/".to_owned()),
            (&paula, "PUT", about(leo, "update")),
            (&paula, "POST", about(leo, "sign-in")),
            (&mira, "POST", answer.clone()),
        ] {
            let answer = client.raw(method, &path, &[("Content-Type", "application/json")], body);
            answer.refused(400);
        }
    }
    let large = json!({"name": "x".repeat(5000)}).to_string();
    for path in ["/api/parent/children/create/", "/api/parent/children/add/"] {
        paula
            .raw(
                "POST",
                path,
                &[("Content-Type", "application/json")],
                large.as_bytes(),
            )
            .refused(413);
        paula
            .raw("POST", path, &[("Content-Type", "text/plain")], b"{}")
            .refused(415);
        paula.get(path).refused(405);
    }
    for id in [
        "x",
        "-1",
        "1.5",
        "local-7",
        "99999999999999999999",
        "%00",
        "1 OR 1=1",
    ] {
        let path = format!("/api/parent/children/{}/stats/", id.replace(' ', "%20"));
        paula.get(&path).refused(404);
    }
    assert_eq!(everything(&world), before);
}
