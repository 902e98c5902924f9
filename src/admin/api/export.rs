//! Everything at once, for superusers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use database::Conn;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::acting::{self, Act, Deed};
use super::super::export::{self, Of};
use super::super::{figures, limits};
use super::dashboard;
use crate::accounts::auth::Administrator;
use crate::app::App;
use crate::wire::{Error, Query, respond};

/// An export.
#[derive(Serialize, ToSchema)]
pub struct AdminExport {
    success: bool,
    /// `users`, `stories` or `analytics`.
    export_type: &'static str,
    /// Rows; of `analytics` one object.
    #[schema(value_type = Object)]
    data: Value,
    /// How many there are.
    count: i64,
}

/// All accounts, all stories (without texts and drawings), or the figures of everything. For superusers, written into the
/// record, one at a time: others get 503 meanwhile.
#[utoipa::path(get, path = "/api/admin/export/", tag = "admin",
    params(("type" = String, Query, description = "`users`, `stories` or `analytics`")),
    responses((status = 200, body = AdminExport)))]
pub async fn export(
    State(app): State<Arc<App>>,
    admin: Administrator,
    query: Query,
) -> Result<Response, Error> {
    app.limit(&limits::EXPORT, admin.account.id)?;
    let of = match query.get("type").as_deref() {
        Some("users") => Some(Of::Users),
        Some("stories") => Some(Of::Stories),
        Some("analytics") => None,
        _ => return Err(Error::field("type", "This is not one of the possible choices.")),
    };
    let admin_id = admin.account.id;
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        act.must_be_superuser()?;
        act.note(conn, "")
    };
    let deed = Deed::of("export", of.map_or("analytics", Of::name));
    let Some(of) = of else {
        acting::perform(&app, admin, deed, work, acting::nobody_is_told).await?;
        let figures = figures::lately(&app).await?;
        return Ok(respond::ok(&AdminExport {
            success: true,
            export_type: "analytics",
            data: dashboard::summary(&figures, app.clock.now()),
            count: 1,
        }));
    };
    // Who may not have it is told so, however busy the server is; what is not made is not written down as made.
    let turn = if admin.account.is_superuser {
        Some(export::begin(&app)?)
    } else {
        None
    };
    acting::perform(&app, admin, deed, work, acting::nobody_is_told).await?;
    let turn = turn.map_or_else(|| export::begin(&app), Ok)?;
    let body = export::body(&app, admin_id, of, turn).await?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}
