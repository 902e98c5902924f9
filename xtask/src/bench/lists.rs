//! Every list and every statistic of administrators, families and teachers in a world with many people: how long each
//! takes when something has just been changed, and how many statements it is.

use std::time::Instant;

use serde_json::{Value, json};

use super::administrators::Administrator;
use super::crowd::{Crowd, GATE, METRICS_TOKEN, ask};
use super::table::{Gates, list_row, lists_head};
use crate::Result;
use crate::http::{Client, Request};
use crate::process::Server;

/// Calls of which the median and the 95th percentile count, each after a change.
const CALLS: usize = 50;
/// Statements that a call may be.
const STATEMENTS: u64 = 6;
/// Calls whose statements are counted. The server's own work runs some meanwhile: the fewest count.
const COUNTED: usize = 5;
/// Who is who among the people. None of them is popular.
const PARENT: usize = 3_000;
const TEACHER: usize = 3_001;
const CHILDREN: std::ops::Range<usize> = 3_010..3_020;
const STUDENTS: std::ops::Range<usize> = 3_010..3_040;
/// Each of these reports a story.
const REPORTERS: std::ops::Range<usize> = 3_100..3_300;
const ARCHIVED: std::ops::Range<usize> = 9_000..9_100;
/// Lines of the record besides those of all this.
const LINES: usize = 300;

/// What is asked for: its name, and where it stands.
type Address = (&'static str, String);

/// The people whom the lists are about, and who asks.
struct House<'a> {
    crowd: &'a Crowd,
    admin: &'a Administrator,
    client: Client,
    class: i64,
}

/// Measures all of them; a table.
pub(super) fn measure(
    crowd: &Crowd,
    server: &Server,
    admin: &Administrator,
    gates: &mut Gates,
) -> Result<String> {
    let mut house = House {
        crowd,
        admin,
        client: Client::connect(server.port())?,
        class: 0,
    };
    house.furnish()?;
    let mut rows = vec![lists_head()];
    for (name, request) in house.requests() {
        rows.push(house.measure(name, &request, gates)?);
    }
    Ok(rows.join("\n"))
}

