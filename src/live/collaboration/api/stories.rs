//! The story that is written in a session, and all that somebody wrote together with others.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SessionId, open_as_host};
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::live::collaboration::store::{members, sessions};
use crate::live::collaboration::{change, limits};
use crate::pictures::public_url;
use crate::stories::store::together::{self, Together};
use crate::wire::origin::Origin;
use crate::wire::{Body, Error, Fields, Timestamp, respond};

/// A story of one's own.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct StoryForm {
    story_id: i64,
}

/// A story belongs to a session now.
#[derive(Serialize, ToSchema)]
pub struct StoryLinked {
    success: bool,
    session_id: String,
    story_id: i64,
}

/// Says which story is written in a session: whoever is in it becomes a co-author, and so does whoever joins later.
/// For the host, with a story of their own; 404 for any other.
#[utoipa::path(post, path = "/api/collaborate/sessions/{session_id}/story/", tag = "collaboration",
    params(("session_id" = String, Path)), request_body = StoryForm, responses((status = 200, body = StoryLinked)))]
pub async fn link(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    SessionId(session_id): SessionId,
    Body(body): Body,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let mut fields = Fields::new(body);
    if !fields.has("story_id") {
        fields.refuse("story_id", "This field is required.");
    }
    let story_id = fields.integer("story_id").unwrap_or_default();
    fields.finish()?;
    let now = app.clock.now();
    let linked = change(&app, move |conn| {
        let session = open_as_host(conn, &session_id, caller.id, now)?;
        let active = members::active(conn, session.id)?;
        let authors: Vec<i64> = active.into_iter().map(|(user_id, _)| user_id).collect();
        if !together::link(conn, story_id, caller.id, &authors)? {
            return Err(Error::not_found());
        }
        sessions::set_story(conn, session.id, story_id)?;
        Ok(session.session_id)
    });
    Ok(respond::ok(&StoryLinked {
        success: true,
        session_id: linked.await?,
        story_id,
    }))
}

/// Stories that somebody wrote together with others.
#[derive(Serialize, ToSchema)]
pub struct StoriesTogether {
    success: bool,
    stories: Vec<StoryTogether>,
    total: i64,
}

/// A story that several wrote.
#[derive(Serialize, ToSchema)]
pub struct StoryTogether {
    id: i64,
    title: String,
    is_collaborative: bool,
    /// Display names, its author first.
    authors: Vec<String>,
    author_ids: Vec<i64>,
    is_published: bool,
    /// The user name of who published it.
    published_by: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    date_updated: Timestamp,
    /// A URL; empty for a draft, whose pictures come with the story itself.
    cover_image: String,
    category: String,
    views: i64,
}

impl StoryTogether {
    fn new(story: Together, origin: &Origin) -> Self {
        let cover_image = if story.is_published {
            public_url(&story.public_cover, origin)
        } else {
            String::new()
        };
        let (author_ids, authors) = story.authors.into_iter().unzip();
        Self {
            id: story.id,
            title: story.title,
            is_collaborative: true,
            authors,
            author_ids,
            is_published: story.is_published,
            published_by: story.published_by,
            date_created: Timestamp(story.date_created),
            date_updated: Timestamp(story.date_updated),
            cover_image,
            category: story.category,
            views: story.views,
        }
    }
}

/// The stories that the caller wrote together with others, newest first, a hundred at most.
#[utoipa::path(get, path = "/api/collaborate/stories/", tag = "collaboration",
    responses((status = 200, body = StoriesTogether)))]
pub async fn list(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    origin: Origin,
) -> Result<Response, Error> {
    let found = app.read(move |conn| Ok(together::of(conn, caller.id)?)).await?;
    let stories: Vec<_> = found
        .into_iter()
        .map(|story| StoryTogether::new(story, &origin))
        .collect();
    Ok(respond::ok(&StoriesTogether {
        success: true,
        total: stories.len() as i64,
        stories,
    }))
}
