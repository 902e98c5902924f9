//! What tests of keeping order have in common: who keeps it, and how people are put out and let in.

use serde_json::{Value, json};
use tinytales::accounts::tokens::{Claims, Kind, random_hex};
use tinytales::admin::standing::{self, Look};
use tinytales::live::sign_outs;
use tinytales::wire::Error;

use crate::support::{Answer, Client, World};

/// What is done about an account.
#[derive(Clone)]
pub enum Act {
    Archive {
        user_id: i64,
        by: Option<i64>,
        reason: String,
    },
    Restore {
        user_id: i64,
    },
    Suspend {
        user_id: i64,
        until: Option<i64>,
        reason: String,
    },
    Unsuspend {
        user_id: i64,
    },
}

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
        self.tries(act).unwrap()
    }

    /// The same, which may be refused.
    pub fn tries(&self, act: Act) -> Result<bool, Error> {
        let now = self.app.clock.now();
        let done = self.run(self.app.write(move |conn| match &act {
            Act::Archive { user_id, by, reason } => {
                let ended = standing::archive(conn, *user_id, *by, reason, now)?;
                Ok((!ended.is_empty(), ended))
            }
            Act::Suspend {
                user_id,
                until,
                reason,
            } => {
                let ended = standing::suspend(conn, *user_id, *until, reason, now)?;
                Ok((!ended.is_empty(), ended))
            }
            Act::Restore { user_id } => Ok((standing::restore(conn, *user_id, now)?, Vec::new())),
            Act::Unsuspend { user_id } => Ok((standing::unsuspend(conn, *user_id, now)?, Vec::new())),
        }));
        let (changed, ended) = done?;
        for sign_out in &ended {
            sign_outs::announce(&self.app, sign_out);
        }
        Ok(changed)
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
        self.run(standing::look_around(&self.app, Look::Usual)).unwrap();
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
