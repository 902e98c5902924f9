//! Characters: figures that somebody draws and keeps. They are their creator's alone; to anybody else they do not exist.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Done;
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::moderation::Masker;
use crate::pictures::Reader;
use crate::pictures::splitter::{Field, Keep};
use crate::pictures::stream::{self, Part};
use crate::pictures::{Received, receive};
use crate::stories::store::characters::{self, Change, Character, Listed, MOST_CHARACTERS};
use crate::stories::{effects, limits};
use crate::wire::{Error, Fields, Id, Timestamp, respond};

/// The longest name, in code points.
const LONGEST_NAME: usize = 100;
/// The longest description, in code points.
const LONGEST_DESCRIPTION: usize = 2000;
/// The largest request, in bytes.
const LARGEST: usize = 4 * 1024 * 1024;

/// What is read of a body; everything else passes by.
const KNOWN: &[Field] = &[
    Field {
        name: "name",
        keep: Keep::Value(16 * 1024),
    },
    Field {
        name: "description",
        keep: Keep::Value(64 * 1024),
    },
    Field {
        name: "canvas_data",
        keep: Keep::Value(LARGEST),
    },
    Field {
        name: "image",
        keep: Keep::Value(LARGEST),
    },
];

/// A character.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "documents what Sheet and the streamed canvas make together"
)]
pub struct CharacterShape {
    id: i64,
    name: String,
    creator: i64,
    creator_name: String,
    description: Option<String>,
    /// Picture files do not exist: always null.
    image: Option<String>,
    #[schema(format = DateTime)]
    date_created: String,
    canvas_data: String,
}

/// A character in the list.
#[derive(Serialize, ToSchema)]
pub struct ListedCharacter {
    id: i64,
    name: String,
    creator_name: String,
    /// Picture files do not exist: always null.
    image: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    date_created: Timestamp,
}

impl From<Listed> for ListedCharacter {
    fn from(character: Listed) -> Self {
        Self {
            id: character.id,
            name: character.name,
            creator_name: character.creator_name,
            image: None,
            date_created: Timestamp(character.date_created),
        }
    }
}

/// One's characters.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the stream writes")]
pub struct Characters {
    success: bool,
    characters: Vec<ListedCharacter>,
}

