//! How an administrator does something: with the right to it as it is now, and with a line in the record, in one
//! transaction.

use std::sync::Arc;

use axum::http::StatusCode;
use database::Conn;

use super::audit::{self, Entry};
use super::limits;
use super::rules::{self, Actor};
use crate::accounts::auth::{self, Administrator};
use crate::accounts::store::overseen::{self, Rank};
use crate::app::App;
use crate::live::collaboration;
use crate::wire::Error;

/// What is to be done, as the record names it.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    /// One word: `archive`, `update`, ….
    pub action: &'static str,
    /// What it is done to, in one word.
    pub resource: &'static str,
    /// The id of that, when it is known beforehand.
    pub target: Option<i64>,
    /// Nobody draws in a shared room until it is done.
    stills_rooms: bool,
}

impl Deed {
    /// `action` on the `resource` of this id.
    pub fn on(action: &'static str, resource: &'static str, target: i64) -> Self {
        Self {
            action,
            resource,
            target: Some(target),
            stills_rooms: false,
        }
    }

    /// `action` on what has no id, or none yet.
    pub fn of(action: &'static str, resource: &'static str) -> Self {
        Self {
            action,
            resource,
            target: None,
            stills_rooms: false,
        }
    }

    /// The same, for what takes somebody out of shared rooms if `takes_part`: their strokes would make it begin again and
    /// again ([`collaboration::hold_sessions`]).
    #[must_use]
    pub fn stilling_rooms(self, takes_part: bool) -> Self {
        Self {
            stills_rooms: takes_part,
            ..self
        }
    }
}

/// An act under way, inside its transaction.
pub struct Act<'a> {
    /// Who acts.
    pub admin: &'a Administrator,
    /// What they may do.
    pub rank: Rank,
    /// When.
    pub now: i64,
    deed: Deed,
}

impl Act<'_> {
    /// Who acts.
    pub fn id(&self) -> i64 {
        self.admin.account.id
    }

    /// 403 for all but superusers.
    pub fn must_be_superuser(&self) -> Result<(), Error> {
        if self.rank.is_superuser {
            Ok(())
        } else {
            Err(Error::forbidden("Only a superuser can do this."))
        }
    }

    /// 403 for what one did oneself, and, for all but superusers, for what somebody did who keeps order.
    pub fn may_judge(&self, conn: &mut Conn<'_>, author: i64) -> Result<(), Error> {
        if author == self.id() {
            return Err(Error::forbidden("Somebody else has to decide about you."));
        }
        match overseen::person(conn, author)? {
            Some(person) => rules::may_touch(self.actor(), &person),
            None => Ok(()),
        }
    }

    /// Whoever does it, as the rules look at them.
    pub fn actor(&self) -> Actor {
        Actor {
            id: self.id(),
            is_superuser: self.rank.is_superuser,
        }
    }

    /// Writes down what was done. What changed nothing needs no line.
    pub fn note(&self, conn: &mut Conn<'_>, details: &str) -> Result<(), Error> {
        Ok(audit::note(
            conn,
            &entry(self.admin, self.deed, details, true, self.now),
        )?)
    }

    /// The same about something whose id was not known beforehand.
    pub fn note_about(&self, conn: &mut Conn<'_>, target: i64, details: &str) -> Result<(), Error> {
        let deed = Deed {
            target: Some(target),
            ..self.deed
        };
        Ok(audit::note(
            conn,
            &entry(self.admin, deed, details, true, self.now),
        )?)
    }
}

fn entry<'a>(admin: &'a Administrator, deed: Deed, details: &'a str, is_success: bool, at: i64) -> Entry<'a> {
    Entry {
        at,
        admin_id: Some(admin.account.id),
        admin_username: &admin.account.username,
        action: deed.action,
        resource: deed.resource,
        target_id: deed.target,
        details,
        network: &admin.network,
        user_agent: &admin.user_agent,
        is_success,
    }
}

/// Does `work` in one transaction, and after its commit what `after` makes of it, even if the caller hangs up meanwhile.
/// What is refused for want of rights (403) leaves a line in the record as well.
pub async fn perform<T, U, W, A>(
    app: &Arc<App>,
    admin: Administrator,
    deed: Deed,
    work: W,
    after: A,
) -> Result<U, Error>
where
    T: Send + 'static,
    U: Send + 'static,
    W: Fn(&mut Conn<'_>, &Act<'_>) -> Result<T, Error> + Send + 'static,
    A: FnOnce(&App, T) -> U + Send + 'static,
{
    let (own, now, id) = (Arc::clone(app), app.clock.now(), admin.account.id);
    app.limit(&limits::ACT, id)?;
    app.limits.look(&limits::REFUSED, id, now)?;
    let act = async move {
        let actor = admin.clone();
        let done = own.write(move |conn| {
            if deed.stills_rooms {
                collaboration::hold_sessions(conn)?;
            }
            let session = &actor.account.session;
            let rank = overseen::rank(conn, session, now)?.ok_or_else(auth::bad_token)?;
            let act = Act {
                admin: &actor,
                rank,
                now,
                deed,
            };
            work(conn, &act)
        });
        match done.await {
            Ok(done) => {
                own.counts.forget();
                Ok(after(&own, done))
            }
            Err(refusal) if refusal.status() == StatusCode::FORBIDDEN => {
                // Whoever is over it by now is told with the next try.
                let _ = own.limit(&limits::REFUSED, id);
                let details = refusal.sentence().to_owned();
                note_refusal(&own, admin, deed, details, now).await?;
                Err(refusal)
            }
            Err(error) => Err(error),
        }
    };
    app.tasks.finish("administrator's act", act).await
}

/// Writes down what somebody tried and may not do.
async fn note_refusal(
    app: &App,
    admin: Administrator,
    deed: Deed,
    details: String,
    now: i64,
) -> Result<(), Error> {
    app.write(move |conn| Ok(audit::note(conn, &entry(&admin, deed, &details, false, now))?))
        .await
}

/// For acts about which nobody has to be told.
pub fn nobody_is_told<T>(_: &App, done: T) -> T {
    done
}
