//! Administrators of the tests, and what stands in the record of their acts.

use serde_json::{Value, json};
use tinytales::accounts::tokens::{Claims, Kind, random_hex};
use tinytales::clock::{DAY, SECOND};

use crate::support::{Answer, Client, PASSWORD, World};

pub const LOGIN: &str = "/api/admin/auth/login/";

/// A line of the record: action, resource, target, whether it was done.
pub type Line = (String, String, Option<i64>, bool);

impl World {
    /// A superuser at the dashboard.
    #[track_caller]
    pub fn superuser(&self, name: &str) -> Client {
        self.at_dashboard(&self.admin(name))
    }

    /// An administrator of the lesser kind at the dashboard.
    #[track_caller]
    pub fn staff(&self, name: &str) -> Client {
        let staff = self.admin(name);
        let id = staff.id();
        self.sql(move |conn| conn.execute("UPDATE users SET is_superuser = FALSE WHERE id = $1", &[&id]));
        self.at_dashboard(&staff)
    }

    /// The same person with an administrator's token, whatever they are. It names the session of their other tokens, and
    /// lasts nearly as long.
    pub fn at_dashboard(&self, person: &Client) -> Client {
        let now = self.app.clock.now();
        let access = self.app.keys.read(person.access(), Kind::Access, now).unwrap();
        let token = self.app.keys.sign(&Claims {
            token_type: Kind::Admin,
            exp: (now + 300 * DAY) / SECOND,
            iat: now / SECOND,
            jti: random_hex(),
            user_id: person.id(),
            sid: access.sid,
            act: None,
            view: None,
        });
        person.with_header("Authorization", &format!("AdminBearer {token}"))
    }

    /// The lines of the record, oldest first.
    pub fn record(&self) -> Vec<Line> {
        self.sql(|conn| {
            let rows = conn.query(
                "SELECT action, resource, target_id, status = 'success' FROM audit_log ORDER BY id",
                &[],
            )?;
            rows.into_iter()
                .map(|mut row| Ok((row.take()?, row.take()?, row.take()?, row.take()?)))
                .collect()
        })
    }

    /// The newest line of the record.
    #[track_caller]
    pub fn last_line(&self) -> Line {
        self.record().pop().expect("something is written down")
    }

    /// What the newest line of the record says.
    #[track_caller]
    pub fn last_details(&self) -> String {
        self.sql(|conn| {
            conn.one("SELECT details FROM audit_log ORDER BY id DESC LIMIT 1", &[])?
                .take()
        })
    }

    /// Makes somebody a child's parent, behind the server's back.
    pub fn relates(&self, parent: &Client, child: &Client) {
        let (parent, child) = (parent.id(), child.id());
        self.sql(move |conn| {
            conn.execute(
                "INSERT INTO family_links (parent_id, child_id, status, created_at, confirmed_at)
                 VALUES ($1, $2, 'active', 1, 1)",
                &[&parent, &child],
            )
        });
    }
}

/// A line of the record, as the tests write it.
pub fn line(action: &str, resource: &str, target: Option<i64>, is_done: bool) -> Line {
    (action.to_owned(), resource.to_owned(), target, is_done)
}

/// Tries to sign in at the dashboard.
#[track_caller]
pub fn signs_in(client: &Client, email: &str, password: &str) -> Answer {
    client.post(LOGIN, json!({"email": email, "password": password}))
}

/// Signs in at the dashboard; the token.
#[track_caller]
pub fn admin_token(world: &World, email: &str) -> String {
    let answer = signs_in(&world.guest(), email, PASSWORD).ok();
    answer["admin_token"].as_str().unwrap().to_owned()
}

/// The same device with this administrator's token.
pub fn with_admin_token(client: &Client, token: &str) -> Client {
    client.with_header("Authorization", &format!("AdminBearer {token}"))
}

/// A member of each row of a list, as numbers.
#[track_caller]
pub fn ids(rows: &Value) -> Vec<i64> {
    rows.as_array()
        .unwrap_or_else(|| panic!("a list: {rows}"))
        .iter()
        .map(|row| row["id"].as_i64().unwrap())
        .collect()
}
