//! How people of the tests become friends and write to each other.

use serde_json::{Value, json};
use tinytales::social::store::{friends, messages};

use crate::support::{Client, World};

impl Client {
    /// Asks somebody to be friends; the friendship.
    #[track_caller]
    pub fn asks(&self, other: &Self) -> Value {
        self.post("/api/friends/send-request/", json!({"receiver_id": other.id()}))
            .created()["friendship"]
            .clone()
    }

    /// Answers a request; the friendship.
    #[track_caller]
    pub fn answers(&self, friendship: &Value, action: &str) -> Value {
        let path = format!("/api/friends/respond/{}/", friendship["id"]);
        self.put(&path, json!({"action": action})).ok()["friendship"].clone()
    }

    /// Writes to a friend; the message.
    #[track_caller]
    pub fn writes(&self, other: &Self, content: &str) -> Value {
        let body = json!({"receiver_id": other.id(), "content": content});
        self.post("/api/messages/send/", body).created()["message"].clone()
    }

    /// What one wrote with somebody.
    #[track_caller]
    pub fn history(&self, other: &Self) -> Vec<Value> {
        let answer = self.get(&format!("/api/messages/{}/", other.id())).ok();
        answer["messages"].as_array().unwrap().clone()
    }

    /// One's conversations.
    #[track_caller]
    pub fn conversations(&self) -> Vec<Value> {
        let answer = self.get("/api/messages/conversations/").ok();
        answer["conversations"].as_array().unwrap().clone()
    }

    /// One's friends.
    #[track_caller]
    pub fn friends(&self) -> Vec<Value> {
        self.get("/api/friends/").ok()["friends"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// The requests that wait for one's answer.
    #[track_caller]
    pub fn requests(&self) -> Vec<Value> {
        self.get("/api/friends/requests/").ok()["requests"]
            .as_array()
            .unwrap()
            .clone()
    }
}

impl World {
    /// Makes friends of two people by the back door.
    pub fn befriend(&self, one: &Client, other: &Client) {
        let (one, other, now) = (one.id(), other.id(), self.app.clock.now());
        self.sql(move |conn| friends::befriend(conn, one, other, now));
    }

    /// Gives somebody many friends who never sign in, in one transaction: all of `names` have asked, and have written
    /// `messages` times.
    pub fn popular(&self, someone: &Client, names: impl IntoIterator<Item = String>, messages: usize) {
        let names: Vec<String> = names.into_iter().collect();
        self.crowd(names.clone());
        let (me, now) = (someone.id(), self.app.clock.now());
        self.sql(move |conn| {
            for name in &names {
                let id: i64 = conn
                    .one("SELECT id FROM users WHERE display_name = $1", &[name])?
                    .take()?;
                friends::befriend(conn, id, me, now)?;
                for number in 0..messages {
                    messages::insert(conn, id, me, &format!("Hi {number}"), now)?;
                }
            }
            Ok(())
        });
    }

    /// Suspends or archives an account: `column` is `suspended_at` or `archived_at`.
    pub fn bars(&self, client: &Client, column: &'static str) {
        let id = client.id();
        self.sql(move |conn| conn.execute(&format!("UPDATE users SET {column} = 1 WHERE id = $1"), &[&id]));
    }
}
