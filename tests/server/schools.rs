//! Teachers with classes, children in them, and their parents.

use serde_json::{Value, json};
use tinytales::classroom::store::links;

use crate::drawings::with;
use crate::support::{Answer, Client, World};

impl Client {
    /// Makes a class; its id.
    #[track_caller]
    pub fn founds(&self, name: &str) -> i64 {
        self.post("/api/teacher/classes/", json!({"name": name}))
            .created()["id"]
            .as_i64()
            .unwrap()
    }

    /// Asks for a child to be in a class.
    #[track_caller]
    pub fn adds(&self, class: i64, child: &Self) -> Answer {
        let path = format!("/api/teacher/classes/{class}/add-student/");
        self.post(&path, json!({"student_id": child.id()}))
    }

    /// Asks for a child, whose family is to be asked; the id of the link.
    #[track_caller]
    pub fn asks_for(&self, class: i64, child: &Self) -> i64 {
        self.adds(class, child).status(202);
        child.class_links()[0]["id"].as_i64().unwrap()
    }

    /// Makes a code for a class.
    #[track_caller]
    pub fn gives_code(&self, class: i64) -> String {
        let made = self
            .post_nothing(&format!("/api/teacher/classes/{class}/code/"))
            .created();
        made["code"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn types_code(&self, code: &str) -> Answer {
        self.post("/api/classes/join/", json!({"code": code}))
    }

    /// The links that a family is shown.
    #[track_caller]
    pub fn class_links(&self) -> Vec<Value> {
        let listed = self.get("/api/family/class-links/").ok();
        listed["class_links"].as_array().unwrap().clone()
    }

    #[track_caller]
    pub fn replies(&self, link: i64, accept: bool) -> Answer {
        let path = format!("/api/family/class-links/{link}/respond/");
        self.post(&path, json!({"accept": accept}))
    }

    /// The rows of one of a teacher's lists of students.
    #[track_caller]
    pub fn pupils(&self, path: &str) -> Vec<Value> {
        self.get(path).ok()["students"].as_array().unwrap().clone()
    }

    /// The names of those in a class.
    #[track_caller]
    pub fn pupils_of(&self, class: i64) -> Vec<String> {
        let pupils = self.pupils(&format!("/api/teacher/classes/{class}/students/"));
        pupils
            .iter()
            .map(|pupil| pupil["display_name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Sends a class list.
    #[track_caller]
    pub fn sends_list(&self, class: i64, csv: &str, query: &str) -> Answer {
        let path = format!("/api/teacher/classes/{class}/roster/import/{query}");
        self.raw("POST", &path, &[("Content-Type", "text/csv")], csv.as_bytes())
    }
}

impl World {
    /// Makes somebody a child's parent.
    pub fn parents(&self, parent: &Client, child: &Client) {
        let (parent, child, now) = (parent.id(), child.id(), self.app.clock.now());
        self.sql(move |conn| {
            conn.execute(
                "INSERT INTO family_links (parent_id, child_id, status, created_at, confirmed_at)
                 VALUES ($1, $2, 'active', $3, $3)",
                &[&parent, &child, &now],
            )
        });
    }

    /// Makes a child a teacher's student by the back door.
    pub fn enrols(&self, teacher: &Client, class: Option<i64>, child: &Client) -> i64 {
        let (teacher, child, now) = (teacher.id(), child.id(), self.app.clock.now());
        self.sql(move |conn| links::link(conn, teacher, child, class, now))
    }

    /// Makes somebody the one who looks after a child's account.
    pub fn keeps(&self, keeper: &Client, child: &Client) {
        let (keeper, child) = (keeper.id(), child.id());
        self.sql(move |conn| {
            conn.execute(
                "UPDATE users SET managed_by_id = $1, email = NULL, email_folded = NULL WHERE id = $2",
                &[&keeper, &child],
            )
        });
    }

    /// Puts many children who never sign in into a class, or into none: `Kid 000` and so on.
    pub fn fills(&self, teacher: &Client, class: Option<i64>, numbers: std::ops::Range<usize>) {
        // A write ends within two seconds, on a busy machine, too.
        for first in numbers.clone().step_by(100) {
            let some = first..numbers.end.min(first + 100);
            self.crowd(some.map(|number| format!("Kid {number:03}")));
        }
        let (teacher, now) = (teacher.id(), self.app.clock.now());
        self.sql(move |conn| {
            conn.execute(
                "INSERT INTO class_links (teacher_id, student_id, class_id, status, created_at, confirmed_at)
                 SELECT CAST($1 AS BIGINT), id, CAST($2 AS BIGINT), 'active', CAST($3 AS BIGINT), CAST($3 AS BIGINT)
                 FROM users WHERE display_name LIKE 'Kid %'
                 ON CONFLICT (teacher_id, student_id) DO NOTHING",
                &[&teacher, &class, &now],
            )
        });
    }

    /// Notes that somebody was here now.
    pub fn sees(&self, client: &Client) {
        let (id, now) = (client.id(), self.app.clock.now());
        self.sql(move |conn| conn.execute("UPDATE users SET last_seen = $2 WHERE id = $1", &[&id, &now]));
    }
}

/// A published story of this title.
pub fn tale(title: &str) -> Value {
    with(crate::drawings::plain_story(title), json!({"is_published": true}))
}
