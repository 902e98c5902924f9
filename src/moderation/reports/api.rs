//! Reporting something, and deciding what was reported.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::limits;
use super::rules::{self, Object, Status};
use super::shapes::ReportShape;
use super::store::{self, Shelf};
use crate::accounts::auth::Administrator;
use crate::accounts::auth::Caller;
use crate::accounts::store::{barring, conduct};
use crate::admin::acting::{self, Act, Deed};
use crate::admin::audit::{self, Entry};
use crate::admin::pages::{Pagination, Paging};
use crate::app::App;
use crate::moderation::acts::{self, Told};
use crate::stories::rules::Role;
use crate::stories::store::comments::{self, Standing};
use crate::stories::store::{flags, known};
use crate::wire::{Body, Error, Fields, Id, Query, respond};

/// The largest request, in bytes.
const LARGEST: usize = 8 * 1024;
/// The longest details, in code points.
const LONGEST_DETAILS: usize = 500;
/// Rows of a page when nothing is asked for.
const PAGE: i64 = 20;
/// What was decided, for the record.
const UPHOLD: &str = "uphold_report";
const DISMISS: &str = "dismiss_report";

/// What is not as it should be: exactly one of the three ids.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewReport {
    story_id: Option<i64>,
    comment_id: Option<i64>,
    user_id: Option<i64>,
    /// `rude`, `bullying`, `scary`, `grown_up`, `private`, `copied` or `other`.
    reason: String,
    #[schema(max_length = 500)]
    details: Option<String>,
}

/// Somebody will look at it.
#[derive(Serialize, ToSchema)]
pub struct ReportTaken {
    success: bool,
    message: &'static str,
    report: OwnReport,
}

/// A report, to who made it.
#[derive(Serialize, ToSchema)]
pub struct OwnReport {
    id: i64,
    /// Always `open`.
    status: &'static str,
}

/// Reports a story, a comment or a person to those who keep order; nobody else is told.
///
/// Whoever has an open report about it already is answered that one, with 200. Twenty a day are taken.
#[utoipa::path(post, path = "/api/reports/", tag = "moderation", request_body = NewReport,
    responses((status = 201, body = ReportTaken), (status = 200, body = ReportTaken)))]
pub async fn create(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::REPORT, caller.id)?;
    let (object, reason, details) = read(Fields::new(body))?;
    let now = app.clock.now();
    let taken = app.write(move |conn| {
        check(conn, object, caller.id)?;
        if let Some(id) = store::open_of(conn, caller.id, object)? {
            return Ok((id, false));
        }
        if store::count_since(conn, caller.id, now - limits::SPAN)? >= limits::MOST_A_DAY {
            return Err(Error::too_many_requests(limits::AGAIN_AFTER));
        }
        let new = store::New {
            reporter_id: caller.id,
            object,
            reason: &reason,
            details: &details,
        };
        Ok((take(conn, &new, now)?, true))
    });
    let (id, is_new) = taken.await?;
    let answer = ReportTaken {
        success: true,
        message: "Thank you. Somebody will look at it.",
        report: OwnReport {
            id,
            status: Status::Open.as_str(),
        },
    };
    Ok(if is_new {
        respond::created(&answer)
    } else {
        respond::ok(&answer)
    })
}

fn read(mut fields: Fields) -> Result<(Object, String, String), Error> {
    let object = object(&mut fields);
    let reason = fields.choice("reason", &rules::REASONS.map(|(name, _)| name));
    let details = fields.nullable_text("details", LONGEST_DETAILS).flatten();
    fields.finish()?;
    let object = object.ok_or_else(|| Error::field("story_id", "This field is required."))?;
    let reason = reason.ok_or_else(|| Error::field("reason", "Please say what is wrong."))?;
    let details = details.unwrap_or_default();
    let visible = details.chars().filter(|c| !c.is_control() || *c == '\n');
    Ok((object, reason, visible.collect()))
}

