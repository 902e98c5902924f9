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
use crate::notifications::announcing;
use crate::notifications::store::announcements::Announcement;
use crate::wire::{Body, Error, Fields, respond};

/// The longest title and the longest text, in characters.
const LONGEST_TITLE: usize = 200;
const LONGEST_TEXT: usize = 1_000;

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
/// What is interrupted goes on by itself.
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
    // The first of them with the line of the record; the others follow, and a client that hangs up stops none of it.
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        let (count, last) = overseen::active_of(conn, &announcement.user_type)?;
        let whom = if announcement.user_type.is_empty() {
            "all"
        } else {
            &announcement.user_type
        };
        act.note(
            conn,
            &format!("to {whom}, {count} people: {}", announcement.title),
        )?;
        Ok((count, announcing::begin(conn, &announcement, last, act.now)?))
    };
    let deed = Deed::of("announce", "announcement");
    let own = Arc::clone(&app);
    let whole = async move {
        let (count, id) = acting::perform(&own, admin, deed, work, acting::nobody_is_told).await?;
        if let Err(error) = announcing::finish(&own, id).await {
            // It is under way, and goes on by itself.
            tracing::warn!(?error, "an announcement stands still");
        }
        Ok::<_, Error>(count)
    };
    let count = app.tasks.finish("announcement", whole).await?;
    Ok(respond::ok(&AnnouncementMade {
        success: true,
        message: format!("{count} people will read it."),
    }))
}
