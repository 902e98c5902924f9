//! What people of the tests earned, as the database and the API tell it.

use serde_json::{Value, json};
use tinytales::rewards::achievements;
use tinytales::stories::flush_views;

use crate::support::{Client, World};

impl World {
    /// Somebody's ledger without achievements: action, object and XP, by action and object.
    pub fn ledger(&self, person: &Client) -> Vec<(String, i64, i64)> {
        let id = person.id();
        self.sql(move |conn| {
            let rows = conn.query(
                "SELECT action, object_id, xp FROM xp_awards
                 WHERE user_id = $1 AND action <> 'achievement_earned' ORDER BY action, object_id, by_id",
                &[&id],
            )?;
            rows.into_iter()
                .map(|mut row| Ok((row.take()?, row.take()?, row.take()?)))
                .collect()
        })
    }

    /// What somebody's ledger pays for an action, and in how many rows.
    pub fn paid(&self, person: &Client, action: &'static str) -> (i64, usize) {
        let ledger = self.ledger(person);
        let rows: Vec<i64> = ledger
            .iter()
            .filter(|(key, _, _)| key == action)
            .map(|row| row.2)
            .collect();
        (rows.iter().sum(), rows.len())
    }

    /// Asserts that everybody has exactly the XP of their ledger.
    #[track_caller]
    pub fn books_balance(&self) {
        let wrong = self.number(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM users u WHERE u.experience_points <> (
                 SELECT COALESCE(SUM(a.xp), 0) FROM xp_awards a WHERE a.user_id = u.id)",
        );
        assert_eq!(wrong, 0, "accounts whose XP are not the sum of their ledger");
        let wrong = self.number(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM users u LEFT JOIN reward_counts c ON c.user_id = u.id
             WHERE COALESCE(c.published_stories, 0) <> u.published_count OR COALESCE(c.achievements_earned, 0) <> (
                 SELECT COUNT(*) FROM xp_awards a WHERE a.user_id = u.id AND a.action = 'achievement_earned')",
        );
        assert_eq!(
            wrong, 0,
            "authors of whom the board knows another count than there is"
        );
    }

    /// Gives somebody XP that no ledger knows of, as an import would.
    pub fn has_xp(&self, person: &Client, xp: i64) {
        let id = person.id();
        self.sql(move |conn| {
            conn.execute(
                "UPDATE users SET experience_points = $2 WHERE id = $1",
                &[&id, &xp],
            )
        });
    }

    /// Writes the looks at stories that are kept in memory.
    pub fn flush(&self) {
        assert!(self.run(flush_views(&self.app)));
    }
}

impl Client {
    /// All XP, as the profile shows them.
    #[track_caller]
    pub fn xp(&self) -> i64 {
        self.get("/api/auth/profile/").ok()["data"]["experience_points"]
            .as_i64()
            .unwrap()
    }

    /// Names of the achievements that they earned, sorted.
    #[track_caller]
    pub fn achievements(&self) -> Vec<&'static str> {
        let list = self.get("/api/achievements/user/").ok();
        let ids = list["achievements"].as_array().unwrap().iter();
        let mut names: Vec<&str> = ids
            .map(|one| achievements::by_id(one["id"].as_i64().unwrap()).unwrap().name)
            .collect();
        names.sort_unstable();
        names
    }

    /// A total of theirs.
    #[track_caller]
    pub fn total(&self, name: &str) -> i64 {
        self.get("/api/achievements/progress/").ok()["user_stats"][name]
            .as_i64()
            .unwrap()
    }

    /// Presses publish or unpublish; the answer.
    #[track_caller]
    pub fn presses(&self, story: i64, button: &str) -> Value {
        self.post_nothing(&format!("/api/stories/{story}/{button}/")).ok()
    }

    /// Draws a character; its id.
    #[track_caller]
    pub fn draws(&self, name: &str) -> i64 {
        let body = json!({"name": name, "canvas_data": "{}"});
        self.post("/api/characters/create/", body).created()["character"]["id"]
            .as_i64()
            .unwrap()
    }
}