/// The one thing that is named. Null says as much as nothing.
fn object(fields: &mut Fields) -> Option<Object> {
    let names = ["story_id", "comment_id", "user_id"];
    let given = names.map(|name| fields.raw(name).filter(|value| !value.is_null()));
    if given.iter().flatten().count() != 1 {
        fields.refuse("story_id", "Please name one story, one comment or one person.");
        return None;
    }
    let mut ids = [None; 3];
    for (place, value) in given.into_iter().enumerate() {
        let Some(value) = value else { continue };
        let text = value.as_str().and_then(|text| text.trim().parse().ok());
        ids[place] = value.as_i64().or(text);
        if ids[place].is_none() {
            fields.refuse(names[place], "A whole number is needed.");
        }
    }
    Object::of(ids)
}

/// Whether somebody can report this: what they cannot see is 404, what is their own 400.
fn check(conn: &mut Conn<'_>, object: Object, caller: i64) -> Result<(), Error> {
    let is_own = match object {
        Object::Story(id) => {
            let story = known::one(conn, id, Some(caller))?;
            let story = story.filter(|story| story.role.may_read(story.is_published));
            story.ok_or_else(Error::not_found)?.role != Role::Reader
        }
        Object::Comment(id) => {
            let standing = comments::standing(conn, id, caller)?.ok_or_else(Error::not_found)?;
            standing == Standing::Author
        }
        Object::User(id) => {
            if !barring::is_active(conn, id)? {
                return Err(Error::not_found());
            }
            id == caller
        }
    };
    if is_own {
        return Err(Error::bad_request("You cannot report what is your own."));
    }
    Ok(())
}

/// Notes a report, and flags what it is about; its id.
pub fn take(conn: &mut Conn<'_>, new: &store::New<'_>, now: i64) -> Result<i64, database::Error> {
    let id = store::insert(conn, new, now)?;
    flag(conn, new.object, &rules::flag(new.reason))?;
    Ok(id)
}

fn flag(conn: &mut Conn<'_>, object: Object, reason: &str) -> Result<(), database::Error> {
    match object {
        Object::Story(id) => flags::flag(conn, id, reason),
        Object::User(id) => conduct::flag(conn, id, reason),
        Object::Comment(_) => Ok(()),
    }
}

fn unflag(conn: &mut Conn<'_>, object: Object) -> Result<(), database::Error> {
    match object {
        Object::Story(id) => flags::unflag(conn, id),
        Object::User(id) => conduct::unflag(conn, id),
        Object::Comment(_) => Ok(()),
    }
}

/// What waits for a decision, or was decided.
#[derive(Serialize, ToSchema)]
pub struct ReportList {
    success: bool,
    reports: Vec<ReportShape>,
    pagination: Pagination,
}

/// The queue of those who keep order: open reports, the oldest first.
#[utoipa::path(get, path = "/api/admin/reports/", tag = "moderation",
    params(("status" = Option<String>, Query, description = "`open`, `upheld`, `dismissed` or `all`"),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query, description = "20; at most 100")),
    responses((status = 200, body = ReportList), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    _: Administrator,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let shelf = match query.get("status").as_deref() {
        Some("upheld") => Shelf::Of(Status::Upheld),
        Some("dismissed") => Shelf::Of(Status::Dismissed),
        Some("all") => Shelf::All,
        _ => Shelf::Of(Status::Open),
    };
    let paging = Paging::of(&query, PAGE);
    let found = app.read(move |conn| {
        Ok((
            store::count(conn, shelf)?,
            store::page(conn, shelf, paging.size, paging.offset())?,
        ))
    });
    let (count, reports) = found.await?;
    let list = ReportList {
        success: true,
        reports: reports.into_iter().map(Into::into).collect(),
        pagination: paging.shape(count),
    };
    Ok(respond::polled(&headers, &list))
}

/// A decision.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct Decision {
    /// `uphold` or `dismiss`.
    action: String,
    /// With `uphold`: the story becomes a draft, the comment is deleted.
    hide: Option<bool>,
    /// With `hide`: what its author is told.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// It is decided.
#[derive(Serialize, ToSchema)]
pub struct Decided {
    success: bool,
    message: &'static str,
    /// Open reports about the same thing, which are decided with it.
    handled: u64,
}

