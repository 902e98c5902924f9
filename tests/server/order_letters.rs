//! Letters that go out by themselves: who gets which, and that they say what is true.

use serde_json::json;
use tinytales::clock::{DAY, HOUR, MINUTE, SECOND};
use tinytales::mail::letters::{self, Round};
use tinytales::mail::outbox::LETTER_CAPACITY;
use tinytales::rewards::achievements;
use tinytales::stories::store::writing;

use crate::drawings::{plain_story, shelved};
use crate::support::{Client, Letter, World};

/// A Monday, 08:00: the report about the week in which every test begins.
const MONDAY: i64 = 1_773_043_200 * SECOND;

/// A server with addresses to lead to.
pub fn world() -> World {
    World::with(|config| {
        config.public_url = Some("https://tales.example.org".to_owned());
        config.frontend_url = Some("https://app.example.org".to_owned());
    })
}

impl World {
    /// Links a child to a parent or a teacher, as of now.
    pub fn links(&self, adult: &Client, child: &Client) {
        self.links_as(adult, child, "active");
    }

    pub fn links_as(&self, adult: &Client, child: &Client, status: &'static str) {
        let (adult, child, now) = (adult.id(), child.id(), self.app.clock.now());
        self.sql(move |conn| {
            let mut row = conn.one("SELECT user_type FROM users WHERE id = $1", &[&adult])?;
            let sql = if row.take::<String>()? == "teacher" {
                "INSERT INTO class_links (teacher_id, student_id, status, created_at, confirmed_at)
                 VALUES ($1, $2, $3, $4, $4)"
            } else {
                "INSERT INTO family_links (parent_id, child_id, status, created_at, confirmed_at)
                 VALUES ($1, $2, $3, $4, $4)"
            };
            conn.execute(sql, &[&adult, &child, &status, &now]).map(drop)
        });
    }

    /// Waits for an instant.
    pub fn comes_to(&self, at: i64) {
        self.advance(at - self.app.clock.now());
    }

    /// One look at what is to be written.
    #[track_caller]
    pub fn writes_letters(&self) -> Round {
        self.run(letters::round(&self.app, usize::MAX)).unwrap()
    }

    /// The letters of a kind, after one look.
    #[track_caller]
    pub fn letters_of(&self, kind: &str) -> Vec<Letter> {
        assert_eq!(self.writes_letters(), Round::Done);
        let mut mail = self.mail();
        mail.retain(|letter| letter.kind == kind);
        mail
    }
}

fn addresses(letters: &[Letter]) -> Vec<&str> {
    let mut addresses: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    addresses.sort_unstable();
    addresses
}

