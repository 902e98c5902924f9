//! One's stored notifications.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::NotificationDone;
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::notifications::shapes::NotificationShape;
use crate::notifications::{limits, store};
use crate::wire::origin::Origin;
use crate::wire::page::{Links, Wanted};
use crate::wire::{Error, Id, Query, respond};

/// Notifications on a page.
const PAGE: i64 = 20;

/// A page of notifications.
#[derive(Serialize, ToSchema)]
pub struct NotificationPage {
    count: i64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<NotificationShape>,
}

/// One's notifications, newest first, 20 on a page.
#[utoipa::path(get, path = "/api/notifications/", tag = "notifications",
    params(("page" = Option<String>, Query, description = "from 1, or `last`")),
    responses((status = 200, body = NotificationPage)))]
pub async fn list(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    origin: Origin,
    query: Query,
    uri: Uri,
) -> Result<Response, Error> {
    let wanted = Wanted::from(&query);
    let (page, found) = app
        .read(move |conn| {
            let page = wanted.of(store::count(conn, caller.id)?, PAGE)?;
            Ok((page, store::page(conn, caller.id, PAGE, page.offset())?))
        })
        .await?;
    let Links {
        count,
        next,
        previous,
    } = page.links(&origin, uri.path(), &query);
    Ok(respond::ok(&NotificationPage {
        count,
        next,
        previous,
        results: found.into_iter().map(Into::into).collect(),
    }))
}

/// Marks one of one's notifications as read.
#[utoipa::path(put, path = "/api/notifications/{id}/read/", tag = "notifications", params(("id" = i64, Path)),
    responses((status = 200, body = NotificationDone)))]
pub async fn read(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    app.write(move |conn| {
        store::mark_read(conn, id, caller.id)?
            .then_some(())
            .ok_or_else(Error::not_found)
    })
    .await?;
    Ok(respond::ok(&NotificationDone::new("The notification is read.")))
}

/// Marks all of one's notifications as read, but for invitations: those wait for an answer as long as they are unread.
#[utoipa::path(put, path = "/api/notifications/mark-all-read/", tag = "notifications",
    responses((status = 200, body = NotificationDone)))]
pub async fn read_all(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    app.write(move |conn| Ok(store::mark_all_read(conn, caller.id)?))
        .await?;
    Ok(respond::ok(&NotificationDone::new("All notifications are read.")))
}
