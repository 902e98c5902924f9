//! The record of what administrators did, to be read.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::audit::{self, Line};
use super::super::pages::Paging;
use crate::accounts::auth::AnyScheme;
use crate::app::App;
use crate::wire::{Error, Query, Timestamp, respond};

/// Rows of a page when nothing is asked for.
const PAGE: i64 = 50;

/// A line of the record.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AuditLine {
    pub id: i64,
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// A user name; `unknown` for whoever was not recognised.
    pub user: String,
    pub action: String,
    pub resource: String,
    pub target_id: Option<i64>,
    pub ip_address: String,
    /// `success` or `failed`.
    pub status: String,
    pub details: String,
    pub user_agent: String,
}

impl From<Line> for AuditLine {
    fn from(line: Line) -> Self {
        Self {
            id: line.id,
            timestamp: Timestamp(line.at),
            user: line.admin_username,
            action: line.action,
            resource: line.resource,
            target_id: line.target_id,
            ip_address: line.network,
            status: line.status,
            details: line.details,
            user_agent: line.user_agent,
        }
    }
}

/// A page of the record.
#[derive(Serialize, ToSchema)]
pub struct AuditRecord {
    success: bool,
    logs: Vec<AuditLine>,
    total: i64,
    page: i64,
    limit: i64,
    total_pages: i64,
}

/// What administrators did and tried, the newest first. Takes an administrator's token under either scheme.
#[utoipa::path(get, path = "/api/admin/audit-logs/", tag = "admin",
    params(("page" = Option<i64>, Query), ("limit" = Option<i64>, Query, description = "1 to 100, 50 when absent"),
           ("type" = Option<String>, Query, description = "an action, or `all`")),
    responses((status = 200, body = AuditRecord), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    AnyScheme(_admin): AnyScheme,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let paging = Paging::named(&query, "limit", PAGE);
    let action = query
        .get("type")
        .filter(|action| action != "all")
        .unwrap_or_default();
    let (lines, total) = app
        .read(move |conn| Ok(audit::page(conn, &action, paging.size, paging.offset())?))
        .await?;
    let record = AuditRecord {
        success: true,
        logs: lines.into_iter().map(Into::into).collect(),
        total,
        page: paging.page,
        limit: paging.size,
        total_pages: paging.pages(total),
    };
    Ok(respond::polled(&headers, &record))
}
