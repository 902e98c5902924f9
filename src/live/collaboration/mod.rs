//! Writing and drawing together: sessions, who belongs to them, invitations, votes.
//!
//! Owns the rows of a session and its REST addresses. What happens inside a room while people are in it, the drawing
//! itself, is not known here: it is told by [`events::announce`].

pub mod api;
pub mod events;
pub mod leaving;
pub mod limits;
pub mod room;
pub mod rules;
pub mod store;
pub mod sweep;
pub mod votes;

use database::Conn;

pub use self::leaving::{forget_member, hold_sessions};
pub use self::store::sessions::takes_part;
use crate::app::App;
use crate::wire::Error;

/// Runs a closure that notes something of a room, `bytes` of it: by statements each of which says by itself whether it
/// still holds; what it has read before may be a moment old, as the sum that bounds a room is. SERIALIZABLE it would fail
/// again and again where somebody draws: whatever names its session looks at the row whose number each stroke raises.
pub async fn note<T, F>(app: &App, bytes: usize, work: F) -> Result<T, Error>
where
    F: Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    T: Send + 'static,
{
    app.database.write_ordered(bytes, work).await
}

/// Runs a closure that changes one session. It begins with [`store::lock`], or finds out by one look which session that
/// is: so the changes of one session follow each other, on whichever server they are made, and none has to be done again
/// because somebody draws there.
pub async fn change<T, F>(app: &App, work: F) -> Result<T, Error>
where
    F: Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    T: Send + 'static,
{
    app.database.write_ordered(0, work).await
}
