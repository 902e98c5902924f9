//! What is compared with: axum and rusqlite with nothing between them.
//!
//! One thread, one connection, no accounts, no limits, no streaming, no second hop: the same statements as ours on the
//! same file, and the same bytes out, which the bench checks before it measures. It is fast because it does so little.
//! Started by the bench as a process of its own, with the settings that the bench gives a server.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use rusqlite::{Connection, Row};
use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::world::ORIGIN;
use crate::Result;
use crate::workspace::environment;

/// Everybody's likes are this account's: there is no sign-in here.
const LIKER: i64 = 1_000_000;

type Shared = Arc<Mutex<Connection>>;

/// Serves until it is ended.
pub(super) fn serve() -> Result<()> {
    let setting = |name| environment(name).ok_or_else(|| format!("the bench sets {name}"));
    let connection = Connection::open(setting("DATABASE")?)?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
    connection.set_prepared_statement_cache_capacity(64);
    let routes = Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/api/stories/", get(list))
        .route("/api/stories/{id}/", get(detail))
        .route("/api/stories/{id}/like/", post(like))
        .with_state(Arc::new(Mutex::new(connection)));
    let address = (Ipv4Addr::LOCALHOST, setting("PORT")?.parse::<u16>()?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // As ours does: an answer's end must not wait for the acknowledgement of its beginning.
        let listener = tokio::net::TcpListener::bind(address).await?;
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        Ok(axum::serve(listener, routes).await?)
    })
}

