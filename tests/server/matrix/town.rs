//! The world of the matrix: everybody in it, something of everything that calls are about, and the secrets of a child.

use database::Dialect;
use serde_json::{Value, json};
use tinytales::migrations::TABLES;
use tinytales::notifications::store::{self as notifications, New};

use super::who::{self, Body, Row, Who};
use crate::drawings::{drawing, media_path, plain_story, story, with};
use crate::playground::{kite, number, question_ids};
use crate::support::{Answer, Client, World, eventually};

use who::{Admin, Managed, Owner, Parent, Staff, Superuser, Teacher, View};

/// What the world is not compared by: what the server counts of itself once a minute; and the record, to which the
/// database lets nobody do anything but add ([`Town::deeds`] is compared instead). One column is left out everywhere, the
/// `last_seen` that every call may move. Limits and views are not in the database.
const APART: [&str; 2] = ["ops_months", "audit_log"];

/// Something that not everybody may read: how it is recognised, and who may.
pub type Secret = (&'static str, &'static [Who]);

/// Whoever is not named may never read it, in no answer at all.
pub const SECRETS: [Secret; 18] = [
    ("qz-draft-title", &[Owner, View, Parent, Staff, Superuser]),
    ("qz-draft-text", &[Owner, View, Parent]),
    // Staff see the games of drafts, whatever token they have.
    ("qz-kept-title", &[Owner, View, Parent, Admin, Staff, Superuser]),
    ("qz-leo-draft", &[Managed, Parent, Staff, Superuser]),
    ("qz-message", &[Owner, View]),
    ("qz-session", &[Owner, View]),
    ("qz-pages", &[Owner, View]),
    ("qz-invitation", &[Owner, View]),
    ("qz-notification", &[Owner, View]),
    ("qz-character", &[Owner, View, Staff, Superuser]),
    ("qz-answer", &[Owner, View]),
    ("qz-device", &[]),
    ("qz-report", &[Staff, Superuser]),
    ("qz-class", &[Teacher]),
    ("qz-notes", &[Teacher]),
    ("2014-11-23", &[Owner, View, Staff, Superuser]),
    ("mira@example.org", &[Owner, View, Parent, Staff, Superuser]),
    ("paula@example.org", &[Parent, Staff, Superuser]),
];

