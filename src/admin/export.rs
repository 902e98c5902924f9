//! Exports: all accounts or all stories as one JSON document, streamed in slices, as fast as the client takes it.
//!
//! One at a time on a server: it holds all the room for exports. In memory at a time are a slice of rows and what the
//! stream itself holds, however many there are; no database connection is held while the network is slow.

use std::sync::Arc;

use axum::body::Body;
use envelope::Kind;
use envelope::permits::BytesPermit;
use futures_util::FutureExt;
use serde::Serialize;

use crate::accounts::store::overseen as accounts;
use crate::app::App;
use crate::pictures::Reader;
use crate::pictures::stream::{self, Part, Source, patiently};
use crate::stories::store::overseen as stories;
use crate::wire::{Error, Timestamp};

/// Rows of a slice.
const SLICE: i64 = 200;
/// What a slice takes, as rows and as JSON: titles of 200 characters and reasons of 500, none of them short.
const SLICE_HELD: usize = 512 * 1024;
/// Seconds after which it is worth trying again while another export is under way.
const BUSY_FOR: u64 = 10;

/// What is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Accounts, with their addresses.
    Users,
    /// Stories, without texts and drawings.
    Stories,
}

impl Of {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Stories => "stories",
        }
    }
}

/// The right to make an export. Given back on drop.
pub struct Turn {
    _room: BytesPermit,
}

/// Begins an export; 503 while memory is short, and while another one or a backup is under way.
pub fn begin(app: &App) -> Result<Turn, Error> {
    let exports = app.envelope.exports();
    if !app.envelope.admits(Kind::Export) {
        return Err(Error::unavailable(BUSY_FOR));
    }
    let room = exports.take(exports.total()).now_or_never();
    let room = room.ok_or_else(|| Error::unavailable(BUSY_FOR))??;
    Ok(Turn { _room: room })
}

/// The document: `{"success", "export_type", "data": […], "count"}`.
pub async fn body(app: &Arc<App>, admin: i64, of: Of, turn: Turn) -> Result<Body, Error> {
    let rows = Rows {
        app: Arc::clone(app),
        of,
        after: 0,
        count: 0,
        stage: Stage::Head,
        _turn: turn,
    };
    stream::body(app, Reader::Lister(admin), rows, SLICE_HELD).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Head,
    Rows,
    Done,
}

struct Rows {
    app: Arc<App>,
    of: Of,
    /// The id of the last row that was read.
    after: i64,
    count: i64,
    stage: Stage,
    _turn: Turn,
}

impl Source for Rows {
    async fn next(&mut self) -> Result<Option<Vec<Part>>, database::Error> {
        match self.stage {
            Stage::Head => {
                self.stage = Stage::Rows;
                let head = format!(r#"{{"success":true,"export_type":"{}","data":["#, self.of.name());
                Ok(Some(vec![Part::json(head)]))
            }
            Stage::Rows => {
                let slice = self.slice().await?;
                if slice.is_empty() {
                    self.stage = Stage::Done;
                    return Ok(Some(vec![Part::json(format!(r#"],"count":{}}}"#, self.count))]));
                }
                Ok(Some(vec![Part::json(slice)]))
            }
            Stage::Done => Ok(None),
        }
    }
}

impl Rows {
    /// The next rows as JSON, with the commas before them; empty at the end.
    async fn slice(&mut self) -> Result<String, database::Error> {
        let after = self.after;
        let mut json = String::new();
        match self.of {
            Of::Users => {
                let rows = patiently(&self.app, move |conn| accounts::after(conn, after, SLICE)).await?;
                for row in rows {
                    self.after = row.seen.id;
                    self.append(&mut json, &ExportedUser::from(row));
                }
            }
            Of::Stories => {
                let rows = patiently(&self.app, move |conn| stories::after(conn, after, SLICE)).await?;
                for row in rows {
                    self.after = row.id;
                    self.append(&mut json, &ExportedStory::from(row));
                }
            }
        }
        Ok(json)
    }

    fn append(&mut self, json: &mut String, row: &impl Serialize) {
        if self.count > 0 {
            json.push(',');
        }
        self.count += 1;
        json.push_str(&serde_json::to_string(row).expect("our own shapes are plain JSON"));
    }
}

/// An account.
#[derive(Serialize)]
struct ExportedUser {
    id: i64,
    username: String,
    email: String,
    display_name: String,
    user_type: String,
    is_active: bool,
    is_staff: bool,
    is_superuser: bool,
    is_flagged: bool,
    violation_count: i64,
    date_joined: Timestamp,
    last_login: Option<Timestamp>,
    last_seen: Timestamp,
    archived_at: Option<Timestamp>,
    story_count: i64,
    published_story_count: i64,
}

impl From<accounts::Exported> for ExportedUser {
    fn from(row: accounts::Exported) -> Self {
        let seen = row.seen;
        Self {
            id: seen.id,
            username: seen.username,
            email: seen.email,
            display_name: seen.display_name,
            user_type: seen.user_type,
            is_active: seen.is_active,
            is_staff: seen.is_admin,
            is_superuser: seen.is_superuser,
            is_flagged: seen.is_flagged,
            violation_count: seen.violation_count,
            date_joined: Timestamp(seen.created_at),
            last_login: seen.last_login.map(Timestamp),
            last_seen: Timestamp(row.last_seen),
            archived_at: seen.archived_at.map(Timestamp),
            story_count: seen.story_count,
            published_story_count: seen.published_count,
        }
    }
}

/// A story.
#[derive(Serialize)]
struct ExportedStory {
    id: i64,
    title: String,
    author_id: i64,
    author: String,
    language: String,
    category: String,
    creation_type: String,
    is_published: bool,
    is_collaborative: bool,
    is_flagged: bool,
    date_created: Timestamp,
    date_updated: Timestamp,
    views: i64,
    total_likes: i64,
    total_comments: i64,
    total_saves: i64,
    total_ratings: i64,
}

impl From<stories::Seen> for ExportedStory {
    fn from(story: stories::Seen) -> Self {
        Self {
            id: story.id,
            title: story.title,
            author_id: story.author_id,
            author: story.author,
            language: story.language,
            category: story.category,
            creation_type: story.creation_type,
            is_published: story.is_published,
            is_collaborative: story.is_collaborative,
            is_flagged: story.is_flagged,
            date_created: Timestamp(story.date_created),
            date_updated: Timestamp(story.date_updated),
            views: story.views,
            total_likes: story.likes_count,
            total_comments: story.comments_count,
            total_saves: story.saves_count,
            total_ratings: story.ratings_count,
        }
    }
}
