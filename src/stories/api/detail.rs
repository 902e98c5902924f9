//! One whole story, as a reader or its author sees it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use utoipa::ToSchema;

use crate::accounts::auth::Viewer;
use crate::app::{App, ClientAddress};
use crate::stories::rules::Role;
use crate::stories::shapes::WholeStory;
use crate::stories::store::{self, Long};
use crate::stories::stream;
use crate::wire::{Error, Id};

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
    let (mut story, role, long) = read?;
    if role == Role::Reader {
        app.views.count(story_id, reader, &network, app.clock.now());
    }
    story.views += app.views.pending(story_id);
    let head = json!({"success": true});
    match long {
        Long::Here(body) => stream::one_story(&app, &head, &story, reader, body, true).await,
        Long::Apart(bytes) => stream::one_long_story(&app, &head, &story, reader, bytes).await,
    }
}
