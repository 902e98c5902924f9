//! Administrators come in, by the API or by the console: what is written down about it, and how often they may try.

use std::sync::Arc;

use database::Conn;

use super::audit::{self, Entry, NOBODY};
use super::limits;
use crate::accounts::signing_in::{self, For, Opened};
use crate::accounts::store::people::{self, Profile};
use crate::accounts::store::sessions::{self, Standing};
use crate::app::App;
use crate::live::sign_outs::{self, SignOut};
use crate::text::fold;
use crate::wire::Error;

/// Somebody at a door.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Where they come from.
    pub network: String,
    /// What their client calls itself.
    pub user_agent: String,
    /// Which door, as the record names it: `session` or `console`.
    pub door: &'static str,
}

/// Whose sign-in it is, as far as that is known.
struct Who {
    id: Option<i64>,
    username: String,
}

impl Visitor {
    fn entry<'a>(
        &'a self,
        action: &'a str,
        who: &'a Who,
        details: &'a str,
        is_success: bool,
        at: i64,
    ) -> Entry<'a> {
        Entry {
            at,
            admin_id: who.id.filter(|_| is_success),
            admin_username: &who.username,
            action,
            resource: self.door,
            target_id: who.id,
            details,
            network: &self.network,
            user_agent: &self.user_agent,
            is_success,
        }
    }

    /// Writes down that this account came or went, in the transaction of that.
    pub fn note(
        &self,
        conn: &mut Conn<'_>,
        action: &str,
        id: i64,
        username: &str,
        at: i64,
    ) -> Result<(), Error> {
        let who = Who {
            id: Some(id),
            username: username.to_owned(),
        };
        Ok(audit::note(conn, &self.entry(action, &who, "", true, at))?)
    }

    /// Ends a session of an administrator, which is written down once.
    pub async fn sign_out(self, app: &Arc<App>, session: String) -> Result<(), Error> {
        let own = Arc::clone(app);
        let leave = async move {
            let (row, now) = (session.clone(), own.clock.now());
            let close = move |conn: &mut Conn<'_>| {
                if let Standing::Active(account) = sessions::standing(conn, &row, now)? {
                    self.note(conn, "logout", account.id, &account.username, now)?;
                }
                Ok(sessions::close(conn, &row)?)
            };
            let mut ended = own.write(close).await?;
            ended.push(session);
            for session in ended {
                sign_outs::announce(&own, &SignOut::Session { session });
            }
            Ok::<_, Error>(())
        };
        app.tasks.finish("sign-out", leave).await
    }

    /// Writes down that somebody could not come in: by the name of the account, if there is one. What was typed is not
    /// kept, and where nobody keeps order yet there is nothing to watch.
    async fn note_failure(self, app: &App, email: String) -> Result<(), Error> {
        let now = app.clock.now();
        if app.limit(&limits::NOTED_FAILURES, "all").is_err() {
            tracing::warn!("more sign-ins of administrators fail than are written down");
            return Ok(());
        }
        app.write(move |conn| {
            if !people::is_there_an_admin(conn)? {
                return Ok(());
            }
            let id = people::owner_of_address(conn, &email)?.map(|owner| owner.id);
            let username = match id {
                Some(id) => people::username(conn, id)?,
                None => None,
            };
            let who = Who {
                id,
                username: username.unwrap_or_else(|| NOBODY.to_owned()),
            };
            let details = "wrong password, or no administrator";
            Ok(audit::note(
                conn,
                &self.entry("login", &who, details, false, now),
            )?)
        })
        .await
    }

    /// Signs an administrator in until `ends`, and writes that down in the same transaction; nothing, and that written
    /// down, when it is not right.
    pub async fn sign_in(
        self,
        app: &Arc<App>,
        email: &str,
        password: &str,
        ends: i64,
    ) -> Result<Option<Opened>, Error> {
        let (seen, now) = (self.clone(), app.clock.now());
        let witness = move |conn: &mut Conn<'_>, profile: &Profile| {
            seen.note(conn, "login", profile.id, &profile.username, now)
        };
        let opened =
            signing_in::sign_in_before(app, &self.network, email, password, ends, For::Admins, witness)
                .await?;
        if opened.is_none() {
            self.note_failure(app, email.to_owned()).await?;
        }
        Ok(opened)
    }

    /// The same at a door where an account and a network may fail five times in a quarter of an hour. Tries are counted
    /// first, so that those at the same moment count as well; also one whose password is right and whose account keeps no
    /// order: otherwise the limit would tell that it was right.
    pub async fn sign_in_sparingly(
        self,
        app: &Arc<App>,
        email: &str,
        password: &str,
        ends: i64,
    ) -> Result<Option<Opened>, Error> {
        let limit = &limits::FAILED_SIGN_IN;
        let network = format!("network {}", self.network);
        let account = format!("account {}", fold(email));
        app.limit(limit, &network)?;
        if let Err(refusal) = app.limit(limit, &account) {
            app.limits.give_back(limit, &network);
            return Err(refusal);
        }
        let opened = self.sign_in(app, email, password, ends).await;
        match &opened {
            Ok(None) => {}
            Ok(Some(_)) => {
                app.limits.give_back(limit, &network);
                app.limits.forget(limit, &account);
            }
            // Nobody looked: it was no try.
            Err(_) => {
                app.limits.give_back(limit, &network);
                app.limits.give_back(limit, &account);
            }
        }
        opened
    }
}