/// One's characters, newest first; at most 500 can be kept.
#[utoipa::path(get, path = "/api/characters/", tag = "characters", responses((status = 200, body = Characters)))]
pub async fn list(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    let list: Result<_, Error> = app
        .database
        .read(move |conn| Ok(characters::list(conn, caller.id)?))
        .await;
    let mut parts = vec![Part::json(r#"{"success":true,"characters":["#)];
    let mut comma = "";
    for row in list? {
        parts.push(Part::Json(format!(
            "{comma}{}",
            json(&ListedCharacter::from(row))
        )));
        comma = ",";
    }
    parts.push(Part::json("]}"));
    answer(&app, caller.id, StatusCode::OK, parts).await
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own shapes are plain JSON")
}

async fn answer(
    app: &Arc<App>,
    reader: i64,
    status: StatusCode,
    parts: Vec<Part>,
) -> Result<Response, Error> {
    let body = stream::of_parts(app, Reader::Account(reader), parts).await?;
    Ok((status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// A character as it is sent.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewCharacter {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// The drawing, in the app's own format.
    #[schema(min_length = 1)]
    canvas_data: String,
    #[schema(max_length = 2000)]
    description: Option<String>,
}

/// A character was stored.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the stream writes")]
pub struct CharacterStored {
    success: bool,
    message: String,
    character: CharacterShape,
}

/// Makes a character. Rude words in its name and description are masked.
#[utoipa::path(post, path = "/api/characters/create/", tag = "characters", request_body = NewCharacter,
    responses((status = 201, body = CharacterStored)))]
pub async fn create(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    request: Request,
) -> Result<Response, Error> {
    app.limit(&limits::CREATE, caller.id)?;
    let (mut fields, _received) = read(&app, caller.id, request).await?;
    for name in ["name", "canvas_data"] {
        if !fields.has(name) {
            fields.refuse(name, "This field is required.");
        }
    }
    let Change {
        name,
        description,
        canvas_data,
    } = given(&app, fields).await?;
    // Both are there: they would have been refused.
    let (name, canvas_data) = (name.unwrap_or_default(), canvas_data.unwrap_or_default());
    let (description, now) = (description.flatten(), app.clock.now());
    let stored: Result<_, Error> = app
        .database
        .write_sized(canvas_data.len(), move |conn| {
            let description = description.as_deref();
            let id = characters::insert(conn, caller.id, &name, description, &canvas_data, now)?
                .ok_or_else(full)?;
            let earned = effects::character_created(conn, caller.id, id, now)?;
            Ok((
                characters::one(conn, id, caller.id)?.ok_or(database::Error::Missing)?,
                earned,
            ))
        })
        .await;
    let (character, earned) = stored?;
    earned.announce(&app);
    whole(
        &app,
        StatusCode::CREATED,
        Some("Your character is saved."),
        character,
    )
    .await
}

fn full() -> Error {
    Error::bad_request(format!(
        "You keep {MOST_CHARACTERS} characters already. Delete one to make room."
    ))
}

/// Reads a body, when there is room for it. The room is kept until the caller drops what was received.
async fn read(app: &Arc<App>, account: i64, request: Request) -> Result<(Fields, Received), Error> {
    let mut received = receive(app, account, None, request, KNOWN, LARGEST).await?;
    let fields = Fields::new(std::mem::take(&mut received.body.fields));
    Ok((fields, received))
}

/// What the fields give, rude words masked. A new drawing needs room, as every picture does.
async fn given(app: &App, mut fields: Fields) -> Result<Change, Error> {
    let masker = app.words.masker();
    let mask = |text: String| Masker::mask(&masker, &text).into_owned();
    let change = Change {
        name: not_blank(&mut fields, "name", LONGEST_NAME).map(mask),
        description: fields
            .nullable_text("description", LONGEST_DESCRIPTION)
            .map(|text| text.map(mask)),
        canvas_data: not_blank(&mut fields, "canvas_data", usize::MAX),
    };
    if fields.raw("image").is_some_and(|image| !image.is_null()) {
        fields.refuse("image", "Pictures cannot be sent here.");
    }
    fields.finish()?;
    if change.canvas_data.is_some() && !app.pictures.has_room(app).await? {
        return Err(Error::no_room());
    }
    Ok(change)
}

fn not_blank(fields: &mut Fields, name: &str, max: usize) -> Option<String> {
    fields.has(name).then(|| fields.required_text(name, max))
}

/// An answer without its last member, the canvas.
#[derive(Serialize)]
struct Opening {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    character: Sheet,
}

/// A character without its canvas.
#[derive(Serialize)]
struct Sheet {
    id: i64,
    name: String,
    creator: i64,
    creator_name: String,
    description: Option<String>,
    image: Option<String>,
    date_created: Timestamp,
}

/// An answer with a whole character.
async fn whole(
    app: &Arc<App>,
    status: StatusCode,
    message: Option<&'static str>,
    character: Character,
) -> Result<Response, Error> {
    let creator = character.creator_id;
    let sheet = Sheet {
        id: character.id,
        name: character.name,
        creator,
        creator_name: character.creator_name,
        description: character.description,
        image: None,
        date_created: Timestamp(character.date_created),
    };
    let mut opening = json(&Opening {
        success: true,
        message,
        character: sheet,
    });
    opening.truncate(opening.len() - "}}".len());
    opening += ",\"canvas_data\":\"";
    let parts = vec![
        Part::Json(opening),
        Part::Text(character.canvas_data),
        Part::json("\"}}"),
    ];
    answer(app, creator, status, parts).await
}

/// One character.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the stream writes")]
pub struct CharacterAnswer {
    success: bool,
    character: CharacterShape,
}

/// One of one's characters, drawing and all.
#[utoipa::path(get, path = "/api/characters/{id}/", tag = "characters", params(("id" = i64, Path)),
    responses((status = 200, body = CharacterAnswer)))]
pub async fn one(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(character_id): Id,
) -> Result<Response, Error> {
    let found: Result<_, Error> = app
        .database
        .read(move |conn| Ok(characters::one(conn, character_id, caller.id)?))
        .await;
    whole(&app, StatusCode::OK, None, found?.ok_or_else(Error::not_found)?).await
}

/// A change of a character; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct CharacterChange {
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    #[schema(min_length = 1)]
    canvas_data: Option<String>,
    #[schema(max_length = 2000)]
    description: Option<String>,
}

/// Changes one of one's characters. Rude words in its name and description are masked.
#[utoipa::path(method(put, patch), path = "/api/characters/{id}/update/", tag = "characters",
    params(("id" = i64, Path)), request_body = CharacterChange, responses((status = 200, body = CharacterStored)))]
pub async fn update(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(character_id): Id,
    request: Request,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let (fields, _received) = read(&app, caller.id, request).await?;
    let change = given(&app, fields).await?;
    let bytes = change.canvas_data.as_ref().map_or(0, String::len);
    let stored: Result<_, Error> = app
        .database
        .write_sized(bytes, move |conn| {
            characters::update(conn, character_id, caller.id, &change)?;
            characters::one(conn, character_id, caller.id)?.ok_or_else(Error::not_found)
        })
        .await;
    whole(&app, StatusCode::OK, Some("Your character is saved."), stored?).await
}

/// Deletes one of one's characters.
#[utoipa::path(delete, path = "/api/characters/{id}/delete/", tag = "characters", params(("id" = i64, Path)),
    responses((status = 200, body = Done)))]
pub async fn delete(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(character_id): Id,
) -> Result<Response, Error> {
    let now = app.clock.now();
    let deleted: Result<(), Error> = app
        .database
        .write(move |conn| {
            if !characters::delete(conn, character_id, caller.id)? {
                return Err(Error::not_found());
            }
            Ok(effects::character_deleted(conn, caller.id, now)?)
        })
        .await;
    deleted?;
    Ok(respond::ok(&Done::new("The character is deleted.")))
}
