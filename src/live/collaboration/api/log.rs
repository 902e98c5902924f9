//! The log of a session.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::SessionId;
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::live::collaboration::store;
use crate::live::collaboration::store::log::{self, Logged};
use crate::wire::{Error, Query, Timestamp, respond};

/// Operations of a session.
#[derive(Serialize, ToSchema)]
pub struct Operations {
    success: bool,
    operations: Vec<OperationShape>,
    /// All there are, not only those shown.
    total: i64,
}

/// An operation.
#[derive(Serialize, ToSchema)]
pub struct OperationShape {
    /// The same as `sequence_number`.
    id: i64,
    user_id: i64,
    /// Empty when the account is gone.
    username: String,
    operation_type: String,
    /// `{}` when it is longer than 64 KiB.
    #[schema(value_type = Object)]
    operation_data: Box<RawValue>,
    /// From 0; -1 is the cover.
    page_number: i64,
    sequence_number: i64,
    #[schema(value_type = String, format = DateTime)]
    timestamp: Timestamp,
}

impl From<Logged> for OperationShape {
    fn from(logged: Logged) -> Self {
        let data = logged.data.and_then(|data| RawValue::from_string(data).ok());
        Self {
            id: logged.number,
            user_id: logged.user_id,
            username: logged.username,
            operation_type: logged.kind,
            operation_data: data
                .unwrap_or_else(|| RawValue::from_string("{}".to_owned()).expect("an empty object is JSON")),
            page_number: logged.page,
            sequence_number: logged.number,
            timestamp: Timestamp(logged.created_at),
        }
    }
}

/// What was done in a session, in the order in which everybody saw it, some at a time: the next ones follow the last
/// `sequence_number` shown, as `after`. Kept until a drawing that holds them is stored, and a day after the end.
///
/// For those who have or had a place in the session, unless they were put out; 404 for all others.
#[utoipa::path(get, path = "/api/collaborate/{session_id}/operations/", tag = "collaboration",
    params(("session_id" = String, Path), ("page_number" = Option<i64>, Query, description = "from 0; -1 is the cover"),
        ("after" = Option<i64>, Query)),
    responses((status = 200, body = Operations)))]
pub async fn operations(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    SessionId(session_id): SessionId,
    query: Query,
) -> Result<Response, Error> {
    let page = number(&query, "page_number")?;
    let after = number(&query, "after")?.unwrap_or_default();
    let now = app.clock.now();
    let found = app.read(move |conn| {
        let standing = store::standing(conn, &session_id, caller.id, now)?;
        let standing = standing
            .filter(|standing| standing.role.is_some() && !standing.is_kicked)
            .ok_or_else(Error::not_found)?;
        let total = log::count(conn, standing.session.id, page)?;
        Ok((log::slice(conn, standing.session.id, page, after)?, total))
    });
    let (operations, total) = found.await?;
    Ok(respond::ok(&Operations {
        success: true,
        operations: operations.into_iter().map(OperationShape::from).collect(),
        total,
    }))
}

/// A number of the query, if it is there; 400 for anything else.
fn number(query: &Query, name: &str) -> Result<Option<i64>, Error> {
    let Some(text) = query.get(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let number = text.trim().parse();
    number
        .map(Some)
        .map_err(|_| Error::field(name, "A whole number is needed."))
}
