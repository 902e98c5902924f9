//! A teacher's students: who they are, who comes and goes, what they published.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use database::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Teacher, own};
use crate::accounts::auth::Caller;
use crate::accounts::sessions::Account;
use crate::app::App;
use crate::classroom::limits;
use crate::classroom::listing::Listing;
use crate::classroom::rules::MOST_STUDENTS;
use crate::classroom::rules::figures::time_ago;
use crate::classroom::rules::links::{self as rules, Addition};
use crate::classroom::shapes::{
    AnyStudentShape, AvailableShape, ClassStudentShape, StoryWriterShape, WatchedShape,
};
use crate::classroom::shelf::{MOST_STORIES, Shelf, StudentStory};
use crate::classroom::store::classes::Class;
use crate::classroom::store::links::{self, Wanted};
use crate::classroom::store::students;
use crate::classroom::telling::{self, Placement};
use crate::notifications::store::Notification;
use crate::stories::store::lists::{self, ListQuery, Shelf as Which};
use crate::wire::origin::Origin;
use crate::wire::{Body, ETag, Error, Fields, Id, TwoIds, respond};

/// The largest request, in bytes.
const LARGEST: usize = 1024;

/// One's students, with what they did.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the list writes")]
pub struct WatchedStudents {
    success: bool,
    students: Vec<WatchedShape>,
}

/// One's students by name, with what they did. Whoever is only asked is not among them.
#[utoipa::path(get, path = "/api/teacher/students/", tag = "classes",
    responses((status = 200, body = WatchedStudents), (status = 304, description = "Nothing changed.")))]
pub async fn watched(
    State(app): State<Arc<App>>,
    Teacher(teacher): Teacher,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let found = app
        .read(move |conn| Ok(students::watched(conn, teacher.id)?))
        .await?;
    let rows: Vec<WatchedShape> = found.into_iter().map(Into::into).collect();
    let list = Listing::json(r#"{"success":true,"students":["#, rows, "]}");
    list.polled(&app, teacher.id, &headers).await
}

/// The students of a class.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the list writes")]
pub struct ClassStudents {
    students: Vec<ClassStudentShape>,
}

/// The students of one of one's classes, by name.
#[utoipa::path(get, path = "/api/teacher/classes/{id}/students/", tag = "classes", params(("id" = i64, Path)),
    responses((status = 200, body = ClassStudents), (status = 304, description = "Nothing changed.")))]
pub async fn of_class(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(class_id): Id,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let reader = caller.id;
    let found = app
        .read(move |conn| {
            own(conn, &caller, class_id)?;
            Ok(students::of_teacher(conn, caller.id, Some(class_id))?)
        })
        .await?;
    let rows: Vec<ClassStudentShape> = found.into_iter().map(Into::into).collect();
    let list = Listing::json(r#"{"students":["#, rows, "]}");
    list.polled(&app, reader, &headers).await
}

/// All students of a teacher.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the list writes")]
pub struct AllStudents {
    students: Vec<AnyStudentShape>,
}

/// All of one's students by name, those in no class among them.
#[utoipa::path(get, path = "/api/teacher/all-students/", tag = "classes",
    responses((status = 200, body = AllStudents), (status = 304, description = "Nothing changed.")))]
pub async fn all(
    State(app): State<Arc<App>>,
    Teacher(teacher): Teacher,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let found = app
        .read(move |conn| Ok(students::of_teacher(conn, teacher.id, None)?))
        .await?;
    let rows: Vec<AnyStudentShape> = found.into_iter().map(Into::into).collect();
    let list = Listing::json(r#"{"students":["#, rows, "]}");
    list.polled(&app, teacher.id, &headers).await
}

/// Children who can be put into a class.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the list writes")]
pub struct AvailableStudents {
    students: Vec<AvailableShape>,
}

/// Children whom one can put into a class without asking anybody, by name, 500 at most: those whose accounts one looks
/// after, students in no class, and former students whose families have not said no.
#[utoipa::path(get, path = "/api/teacher/available-students/", tag = "classes",
    responses((status = 200, body = AvailableStudents), (status = 304, description = "Nothing changed.")))]
