//! Who may be here. Suspended, an account is kept out for a while or until somebody lifts it; archived, until somebody
//! restores it. Either way it cannot sign in, its tokens and sockets end at once on all servers, and the stories that it
//! had published are hidden, until neither stands any more.
//!
//! What puts an account out answers what ends with that, for the caller to announce after the commit. A server that was told
//! nothing, because the command line did it, notices by [`look_around`] within half a minute.

use std::sync::Arc;
use std::time::Duration;

use database::Conn;

use super::rules::LONGEST_REASON;
use crate::accounts::leaving::{self, Left};
use crate::accounts::store::barring::{self, Bars};
use crate::accounts::store::sessions;
use crate::app::App;
use crate::background::pause;
use crate::clock::SECOND;
use crate::live::sign_outs::{self, SignOut};
use crate::moderation::Words;
use crate::stories::effects;
use crate::stories::store::hiding;
use crate::wire::Error;

/// How often it is looked around.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// Accounts that were put out so lately are looked for: those of the look before, too, in case that came to nothing.
const LATELY: i64 = 90 * SECOND;
/// Accounts that one look cares for; the next one goes on.
const MOST: i64 = 100;

/// Puts an account into the archive, in somebody's name or in that of the server; what ends with that, which is nothing when
/// it is there already. 404 when there is no such account.
pub fn archive(
    conn: &mut Conn<'_>,
    user_id: i64,
    by: Option<i64>,
    reason: &str,
    now: i64,
) -> Result<Vec<SignOut>, Error> {
    if known(conn, user_id)?.is_archived {
        return Ok(Vec::new());
    }
    let ended = put_out(conn, user_id, now)?;
    barring::archive(conn, user_id, by, &kept(reason), now)?;
    Ok(ended)
}

/// Archives all accounts that somebody looks after, as [`archive`] does with one; which. The sign-ins of each have ended:
/// the caller announces that after the commit. Five queries, however many they are.
pub fn archive_kept_by(
    conn: &mut Conn<'_>,
    keeper: i64,
    by: Option<i64>,
    reason: &str,
    now: i64,
) -> Result<Vec<i64>, Error> {
    let hidden = hiding::hide_all_kept_by(conn, keeper, now)?;
    effects::hidden_of_many(conn, &hidden)?;
    sessions::close_kept_by(conn, keeper)?;
    Ok(barring::archive_kept_by(conn, keeper, by, &kept(reason), now)?)
}

