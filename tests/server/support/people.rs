//! The people of a world. Where signing up is not the subject they come in by the back door: an account, verified, with
//! a session, in one step and without hashing.

use std::sync::OnceLock;

use serde_json::json;
use tinytales::accounts::codes;
use tinytales::accounts::password::{self, Workspace};
use tinytales::accounts::rules;
use tinytales::accounts::store::people::{self, NewPerson};
use tinytales::accounts::tokens::{Pair, random_hex};
use tinytales::clock::DAY;

use super::client::{Account, Client};
use super::world::World;

/// Everybody's password.
pub const PASSWORD: &str = "sunny-garden-7";

/// [`PASSWORD`] as Django stores it: PBKDF2-SHA256, computed by Python's `hashlib`.
pub const DJANGO_HASH: &str = "pbkdf2_sha256$20000$Xq3ZkPw8LmNa$oalaIBb2FGuUlu7XfhQO3XFMyDfB23NzR7GwcPS/x2Y=";

/// A hash of [`PASSWORD`], made once per run.
pub fn password_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| password::hash(&mut Workspace::default(), PASSWORD))
        .clone()
}

impl World {
    /// A child, signed in; `Mira` has the user name `mira` and the address `mira@example.org`.
    #[track_caller]
    pub fn child(&self, name: &str) -> Client {
        self.person(name, |person| "child".clone_into(&mut person.user_type))
    }

    #[track_caller]
    pub fn parent(&self, name: &str) -> Client {
        self.person(name, |person| "parent".clone_into(&mut person.user_type))
    }

    #[track_caller]
    pub fn teacher(&self, name: &str) -> Client {
        self.person(name, |person| "teacher".clone_into(&mut person.user_type))
    }

    #[track_caller]
    pub fn admin(&self, name: &str) -> Client {
        self.person(name, |person| person.is_admin = true)
    }

    /// Somebody out of the ordinary, signed in.
    #[track_caller]
    pub fn person(&self, name: &str, change: impl FnOnce(&mut NewPerson)) -> Client {
        let person = new_person(name, change);
        let (now, session) = (self.app.clock.now(), random_hex());
        let ends = now + self.app.config.refresh_token_days * DAY;
        let email = person.email.clone().unwrap_or_default();
        let row = session.clone();
        let id = self.sql(move |conn| {
            let id = people::insert(conn, &person, now)?;
            conn.execute(
                "INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
                &[&row, &id, &now, &ends],
            )?;
            Ok(id)
        });
        let Pair { access, refresh } = Pair::new(
            &self.app.keys,
            id,
            &session,
            now,
            self.app.config.access_token_days,
            ends,
        );
        self.guest().signed_in(Account {
            id,
            email,
            access,
            refresh,
        })
    }

    /// Many children who never sign in, a hundred in a transaction.
    pub fn crowd(&self, names: impl IntoIterator<Item = String>) {
        let now = self.app.clock.now();
        let persons: Vec<NewPerson> = names.into_iter().map(|name| new_person(&name, |_| ())).collect();
        for some in persons.chunks(100) {
            let some = some.to_vec();
            self.sql(move |conn| {
                some.iter()
                    .try_for_each(|person| people::insert(conn, person, now).map(drop))
            });
        }
    }

    /// Signs in through the API with [`PASSWORD`].
    #[track_caller]
    pub fn sign_in(&self, email: &str) -> Client {
        let answer = self
            .guest()
            .post("/api/auth/login/", json!({"email": email, "password": PASSWORD}))
            .ok();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        let id = answer["user"]["id"].as_i64().unwrap();
        let account = Account {
            id,
            email: email.to_owned(),
            access: text("access"),
            refresh: text("refresh"),
        };
        self.guest().signed_in(account)
    }

    /// Comes in by the front door: signs up, confirms the code of the mail, signs in.
    #[track_caller]
    pub fn sign_up(&self, name: &str, email: &str, user_type: &str) -> Client {
        let form = json!({"name": name, "email": email, "password": PASSWORD, "confirm_password": PASSWORD,
            "user_type": user_type});
        self.guest().post("/api/auth/register/", form).created();
        let code = self.code("verification", email);
        self.guest()
            .post(
                "/api/auth/verify-email/",
                json!({"email": email, "verification_code": code}),
            )
            .ok();
        self.sign_in(email)
    }
}

fn new_person(name: &str, change: impl FnOnce(&mut NewPerson)) -> NewPerson {
    let (first_name, last_name) = rules::first_and_last(name);
    let dice = codes::dice();
    let slug: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let slug = if slug.is_empty() {
        format!("somebody{dice}")
    } else {
        slug.to_ascii_lowercase()
    };
    let mut person = NewPerson {
        usernames: rules::username_candidates(name, dice).to_vec(),
        email: Some(format!("{slug}@example.org")),
        is_verified: true,
        password_hash: password_hash(),
        display_name: name.to_owned(),
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        user_type: "child".to_owned(),
        is_admin: false,
    };
    change(&mut person);
    person
}
