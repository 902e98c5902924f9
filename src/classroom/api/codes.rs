//! Class codes: made and taken back by the teacher, typed by children.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::students::has_room;
use super::{ClassroomDone, own};
use crate::accounts::auth::Caller;
use crate::accounts::codes::{dice, spoken, typed};
use crate::app::{App, ClientAddress};
use crate::classroom::limits;
use crate::classroom::rules::links::{Status, may_join};
use crate::classroom::store::classes::{self, Class};
use crate::classroom::store::{families, links};
use crate::classroom::telling::{self, Placement};
use crate::notifications::store::Notification;
use crate::wire::{Body, Error, Fields, Id, respond};

/// The largest request, in bytes.
const LARGEST: usize = 1024;

/// The code of a class.
#[derive(Serialize, ToSchema)]
pub struct ClassCode {
    success: bool,
    message: &'static str,
    /// Eight letters and digits.
    code: String,
}

/// Makes a new code for one of one's classes. The one before does not work any more.
#[utoipa::path(post, path = "/api/teacher/classes/{id}/code/", tag = "classes", params(("id" = i64, Path)),
    responses((status = 201, body = ClassCode)))]
pub async fn make(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(class_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    // One of a million million: a second one is for whoever wins in every lottery.
    let codes = [spoken(dice()), spoken(dice())];
    let now = app.clock.now();
    let code = app
        .write(move |conn| {
            own(conn, &caller, class_id)?;
            for code in &codes {
                if classes::set_code(conn, class_id, Some(code), now)? {
                    return Ok(code.clone());
                }
            }
            Err(Error::unavailable(1))
        })
        .await?;
    Ok(respond::created(&ClassCode {
        success: true,
        message: "Whoever types this code is in the class.",
        code,
    }))
}

/// Takes the code of one of one's classes back: nobody comes in by it any more. Whoever is in stays.
#[utoipa::path(delete, path = "/api/teacher/classes/{id}/code/", tag = "classes", params(("id" = i64, Path)),
    responses((status = 200, body = ClassroomDone)))]
pub async fn take_back(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(class_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let now = app.clock.now();
    app.write(move |conn| {
        own(conn, &caller, class_id)?;
        Ok(classes::set_code(conn, class_id, None, now)?)
    })
    .await?;
    Ok(respond::ok(&ClassroomDone::new(
        "The class has no code any more.",
    )))
}

/// A class code.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct ClassCodeForm {
    /// Eight letters and digits, in capitals or not, with blanks or dashes between them or not.
    code: String,
}

/// The class that one is in now.
#[derive(Serialize, ToSchema)]
pub struct ClassJoined {
    success: bool,
    message: &'static str,
    class: JoinedClass,
}

/// A class, as its students see it.
#[derive(Serialize, ToSchema)]
pub struct JoinedClass {
    id: i64,
    name: String,
    teacher_name: String,
}

impl From<Class> for JoinedClass {
    fn from(class: Class) -> Self {
        Self {
            id: class.id,
            name: class.details.name,
            teacher_name: class.teacher_name,
        }
    }
}

/// Comes into a class by its code. For children; their parents are told.
///
/// 404 when no class has this code, 403 when a parent has said no to this teacher. Whoever is in another class of the same
/// teacher changes into this one.
#[utoipa::path(post, path = "/api/classes/join/", tag = "classes", request_body = ClassCodeForm,
    responses((status = 200, body = ClassJoined)))]
pub async fn join(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    ClientAddress(network): ClientAddress,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    if caller.user_type != "child" {
        return Err(Error::forbidden("Class codes are for children."));
    }
    let now = app.clock.now();
    app.limit(&limits::JOIN, caller.id)?;
    app.limits.look(&limits::WRONG_CODE, &network, now)?;
    let code = read(Fields::new(body))?;
    let joined = app
        .write(move |conn| match classes::by_code(conn, &code)? {
            Some(class) => enter(conn, class, caller.id, now).map(Some),
            None => Ok(None),
        })
        .await?;
    let Some((class, told)) = joined else {
        app.limit(&limits::WRONG_CODE, &network)?;
        return Err(Error::not_found());
    };
    telling::announce(&app, told);
    Ok(respond::ok(&ClassJoined {
        success: true,
        message: "You are in the class now.",
        class: class.into(),
    }))
}

fn read(mut fields: Fields) -> Result<String, Error> {
    const LONGEST: usize = 100;
    let text = fields.required_text("code", LONGEST);
    let code = typed(&text);
    if !text.is_empty() && code.is_none() {
        fields.refuse("code", "A class code has eight letters and digits.");
    }
    fields.finish()?;
    code.ok_or_else(|| Error::field("code", "This field is required."))
}

/// Makes a child a student of this class; who is told.
fn enter(
    conn: &mut Conn<'_>,
    class: Class,
    child_id: i64,
    now: i64,
) -> Result<(Class, Vec<Notification>), Error> {
    let wanted = links::wanted(conn, class.teacher_id, child_id)?.ok_or_else(Error::not_found)?;
    let has_parents = !families::parents(conn, child_id)?.is_empty();
    if !may_join(wanted.standing, has_parents) {
        return Err(Error::forbidden(
            "A parent of yours has said no to this teacher. Please talk to them.",
        ));
    }
    let status = wanted.standing.map(|standing| standing.status);
    let is_in = status == Some(Status::Active)
        && wanted.standing.and_then(|standing| standing.class_id) == Some(class.id);
    if is_in {
        return Ok((class, Vec::new()));
    }
    if matches!(status, None | Some(Status::Ended)) {
        has_room(conn, class.teacher_id, 1)?;
    }
    let link_id = links::link(conn, class.teacher_id, child_id, Some(class.id), now)?;
    let placement = Placement {
        link_id,
        teacher_id: class.teacher_id,
        teacher_name: class.teacher_name.clone(),
        student_id: child_id,
        student_name: wanted.name,
        class_name: Some(class.details.name.clone()),
    };
    let told = placement.join(conn, now)?;
    Ok((class, told))
}