impl House<'_> {
    fn id(&self, number: usize) -> i64 {
        self.crowd.people()[number].id
    }

    fn token(&self, number: usize) -> String {
        self.crowd.people()[number].access.clone()
    }

    /// A family of ten children, a class of thirty students, reports, an archive, a long record.
    fn furnish(&mut self) -> Result<()> {
        for (number, user_type) in [(PARENT, "parent"), (TEACHER, "teacher")] {
            let path = format!("/api/admin/users/{}/update/", self.id(number));
            self.act("PATCH", &path, &json!({"user_type": user_type}))?;
        }
        let parent = self.id(PARENT);
        for child in CHILDREN {
            let link = json!({"parent_id": parent, "child_id": self.id(child)});
            self.act("POST", "/api/admin/relationships/add/", &link)?;
        }
        self.found_a_class()?;
        for (reporter, story) in REPORTERS.zip(self.crowd.stories().iter().step_by(7)) {
            let (token, body) = (self.token(reporter), json!({"story_id": story, "reason": "rude"}));
            ask(&mut self.client, "POST", "/api/reports/", &token, Some(&body))?;
        }
        for number in ARCHIVED {
            let path = format!("/api/admin/users/{}/delete/", self.id(number));
            self.act("DELETE", &path, &json!({"reason": "for the bench"}))?;
        }
        for number in 0..LINES {
            self.change(number)?;
        }
        Ok(())
    }

    fn found_a_class(&mut self) -> Result<()> {
        let teacher = self.token(TEACHER);
        let form = json!({"name": "5B"});
        let class = ask(
            &mut self.client,
            "POST",
            "/api/teacher/classes/",
            &teacher,
            Some(&form),
        )?;
        self.class = class["id"].as_i64().ok_or("the class has no id")?;
        let path = format!("/api/teacher/classes/{}/code/", self.class);
        let made = ask(&mut self.client, "POST", &path, &teacher, None)?;
        let form = json!({"code": made["code"]});
        for student in STUDENTS {
            let token = self.token(student);
            ask(
                &mut self.client,
                "POST",
                "/api/classes/join/",
                &token,
                Some(&form),
            )?;
        }
        Ok(())
    }

    fn act(&mut self, method: &str, path: &str, body: &Value) -> Result<()> {
        let answer = self.client.send(&self.admin.request(method, path, body))?;
        if answer.status < 300 {
            return Ok(());
        }
        let body = String::from_utf8_lossy(answer.body);
        Err(format!("{method} {path}: {} {body}", answer.status).into())
    }

    /// An act of an administrator's and one of a child's: whatever is remembered of lists is forgotten, and so is what the
    /// database's readers hold of its pages. The dashboard's figures and the trends are read away from requests, and shown
    /// as they were lately: what reading them takes is measured apart (`administrators`).
    fn change(&mut self, number: usize) -> Result<()> {
        let path = format!("/api/admin/users/{}/update/", self.id(CHILDREN.start));
        self.act("PATCH", &path, &json!({"violation_count": number % 2 + 1}))?;
        let story = self.crowd.stories()[number % self.crowd.stories().len()];
        let (token, path) = (self.token(STUDENTS.start), format!("/api/stories/{story}/like/"));
        ask(&mut self.client, "POST", &path, &token, None)?;
        Ok(())
    }

    fn requests(&self) -> Vec<(&'static str, Request)> {
        let get = |number: usize, path: &str| Request::new("GET", path, Some(&self.token(number)), None);
        let admin = self.of_administrators().into_iter();
        let admin = admin.map(|(name, path)| (name, self.admin.get(&path)));
        let parent = self.of_parents().into_iter();
        let parent = parent.map(|(name, path)| (name, get(PARENT, &path)));
        let child = ("family links", get(CHILDREN.start, "/api/family/links/"));
        let teacher = self.of_teachers().into_iter();
        let teacher = teacher.map(|(name, path)| (name, get(TEACHER, &path)));
        admin.chain(parent).chain([child]).chain(teacher).collect()
    }

    fn of_administrators(&self) -> Vec<Address> {
        let user = self.id(CHILDREN.start);
        [
            ("dashboard", "dashboard/stats/"),
            ("trends", "analytics/"),
            ("users", "users/"),
            ("users, last page", "users/?page=495"),
            ("users of a kind", "users/?user_type=teacher"),
            ("users by name, few", "users/?search=load0712"),
            ("users by name, many", "users/?search=load"),
            ("users by address, many", "users/?search=example"),
            ("users by two letters", "users/?search=lo"),
            ("archived users", "users/archived/"),
            ("archived users by name", "users/archived/?search=load"),
            ("user", &format!("users/{user}/")),
            ("user's doings", &format!("users/{user}/activity/")),
            ("stories", "stories/"),
            ("stories, last page", "stories/?page=2490"),
            ("published stories", "stories/?status=published"),
            ("drafts", "stories/?status=unpublished"),
            ("flagged stories", "stories/?status=flagged"),
            ("stories by title, some", "stories/?search=lighthouse"),
            ("stories by title, all", "stories/?search=the"),
            ("stories by words, all", "stories/?search=of%20the"),
            (
                "published stories by words, all",
                "stories/?search=of%20the&status=published",
            ),
            ("stories by author, few", "stories/?search=load0712"),
            ("stories by author, all", "stories/?search=load"),
            ("stories by two letters", "stories/?search=of"),
            ("flagged, new comments", "moderation/flagged/"),
            ("words", "profanity/?page_size=10"),
            ("words in numbers", "profanity/stats/"),
            ("open reports", "reports/"),
            ("all reports", "reports/?status=all"),
            ("record", "audit-logs/"),
            ("record of one act", "audit-logs/?type=update"),
            ("health", "system/health/"),
        ]
        .map(|(name, path)| (name, format!("/api/admin/{path}")))
        .into()
    }

    fn of_parents(&self) -> Vec<Address> {
        let child = self.id(CHILDREN.start);
        let about = |what: &str| format!("/api/parent/children/{child}/{what}/");
        vec![
            ("children", "/api/parent/children/".to_owned()),
            ("child in numbers", about("stats")),
            ("child's goals", about("goals")),
            ("child's activities", about("activities")),
            ("child's analytics", about("analytics")),
            ("child's stories", about("stories")),
            ("class links", "/api/family/class-links/".to_owned()),
        ]
    }

    fn of_teachers(&self) -> Vec<Address> {
        let (class, student) = (self.class, self.id(STUDENTS.start));
        vec![
            ("classes", "/api/teacher/classes/".to_owned()),
            ("class", format!("/api/teacher/classes/{class}/")),
            (
                "students of a class",
                format!("/api/teacher/classes/{class}/students/"),
            ),
            ("students", "/api/teacher/students/".to_owned()),
            ("all students", "/api/teacher/all-students/".to_owned()),
            (
                "available students",
                "/api/teacher/available-students/".to_owned(),
            ),
            (
                "student in numbers",
                format!("/api/teacher/students/{student}/stats/"),
            ),
            (
                "student's stories",
                format!("/api/teacher/students/{student}/stories/"),
            ),
            ("teacher's dashboard", "/api/teacher/dashboard-stats/".to_owned()),
            ("teacher's reports", "/api/teacher/reports/".to_owned()),
        ]
    }

    fn measure(&mut self, name: &'static str, request: &Request, gates: &mut Gates) -> Result<String> {
        let mut times = Vec::with_capacity(CALLS);
        for number in 0..CALLS {
            self.change(number)?;
            let begun = Instant::now();
            let answer = self.client.send(request)?;
            times.push(begun.elapsed());
            if answer.status != 200 {
                return Err(format!("{name}: {}", answer.status).into());
            }
        }
        times.sort_unstable();
        let mut statements = u64::MAX;
        for number in 0..COUNTED {
            self.change(number)?;
            let before = self.statements()?;
            self.client.send(request)?;
            statements = statements.min(self.statements()? - before);
        }
        let milliseconds = |rank: usize| times[rank].as_secs_f64() * 1000.0;
        let (p50, p95) = (milliseconds(CALLS / 2), milliseconds(CALLS * 95 / 100));
        let passed = p95 <= GATE && statements <= STATEMENTS;
        let verdict = gates.judge(&format!("list: {name}"), passed);
        Ok(list_row(name, p50, p95, statements, verdict))
    }

    /// The statements that the server has run. To say so it runs none.
    fn statements(&mut self) -> Result<u64> {
        const NAME: &str = "tinytales_database_statements_total ";
        let request = Request::new("GET", "/metrics", Some(METRICS_TOKEN), None);
        let answer = self.client.send(&request)?;
        let text = String::from_utf8_lossy(answer.body);
        let count = text.lines().find_map(|line| line.strip_prefix(NAME));
        let count = count.ok_or_else(|| format!("no count of statements: {}", answer.status))?;
        Ok(count.trim().parse()?)
    }
}
