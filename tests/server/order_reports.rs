//! Reports: who may report what, what the queue shows, and what a decision does.

use serde_json::{Value, json};
use tinytales::clock::{DAY, HOUR, MINUTE};

use crate::drawings::{names, plain_story};
use crate::support::{Client, World};

const QUEUE: &str = "/api/admin/reports/";

#[track_caller]
fn queue(keeper: &Client, query: &str) -> Vec<Value> {
    let answer = keeper.get(&format!("{QUEUE}{query}")).ok();
    answer["reports"].as_array().unwrap().clone()
}

fn path(report: &Value) -> String {
    format!("{QUEUE}{}/handle/", report["id"])
}

#[track_caller]
fn flag(world: &World, table: &'static str, id: i64) -> (bool, String) {
    world.sql(move |conn| {
        let sql = format!("SELECT is_flagged, flagged_reason FROM {table} WHERE id = $1");
        let mut row = conn.one(&sql, &[&id])?;
        Ok((row.take()?, row.take()?))
    })
}

fn violations(world: &World, person: &Client) -> i64 {
    let id = person.id();
    world.sql(move |conn| {
        conn.one("SELECT violation_count FROM users WHERE id = $1", &[&id])?
            .take()
    })
}

#[test]
fn a_report_reaches_the_queue_and_flags_what_it_is_about() {
    let world = World::new();
    let (mira, ben, ada) = (world.child("Mira"), world.child("Ben"), world.keeper("Ada"));
    let story = mira.publishes(plain_story("the kettle"));
    let comment = mira.comments(story, "Hm");
    let answer = ben.reports(json!({"story_id": story, "reason": "scary", "details": " It bites.\u{7} "}));
    let taken = answer.created();
    assert_eq!(names(&taken), ["message", "report", "success"]);
    world.advance(MINUTE);
    ben.reports(json!({"comment_id": comment, "story_id": null}))
        .created();
    ben.reports(json!({"user_id": mira.id().to_string(), "reason": "bullying"}))
        .created();

    let reports = queue(&ada, "");
    let expected = json!({"id": taken["report"]["id"], "status": "open", "reason": "scary",
        "meaning": "too frightening or violent for children", "details": "It bites.",
        "created_at": "2026-03-04T05:06:07.123456Z", "handled_at": null, "handled_by": null,
        "reporter": {"id": ben.id(), "username": "ben"},
        "object": {"kind": "story", "id": story, "text": "the kettle", "story_id": story, "is_published": true},
        "author": {"id": mira.id(), "username": "mira", "display_name": "Mira", "violation_count": 0}});
    assert_eq!(reports[0], expected);
    let objects: Vec<_> = reports.iter().map(|report| &report["object"]["kind"]).collect();
    assert_eq!(objects, ["story", "comment", "user"], "the oldest first");
    assert_eq!(
        (&reports[1]["object"]["text"], &reports[2]["object"]["text"]),
        (&json!("Hm"), &json!("Mira"))
    );
    assert_eq!(
        flag(&world, "stories", story),
        (
            true,
            "Reported: too frightening or violent for children".to_owned()
        )
    );
    assert_eq!(
        flag(&world, "users", mira.id()).1,
        "Reported: somebody is being picked on"
    );
    // Nothing is hidden, and nobody is told.
    assert_eq!(ben.titles("/api/stories/?public=true"), ["the kettle"]);
    let told = mira.get("/api/notifications/").ok()["results"].to_string();
    assert!(!told.contains("moderation"), "{told}");
}

#[test]
fn what_cannot_be_seen_cannot_be_reported() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let draft = mira.makes(plain_story("the draft"));
    let hidden = mira.publishes(plain_story("the pan"));
    let comment = ben.comments(hidden, "Mine");
    let others = mira.comments(hidden, "Hers");
    mira.presses(hidden, "unpublish");
    let barred = world.child("Sam");
    world.bars(&barred, "suspended_at");
    let unverified = world.person("Una", |person| person.is_verified = false);
    for unseen in [
        json!({"story_id": draft}),
        json!({"story_id": hidden}),
        json!({"story_id": 7}),
        json!({"comment_id": others}),
        json!({"comment_id": i64::MAX}),
        json!({"user_id": barred.id()}),
        json!({"user_id": unverified.id()}),
    ] {
        ben.reports(unseen).refused(404);
    }
    for own in [json!({"comment_id": comment}), json!({"user_id": ben.id()})] {
        ben.reports(own).refused(400);
    }
    mira.reports(json!({"story_id": hidden})).refused(400);
    // Under one's own story everything can be seen.
    mira.reports(json!({"comment_id": comment})).created();
    assert_eq!(world.dump("reports").len(), 1);
}