#[test]
fn a_week_is_told_once_with_true_figures() {
    let world = world();
    let (mia, leo, rosa) = (world.child("Mia"), world.child("Leo"), world.child("Rosa"));
    let (ana, tom) = (world.parent("Ana"), world.teacher("Tom"));
    for (adult, child) in [(&ana, &mia), (&ana, &leo), (&tom, &mia)] {
        world.links(adult, child);
    }
    let before = mia.publishes(plain_story("before"));
    world.advance(-8 * DAY);
    rosa.reads(before);
    world.advance(8 * DAY);
    let tales: Vec<i64> = (0..3)
        .map(|n| rosa.publishes(plain_story(&format!("tale {n}"))))
        .collect();
    for tale in &tales {
        mia.reads(*tale);
    }
    mia.presses(before, "unpublish");
    mia.makes(plain_story("draft"));
    mia.publishes(plain_story("the kettle"));
    leo.reads(tales[0]);
    world.flush();
    let earned = world.number(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards x JOIN users u ON u.id = x.user_id
         WHERE u.username = 'mia' AND x.action = 'achievement_earned'",
    );

    world.comes_to(MONDAY - SECOND);
    assert!(
        world.letters_of("weekly_report").is_empty(),
        "not before eight o'clock"
    );
    world.comes_to(MONDAY);
    let reports = world.letters_of("weekly_report");
    assert_eq!(addresses(&reports), ["ana@example.org", "tom@example.org"]);
    let of = |address: &str| reports.iter().find(|letter| letter.to == address).unwrap();
    let text = &of("ana@example.org").text;
    let mia_did =
        format!("* Mia: 3 stories read (about 6 minutes), 1 story published, {earned} achievements\n");
    for part in [
        "(2026-03-02 – 2026-03-08)",
        mia_did.as_str(),
        "* Leo: 1 story read (about 2 minutes), ",
        "Open Tinytales: https://app.example.org\n",
    ] {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
    assert!(text.contains("your children") && !text.contains("Rosa"), "{text}");
    let text = &of("tom@example.org").text;
    assert!(text.contains("your students") && !text.contains("Leo"), "{text}");

    // Not again this week, whatever happens, and again the next.
    world.advance(3 * DAY);
    assert_eq!(world.letters_of("weekly_report").len(), 2);
    world.comes_to(MONDAY + 7 * DAY);
    let all = world.letters_of("weekly_report");
    assert_eq!(all.len(), 4);
    assert!(all[3].text.contains("A quiet week."), "{}", all[3].text);
}

#[test]
fn a_report_goes_to_active_adults_who_want_it_and_were_linked_in_time() {
    let world = world();
    let mia = world.child("Mia");
    let ana = world.parent("Ana");
    world.links(&ana, &mia);
    let off = world.parent("Otto");
    off.patch(
        "/api/notifications/preferences/update/",
        json!({"weekly_reports": false}),
    )
    .ok();
    let on = world.parent("Olga");
    on.patch(
        "/api/notifications/preferences/update/",
        json!({"goal_completion": false}),
    )
    .ok();
    let suspended = world.parent("Sam");
    let archived = world.teacher("Ari");
    let unverified = world.person("Una", |person| {
        "parent".clone_into(&mut person.user_type);
        person.is_verified = false;
    });
    let no_address = world.person("Ned", |person| {
        "parent".clone_into(&mut person.user_type);
        person.email = None;
    });
    let made_up = world.person("Mo", |person| {
        "parent".clone_into(&mut person.user_type);
        person.email = Some("mo@child.tales.local".to_owned());
    });
    for adult in [
        &off,
        &on,
        &suspended,
        &archived,
        &unverified,
        &no_address,
        &made_up,
    ] {
        world.links(adult, &mia);
    }
    world.bars(&suspended, "suspended_at");
    world.bars(&archived, "archived_at");
    let (asked, parted, childless) = (world.parent("Asa"), world.parent("Pia"), world.parent("Cleo"));
    world.links_as(&asked, &mia, "pending");
    world.links_as(&parted, &mia, "ended");
    let of_who_left = world.parent("Lina");
    let leo = world.child("Leo");
    world.links(&of_who_left, &leo);
    world.bars(&leo, "archived_at");
    // A child is no adult, whatever it is linked to.
    world.links(&world.child("Kim"), &mia);
    let late = world.parent("Lea");
    world.comes_to(MONDAY);
    world.links(&late, &mia);
    world.advance(HOUR);

    let reports = world.letters_of("weekly_report");
    assert_eq!(addresses(&reports), ["ana@example.org", "olga@example.org"]);
    let _ = childless;
}

#[test]
fn what_children_achieve_is_told_once_an_hour() {
    let world = world();
    let (mia, leo) = (world.child("Mia"), world.child("Leo"));
    let (ana, tom, pia) = (world.parent("Ana"), world.teacher("Tom"), world.parent("Pia"));
    for (adult, child) in [(&ana, &mia), (&ana, &leo), (&tom, &mia), (&pia, &leo)] {
        world.links(adult, child);
    }
    pia.patch(
        "/api/notifications/preferences/update/",
        json!({"achievement_alerts": false}),
    )
    .ok();
    mia.publishes(plain_story("the kettle"));
    leo.publishes(plain_story("the pan"));
    let late = world.parent("Lea");
    world.advance(SECOND);
    world.links(&late, &mia);
    // The hour ends at six, and two minutes later it is settled.
    world.comes_to(MONDAY - 5 * DAY - 2 * HOUR + 2 * MINUTE - SECOND);
    assert!(
        world.letters_of("achievement_alert").is_empty(),
        "the hour is not settled"
    );
    world.advance(SECOND);
    let alerts = world.letters_of("achievement_alert");
    assert_eq!(addresses(&alerts), ["ana@example.org", "tom@example.org"]);
    let of = |address: &str| &alerts.iter().find(|letter| letter.to == address).unwrap().text;
    let (to_ana, to_tom) = (of("ana@example.org"), of("tom@example.org"));
    for part in ["* Mia: 🌱 The First Leaf\n", "* Leo: 🌱 The First Leaf\n"] {
        assert_eq!(to_ana.matches(part).count(), 2, "{part:?} in {to_ana}");
    }
    assert!(to_tom.contains("Mia: 🌱") && !to_tom.contains("Leo"), "{to_tom}");

    assert_eq!(world.letters_of("achievement_alert").len(), 2);
    for number in 0..2 {
        world.advance(MINUTE);
        mia.publishes(plain_story(&format!("tale {number}")));
    }
    world.advance(2 * HOUR);
    let all = world.letters_of("achievement_alert");
    assert_eq!(all.len(), 5, "one each for that hour, and Lea is linked by now");
}

#[test]
fn what_came_with_an_import_is_told_to_nobody() {
    let world = world();
    let (mia, ana) = (world.child("Mia"), world.parent("Ana"));
    world.links(&ana, &mia);
    world.has_xp(&mia, 5_000);
    // Looking at them notes those that were reached before.
    mia.get("/api/achievements/progress/").ok();
    assert!(world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards") > 0);
    world.advance(2 * HOUR);
    assert!(world.letters_of("achievement_alert").is_empty());
    assert!(world.letters_of("goal_alert").is_empty());
}

/// Notes that a child read so many stories, one a second.
fn reads(world: &World, child: &Client, author: &Client, count: i64) {
    let (child, author, now) = (child.id(), author.id(), world.app.clock.now());
    world.sql(move |conn| {
        for number in 0..count {
            let story = shelved(&format!("tale {number}"), &[]);
            let id = writing::insert(conn, author, &story, &story.folded(), now - 60 * DAY)?;
            conn.execute(
                "INSERT INTO story_reads (story_id, user_id, date_read) VALUES ($1, $2, $3)",
                &[&id, &child, &(now + number * SECOND)],
            )?;
        }
        Ok(())
    });
}

#[track_caller]
fn goals(world: &World) -> Vec<(String, String)> {
    let letters = world.letters_of("goal_alert");
    let goal = |text: &str| {
        text.split("* ")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .to_owned()
    };
    letters
        .iter()
        .map(|letter| (letter.to.clone(), goal(&letter.text)))
        .collect()
}

#[test]
fn a_goal_is_told_when_it_is_first_reached() {
    let world = world();
    let (mia, ben) = (world.child("Mia"), world.child("Ben"));
    let (ana, otto) = (world.parent("Ana"), world.parent("Otto"));
    for adult in [&ana, &otto] {
        world.links(adult, &mia);
    }
    otto.patch(
        "/api/notifications/preferences/update/",
        json!({"goal_completion": false}),
    )
    .ok();
    let to_ana = |goal: &str| ("ana@example.org".to_owned(), goal.to_owned());
    for number in 0..4 {
        mia.publishes(plain_story(&format!("tale {number}")));
    }
    world.advance(2 * HOUR);
    assert!(goals(&world).is_empty());
    mia.publishes(plain_story("the fifth"));
    seen_now(&world, &mia);
    world.advance(2 * HOUR);
    assert_eq!(goals(&world), [to_ana("5 published stories")]);
    world.links(&world.parent("Lea"), &mia);
    assert_eq!(goals(&world).len(), 1, "told once, and not to who came later");

    // Thirty in a month, and once more in the next.
    reads(&world, &mia, &ben, 30);
    seen_now(&world, &mia);
    world.advance(2 * HOUR);
    let told = goals(&world);
    assert_eq!(told.len(), 3, "two now, who both look: {told:?}");
    assert_eq!(told[1].1, "30 stories read in one month");
    world.advance(31 * DAY);
    reads(&world, &mia, &ben, 30);
    seen_now(&world, &mia);
    world.advance(2 * HOUR);
    assert_eq!(goals(&world).len(), 5);
}

fn seen_now(world: &World, child: &Client) {
    let (id, now) = (child.id(), world.app.clock.now());
    world.sql(move |conn| conn.execute("UPDATE users SET last_seen = $2 WHERE id = $1", &[&id, &now]));
}

#[test]
fn reading_for_ten_hours_and_twenty_achievements_are_goals() {
    let world = world();
    let (mia, ben, ana) = (world.child("Mia"), world.child("Ben"), world.parent("Ana"));
    world.links(&ana, &mia);
    reads(&world, &mia, &ben, 299);
    seen_now(&world, &mia);
    world.advance(2 * HOUR);
    let thirty = goals(&world);
    assert_eq!(thirty.len(), 1);
    reads(&world, &mia, &ben, 1);
    seen_now(&world, &mia);
    world.advance(2 * HOUR);
    assert_eq!(goals(&world)[1].1, "10 hours of reading within seven days");

    let (id, now) = (mia.id(), world.app.clock.now());
    let earns = move |world: &World, range: std::ops::Range<usize>, at: i64| {
        world.sql(move |conn| {
            range.clone().try_for_each(|number| {
                conn.execute(
                    "INSERT INTO xp_awards (user_id, action, object_id, xp, awarded_at)
                     VALUES ($1, 'achievement_earned', $2, 50, $3)",
                    &[&id, &achievements::ALL[number].id, &at],
                )
                .map(drop)
            })
        });
    };
    // Nineteen long ago, and one by what others did while the child was away.
    earns(&world, 0..19, now - 30 * DAY);
    world.advance(3 * DAY);
    earns(&world, 19..20, world.app.clock.now());
    world.advance(2 * HOUR);
    assert_eq!(goals(&world)[2].1, "20 achievements");
    world.advance(DAY);
    assert_eq!(goals(&world).len(), 3);
}

#[test]
fn a_letter_can_be_switched_off_by_its_link_alone() {
    let world = world();
    let (mia, ana) = (world.child("Mia"), world.parent("Ana"));
    world.links(&ana, &mia);
    world.comes_to(MONDAY);
    let report = world.letters_of("weekly_report").remove(0);
    let link = report.unsubscribe.unwrap();
    assert!(
        report.text.contains(&format!("No more of these mails: {link}\n")),
        "{}",
        report.text
    );
    let path = link.strip_prefix("https://tales.example.org").unwrap();
    let wants = |world: &World| {
        let shown = world
            .sign_in("ana@example.org")
            .get("/api/notifications/preferences/")
            .ok();
        let of = |name: &str| shown["preferences"][name].as_bool().unwrap();
        ["weekly_reports", "achievement_alerts", "goal_completion"].map(of)
    };
    // Mail programs look at links; that does nothing.
    let page = world.guest().get(path);
    assert!(
        page.status(200).text().contains("the weekly report"),
        "{}",
        page.text()
    );
    assert_eq!(wants(&world), [true, true, true]);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    for _ in 0..2 {
        let pressed = world
            .guest()
            .raw("POST", path, &[form], b"List-Unsubscribe=One-Click");
        pressed.status(200);
        assert_eq!(wants(&world), [false, true, true]);
    }
    world.comes_to(MONDAY + 7 * DAY);
    assert_eq!(world.letters_of("weekly_report").len(), 1);

    let (start, signature) = path.rsplit_once('-').unwrap();
    let forged = [
        format!("{start}-{}", signature.replace(|_: char| true, "0")),
        path.replace("-w-", "-g-"),
        path.replace(&ana.id().to_string(), &mia.id().to_string()),
        "/account/unsubscribe/x".to_owned(),
        "/account/unsubscribe/--".to_owned(),
    ];
    for path in forged {
        world.guest().get(&path).status(404);
        world.guest().raw("POST", &path, &[form], b"").status(404);
    }
    assert_eq!(wants(&world), [false, true, true]);
}

#[test]
fn letters_leave_room_for_mails_that_somebody_waits_for() {
    let world = world();
    let (mia, ana) = (world.child("Mia"), world.parent("Ana"));
    world.links(&ana, &mia);
    world.comes_to(MONDAY);
    let far = i64::MAX;
    world.sql(move |conn| {
        (0..LETTER_CAPACITY).try_for_each(|_| {
            conn.execute(
                "INSERT INTO mail_outbox (recipient, recipient_name, kind, subject, body_text, body_html,
                     next_attempt_at, created_at)
                 VALUES ('x@example.org', '', 'weekly_report', 's', 't', 'h', $1, $1)",
                &[&far],
            )
            .map(drop)
        })
    });
    assert_eq!(world.writes_letters(), Round::GoesOn);
    assert!(
        world.dump("letters").is_empty(),
        "what was not queued is not noted"
    );
    world.sql(|conn| conn.execute("DELETE FROM mail_outbox", &[]));
    assert_eq!(world.letters_of("weekly_report").len(), 1);
}

#[test]
fn who_sends_no_mail_owes_no_letters() {
    let world = World::with(|config| config.mail = tinytales::mail::MailSettings::default());
    let (mia, ana) = (world.child("Mia"), world.parent("Ana"));
    world.links(&ana, &mia);
    mia.publishes(plain_story("the kettle"));
    world.comes_to(MONDAY);
    assert_eq!(world.writes_letters(), Round::Done);
    assert!(world.dump("letters").is_empty() && world.dump("mail_outbox").is_empty());
}

#[test]
fn what_was_written_long_ago_is_forgotten_but_for_what_is_written_once() {
    let world = world();
    let ana = world.parent("Ana").id();
    let now = world.app.clock.now();
    world.sql(move |conn| {
        for (kind, period) in [("weekly_report", "2025-W01"), ("goal_stories", "once")] {
            conn.execute(
                "INSERT INTO letters (user_id, kind, period, queued_at) VALUES ($1, $2, $3, $4)",
                &[&ana, &kind, &period, &(now - 400 * DAY)],
            )?;
        }
        letters::store::sweep(conn, now)
    });
    let left = world.dump("letters");
    assert!(left.len() == 1 && left[0].contains("once"), "{left:?}");
}
