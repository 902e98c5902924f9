//! An account goes for good, with what is its own: by its owner's wish, or because somebody who keeps order says so.

use database::Conn;

use super::store::{people, sessions};
use crate::app::App;
use crate::family;
use crate::live::collaboration::{self, events::RoomEvent};
use crate::live::sign_outs::{self, SignOut};
use crate::social;
use crate::stories;
use crate::stories::effects::Effects;
use crate::wire::Error;

/// What is to be told after the commit.
#[must_use = "others have to hear of it"]
pub struct Left {
    user_id: i64,
    /// Children whom they looked after and nobody else does: they are archived.
    archived: Vec<i64>,
    /// Sessions in which they looked at the world as somebody else.
    views: Vec<String>,
    /// To rooms, each by the key of its session.
    told: Vec<(i64, RoomEvent)>,
    /// What the heirs of collaborative stories get.
    inherited: Effects,
}

/// Deletes an account. A child whom it looked after goes to another adult or into the archive, a collaborative story goes to
/// another of its authors, the pictures of the others are released, friends and sessions go on without it.
pub fn leave(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<Left, Error> {
    let archived = family::forget_adult(conn, user_id, now)?;
    let inherited = stories::forget_author(conn, user_id, now)?;
    social::forget_friend(conn, user_id)?;
    let told = collaboration::forget_member(conn, user_id, now)?;
    let views = sessions::close_all_views(conn, user_id)?;
    people::delete(conn, user_id)?;
    Ok(Left {
        user_id,
        archived,
        views,
        told,
        inherited,
    })
}

impl Left {
    /// Ends its sign-ins on all servers, and tells everybody whom it concerns. After the commit.
    pub fn announce(self, app: &App) {
        for gone in self.archived.into_iter().chain([self.user_id]) {
            sign_outs::announce(app, &SignOut::everywhere(gone));
        }
        for session in self.views {
            sign_outs::announce(app, &SignOut::Session { session });
        }
        self.inherited.announce(app);
        for (collaboration_id, event) in self.told {
            collaboration::events::announce(app, collaboration_id, &event);
        }
    }
}