/// Takes an account out of the archive; false when it is not there. One that was suspended before is suspended still.
pub fn restore(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<bool, Error> {
    let bars = known(conn, user_id)?;
    if !bars.is_archived {
        return Ok(false);
    }
    if is_over(&bars, now) {
        barring::unsuspend(conn, user_id, now)?;
    }
    if bars.suspended.is_none() || is_over(&bars, now) {
        let_in(conn, user_id, now)?;
    }
    barring::restore(conn, user_id, now)?;
    Ok(true)
}

/// Suspends an account until an instant, or until somebody lifts it; what ends with that, which is nothing when it stands
/// so already.
pub fn suspend(
    conn: &mut Conn<'_>,
    user_id: i64,
    until: Option<i64>,
    reason: &str,
    now: i64,
) -> Result<Vec<SignOut>, Error> {
    let bars = known(conn, user_id)?;
    let reason = kept(reason);
    if bars.suspended == Some(until) && bars.suspension_reason == reason {
        return Ok(Vec::new());
    }
    let ended = put_out(conn, user_id, now)?;
    barring::suspend(conn, user_id, until, &reason, now)?;
    Ok(ended)
}

/// Ends the suspension of an account; false when there is none. One that is archived as well stays out.
pub fn unsuspend(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<bool, Error> {
    let bars = known(conn, user_id)?;
    if bars.suspended.is_none() {
        return Ok(false);
    }
    if !bars.is_archived {
        let_in(conn, user_id, now)?;
    }
    barring::unsuspend(conn, user_id, now)?;
    Ok(true)
}

/// Deletes an account with all that is its own, as its owner could; what is to be told after the commit.
pub fn delete_for_good(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<Left, Error> {
    known(conn, user_id)?;
    leaving::leave(conn, user_id, now)
}

fn known(conn: &mut Conn<'_>, user_id: i64) -> Result<Bars, Error> {
    barring::of(conn, user_id)?.ok_or_else(Error::not_found)
}

fn kept(reason: &str) -> String {
    let visible = reason.trim().chars().filter(|c| !c.is_control());
    visible.take(LONGEST_REASON).collect()
}

/// Ends all sign-ins and hides all stories. What is written goes from the stories to the account, as in every act.
fn put_out(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<Vec<SignOut>, Error> {
    let hidden = hiding::hide_all_of(conn, user_id, now)?;
    effects::hidden(conn, user_id, hidden, now)?;
    close_all(conn, user_id)
}

fn let_in(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<(), Error> {
    let shown = hiding::show_all_of(conn, user_id)?;
    Ok(effects::shown_again(conn, user_id, shown, now)?)
}

/// Whether a suspension has come to its end.
fn is_over(bars: &Bars, now: i64) -> bool {
    matches!(bars.suspended, Some(Some(until)) if until <= now)
}

/// Ends all sign-ins of an account, and those in which it looks at the world as somebody else; to be announced after the
/// commit.
pub fn close_all(conn: &mut Conn<'_>, user_id: i64) -> Result<Vec<SignOut>, Error> {
    let views = sessions::close_all_views(conn, user_id)?;
    sessions::close_all(conn, user_id, None)?;
    let views = views.into_iter().map(|session| SignOut::Session { session });
    Ok(views.chain([SignOut::everywhere(user_id)]).collect())
}

/// Lifts the suspension of an account if it has come to its end; whether it had.
pub fn lift_if_over(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<bool, Error> {
    let bars = barring::of(conn, user_id)?;
    if bars.is_some_and(|bars| is_over(&bars, now)) {
        return unsuspend(conn, user_id, now);
    }
    Ok(false)
}

/// Whether the suspension of an account has come to its end without having been lifted.
pub fn is_due(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<bool, Error> {
    let bars = barring::of(conn, user_id)?;
    Ok(bars.is_some_and(|bars| is_over(&bars, now)))
}

/// Starts what a server does about this by itself.
pub fn start(app: &Arc<App>) {
    let looking = Arc::clone(app);
    app.tasks.spawn("look who may be here", async move {
        while let Some(reason) = next_look(&looking).await {
            if let Err(error) = look_around(&looking, reason).await {
                tracing::warn!(%error, "could not look who may be here");
            }
        }
    });
}

/// Why it is looked around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// It is time. Every server looks for itself.
    Usual,
    /// Somebody was put out beside this server, which tells the others.
    Rung,
}

/// Waits for the next look; nothing when the server is to stop.
async fn next_look(app: &App) -> Option<Look> {
    tokio::select! {
        goes_on = pause(app, LOOK_EVERY) => goes_on.then_some(Look::Usual),
        () = app.look_around.notified() => Some(Look::Rung),
    }
}

/// One look: suspensions whose time has come are lifted, accounts that somebody put out without a word to this server are
/// signed out here, what they published at that very moment is hidden, and the list of rude words is read again if it is
/// old.
pub async fn look_around(app: &Arc<App>, look: Look) -> Result<(), Error> {
    let now = app.clock.now();
    for user_id in app.read(move |conn| Ok(barring::over(conn, now, MOST)?)).await? {
        app.write(move |conn| lift_if_over(conn, user_id, now)).await?;
    }
    let found = app.read(move |conn| {
        Ok((
            barring::barred_since(conn, now - LATELY, MOST)?,
            hiding::forgotten(conn, MOST)?,
        ))
    });
    let (barred, showing) = found.await?;
    if !barred.is_empty() {
        // Those in which they looked at the world as somebody else are known by their rows alone.
        sign_outs::doubt(app);
    }
    for user_id in barred {
        match look {
            Look::Usual => sign_outs::end(app, &SignOut::everywhere(user_id)),
            Look::Rung => sign_outs::announce(app, &SignOut::everywhere(user_id)),
        }
    }
    for user_id in showing {
        let hide = app.write(move |conn| {
            // Somebody may have let them in since they were found.
            if !barring::of(conn, user_id)?.is_some_and(|bars| bars.is_barred()) {
                return Ok(());
            }
            let hidden = hiding::hide_all_of(conn, user_id, now)?;
            Ok(effects::hidden(conn, user_id, hidden, now)?)
        });
        hide.await?;
    }
    Words::current(app).await;
    Ok(())
}
