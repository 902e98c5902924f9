//! Families of the tests: accounts that parents make, links that are there without anybody having asked, and parents who
//! look at the world as their children.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use tinytales::classroom::store::links as classes;
use tinytales::family::store::links;

use crate::support::{Answer, Client, PASSWORD, World};

/// A parent's look at the world as a child.
pub struct View {
    /// Who calls with its tokens.
    pub client: Client,
    /// The whole answer.
    pub answer: Value,
}

impl View {
    pub fn access(&self) -> &str {
        self.answer["tokens"]["access"].as_str().unwrap()
    }

    pub fn refresh(&self) -> &str {
        self.answer["tokens"]["refresh"].as_str().unwrap()
    }

    /// Asserts that its tokens are worth nothing any more: neither for calls nor for new ones.
    #[track_caller]
    pub fn is_over(&self, world: &World) {
        self.client.get("/api/auth/profile/").refused(401);
        renew(world, self.refresh()).refused(401);
    }

    /// Asserts that it goes on.
    #[track_caller]
    pub fn goes_on(&self) {
        self.client.get("/api/auth/profile/").ok();
    }
}

/// What a token says.
pub fn payload(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap()
}

pub fn renew(world: &World, refresh: &str) -> Answer {
    world
        .guest()
        .post("/api/auth/refresh/", json!({"refresh_token": refresh}))
}

/// An address about a child.
pub fn about(child: i64, what: &str) -> String {
    format!("/api/parent/children/{child}/{what}/")
}

impl Client {
    /// Makes an account for a child of the name `Leo Ros`; its id.
    #[track_caller]
    pub fn has_child(&self, username: &str) -> i64 {
        let body = json!({"name": "Leo Ros", "username": username});
        self.post("/api/parent/children/create/", body).ok()["child"]["id"]
            .as_i64()
            .unwrap()
    }

    #[track_caller]
    pub fn children(&self) -> Vec<Value> {
        self.get("/api/parent/children/").ok()["children"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// Asks to be linked to a child who has an account.
    #[track_caller]
    pub fn claims(&self, username: &str) -> Answer {
        self.post("/api/parent/children/add/", json!({"child_username": username}))
    }

    /// Answers a parent who would like to be linked.
    #[track_caller]
    pub fn answers_parent(&self, parent: &Client, accept: bool) -> Answer {
        let path = format!("/api/family/links/{}/respond/", parent.id());
        self.post(&path, json!({"accept": accept}))
    }

    /// Looks at the world as a child.
    #[track_caller]
    pub fn switches(&self, child: i64) -> View {
        let answer = self.post_nothing(&about(child, "switch-view")).ok();
        View {
            client: self.with_token(answer["tokens"]["access"].as_str().unwrap()),
            answer,
        }
    }
}

impl World {
    /// Links a parent to a child, as if it had said yes.
    pub fn family(&self, parent: &Client, child: &Client) {
        let (parent, child, now) = (parent.id(), child.id(), self.app.clock.now());
        self.sql(move |conn| links::activate(conn, parent, child, now));
    }

    /// Makes a child a teacher's student.
    pub fn teaches(&self, teacher: &Client, child: i64) {
        let (teacher, now) = (teacher.id(), self.app.clock.now());
        self.sql(move |conn| {
            classes::link(conn, teacher, child, None, now)?;
            Ok(())
        });
    }

    /// A child that signs in by itself, with [`PASSWORD`] that the parent sets.
    #[track_caller]
    pub fn managed_child(&self, parent: &Client, username: &str) -> (i64, Client) {
        let child = parent.has_child(username);
        parent
            .post(&about(child, "sign-in"), json!({"password": PASSWORD}))
            .ok();
        let body = json!({"email": username, "password": PASSWORD});
        let answer = self.guest().post("/api/auth/login/", body).ok();
        (child, self.guest().with_token(answer["access"].as_str().unwrap()))
    }

    /// Whether an account is archived.
    pub fn is_archived(&self, id: i64) -> bool {
        self.sql(move |conn| {
            conn.one("SELECT archived_at IS NOT NULL FROM users WHERE id = $1", &[&id])?
                .take()
        })
    }
}