#[test]
fn bad_reports_are_refused_field_by_field() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let story = mira.publishes(plain_story("the kettle"));
    for (body, fields) in [
        (json!({"reason": "rude"}), vec!["story_id"]),
        (
            json!({"story_id": story, "user_id": mira.id(), "reason": "rude"}),
            vec!["story_id"],
        ),
        (json!({"story_id": "x", "reason": "rude"}), vec!["story_id"]),
        (json!({"comment_id": {}, "reason": "rude"}), vec!["comment_id"]),
        (json!({"story_id": story}), vec!["reason"]),
        (json!({"story_id": story, "reason": "ugly"}), vec!["reason"]),
        (json!({"story_id": story, "reason": 7}), vec!["reason"]),
        (
            json!({"story_id": story, "reason": "rude", "details": "x".repeat(501)}),
            vec!["details"],
        ),
    ] {
        ben.post("/api/reports/", body).refused_fields(&fields);
    }
    world
        .guest()
        .post("/api/reports/", json!({"story_id": story, "reason": "rude"}))
        .refused(401);
    assert_eq!(world.dump("reports").len(), 0);
}

#[test]
fn one_report_about_one_thing_and_twenty_a_day() {
    let world = World::new();
    let (mira, ben) = (world.child("Mira"), world.child("Ben"));
    let first = mira.publishes(plain_story("the kettle"));
    let taken = ben.reports(json!({"story_id": first})).created();
    let again = ben.reports(json!({"story_id": first, "reason": "scary"})).ok();
    assert_eq!(again["report"], taken["report"]);
    for number in 1..20 {
        let story = mira.publishes(plain_story(&format!("tale {number}")));
        ben.reports(json!({"story_id": story})).created();
    }
    let last = mira.publishes(plain_story("the last"));
    ben.reports(json!({"story_id": last})).refused(429);
    ben.reports(json!({"story_id": first})).ok();
    world.child("Rosa").reports(json!({"story_id": last})).created();
    world.advance(DAY);
    ben.reports(json!({"story_id": last})).created();
}

#[test]
fn reports_in_one_go_are_limited() {
    let world = World::with(|config| config.rate_limits = true);
    let ben = world.child("Ben");
    for _ in 0..10 {
        ben.reports(json!({"story_id": 7})).refused(404);
    }
    ben.reports(json!({"story_id": 7})).refused(429);
}

#[test]
fn a_report_that_was_right_counts_against_its_author_and_hides_nothing_by_itself() {
    let world = World::new();
    let (mira, ben, rosa) = (world.child("Mira"), world.child("Ben"), world.child("Rosa"));
    let ada = world.keeper("Ada");
    let story = mira.publishes(plain_story("the kettle"));
    ben.reports(json!({"story_id": story})).created();
    rosa.reports(json!({"story_id": story, "reason": "copied"}))
        .created();
    let report = queue(&ada, "")[1].clone();
    let decided = ada.post(&path(&report), json!({"action": "uphold"})).ok();
    assert_eq!(decided["handled"], json!(2), "both are about the same");
    assert_eq!(violations(&world, &mira), 1);
    assert!(queue(&ada, "").is_empty());
    let upheld = queue(&ada, "?status=upheld");
    assert_eq!((upheld.len(), &upheld[0]["handled_by"]), (2, &json!("ada")));
    assert_eq!(upheld[0]["id"], report["id"], "the newest first");
    assert!(flag(&world, "stories", story).0, "until somebody approves of it");
    assert_eq!(ben.titles("/api/stories/?public=true").len(), 1);
    ada.post(&path(&report), json!({"action": "uphold"})).refused(409);
    assert_eq!(violations(&world, &mira), 1);

    // Whoever says so hides it, and its author hears why.
    let ben_again = ben
        .reports(json!({"story_id": story, "reason": "private"}))
        .created();
    let hide = json!({"action": "uphold", "hide": true, "reason": "It names a street."});
    ada.post(&path(&ben_again["report"]), hide).ok();
    assert!(ben.titles("/api/stories/?public=true").is_empty());
    assert_eq!((violations(&world, &mira), world.published_by(&mira)), (2, 0));
    let told = mira.get("/api/notifications/").ok()["results"][0].clone();
    assert_eq!(told["notification_type"], json!("moderation"));
    let message = told["message"].as_str().unwrap();
    assert!(
        message.contains("the kettle") && message.contains("It names a street."),
        "{message}"
    );
    assert_eq!(
        mira.reads(story)["is_published"],
        json!(false),
        "it is theirs still"
    );
}

