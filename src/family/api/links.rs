//! What a child sees of the adults who are linked to it, its answer to those who would like to be, and a yes that it takes
//! back.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{FamilyDone, LARGEST, answers_for_itself, child};
use crate::accounts::api::credentials::not_managed;
use crate::accounts::auth::Caller;
use crate::accounts::store::sessions;
use crate::app::App;
use crate::family::rules::MOST_CHILDREN;
use crate::family::shapes::FamilyLinkShape;
use crate::family::store::links;
use crate::family::{limits, telling};
use crate::live::sign_outs::{self, SignOut};
use crate::wire::{Body, Error, Fields, Id, respond};

/// A child's links.
#[derive(Serialize, ToSchema)]
pub struct FamilyLinks {
    success: bool,
    links: Vec<FamilyLinkShape>,
}

/// The parents who are linked to the child that calls, and those who wait for its answer: the newest first.
#[utoipa::path(get, path = "/api/family/links/", tag = "families",
    responses((status = 200, body = FamilyLinks), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    headers: HeaderMap,
) -> Result<Response, Error> {
    child(&caller)?;
    let found = app
        .read(move |conn| Ok(links::of_child(conn, caller.id)?))
        .await?;
    let list = FamilyLinks {
        success: true,
        links: found.into_iter().map(Into::into).collect(),
    };
    Ok(respond::polled(&headers, &list))
}

/// A child's answer.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the field is read strictly")]
pub struct FamilyLinkAnswer {
    accept: bool,
}

/// A child has answered.
#[derive(Serialize, ToSchema)]
pub struct FamilyLinkAnswered {
    success: bool,
    message: &'static str,
    /// `active` or `ended`.
    status: &'static str,
}

/// Answers a parent who would like to be linked to the child that calls. 404 when none of that id waits for an answer.
#[utoipa::path(post, path = "/api/family/links/{parent_id}/respond/", tag = "families",
    params(("parent_id" = i64, Path)), request_body = FamilyLinkAnswer,
    responses((status = 200, body = FamilyLinkAnswered)))]
pub async fn answer(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(parent): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    child(&caller)?;
    app.limit(&limits::CHANGE, caller.id)?;
    let mut fields = Fields::new(body);
    let accepts = fields.raw("accept").map(|value| value.as_bool());
    match accepts {
        None => fields.need("accept"),
        Some(None) => fields.refuse("accept", "Must be true or false."),
        Some(Some(_)) => {}
    }
    fields.finish()?;
    let accepts = accepts.flatten().unwrap_or_default();
    let now = app.clock.now();
    let told = app
        .write(move |conn| {
            answers_for_itself(conn, &caller)?;
            if !links::is_asked_by(conn, caller.id, parent)? {
                return Err(Error::not_found());
            }
            if !accepts {
                links::decline(conn, parent, caller.id, now)?;
                return Ok(None);
            }
            links::activate(conn, parent, caller.id, now)?;
            if links::count_open(conn, parent, now)? > MOST_CHILDREN {
                return Err(Error::bad_request("This parent has no room for more children."));
            }
            Ok(Some(telling::accepted(conn, caller.id, parent, now)?))
        })
        .await?;
    let (message, status) = match told {
        Some(notification) => {
            telling::announce(&app, notification);
            ("You are linked now.", "active")
        }
        None => ("You said no. Nobody is linked to you by this.", "ended"),
    };
    Ok(respond::ok(&FamilyLinkAnswered {
        success: true,
        message,
        status,
    }))
}

/// Ends the link to a parent to whom the child that calls said yes, and with it what that parent sees as the child.
///
/// It is a no that holds for a week, and nobody is told. 404 when none of that id is linked to it; 403 with the code
/// `managed_account` for a child whose account an adult made.
#[utoipa::path(delete, path = "/api/family/links/{parent_id}/", tag = "families", params(("parent_id" = i64, Path)),
    responses((status = 200, body = FamilyDone)))]
pub async fn end(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(parent): Id,
) -> Result<Response, Error> {
    child(&caller)?;
    caller.in_person()?;
    app.limit(&limits::CHANGE, caller.id)?;
    let own = Arc::clone(&app);
    let end = async move {
        let now = own.clock.now();
        let views = own
            .write(move |conn| take_back(conn, parent, caller.id, now))
            .await?;
        for session in views {
            sign_outs::announce(&own, &SignOut::Session { session });
        }
        Ok::<_, Error>(())
    };
    app.tasks.finish("parting from a parent", end).await?;
    Ok(respond::ok(&FamilyDone::new(
        "You are no longer linked to this adult.",
    )))
}

/// Takes a child's yes back; the sessions in which the parent looked at the world as the child.
fn take_back(conn: &mut Conn<'_>, parent: i64, child: i64, now: i64) -> Result<Vec<String>, Error> {
    not_managed(conn, child)?;
    if !links::take_back(conn, parent, child, now)? {
        return Err(Error::not_found());
    }
    Ok(sessions::close_views(conn, parent, child)?)
}
