//! What becomes of sessions by themselves: they expire, their logs are forgotten, their codes are given back.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::background::pause;
use crate::clock::MINUTE;
use crate::live::collaboration::events::{self, RoomEvent};
use crate::live::collaboration::store::{members, sessions};
use crate::live::collaboration::{change, room, votes};
use crate::wire::Error;

/// How often sessions are looked through.
const EVERY: Duration = Duration::from_secs(30);
/// How often votes are looked for that nobody closes: those of rooms that no server holds.
const VOTES_EVERY: Duration = Duration::from_secs(5);
/// How long somebody is in a session that has begun without opening its socket, or after losing it unnoticed.
const GHOSTS_AFTER: i64 = 5 * MINUTE;
/// Logs that one sweep forgets: others wait for the database meanwhile.
const MOST_CLEARED: usize = 20;

/// Starts the sweeps.
pub fn start(app: &Arc<App>) {
    let sweeper = Arc::clone(app);
    app.tasks.spawn("sweep sessions", async move {
        while pause(&sweeper, EVERY).await {
            if let Err(error) = sweep(&sweeper).await {
                tracing::warn!(%error, "could not sweep sessions");
            }
        }
    });
    let closer = Arc::clone(app);
    app.tasks.spawn("close votes", async move {
        while pause(&closer, VOTES_EVERY).await {
            if let Err(error) = votes::close_due(&closer).await {
                tracing::warn!(%error, "could not close votes");
            }
        }
    });
}

/// Ends sessions whose time has passed and tells their rooms, takes out who is in one without a socket, forgets the logs
/// of those that ended long ago, and gives their codes back.
pub async fn sweep(app: &Arc<App>) -> Result<(), Error> {
    let now = app.clock.now();
    let ended = change(app, move |conn| Ok(sessions::expire(conn, now)?)).await?;
    for session in ended {
        let event = RoomEvent::SessionEnded {
            session_id: session.session_id,
            story_id: None,
            story_title: session.canvas_name,
            ended_by: sessions::EndedBy::Expiry.name().to_owned(),
        };
        events::announce(app, session.id, &event);
    }
    let ghosts = app.read(move |conn| Ok(members::ghosts(conn, now - GHOSTS_AFTER)?));
    room::left_behind(app, ghosts.await?).await;
    change(app, move |conn| Ok(sessions::forget_states(conn)?)).await?;
    for _ in 0..MOST_CLEARED {
        if !change(app, move |conn| Ok(sessions::clear_one(conn, now)?)).await? {
            break;
        }
    }
    change(app, move |conn| Ok(sessions::free_codes(conn, now)?)).await
}