#[test]
fn a_report_that_was_wrong_leaves_no_trace_on_what_it_was_about() {
    let world = World::new();
    let (mira, ben, ada) = (world.child("Mira"), world.child("Ben"), world.keeper("Ada"));
    let story = mira.publishes(plain_story("the kettle"));
    for what in [json!({"story_id": story}), json!({"user_id": mira.id()})] {
        ben.reports(what).created();
    }
    for report in queue(&ada, "") {
        ada.post(&path(&report), json!({"action": "dismiss"})).ok();
    }
    assert_eq!(flag(&world, "stories", story), (false, String::new()));
    assert_eq!(flag(&world, "users", mira.id()), (false, String::new()));
    assert_eq!(violations(&world, &mira), 0);
    // A flag of one that was right stays when another is dismissed.
    ben.reports(json!({"story_id": story})).created();
    ada.post(&path(&queue(&ada, "")[0]), json!({"action": "uphold"}))
        .ok();
    ben.reports(json!({"story_id": story})).created();
    ada.post(&path(&queue(&ada, "")[0]), json!({"action": "dismiss"}))
        .ok();
    assert!(flag(&world, "stories", story).0);
    let (keeper, now) = (ada.id(), world.app.clock.now());
    world.sql(move |conn| {
        let told = tinytales::moderation::acts::approve(conn, story, Some(keeper), now);
        told.map(drop).map_err(|_| database::Error::Missing)
    });
    assert!(!flag(&world, "stories", story).0);
}

#[test]
fn a_comment_that_is_hidden_is_gone() {
    let world = World::new();
    let (mira, ben, ada) = (world.child("Mira"), world.child("Ben"), world.keeper("Ada"));
    let story = mira.publishes(plain_story("the kettle"));
    let comment = ben.comments(story, "Nasty");
    mira.reports(json!({"comment_id": comment})).created();
    let report = queue(&ada, "")[0].clone();
    let mut ben_hears = ben.notifications();
    ada.post(&path(&report), json!({"action": "uphold", "hide": true}))
        .ok();
    assert_eq!(
        ben_hears.until("notification")["notification"]["notification_type"],
        "moderation"
    );
    assert_eq!(mira.reads(story)["comments_count"], json!(0));
    assert_eq!(
        (violations(&world, &ben), mira.total("comments_received")),
        (1, 0)
    );
    ada.post(&path(&report), json!({"action": "dismiss"}))
        .refused(404);
    // A person cannot be hidden; nothing has happened then.
    mira.reports(json!({"user_id": ben.id()})).created();
    let report = queue(&ada, "")[0].clone();
    ada.post(&path(&report), json!({"action": "uphold", "hide": true}))
        .refused_fields(&["hide"]);
    assert_eq!((violations(&world, &ben), queue(&ada, "").len()), (1, 1));
}