pub async fn available(
    State(app): State<Arc<App>>,
    Teacher(teacher): Teacher,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let found = app
        .read(move |conn| Ok(students::available(conn, teacher.id)?))
        .await?;
    let rows: Vec<AvailableShape> = found.into_iter().map(Into::into).collect();
    let list = Listing::json(r#"{"students":["#, rows, "]}");
    list.polled(&app, teacher.id, &headers).await
}

/// Whom to add.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewStudent {
    student_id: i64,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub struct StudentAdded {
    message: &'static str,
    /// Null as long as the family has not said yes.
    relationship_id: Option<i64>,
    /// `pending`; absent when nobody has to be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

/// Puts a child into one of one's classes. 201 for a new student, 200 for one whom one has or had, who may come from another
/// class.
///
/// 202 when the family is to be asked, which is told by a notification: the child's parents, or the child itself when it has
/// none here. Until one of them says yes, or the child types the class's code, the teacher is shown nothing. After a no a
/// teacher can ask again in seven days.
#[utoipa::path(post, path = "/api/teacher/classes/{id}/add-student/", tag = "classes", params(("id" = i64, Path)),
    request_body = NewStudent,
    responses((status = 201, body = StudentAdded), (status = 200, body = StudentAdded), (status = 202, body = StudentAdded)))]
pub async fn add_to_class(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(class_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    add(&app, caller, Some(class_id), Fields::new(body)).await
}

/// The same for a student who is to be in no class yet.
#[utoipa::path(post, path = "/api/teacher/add-student/", tag = "classes", request_body = NewStudent,
    responses((status = 201, body = StudentAdded), (status = 200, body = StudentAdded), (status = 202, body = StudentAdded)))]
pub async fn add_to_none(
    State(app): State<Arc<App>>,
    Teacher(teacher): Teacher,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    add(&app, teacher, None, Fields::new(body)).await
}

async fn add(
    app: &Arc<App>,
    teacher: Account,
    class_id: Option<i64>,
    mut fields: Fields,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, teacher.id)?;
    let student_id = fields.integer("student_id");
    fields.finish()?;
    let student_id = student_id.ok_or_else(|| Error::field("student_id", "This field is required."))?;
    let teacher_id = teacher.id;
    let wish = Adding {
        teacher,
        student_id,
        class_id,
        now: app.clock.now(),
    };
    let look = wish.clone();
    let (.., addition) = app.read(move |conn| look.look(conn)).await?;
    let pair = format!("{teacher_id} {student_id}");
    let asks = addition == Addition::Asks;
    if asks {
        app.limit(&limits::ASK, teacher_id)?;
        app.limit(&limits::ASK_SAME, &pair)?;
    }
    let added = app.write(move |conn| wish.carry_out(conn)).await;
    if asks && added.is_err() {
        // Nobody was asked.
        app.limits.give_back(&limits::ASK_SAME, &pair);
    }
    let added = added?;
    telling::announce(app, added.told);
    Ok(respond::json(added.status, &added.answer))
}

/// A teacher's wish to have a student.
#[derive(Clone)]
struct Adding {
    teacher: Account,
    student_id: i64,
    class_id: Option<i64>,
    now: i64,
}

/// What came of it.
struct Added {
    status: StatusCode,
    answer: StudentAdded,
    told: Vec<Notification>,
}

impl Added {
    fn student(status: StatusCode, link_id: i64) -> Self {
        Self {
            status,
            answer: StudentAdded {
                message: "This is your student.",
                relationship_id: Some(link_id),
                status: None,
            },
            told: Vec::new(),
        }
    }

    fn asked(told: Vec<Notification>) -> Self {
        Self {
            status: StatusCode::ACCEPTED,
            answer: StudentAdded {
                message: "The family is asked. Once it says yes, the student is in your list.",
                relationship_id: None,
                status: Some("pending"),
            },
            told,
        }
    }
}

impl Adding {
    /// The class, the child, and what becomes of the wish. Two queries at most.
    fn look(&self, conn: &mut Conn<'_>) -> Result<(Option<Class>, Wanted, Addition), Error> {
        let class = match self.class_id {
            Some(class_id) => Some(own(conn, &self.teacher, class_id)?),
            None => None,
        };
        let wanted = links::wanted(conn, self.teacher.id, self.student_id)?.ok_or_else(Error::not_found)?;
        if !wanted.is_child {
            return Err(Error::field("student_id", "This account is not a child's."));
        }
        let addition = rules::add(wanted.standing, wanted.is_kept, self.now);
        Ok((class, wanted, addition))
    }

