//! Announcements on their way to everybody. How far one has come is written with the notifications of each step: one that
//! fails or is killed in its middle goes on from there, and nobody gets it twice.

use std::sync::Arc;
use std::time::Duration;

use database::Conn;

use super::store::announcements::{self, Announcement};
use crate::app::App;
use crate::background::pause;
use crate::wire::Error;

/// Recipients of one transaction: others must not wait long behind it.
const AT_ONCE: i64 = 1_000;
/// How often it is looked for those that stand still.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Begins an announcement to those whose ids are `last` at most, and takes its first step; its id.
pub fn begin(conn: &mut Conn<'_>, announcement: &Announcement, last: i64, now: i64) -> Result<i64, Error> {
    let id = announcements::begin(conn, announcement, last, now)?;
    announcements::go_on(conn, id, AT_ONCE)?;
    Ok(id)
}

/// Brings an announcement to its end.
pub async fn finish(app: &App, id: i64) -> Result<(), Error> {
    while app
        .write(move |conn| Ok(announcements::go_on(conn, id, AT_ONCE)?))
        .await?
    {}
    Ok(())
}

/// Starts what a server does about this by itself.
pub fn start(app: &Arc<App>) {
    let looking = Arc::clone(app);
    app.tasks.spawn("go on with announcements", async move {
        while pause(&looking, LOOK_EVERY).await {
            if let Err(error) = look_around(&looking).await {
                tracing::warn!(?error, "an announcement stands still");
            }
        }
    });
}

/// One look: goes on with all announcements that stand still. One that fails does not hold up the others; the last failure.
pub async fn look_around(app: &App) -> Result<(), Error> {
    let mut outcome = Ok(());
    for id in app.read(|conn| Ok(announcements::under_way(conn)?)).await? {
        if let Err(error) = finish(app, id).await {
            outcome = Err(error);
        }
    }
    outcome
}