/// Decides a report, and with it all open ones about the same thing.
///
/// Who is behind something that is upheld is counted one violation. Nothing is hidden unless `hide` says so. A story or a
/// person stays flagged when a report was right, until somebody approves of them. 409 when it was decided before, 403 about
/// oneself.
#[utoipa::path(post, path = "/api/admin/reports/{id}/handle/", tag = "moderation", params(("id" = i64, Path)),
    request_body = Decision, responses((status = 200, body = Decided)))]
pub async fn handle(
    State(app): State<Arc<App>>,
    administrator: Administrator,
    Id(report_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let action = fields.choice("action", &["uphold", "dismiss"]);
    let hides = fields.boolean("hide").unwrap_or_default();
    let reason = fields.nullable_text("reason", LONGEST_DETAILS).flatten();
    fields.finish()?;
    let is_upheld = action.ok_or_else(|| Error::field("action", "This field is required."))? == "uphold";
    let reason = reason.unwrap_or_default();
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        if is_upheld {
            uphold(conn, report_id, hides.then_some(reason.as_str()), act)
        } else {
            dismiss(conn, report_id, act)
        }
    };
    let after = |app: &App, (handled, told): (u64, Told)| {
        told.announce(app);
        handled
    };
    let deed = Deed::on(if is_upheld { UPHOLD } else { DISMISS }, "report", report_id);
    let handled = acting::perform(&app, administrator, deed, work, after).await?;
    let message = if is_upheld {
        "The report is upheld."
    } else {
        "The report is dismissed."
    };
    Ok(respond::ok(&Decided {
        success: true,
        message,
        handled,
    }))
}

/// What an open report is about, and who is behind that.
fn open(conn: &mut Conn<'_>, report_id: i64, act: &Act<'_>) -> Result<(Object, i64), Error> {
    let (object, is_open) = store::object(conn, report_id)?.ok_or_else(Error::not_found)?;
    if !is_open {
        return Err(Error::conflict("This report is decided already."));
    }
    let author = match object {
        Object::Story(id) => flags::one(conn, id)?.map(|story| story.author_id),
        Object::Comment(id) => comments::overseen(conn, id)?.map(|comment| comment.author_id),
        Object::User(id) => Some(id),
    };
    let author = author.ok_or_else(Error::not_found)?;
    act.may_judge(conn, author)?;
    Ok((object, author))
}

fn uphold(
    conn: &mut Conn<'_>,
    report_id: i64,
    hides: Option<&str>,
    act: &Act<'_>,
) -> Result<(u64, Told), Error> {
    let now = act.now;
    let (object, author) = open(conn, report_id, act)?;
    let handled = store::close(conn, object, Status::Upheld, Some(act.id()), now)?;
    let told = match (hides, object) {
        (Some(reason), Object::Story(id)) => acts::unpublish(conn, id, reason, now)?,
        (Some(reason), Object::Comment(id)) => acts::delete_comment(conn, id, reason, now)?,
        (Some(_), Object::User(_)) => {
            return Err(Error::field("hide", "A person cannot be hidden, only suspended."));
        }
        (None, _) => Told::default(),
    };
    conduct::note_violation(conn, author, now)?;
    note(conn, UPHOLD, object, hides.is_some(), act)?;
    Ok((handled, told))
}

fn dismiss(conn: &mut Conn<'_>, report_id: i64, act: &Act<'_>) -> Result<(u64, Told), Error> {
    let (object, _) = open(conn, report_id, act)?;
    let handled = store::close(conn, object, Status::Dismissed, Some(act.id()), act.now)?;
    if !store::was_upheld(conn, object)? {
        unflag(conn, object)?;
    }
    note(conn, DISMISS, object, false, act)?;
    Ok((handled, Told::default()))
}

fn note(
    conn: &mut Conn<'_>,
    action: &str,
    object: Object,
    is_hidden: bool,
    act: &Act<'_>,
) -> Result<(), Error> {
    let by = act.admin;
    let entry = Entry {
        at: act.now,
        admin_id: Some(by.account.id),
        admin_username: &by.account.username,
        action,
        resource: object.kind(),
        target_id: Some(object.id()),
        details: if is_hidden { "hidden" } else { "" },
        network: &by.network,
        user_agent: &by.user_agent,
        is_success: true,
    };
    Ok(audit::note(conn, &entry)?)
}
