//! Announcements to everybody, or to all of a kind.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::acting::{self, Act, Deed};
use super::super::limits;
use super::LARGEST;
use crate::accounts::auth::Administrator;
use crate::accounts::store::overseen;
use crate::app::App;
use crate::notifications::store::announcements::{self, Announcement};
use crate::wire::{Body, Error, Fields, respond};

/// The longest title and the longest text, in characters.
const LONGEST_TITLE: usize = 200;
const LONGEST_TEXT: usize = 1_000;
/// Recipients of one transaction: others must not wait long behind it.
const AT_ONCE: i64 = 1_000;

/// What is said to whom.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewAnnouncement {
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    #[schema(min_length = 1, max_length = 1000)]
    message: String,
    /// `all` (when absent), `child`, `parent` or `teacher`.
    target_type: Option<String>,
}

/// It is said.
#[derive(Serialize, ToSchema)]
pub struct AnnouncementMade {
    success: bool,
    message: String,
}

/// Stores a notification for each active account, or each of a kind. Those who sign up meanwhile get none.
#[utoipa::path(post, path = "/api/admin/announcement/", tag = "admin", request_body = NewAnnouncement,
    responses((status = 200, body = AnnouncementMade)))]
pub async fn announce(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::ANNOUNCEMENT, admin.account.id)?;
    let mut fields = Fields::new(body);
    let title = fields.required_text("title", LONGEST_TITLE);
    let message = fields.required_text("message", LONGEST_TEXT);
    let target = fields.choice("target_type", &["all", "child", "parent", "teacher"]);
    fields.finish()?;
    let announcement = Announcement {
        user_type: target.filter(|target| target != "all").unwrap_or_default(),
        title,
        message,
    };
    let all = announcement.clone();
    // The first of them with the line of the record; the others follow, and a client that hangs up stops none of it.
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        let (count, last) = overseen::active_of(conn, &all.user_type)?;
        let whom = if all.user_type.is_empty() {
            "all"
        } else {
            &all.user_type
        };
        act.note(conn, &format!("to {whom}, {count} people: {}", all.title))?;
        let (_, reached) = announcements::store(conn, &all, 0, last, AT_ONCE, act.now)?;
        Ok((count, reached, last))
    };
    let deed = Deed::of("announce", "announcement");
    let own = Arc::clone(&app);
    let whole = async move {
        let (count, reached, last) = acting::perform(&own, admin, deed, work, acting::nobody_is_told).await?;
        tell_the_rest(&own, announcement, reached, last).await?;
        Ok::<_, Error>(count)
    };
    let count = app.tasks.finish("announcement", whole).await?;
    Ok(respond::ok(&AnnouncementMade {
        success: true,
        message: format!("{count} people will read it."),
    }))
}

async fn tell_the_rest(
    app: &App,
    announcement: Announcement,
    mut reached: i64,
    last: i64,
) -> Result<(), Error> {
    let now = app.clock.now();
    while reached < last {
        let (announcement, after) = (announcement.clone(), reached);
        let (told, highest) = app
            .write(move |conn| {
                Ok(announcements::store(
                    conn,
                    &announcement,
                    after,
                    last,
                    AT_ONCE,
                    now,
                )?)
            })
            .await?;
        if told == 0 {
            break;
        }
        reached = highest;
    }
    Ok(())
}