fn answer(status: StatusCode, json: rusqlite::Result<String>) -> Response {
    match json {
        Ok(json) => (status, [(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain shapes are plain JSON")
}

#[derive(Serialize)]
struct Page {
    count: i64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    id: i64,
    title: String,
    author_name: String,
    authors_names: [String; 0],
    summary: Option<String>,
    category: String,
    genres: Vec<String>,
    language: String,
    creation_type: String,
    is_published: bool,
    date_created: String,
    date_updated: String,
    views: i64,
    average_rating: Value,
    likes_count: i64,
    comments_count: i64,
    is_liked_by_user: bool,
    is_collaborative: bool,
    cover_image: String,
    content: &'static str,
    canvas_data: &'static str,
}

async fn list(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let size = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("page_size=")?.parse().ok());
    let connection = shared.lock().unwrap_or_else(PoisonError::into_inner);
    answer(
        StatusCode::OK,
        page(&connection, size.unwrap_or(12)).map(|page| text(&page)),
    )
}

/// The first page: its ids in order with the number of all, then its rows.
fn page(connection: &Connection, size: usize) -> rusqlite::Result<Page> {
    let mut heads = connection.prepare_cached(
        "SELECT s.id, s.version,
                u.profile_version + CASE WHEN s.is_collaborative THEN (
                    SELECT CAST(COALESCE(SUM(c.profile_version), 0) AS BIGINT)
                    FROM story_authors a JOIN users c ON c.id = a.user_id WHERE a.story_id = s.id) ELSE 0 END,
                EXISTS (SELECT 1 FROM story_likes l WHERE l.story_id = s.id AND l.user_id = ?1),
                s.body_bytes, s.wire_bytes, CAST(0 AS BIGINT),
                (SELECT CAST(COUNT(*) AS BIGINT)
                 FROM stories s JOIN users u ON u.id = s.author_id WHERE s.is_published)
         FROM stories s JOIN users u ON u.id = s.author_id WHERE s.is_published
         ORDER BY s.date_created DESC, s.id DESC LIMIT ?2 OFFSET ?3",
    )?;
    let heads = heads.query_map((0, size as i64, 0), |row| {
        Ok((row.get(0)?, row.get(3)?, row.get(7)?))
    })?;
    let heads = heads.collect::<rusqlite::Result<Vec<(i64, bool, i64)>>>()?;
    let places: Vec<String> = (1..=heads.len()).map(|number| format!("?{number}")).collect();
    let mut rows = connection.prepare_cached(&format!(
        "SELECT s.id, s.author_id, u.display_name, u.username, s.title, s.summary, s.category, s.genres, s.language,
                s.creation_type, s.is_published, s.is_collaborative, s.date_created, s.date_updated, s.views,
                s.likes_count, s.comments_count, s.saves_count, s.ratings_sum, s.ratings_count, s.public_cover,
                FALSE, FALSE
         FROM stories s JOIN users u ON u.id = s.author_id
         WHERE s.id IN ({})",
        places.join(", ")
    ))?;
    let ids = rusqlite::params_from_iter(heads.iter().map(|(id, ..)| id));
    let mut results = rows
        .query_map(ids, listed)?
        .collect::<rusqlite::Result<Vec<Listed>>>()?;
    let place = |story: &Listed| heads.iter().position(|(id, ..)| *id == story.id);
    results.sort_by_cached_key(place);
    for (story, (_, is_liked, _)) in results.iter_mut().zip(&heads) {
        story.is_liked_by_user = *is_liked;
    }
    let count = heads.first().map_or(0, |(.., count)| *count);
    let next = format!("{ORIGIN}/api/stories/?page=2&page_size={size}&public=true");
    Ok(Page {
        count,
        next: (size < usize::try_from(count).unwrap_or_default()).then_some(next),
        previous: None,
        results,
    })
}

fn listed(row: &Row<'_>) -> rusqlite::Result<Listed> {
    Ok(Listed {
        id: row.get(0)?,
        author_name: row.get(2)?,
        authors_names: [],
        title: row.get(4)?,
        summary: row.get(5)?,
        category: row.get(6)?,
        genres: genres(row.get_ref(7)?.as_str()?),
        language: row.get(8)?,
        creation_type: row.get(9)?,
        is_published: row.get(10)?,
        is_collaborative: row.get(11)?,
        date_created: instant(row.get(12)?),
        date_updated: instant(row.get(13)?),
        views: row.get(14)?,
        likes_count: row.get(15)?,
        comments_count: row.get(16)?,
        average_rating: average(row.get(18)?, row.get(19)?),
        cover_image: cover(row.get(20)?),
        is_liked_by_user: false,
        content: "",
        canvas_data: "[]",
    })
}

fn genres(stored: &str) -> Vec<String> {
    serde_json::from_str(stored).unwrap_or_default()
}

fn average(sum: i64, count: i64) -> Value {
    if count == 0 {
        json!(0)
    } else {
        json!((sum as f64 / count as f64 * 10.0).round() / 10.0)
    }
}

/// A stored drawing's address; any other cover is an address already.
fn cover(stored: String) -> String {
    match stored
        .strip_prefix("\u{1}p")
        .and_then(|reference| reference.get(..64))
    {
        Some(hash) => format!("{ORIGIN}/media/pictures/{hash}.png"),
        None => stored,
    }
}

fn instant(micros: i64) -> String {
    let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (date, (hour, minute, second, micro)) = (instant.date(), instant.to_hms_micro());
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micro:06}Z")
}

#[derive(Serialize)]
struct Whole {
    id: i64,
    title: String,
    author: i64,
    author_name: String,
    author_username: String,
    authors_names: [String; 0],
    summary: Option<String>,
    category: String,
    genres: Vec<String>,
    language: String,
    creation_type: String,
    is_published: bool,
    date_created: String,
    date_updated: String,
    views: i64,
    total_ratings: i64,
    average_rating: Value,
    is_owner: bool,
    likes_count: i64,
    comments_count: i64,
    saves_count: i64,
    saved_count: i64,
    is_liked_by_user: bool,
    is_saved_by_user: bool,
    is_collaborative: bool,
    cover_image: String,
    content: String,
    canvas_data: String,
}

#[derive(Serialize)]
struct Detail {
    success: bool,
    story: Whole,
}

async fn detail(State(shared): State<Shared>, Path(id): Path<i64>) -> Response {
    let connection = shared.lock().unwrap_or_else(PoisonError::into_inner);
    let story = whole(&connection, id);
    answer(
        StatusCode::OK,
        story.map(|story| text(&Detail { success: true, story })),
    )
}

/// A story without stored drawings: its canvas holds addresses and goes out as it is.
fn whole(connection: &Connection, id: i64) -> rusqlite::Result<Whole> {
    let mut body = connection
        .prepare_cached("SELECT story_id, cover, content, canvas FROM story_bodies WHERE story_id IN (?1)")?;
    let (cover_image, content, canvas_data) =
        body.query_row([id], |row| Ok((row.get(1)?, row.get(2)?, row.get(3)?)))?;
    let mut story = connection.prepare_cached(
        "SELECT s.id, s.author_id, u.display_name, u.username, s.title, s.summary, s.category, s.genres, s.language,
                s.creation_type, s.is_published, s.is_collaborative, s.date_created, s.date_updated, s.views,
                s.likes_count, s.comments_count, s.saves_count, s.ratings_sum, s.ratings_count, s.public_cover,
                EXISTS (SELECT 1 FROM story_likes l WHERE l.story_id = s.id AND l.user_id = ?2),
                EXISTS (SELECT 1 FROM story_saves v WHERE v.story_id = s.id AND v.user_id = ?2),
                EXISTS (SELECT 1 FROM story_authors a WHERE a.story_id = s.id AND a.user_id = ?2)
         FROM stories s JOIN users u ON u.id = s.author_id
         WHERE s.id = ?1",
    )?;
    story.query_row((id, 0), |row| {
        Ok(Whole {
            id: row.get(0)?,
            author: row.get(1)?,
            author_name: row.get(2)?,
            author_username: row.get(3)?,
            authors_names: [],
            title: row.get(4)?,
            summary: row.get(5)?,
            category: row.get(6)?,
            genres: genres(row.get_ref(7)?.as_str()?),
            language: row.get(8)?,
            creation_type: row.get(9)?,
            is_published: row.get(10)?,
            is_collaborative: row.get(11)?,
            date_created: instant(row.get(12)?),
            date_updated: instant(row.get(13)?),
            views: row.get(14)?,
            likes_count: row.get(15)?,
            comments_count: row.get(16)?,
            saves_count: row.get(17)?,
            saved_count: row.get(17)?,
            average_rating: average(row.get(18)?, row.get(19)?),
            total_ratings: row.get(19)?,
            is_liked_by_user: row.get(21)?,
            is_saved_by_user: row.get(22)?,
            is_owner: false,
            cover_image,
            content,
            canvas_data,
        })
    })
}

#[derive(Serialize)]
struct Liked {
    success: bool,
    message: &'static str,
    is_liked: bool,
    likes_count: i64,
}

async fn like(State(shared): State<Shared>, Path(id): Path<i64>) -> Response {
    let mut connection = shared.lock().unwrap_or_else(PoisonError::into_inner);
    match toggle(&mut connection, id) {
        Ok(liked) if liked.is_liked => answer(StatusCode::CREATED, Ok(text(&liked))),
        liked => answer(StatusCode::OK, liked.map(|liked| text(&liked))),
    }
}

/// One transaction and one sync of the disk for each like.
fn toggle(connection: &mut Connection, id: i64) -> rusqlite::Result<Liked> {
    let transaction = connection.transaction()?;
    let undone = transaction
        .prepare_cached("DELETE FROM story_likes WHERE story_id = ?1 AND user_id = ?2")?
        .execute((id, LIKER))?;
    if undone == 0 {
        transaction
            .prepare_cached("INSERT INTO story_likes (story_id, user_id, date_created) VALUES (?1, ?2, 0)")?
            .execute((id, LIKER))?;
    }
    let likes_count = transaction
        .prepare_cached(
            "UPDATE stories SET likes_count = likes_count + ?2, version = version + 1
             WHERE id = ?1 RETURNING likes_count",
        )?
        .query_row((id, if undone == 0 { 1 } else { -1 }), |row| row.get(0))?;
    transaction.commit()?;
    let is_liked = undone == 0;
    let message = if is_liked {
        "You like this story."
    } else {
        "You no longer like this story."
    };
    Ok(Liked {
        success: true,
        message,
        is_liked,
        likes_count,
    })
}
