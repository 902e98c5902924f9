//! What families say to teachers who would like to have their children in a class.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::students::has_room;
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::classroom::limits;
use crate::classroom::rules::links::{Answer, Status, answer};
use crate::classroom::shapes::ClassLinkShape;
use crate::classroom::store::links::{self, FamilyLink};
use crate::classroom::telling::{self, Placement};
use crate::notifications::store::Notification;
use crate::wire::{Body, Error, Fields, Id, respond};

/// The largest request, in bytes.
const LARGEST: usize = 1024;

/// The teachers of one's children.
#[derive(Serialize, ToSchema)]
pub struct ClassLinks {
    success: bool,
    class_links: Vec<ClassLinkShape>,
}

/// The teachers of one's children, or one's own: who asks, who was told yes, and who no; the newest first, 200 at most.
#[utoipa::path(get, path = "/api/family/class-links/", tag = "classes",
    responses((status = 200, body = ClassLinks), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let found = app
        .read(move |conn| Ok(links::of_family(conn, caller.id)?))
        .await?;
    let list = ClassLinks {
        success: true,
        class_links: found.into_iter().map(Into::into).collect(),
    };
    Ok(respond::polled(&headers, &list))
}

/// Yes or no.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct ClassLinkAnswer {
    accept: bool,
}

/// A link as the answer left it.
#[derive(Serialize, ToSchema)]
pub struct ClassLinkAnswered {
    success: bool,
    message: &'static str,
    class_link: ClassLinkShape,
}

/// Says yes or no to a teacher. A parent says it for a child, and a child that has no parent here for itself.
///
/// Both can be taken back: a no after a yes ends it, and the teacher sees nothing from then on; a yes after a no begins it.
#[utoipa::path(post, path = "/api/family/class-links/{id}/respond/", tag = "classes", params(("id" = i64, Path)),
    request_body = ClassLinkAnswer, responses((status = 200, body = ClassLinkAnswered)))]
pub async fn reply(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(link_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::ANSWER, caller.id)?;
    let mut fields = Fields::new(body);
    let accepts = fields.boolean("accept");
    fields.finish()?;
    let accepts = accepts.ok_or_else(|| Error::field("accept", "This field is required."))?;
    let now = app.clock.now();
    let (link, told) = app
        .write(move |conn| say(conn, link_id, caller.id, accepts, now))
        .await?;
    telling::announce(&app, told);
    Ok(respond::ok(&ClassLinkAnswered {
        success: true,
        message: if accepts {
            "You have said yes."
        } else {
            "You have said no."
        },
        class_link: link.into(),
    }))
}

fn say(
    conn: &mut Conn<'_>,
    link_id: i64,
    caller: i64,
    accepts: bool,
    now: i64,
) -> Result<(FamilyLink, Vec<Notification>), Error> {
    let link = links::of_family_one(conn, link_id, caller)?.ok_or_else(Error::not_found)?;
    let mut told = Vec::new();
    match answer(link.standing, accepts) {
        Answer::Gone => return Err(Error::not_found()),
        _ if !link.may_answer => {
            return Err(Error::forbidden("Your parents answer this for you."));
        }
        Answer::Nothing => return Ok((link, told)),
        Answer::Declines => links::decline(conn, link_id, now)?,
        Answer::Accepts => {
            if link.standing.status == Status::Ended {
                has_room(conn, link.teacher_id, 1)?;
            }
            links::accept(conn, link_id, now)?;
            told = placement(&link).accept(conn, caller, now)?;
        }
    }
    let link = links::of_family_one(conn, link_id, caller)?.ok_or_else(Error::not_found)?;
    Ok((link, told))
}

fn placement(link: &FamilyLink) -> Placement {
    Placement {
        link_id: link.standing.id,
        teacher_id: link.teacher_id,
        teacher_name: link.teacher_name.clone(),
        student_id: link.student_id,
        student_name: link.student_name.clone(),
        class_name: link.class_name.clone(),
    }
}
