//! A teacher's classes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Teacher, own};
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::classroom::limits;
use crate::classroom::listing::Listing;
use crate::classroom::rules::{
    LONGEST_CLASS_NAME, LONGEST_DESCRIPTION, LONGEST_GRADE, LONGEST_SUBJECT, LONGEST_YEAR, MOST_CLASSES,
};
use crate::classroom::shapes::ClassShape;
use crate::classroom::store::classes::{self, Details};
use crate::wire::{Body, Error, Fields, Id, respond};

/// The largest request, in bytes.
const LARGEST: usize = 16 * 1024;

/// One's classes, newest first, those among them that are over. Whoever is no teacher has none.
#[utoipa::path(get, path = "/api/teacher/classes/", tag = "classes",
    responses((status = 200, body = Vec<ClassShape>), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let found = if super::is_teacher(&caller) {
        app.read(move |conn| Ok(classes::of_teacher(conn, caller.id)?))
            .await?
    } else {
        Vec::new()
    };
    let rows: Vec<ClassShape> = found.into_iter().map(Into::into).collect();
    Listing::json("[", rows, "]")
        .polled(&app, caller.id, &headers)
        .await
}

/// What a teacher writes about a class.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct ClassForm {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[schema(max_length = 2000)]
    description: Option<String>,
    #[schema(max_length = 50)]
    grade_level: Option<String>,
    #[schema(max_length = 100)]
    subject: Option<String>,
    #[schema(max_length = 20)]
    school_year: Option<String>,
    is_active: Option<bool>,
}

/// What of a class is to be written; nothing stays as it is.
struct Wish {
    name: Option<String>,
    description: Option<Option<String>>,
    grade_level: Option<Option<String>>,
    subject: Option<Option<String>>,
    school_year: Option<Option<String>>,
    is_active: Option<bool>,
}

impl Wish {
    /// Reads it; rude words in the name are masked, since children read it.
    fn read(app: &App, mut fields: Fields, needs_name: bool) -> Result<Self, Error> {
        let name =
            (needs_name || fields.has("name")).then(|| fields.required_text("name", LONGEST_CLASS_NAME));
        let wish = Self {
            name: name.map(|name| app.words.masker().mask(&name).into_owned()),
            description: fields.nullable_text("description", LONGEST_DESCRIPTION),
            grade_level: fields.nullable_text("grade_level", LONGEST_GRADE),
            subject: fields.nullable_text("subject", LONGEST_SUBJECT),
            school_year: fields.nullable_text("school_year", LONGEST_YEAR),
            is_active: fields.boolean("is_active"),
        };
        fields.finish()?;
        Ok(wish)
    }

    /// A class as it is after that.
    fn on(&self, details: Details) -> Details {
        Details {
            name: self.name.clone().unwrap_or(details.name),
            description: self.description.clone().unwrap_or(details.description),
            grade_level: self.grade_level.clone().unwrap_or(details.grade_level),
            subject: self.subject.clone().unwrap_or(details.subject),
            school_year: self.school_year.clone().unwrap_or(details.school_year),
            is_active: self.is_active.unwrap_or(details.is_active),
        }
    }
}

/// Makes a class. A teacher has a hundred at most.
#[utoipa::path(post, path = "/api/teacher/classes/", tag = "classes", request_body = ClassForm,
    responses((status = 201, body = ClassShape)))]
pub async fn create(
    State(app): State<Arc<App>>,
    Teacher(teacher): Teacher,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, teacher.id)?;
    let wish = Wish::read(&app, Fields::new(body), true)?;
    let (details, now) = (wish.on(Details::named("")), app.clock.now());
    let made = app.write(move |conn| {
        if classes::count(conn, teacher.id)? >= MOST_CLASSES {
            return Err(Error::bad_request(
                "You have as many classes as there can be. Please delete one first.",
            ));
        }
        let class_id = classes::insert(conn, teacher.id, &details, now)?;
        own(conn, &teacher, class_id)
    });
    Ok(respond::created(&ClassShape::from(made.await?)))
}

/// One of one's classes.
#[utoipa::path(get, path = "/api/teacher/classes/{id}/", tag = "classes", params(("id" = i64, Path)),
    responses((status = 200, body = ClassShape)))]
pub async fn show(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(class_id): Id,
) -> Result<Response, Error> {
    let class = app.read(move |conn| own(conn, &caller, class_id)).await?;
    Ok(respond::ok(&ClassShape::from(class)))
}

/// Changes one of one's classes; absent fields stay. PUT needs the name.
#[utoipa::path(method(put, patch), path = "/api/teacher/classes/{id}/", tag = "classes",
    params(("id" = i64, Path)), request_body = ClassForm, responses((status = 200, body = ClassShape)))]
pub async fn change(
    State(app): State<Arc<App>>,
    method: Method,
    Caller(caller): Caller,
    Id(class_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let wish = Wish::read(&app, Fields::new(body), method == Method::PUT)?;
    let now = app.clock.now();
    let changed = app.write(move |conn| {
        let class = own(conn, &caller, class_id)?;
        classes::save(conn, class_id, &wish.on(class.details), now)?;
        own(conn, &caller, class_id)
    });
    Ok(respond::ok(&ClassShape::from(changed.await?)))
}

/// Deletes one of one's classes. Its people stay one's students, with what was noted of them.
#[utoipa::path(delete, path = "/api/teacher/classes/{id}/", tag = "classes", params(("id" = i64, Path)),
    responses((status = 204, description = "It is gone.")))]
pub async fn delete(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(class_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let is_gone = app
        .write(move |conn| Ok(classes::delete(conn, caller.id, class_id)?))
        .await?;
    if !is_gone {
        return Err(Error::not_found());
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}
