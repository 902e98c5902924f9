//! Who may not come in: suspending, archiving, and deleting for good.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use database::Conn;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::acting::{self, Act, Deed};
use super::super::rules::{self, LONGEST_REASON};
use super::super::shapes::AdminDone;
use super::super::standing;
use super::LARGEST;
use crate::accounts::auth::Administrator;
use crate::accounts::store::overseen::{self, Person};
use crate::app::App;
use crate::clock::DAY;
use crate::live::collaboration;
use crate::live::sign_outs::{self, SignOut};
use crate::wire::{Body, Error, Fields, Id, respond};

/// How long a suspension lasts when nobody says it, in days, and at most.
const USUAL_DAYS: i64 = 7;
const MOST_DAYS: i64 = 3_650;

/// Why.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct ArchiveReason {
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// How long, and why.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct AccountSuspension {
    /// 1 to 3650; 7 when absent.
    duration_days: Option<i64>,
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// The account, if this administrator may act on it.
fn target(conn: &mut Conn<'_>, act: &Act<'_>, user_id: i64) -> Result<Person, Error> {
    let person = overseen::person(conn, user_id)?.ok_or_else(Error::not_found)?;
    rules::not_oneself(act.actor(), user_id)?;
    rules::may_touch(act.actor(), &person)?;
    Ok(person)
}

/// A reason, or what stands for it.
fn reason(fields: &mut Fields, usual: &str) -> String {
    let given = fields.nullable_text("reason", LONGEST_REASON).flatten();
    given
        .filter(|reason| !reason.is_empty())
        .unwrap_or_else(|| usual.to_owned())
}

fn sign_out(app: &App, ended: Vec<SignOut>) {
    for sign_out in ended {
        sign_outs::announce(app, &sign_out);
    }
}

/// Archives an account: it cannot sign in, and what it published is not shown, until it is restored. Archiving again
/// changes nothing.
#[utoipa::path(delete, path = "/api/admin/users/{id}/delete/", tag = "admin", params(("id" = i64, Path)),
    request_body = ArchiveReason, responses((status = 200, body = AdminDone)))]
pub async fn archive(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Id(user_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let reason = reason(&mut fields, "Archived by an administrator.");
    fields.finish()?;
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        target(conn, act, user_id)?;
        let ended = standing::archive(conn, user_id, Some(act.id()), &reason, act.now)?;
        if !ended.is_empty() {
            act.note(conn, &reason)?;
        }
        Ok(ended)
    };
    let deed = Deed::on("archive", "user", user_id);
    acting::perform(&app, admin, deed, work, sign_out).await?;
    Ok(respond::ok(&AdminDone::new("The account is archived.")))
}

/// Takes an account out of the archive. A suspension, or an address that nobody confirmed, is as it was before.
#[utoipa::path(post, path = "/api/admin/users/{id}/restore/", tag = "admin", params(("id" = i64, Path)),
    responses((status = 200, body = AdminDone)))]
pub async fn restore(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Id(user_id): Id,
) -> Result<Response, Error> {
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        target(conn, act, user_id)?;
        if !standing::restore(conn, user_id, act.now)? {
            return Err(not_archived());
        }
        act.note(conn, "")
    };
    let deed = Deed::on("restore", "user", user_id);
    acting::perform(&app, admin, deed, work, acting::nobody_is_told).await?;
    Ok(respond::ok(&AdminDone::new("The account is restored.")))
}

fn not_archived() -> Error {
    Error::bad_request("This account is not archived.")
}

/// Deletes an archived account and all that is its own, for good. For superusers.
#[utoipa::path(delete, path = "/api/admin/users/{id}/hard_delete/", tag = "admin", params(("id" = i64, Path)),
    responses((status = 200, body = AdminDone)))]
pub async fn delete_for_good(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Id(user_id): Id,
) -> Result<Response, Error> {
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        act.must_be_superuser()?;
        let person = target(conn, act, user_id)?;
        if person.seen.archived_at.is_none() {
            return Err(not_archived());
        }
        // The line outlives the account, and names nobody.
        let grave = format!(
            "{}, {} stories, joined {}",
            person.seen.user_type,
            person.seen.story_count,
            crate::wire::Timestamp(person.seen.created_at).date()
        );
        let left = standing::delete_for_good(conn, user_id, act.now)?;
        act.note(conn, &grave)?;
        Ok(left)
    };
    let takes_part = app
        .read(move |conn| Ok(collaboration::takes_part(conn, user_id)?))
        .await?;
    let deed = Deed::on("delete", "user", user_id).stilling_rooms(takes_part);
    acting::perform(&app, admin, deed, work, |app, left| left.announce(app)).await?;
    Ok(respond::ok(&AdminDone::new("The account is deleted for good.")))
}

/// Suspends an account for a while: it cannot sign in, and what it published is not shown. Suspending again changes
/// how long, and why.
#[utoipa::path(post, path = "/api/admin/users/{id}/suspend/", tag = "admin", params(("id" = i64, Path)),
    request_body = AccountSuspension, responses((status = 200, body = AdminDone)))]
pub async fn suspend(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Id(user_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let days = fields.integer("duration_days").unwrap_or(USUAL_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        fields.refuse("duration_days", "A number from 1 to 3650 is needed.");
    }
    let reason = reason(&mut fields, "Suspended by an administrator.");
    fields.finish()?;
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        target(conn, act, user_id)?;
        let until = act.now + days * DAY;
        let ended = standing::suspend(conn, user_id, Some(until), &reason, act.now)?;
        if !ended.is_empty() {
            act.note(conn, &format!("{days} days: {reason}"))?;
        }
        Ok(ended)
    };
    let deed = Deed::on("suspend", "user", user_id);
    acting::perform(&app, admin, deed, work, sign_out).await?;
    Ok(respond::ok(&AdminDone::new("The account is suspended.")))
}

/// Ends a suspension. Where there is none, nothing changes.
#[utoipa::path(post, path = "/api/admin/users/{id}/unsuspend/", tag = "admin", params(("id" = i64, Path)),
    responses((status = 200, body = AdminDone)))]
pub async fn unsuspend(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Id(user_id): Id,
) -> Result<Response, Error> {
    let work = move |conn: &mut Conn<'_>, act: &Act<'_>| {
        target(conn, act, user_id)?;
        if standing::unsuspend(conn, user_id, act.now)? {
            act.note(conn, "")?;
        }
        Ok(())
    };
    let deed = Deed::on("unsuspend", "user", user_id);
    acting::perform(&app, admin, deed, work, acting::nobody_is_told).await?;
    Ok(respond::ok(&AdminDone::new("The suspension has ended.")))
}
