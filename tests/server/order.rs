//! What tests of keeping order have in common: who keeps it, and how people are put out and let in.

use serde_json::{Value, json};
use tinytales::accounts::tokens::{Claims, Kind, random_hex};
use tinytales::admin::standing::{self, Act};

use crate::support::{Answer, Client, World};

impl World {
    /// Somebody who keeps order, at the API of administrators.
    #[track_caller]
    pub fn keeper(&self, name: &str) -> Client {
        let admin = self.admin(name);
        let now = self.app.clock.now();
        let claims = self.app.keys.read(admin.access(), Kind::Access, now).unwrap();
        let token = self.app.keys.sign(&Claims {
            token_type: Kind::Admin,
            jti: random_hex(),
            ..claims
        });
        admin.with_header("Authorization", &format!("AdminBearer {token}"))
    }

    /// Does something about an account; whether it changed anything.
    #[track_caller]
    pub fn decides(&self, act: Act) -> bool {
        self.run(standing::carry_out(&self.app, act)).unwrap()
    }

    /// Suspends somebody until an instant, or until it is lifted.
    #[track_caller]
    pub fn suspends(&self, person: &Client, until: Option<i64>) -> bool {
        self.decides(Act::Suspend {
            user_id: person.id(),
            until,
            reason: "Rude".to_owned(),
        })
    }

    #[track_caller]
    pub fn unsuspends(&self, person: &Client) -> bool {
        self.decides(Act::Unsuspend { user_id: person.id() })
    }

    #[track_caller]
    pub fn archives(&self, person: &Client) -> bool {
        self.decides(Act::Archive {
            user_id: person.id(),
            by: None,
            reason: "Left school".to_owned(),
        })
    }

    #[track_caller]
    pub fn restores(&self, person: &Client) -> bool {
        self.decides(Act::Restore { user_id: person.id() })
    }

    /// One look of the server at who may be here.
    #[track_caller]
    pub fn looks_around(&self) {
        self.run(standing::look_around(&self.app)).unwrap();
    }

    /// How many stories an account has published, as the account says.
    pub fn published_by(&self, person: &Client) -> i64 {
        let id = person.id();
        self.sql(move |conn| {
            conn.one("SELECT published_count FROM users WHERE id = $1", &[&id])?
                .take()
        })
    }
}

impl Client {
    /// Reports something: `{"story_id": …}` with a reason.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a test writes `json!(…)` in its place"
    )]
    pub fn reports(&self, what: Value) -> Answer {
        let mut body = json!({"reason": "rude"});
        body.as_object_mut()
            .unwrap()
            .extend(what.as_object().unwrap().clone());
        self.post("/api/reports/", body)
    }
}