#[test]
fn only_those_who_keep_order_decide_and_not_about_themselves() {
    let world = World::new();
    let (mira, ben, ada) = (world.child("Mira"), world.child("Ben"), world.keeper("Ada"));
    ben.reports(json!({"user_id": mira.id()})).created();
    ben.reports(json!({"user_id": ada.id()})).created();
    let reports = queue(&ada, "");
    for client in [&mira, &ben, &world.guest(), &world.admin("Olga")] {
        client.get(QUEUE).refused(401);
        client
            .post(&path(&reports[0]), json!({"action": "uphold"}))
            .refused(401);
    }
    ada.post(&path(&reports[1]), json!({"action": "dismiss"}))
        .refused(403);
    world
        .keeper("Otto")
        .post(&path(&reports[1]), json!({"action": "dismiss"}))
        .ok();
    for (body, field) in [(json!({}), "action"), (json!({"action": "burn"}), "action")] {
        ada.post(&path(&reports[0]), body).refused_fields(&[field]);
    }
    ada.post(&format!("{QUEUE}7/handle/"), json!({"action": "uphold"}))
        .refused(404);
    ada.post(&path(&reports[0]), json!({"action": "uphold"})).ok();
    let (lines, refused): (Vec<String>, Vec<String>) = world
        .dump("audit_log")
        .into_iter()
        .partition(|line| line.contains("\"success\""));
    assert_eq!(lines.len(), 2, "what was refused has done nothing: {lines:?}");
    assert_eq!(refused.len(), 1, "deciding about oneself: {refused:?}");
    assert!(
        lines
            .iter()
            .any(|line| line.contains("uphold_report") && line.contains("\"ada\"")),
        "{lines:?}"
    );
    // An administrator who is put out has no key any more.
    assert!(world.suspends(&ada, None));
    ada.get(QUEUE).refused(401);
}

#[test]
fn the_record_is_only_ever_added_to() {
    let world = World::new();
    let (mira, ben, ada) = (world.child("Mira"), world.child("Ben"), world.keeper("Ada"));
    ben.reports(json!({"user_id": mira.id()})).created();
    ada.post(&path(&queue(&ada, "")[0]), json!({"action": "dismiss"}))
        .ok();
    for sql in [
        "UPDATE audit_log SET details = 'nothing'",
        "DELETE FROM audit_log",
    ] {
        let done: Result<u64, database::Error> =
            world.run(world.app.database.write(move |conn| conn.execute(sql, &[])));
        assert!(done.is_err(), "{sql}");
    }
    assert_eq!(world.dump("audit_log").len(), 1);
}

#[test]
fn the_queue_costs_the_same_for_one_and_for_a_hundred_and_has_pages() {
    let world = World::new();
    let (mira, ada) = (world.child("Mira"), world.keeper("Ada"));
    let ben = world.child("Ben");
    let story = mira.publishes(plain_story("the kettle"));
    ben.reports(json!({"story_id": story})).created();
    queue(&ada, "");
    let one = world.queries(|| assert_eq!(queue(&ada, "?page_size=100").len(), 1));
    let (reporter, now) = (ben.id(), world.app.clock.now());
    world.sql(move |conn| {
        (0..120).try_for_each(|_| {
            conn.execute(
                "INSERT INTO reports (reporter_id, story_id, reason, status, created_at) VALUES ($1, $2, 'rude', 'open', $3)",
                &[&reporter, &story, &now],
            )
            .map(drop)
        })
    });
    let many = world.queries(|| assert_eq!(queue(&ada, "?page_size=100").len(), 100));
    assert_eq!((one, many), (2, 2));
    let pagination = |query: &str| ada.get(&format!("{QUEUE}{query}")).ok()["pagination"].clone();
    let expected = json!({"page": 2, "page_size": 100, "total_count": 121, "total_pages": 2});
    assert_eq!(pagination("?page=2&page_size=1000"), expected);
    assert_eq!(queue(&ada, "?page=2&page_size=100").len(), 21);
    let junk = json!({"page": 1, "page_size": 20, "total_count": 121, "total_pages": 7});
    assert_eq!(pagination("?page=x&page_size=y&status=z"), junk);
    assert!(queue(&ada, "?page=99999999999").is_empty() && queue(&ada, "?status=dismissed").is_empty());
    assert_eq!(queue(&ada, "?status=all&page_size=1").len(), 1);
}

#[test]
fn a_report_outlives_who_made_it_and_not_what_it_is_about() {
    let world = World::new();
    let (mira, ben, ada) = (world.child("Mira"), world.child("Ben"), world.keeper("Ada"));
    let story = mira.publishes(plain_story("the kettle"));
    ben.reports(json!({"story_id": story})).created();
    let leave = json!({"password": crate::support::PASSWORD});
    ben.post("/api/auth/delete-account/", leave).ok();
    assert_eq!(queue(&ada, "")[0]["reporter"], Value::Null);
    mira.delete(&format!("/api/stories/{story}/delete/")).ok();
    assert!(queue(&ada, "").is_empty());
    world.advance(HOUR);
}