/// A server with everybody in it.
pub struct Town {
    pub world: World,
    people: Vec<Client>,
    names: Vec<(&'static str, String)>,
    /// Every row of every table.
    beginning: Vec<(&'static str, Vec<String>)>,
}

impl Town {
    pub fn new() -> Self {
        let world = World::with(|config| config.backup.folder = Some(config.data_dir.join("backups")));
        let mut town = Self {
            people: Vec::new(),
            names: Vec::new(),
            beginning: Vec::new(),
            world,
        };
        let mira = town.people();
        let nia = town.world.child("Nia");
        town.name("nia", nia.id());
        town.name("nia_refresh", nia.refresh());
        town.stories(&mira, &nia);
        town.together(&mira, &nia);
        town.between(&mira, &nia);
        town.families();
        town.classes(&mira);
        town.order(&mira);
        // Nothing is on its way any more.
        town.world.mail();
        town.remember();
        town
    }

    /// Everybody who calls, in the order of [`who::ALL`]; Mira.
    fn people(&mut self) -> Client {
        let world = &self.world;
        let [mira, ben] = ["Mira", "Ben"].map(|name| world.child(name));
        let [paula, olga] = ["Paula", "Olga"].map(|name| world.parent(name));
        let [tina, tom] = ["Tina", "Tom"].map(|name| world.teacher(name));
        let (leo_id, leo) = world.managed_child(&paula, "leo_r");
        world.family(&paula, &mira);
        world.family(&olga, &ben);
        world.teaches(&tom, ben.id());
        let view = paula.switches(mira.id()).client;
        let (sue, gone, ada) = (world.child("Sue"), world.child("Gone"), world.admin("Ada"));
        let (sam, ruth) = (world.staff("Sam"), world.superuser("Ruth"));
        let hidden = sue.publishes(plain_story("the hidden lamp"));
        world.suspends(&sue, None);
        world.archives(&gone);
        let ids = [&mira, &ben, &paula, &olga, &tina, &tom, &sue, &gone].map(Client::id);
        let names = ["mira", "ben", "paula", "olga", "tina", "tom", "sue", "gone"];
        let guest = world.guest();
        self.people = vec![
            guest.clone(),
            guest.with_token("stale"),
            mira.clone(),
            ben,
            leo,
            paula,
            view,
            olga,
            tina,
            tom,
            sue,
            gone,
            ada,
            sam,
            ruth,
        ];
        for (name, id) in names.into_iter().zip(ids) {
            self.name(name, id);
        }
        self.name("leo", leo_id);
        self.name("sue_refresh", self.person(Who::Suspended).refresh().to_owned());
        self.name("hidden", hidden);
        mira
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "ids and texts are written in its place"
    )]
    fn name(&mut self, name: &'static str, value: impl ToString) {
        self.names.push((name, value.to_string()));
    }

    pub fn person(&self, who: Who) -> &Client {
        &self.people[who as usize]
    }

    /// What children write, alone, and what others say about it.
    fn stories(&mut self, mira: &Client, nia: &Client) {
        let tale = mira.publishes_games(with(kite(), json!({"cover_image": drawing()})));
        self.name("story", tale);
        self.name("quiz", mira.game(tale, "quiz"));
        let cover = drawing();
        let text = "Once there was a qz-draft-text.";
        let draft = with(
            story("qz-draft-title"),
            json!({"content": text, "cover_image": &cover}),
        );
        self.name("draft", mira.makes(draft));
        self.name("draft_picture", media_path(&cover));
        let shown = drawing();
        mira.changes(tale, json!({"cover_image": &shown}));
        self.name("picture", media_path(&shown));
        // A draft that was published once still has its games.
        let kept = mira.publishes_games(with(kite(), json!({"title": "qz-kept-title"})));
        self.name("draft_quiz", mira.game(kept, "quiz"));
        mira.presses(kept, "unpublish");
        self.name("kept", kept);
        let shared = mira.makes(plain_story("qz-draft-title three"));
        self.world.collaborate(shared, &[mira.id(), nia.id()]);
        self.name("shared", shared);
        let of_leo = self.person(Managed).makes(plain_story("qz-leo-draft"));
        self.name("leo_draft", of_leo);
        let other = nia.publishes_games(kite());
        self.name("tale", other);
        self.name("comment", mira.comments(other, "How high it flies"));
        self.name("received", nia.comments(tale, "Lovely"));
        self.name("character", mira.draws("qz-character"));
        let game = nia.game(other, "quiz");
        self.name("game", game);
        let started = mira.starts(game);
        let questions = question_ids(&started);
        mira.submits(&started, questions[0], "qz-answer");
        self.name("attempt", number(&started["attempt_id"]));
        self.name("question", questions[1]);
        mira.post(
            "/api/notifications/register-token/",
            json!({"push_token": "qz-device"}),
        )
        .ok();
        mira.patch(
            "/api/users/profile/update/",
            json!({"date_of_birth": "2014-11-23"}),
        )
        .ok();
    }

    /// Sessions: one that is Mira's, one with a vote, one that anybody may join who has its code, and an invitation.
    fn together(&mut self, mira: &Client, nia: &Client) {
        let uma = self.world.child("Uma");
        self.world.befriend(mira, nia);
        self.world.befriend(mira, &uma);
        self.name("uma", uma.id());
        let session = mira.hosts("qz-session");
        nia.joins(&session);
        let draft = json!({"story_draft": {"title": "qz-session", "pages": [{"text": "qz-pages"}]}});
        mira.post(&session.path("draft/update/"), draft).ok();
        self.name("session", &session.id);
        let voting = mira.hosts("qz-session two");
        nia.joins(&voting);
        self.name("vote", mira.calls_a_vote(&voting));
        self.name("voting", &voting.id);
        let open = nia.hosts("Moon Cats");
        self.name("code", &open.code);
        let elsewhere = nia.hosts("qz-invitation");
        self.name("invitation", nia.invites(&elsewhere, mira));
    }

    /// Friendships, messages and what somebody is told.
    fn between(&mut self, mira: &Client, nia: &Client) {
        let rosa = self.world.child("Rosa");
        self.name("request", &rosa.asks(mira)["id"]);
        self.name("rosa", rosa.id());
        self.name("message", &mira.writes(nia, "qz-message")["id"]);
        nia.writes(mira, "qz-message, too");
        let (recipient_id, now) = (mira.id(), self.world.app.clock.now());
        let told = self.world.sql(move |conn| {
            let new = New {
                recipient_id,
                sender_id: None,
                kind: "system",
                title: "qz-notification",
                message: "qz-notification",
                data: &Value::Null,
                story_id: None,
            };
            notifications::insert(conn, &new, now)
        });
        self.name("notification", told);
    }

    /// A parent who waits for Mira's answer.
    fn families(&mut self) {
        let pia = self.world.parent("Pia");
        pia.claims("mira").status(202);
        self.name("pia", pia.id());
    }

    /// Tina's class with Mira in it and a pupil whose account Tina made, and a teacher who waits for the family's answer.
    fn classes(&mut self, mira: &Client) {
        let tina = self.person(Teacher).clone();
        let form = json!({"name": "5B", "description": "qz-class"});
        let made = tina.post("/api/teacher/classes/", form).created();
        let class = number(&made["id"]);
        self.world.enrols(&tina, Some(class), mira);
        let mira_id = mira.id();
        self.world.sql(move |conn| {
            conn.execute(
                "UPDATE class_links SET notes = 'qz-notes' WHERE student_id = $1",
                &[&mira_id],
            )
        });
        let path = format!("/api/teacher/classes/{class}/roster/");
        let roster = tina.post(&path, json!({"names": ["Pip"]})).created();
        self.name("pupil", &roster["students"][0]["id"]);
        self.name("class", class);
        let wanda = self.world.teacher("Wanda");
        let other = wanda.founds("6A");
        self.name("class_code", wanda.gives_code(other));
        self.name("class_link", wanda.asks_for(other, mira));
    }

    /// What administrators look after.
    fn order(&mut self, mira: &Client) {
        let word = self.world.number("SELECT MIN(id) FROM profanity_words");
        self.name("word", word);
        let ben = self.person(Who::OtherChild);
        let report = json!({"user_id": mira.id(), "details": "qz-report"});
        let report = ben.reports(report).created()["report"]["id"].clone();
        self.name("report", report);
        let made = self
            .person(Superuser)
            .post_nothing("/api/admin/backups/create/")
            .ok();
        self.name("backup", made["backup"]["filename"].as_str().unwrap());
        let header = self.person(Superuser).header("authorization").unwrap();
        let token = header.trim_start_matches("AdminBearer ").to_owned();
        self.name("admin_token", token);
    }

    /// A text with the things of the town in the place of their names. A number alone in quotes loses them.
    pub fn filled(&self, text: &str) -> String {
        self.names.iter().fold(text.to_owned(), |text, (name, value)| {
            let text = match value.parse::<i64>() {
                Ok(_) => text.replace(&format!("\"{{{name}}}\""), value),
                Err(_) => text,
            };
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// Somebody calls.
    #[track_caller]
    pub fn send(&self, who: Who, method: &str, row: &Row) -> Answer {
        self.send_as(self.person(who), method, row)
    }

    /// The same for a caller who is not in the table.
    #[track_caller]
    pub fn send_as(&self, client: &Client, method: &str, row: &Row) -> Answer {
        let path = self.filled(row.path);
        assert!(!path.contains('{'), "{path}: nothing in the town has this name");
        let (kind, body) = match &row.body {
            Body::Nothing => return client.raw(method, &path, &[], b""),
            Body::Json(json) => ("application/json", self.filled(&json.to_string())),
            Body::Csv(list) => ("text/csv", (*list).to_owned()),
        };
        client.raw(method, &path, &[("Content-Type", kind)], body.as_bytes())
    }

    /// What is not as it was in the beginning: each row of a table that is new or gone.
    pub fn changes(&self) -> Vec<String> {
        let now = self.world.dump_all(kept().collect());
        let mut changes = Vec::new();
        for ((table, before), (_, after)) in self.beginning.iter().zip(&now) {
            if before != after {
                let gone = before.iter().filter(|row| !after.contains(row));
                let new = after.iter().filter(|row| !before.contains(row));
                changes.extend(gone.map(|row| format!("{table} without {row}")));
                changes.extend(new.map(|row| format!("{table} with {row}")));
            }
        }
        changes
    }

    /// How many deeds of administrators were done: those that were only tried are written down on purpose.
    pub fn deeds(&self) -> usize {
        self.world.record().into_iter().filter(|line| line.3).count()
    }

    /// Keeps a copy of everything.
    fn remember(&mut self) {
        self.beginning = self.world.dump_all(kept().collect());
        self.world.sql(|conn| {
            kept().try_for_each(|table| {
                conn.execute(
                    &format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"),
                    &[],
                )
                .map(drop)
            })
        });
    }

    /// Makes everything as it was.
    pub fn restore(&self) {
        eventually("nothing is under way", || self.world.app.errands.is_idle());
        let emptied = kept().rev().map(|table| format!("DELETE FROM {table}"));
        let filled = kept().map(|table| format!("INSERT INTO {table} SELECT * FROM kept_{table}"));
        let statements: Vec<String> = emptied.chain(filled).collect();
        self.world.sql(move |conn| match conn.dialect() {
            // All at once: there is a way to go for each.
            Dialect::Postgres => {
                let all = statements.join("; ");
                conn.execute(&format!("DO $$ BEGIN {all}; END $$"), &[]).map(drop)
            }
            Dialect::Sqlite => {
                let mut each = statements.iter();
                each.try_for_each(|statement| conn.execute(statement, &[]).map(drop))
            }
        });
    }
}

/// The tables that are put back, each behind those that it refers to.
fn kept() -> impl DoubleEndedIterator<Item = &'static str> {
    TABLES.into_iter().filter(|table| !APART.contains(table))
}
