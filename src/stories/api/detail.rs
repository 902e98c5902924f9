//! One whole story, as a reader or its author sees it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use utoipa::ToSchema;

use crate::accounts::auth::Viewer;
use crate::app::{App, ClientAddress};
use crate::clock::MINUTE;
use crate::stories::rules::Role;
use crate::stories::shapes::WholeStory;
use crate::stories::store::{self, writing};
use crate::stories::stream;
use crate::wire::limits::{Limit, limit};
use crate::wire::{Error, Id};

/// A view counts once per reader and story in this time.
const VIEW: Limit = limit("view", 1, 5 * MINUTE);

/// One story.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the stream writes")]
pub struct StoryAnswer {
    success: bool,
    story: WholeStory,
}

/// One whole story, drawings and all.
///
/// A draft is shown to its authors only; to anybody else it does not exist. A look by somebody else counts as a view, at most
/// once in five minutes.
#[utoipa::path(get, path = "/api/stories/{id}/", tag = "stories", security((), ("bearer" = [])), params(("id" = i64, Path)),
    responses((status = 200, body = StoryAnswer)))]
pub async fn detail(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    ClientAddress(network): ClientAddress,
    Id(story_id): Id,
) -> Result<Response, Error> {
    let reader = viewer.id();
    let read: Result<_, Error> = app
        .database
        .read(move |conn| {
            let found = store::whole(conn, story_id, reader)?;
            found
                .filter(|(story, role, _)| role.may_read(story.is_published))
                .ok_or_else(Error::not_found)
        })
        .await;
    let (mut story, role, body) = read?;
    if role == Role::Reader
        && let Some(views) = count_view(&app, story_id, reader, &network).await
    {
        story.views = views;
    }
    stream::one_story(&app, &json!({"success": true}), &story, reader, body, true).await
}

/// Counts a view, unless this reader was counted lately. A story is shown even when counting fails.
async fn count_view(app: &Arc<App>, story_id: i64, reader: Option<i64>, network: &str) -> Option<i64> {
    let now = app.clock.now();
    let who = reader.map_or_else(|| network.to_owned(), |id| id.to_string());
    app.views
        .count(&VIEW, format_args!("{story_id} {who}"), now)
        .ok()?;
    let counted: Result<_, database::Error> = app
        .database
        .write(move |conn| writing::count_view(conn, story_id, reader, now))
        .await;
    counted.unwrap_or_else(|error| {
        tracing::debug!(%error, "a view was not counted");
        None
    })
}