    fn carry_out(&self, conn: &mut Conn<'_>) -> Result<Added, Error> {
        let (class, wanted, addition) = self.look(conn)?;
        let (teacher_id, student_id) = (self.teacher.id, self.student_id);
        let is_counted = wanted
            .standing
            .is_some_and(|standing| standing.status != rules::Status::Ended);
        if !is_counted {
            has_room(conn, teacher_id, 1)?;
        }
        match addition {
            Addition::Refused => Err(Error::bad_request(
                "This family has said no. You can ask again a week after that.",
            )),
            Addition::Takes { is_new } => {
                let link_id = links::link(conn, teacher_id, student_id, self.class_id, self.now)?;
                let status = if is_new {
                    StatusCode::CREATED
                } else {
                    StatusCode::OK
                };
                Ok(Added::student(status, link_id))
            }
            Addition::Waits => {
                if let Some(standing) = wanted.standing {
                    links::ask_about(conn, standing.id, self.class_id)?;
                }
                Ok(Added::asked(Vec::new()))
            }
            Addition::Asks => {
                let link_id = links::ask(conn, teacher_id, student_id, self.class_id, self.now)?;
                let placement = Placement {
                    link_id,
                    teacher_id,
                    teacher_name: links::teacher_name(conn, teacher_id)?,
                    student_id,
                    student_name: wanted.name,
                    class_name: class.map(|class| class.details.name),
                };
                Ok(Added::asked(placement.ask(conn, self.now)?))
            }
        }
    }
}

/// Refuses more students than a teacher can have. One query.
pub(super) fn has_room(conn: &mut Conn<'_>, teacher_id: i64, more: usize) -> Result<(), Error> {
    fit(links::count(conn, teacher_id)?, more)
}

/// Refuses more students than a teacher can have, who has so many.
pub(super) fn fit(count: i64, more: usize) -> Result<(), Error> {
    if count + more as i64 > MOST_STUDENTS {
        return Err(Error::bad_request(format!(
            "A teacher has at most {MOST_STUDENTS} students."
        )));
    }
    Ok(())
}

/// Takes a student out of one of one's classes. They stay one's student.
#[utoipa::path(delete, path = "/api/teacher/classes/{id}/students/{student_id}/", tag = "classes",
    params(("id" = i64, Path), ("student_id" = i64, Path)), responses((status = 204, description = "They are out.")))]
pub async fn take_out(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    TwoIds(class_id, student_id): TwoIds,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let was_in = app
        .write(move |conn| Ok(links::leave_class(conn, caller.id, class_id, student_id)?))
        .await?;
    if !was_in {
        return Err(Error::not_found());
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What a student published.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the stream writes")]
pub struct StudentStories {
    success: bool,
    student: StoryWriterShape,
    stories: Vec<StudentStory>,
    total_stories: i64,
}

/// The published stories of a student, newest first, with their texts; pictures are addresses. A hundred at most, and 4 MiB
/// of text. 404 for whoever is not one's student.
#[utoipa::path(get, path = "/api/teacher/students/{id}/stories/", tag = "classes", params(("id" = i64, Path)),
    responses((status = 200, body = StudentStories), (status = 304, description = "Nothing changed.")))]
pub async fn stories(
    State(app): State<Arc<App>>,
    Teacher(teacher): Teacher,
    Id(student_id): Id,
    origin: Origin,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let published = ListQuery {
        shelf: Which::OfUser(student_id),
        viewer: Some(teacher.id),
        search: String::new(),
        category: String::new(),
        language: String::new(),
        limit: MOST_STORIES,
        offset: 0,
    };
    let (student, heads, mut rows, count) = app
        .read(move |conn| {
            let student = students::one(conn, teacher.id, student_id)?.ok_or_else(Error::not_found)?;
            let (heads, count) = lists::heads(conn, &published)?;
            let rows = lists::rows(conn, &heads)?;
            Ok((student, heads, rows, count))
        })
        .await?;
    let student = serde_json::to_string(&StoryWriterShape::from(student)).expect("plain JSON");
    let head = format!(r#"{{"success":true,"student":{student},"total_stories":{count},"stories":["#);
    let now = app.clock.now();
    let tag = ETag::of(|parts| {
        parts.text(&origin.to_string());
        parts.text(&head);
        for (head, story) in heads.iter().zip(&rows) {
            for number in [head.id, head.version, head.names_version] {
                parts.number(number);
            }
            parts.text(&time_ago(story.date_created, now));
        }
    });
    if tag.matches(&headers) {
        return Ok(tag.not_modified());
    }
    app.views.add_to(&mut rows);
    let shelf = Shelf::response(&app, (teacher.id, origin), head, &heads, rows);
    Ok(tag.on(shelf.await?))
}
