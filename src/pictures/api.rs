//! `/media/pictures/<hash>.<ext>`: a picture that a published story shows, for whoever knows its address.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::store::{self, PIECE};
use super::stream::patiently;
use super::{PictureId, Reader};
use crate::app::App;
use crate::wire::{Error, respond};

/// The address is the hash of the bytes, so they never change.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// A picture of a published story.
#[utoipa::path(get, path = "/media/pictures/{name}", tag = "pictures", security(()),
    params(("name" = String, Path, description = "64 hexadecimal digits, a dot and png, jpg, webp or gif")),
    responses((status = 200, description = "The picture.", content_type = "image/png", body = Vec<u8>),
              (status = 304, description = "The client holds it already.")))]
pub async fn picture(
    State(app): State<Arc<App>>,
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Path(name) = name.map_err(|_| Error::not_found())?;
    let (hash, extension) = name.split_once('.').ok_or_else(Error::not_found)?;
    let id: PictureId = hash.parse().map_err(|_| Error::not_found())?;
    let hash = id.to_string();
    let asked = hash.clone();
    let found: Result<_, Error> = app
        .database
        .read(move |conn| Ok(store::published(conn, &asked)?))
        .await;
    let (kind, bytes) = found?
        .filter(|(kind, _)| kind.extension() == extension)
        .ok_or_else(Error::not_found)?;

    let tag = format!("\"{hash}\"");
    let mut response = if respond::is_held(&tag, &headers) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(stream(&app, hash, bytes).await?);
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.mime()));
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("cross-origin"),
    );
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

/// The pieces of a picture, one at a time: one is sent while the next waits.
async fn stream(app: &Arc<App>, hash: String, bytes: i64) -> Result<Body, Error> {
    let held = bytes.unsigned_abs().min(2 * PIECE as u64);
    let room = app.pictures.answers.take(Reader::Picture, held).await?;
    let lease = app.pictures.leases.take(&hash);
    let state = (Arc::clone(app), hash, 0, lease, room);
    Ok(Body::from_stream(futures_util::stream::unfold(
        state,
        |(app, hash, number, lease, room)| async move {
            let asked = hash.clone();
            let piece = patiently(&app, move |conn| store::piece(conn, &asked, number)).await;
            let piece = piece.transpose()?;
            Some((piece.map(Bytes::from), (app, hash, number + 1, lease, room)))
        },
    )))
}
