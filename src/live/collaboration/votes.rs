//! Closing votes whose time is over: by whichever server finds them first, once.

use crate::app::App;
use crate::live::collaboration::change;
use crate::live::collaboration::events::{self, RoomEvent};
use crate::live::collaboration::store::{self, votes};
use crate::wire::Error;

/// Closes the votes whose deadline has passed and announces what they came to; how many this call closed. One light
/// query when there is none.
pub async fn close_due(app: &App) -> Result<usize, Error> {
    let now = app.clock.now();
    let due = app.read(move |conn| Ok(votes::due(conn, now)?)).await?;
    let mut closed = 0;
    for session_id in due {
        let done = change(app, move |conn| {
            let Some(session) = store::lock(conn, &session_id)? else {
                return Ok(None);
            };
            let ballot = votes::close_overdue(conn, session.id, now)?;
            Ok(ballot.map(|ballot| (session.id, ballot)))
        });
        if let Some((collaboration_id, ballot)) = done.await? {
            events::announce(app, collaboration_id, &RoomEvent::vote_result(&ballot));
            closed += 1;
        }
    }
    Ok(closed)
}
