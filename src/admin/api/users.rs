//! The accounts: lists, one in full, what somebody does, and changes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::acting::{self, Act, Deed};
use super::super::pages::{self, Pagination, Paging};
use super::super::rules::{self, Change, Outcome};
use super::super::shapes::{
    AdminShortCharacter, ArchivedAccount, ChangedAccount, ListedAccount, PlacedComment, WholeAccount, earned,
};
use super::super::{standing, store};
use super::LARGEST;
use crate::accounts::auth::Administrator;
use crate::accounts::proving::Links;
use crate::accounts::rules::USER_TYPES;
use crate::accounts::store::overseen::{self, PeopleQuery, Person, Seen, Shelf};
use crate::accounts::store::{codes, people};
use crate::app::App;
use crate::family;
use crate::family::store::relatives;
use crate::live::sign_outs::{self, SignOut};
use crate::mail::templates::{self, Recipient};
use crate::mail::{is_mailable, queue};
use crate::stories::store::overseen as stories;
use crate::wire::{Body, Error, Fields, Id, Query, Timestamp, respond};

/// Rows of a page when nothing is asked for.
const PAGE: i64 = 20;
/// What one account is shown with of each kind.
const NEWEST: i64 = 10;

/// A page of accounts.
#[derive(Serialize, ToSchema)]
pub struct AccountList {
    success: bool,
    users: Vec<ListedAccount>,
    pagination: Pagination,
}

/// The accounts, newest first: without archived ones and those that keep order. The dashboard asks with every letter that
/// is typed into its search.
#[utoipa::path(get, path = "/api/admin/users/", tag = "admin",
    params(("user_type" = Option<String>, Query), ("search" = Option<String>, Query, description = "in user name, address or display name"),
           ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query, description = "1 to 100, 20 when absent")),
    responses((status = 200, body = AccountList), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    _admin: Administrator,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let paging = Paging::of(&query, PAGE);
    let wanted = wanted(&query, paging, Shelf::Usual);
    let (kind, search) = (format!("users {}", wanted.user_type), wanted.search.clone());
    let work = move |conn: &mut Conn<'_>, known| {
        let (seen, total) = overseen::page(conn, &wanted, known)?;
        let ids: Vec<i64> = seen.iter().map(|seen| seen.id).collect();
        let links = if ids.is_empty() {
            Vec::new()
        } else {
            relatives::of(conn, &ids)?
        };
        Ok(((seen, links), total))
    };
    let ((seen, links), total) = pages::read(&app, &kind, &search, work).await?;
    let list = AccountList {
        success: true,
        users: seen
            .into_iter()
            .map(|seen| ListedAccount::of(seen, &links))
            .collect(),
        pagination: paging.shape(total),
    };
    Ok(respond::polled(&headers, &list))
}

fn wanted(query: &Query, paging: Paging, shelf: Shelf) -> PeopleQuery {
    PeopleQuery {
        shelf,
        user_type: pages::filter(query, "user_type", &USER_TYPES),
        search: pages::search(query),
        limit: paging.size,
        offset: paging.offset(),
    }
}

/// A page of the archive.
#[derive(Serialize, ToSchema)]
pub struct ArchivedList {
    success: bool,
    users: Vec<ArchivedAccount>,
    pagination: Pagination,
}

/// The archived accounts, those that kept order too: the last one that was archived first.
#[utoipa::path(get, path = "/api/admin/users/archived/", tag = "admin",
    params(("search" = Option<String>, Query), ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, body = ArchivedList), (status = 304, description = "Nothing changed.")))]
pub async fn archived(
    State(app): State<Arc<App>>,
    _admin: Administrator,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let paging = Paging::of(&query, PAGE);
    let wanted = wanted(&query, paging, Shelf::Archived);
    let search = wanted.search.clone();
    let work = move |conn: &mut Conn<'_>, known| Ok(overseen::page(conn, &wanted, known)?);
    let (seen, total) = pages::read(&app, "archived users", &search, work).await?;
    let list = ArchivedList {
        success: true,
        users: seen.into_iter().map(Into::into).collect(),
        pagination: paging.shape(total),
    };
    Ok(respond::polled(&headers, &list))
}

/// Somebody in full.
#[derive(Serialize, ToSchema)]
pub struct AccountDetail {
    success: bool,
    user: WholeAccount,
}

/// One account in full, with the newest of what it made and earned.
#[utoipa::path(get, path = "/api/admin/users/{id}/", tag = "admin", params(("id" = i64, Path)),
    responses((status = 200, body = AccountDetail), (status = 304, description = "Nothing changed.")))]
pub async fn detail(
    State(app): State<Arc<App>>,
    _admin: Administrator,
    Id(user_id): Id,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let user = app
        .read(move |conn| {
            let person = overseen::person(conn, user_id)?.ok_or_else(Error::not_found)?;
            let links = relatives::of(conn, &[user_id])?;
            let stories = stories::newest_of(conn, user_id, NEWEST)?;
            let characters = store::characters(conn, user_id, NEWEST)?;
            let characters = characters.into_iter().map(|(id, name, at)| AdminShortCharacter {
                id,
                name,
                date_created: Timestamp(at),
            });
            Ok(WholeAccount {
                stories: stories.into_iter().map(Into::into).collect(),
                characters: characters.collect(),
                achievements: earned(store::achievements(conn, user_id, NEWEST)?),
                ..WholeAccount::of(person, &links)
            })
        })
        .await?;
    Ok(respond::polled(&headers, &AccountDetail { success: true, user }))
}

/// What somebody does.
#[derive(Serialize, ToSchema)]
pub struct AccountActivity {
    success: bool,
    /// `user_info`, `statistics`, `recent_stories`, `recent_comments`, `achievements`, `relationships`.
    #[schema(value_type = Object)]
    data: Value,
}

/// What somebody does: in numbers, and the newest of it.
#[utoipa::path(get, path = "/api/admin/users/{id}/activity/", tag = "admin", params(("id" = i64, Path)),
    responses((status = 200, body = AccountActivity), (status = 304, description = "Nothing changed.")))]
pub async fn activity(
    State(app): State<Arc<App>>,
    _admin: Administrator,
    Id(user_id): Id,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let data = app
        .read(move |conn| {
            let person = overseen::person(conn, user_id)?.ok_or_else(Error::not_found)?;
            let doings = store::doings(conn, user_id)?;
            let links = relatives::of(conn, &[user_id])?;
            let stories = stories::newest_of(conn, user_id, NEWEST)?;
            let comments = stories::newest_comments_of(conn, user_id, NEWEST)?;
            let achieved = earned(store::achievements(conn, user_id, NEWEST)?);
            let info = ListedAccount::of(person.seen, &links).head;
            let relationships = json!({"children": info.children, "parents": info.parents});
            let stories: Vec<Value> = stories
                .into_iter()
                .map(|story| {
                    json!({"id": story.id, "title": story.title, "is_published": story.is_published,
                        "date_created": Timestamp(story.date_created), "views": story.views,
                        "likes": story.likes_count})
                })
                .collect();
            let comments: Vec<PlacedComment> = comments.into_iter().map(Into::into).collect();
            Ok(json!({
                "user_info": info,
                "statistics": {
                    "total_stories": doings.stories, "total_comments": doings.comments,
                    "total_friends": doings.friends, "total_achievements": doings.achievements,
                },
                "recent_stories": stories,
                "recent_comments": comments,
                "achievements": achieved,
                "relationships": relationships,
            }))
        })
        .await?;
    Ok(respond::polled(
        &headers,
        &AccountActivity { success: true, data },
    ))
}

/// What can be changed of an account; absent fields stay, and so does what is sent as it is.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct AccountChange {
    username: Option<String>,
    email: Option<String>,
    is_active: Option<bool>,
    is_staff: Option<bool>,
    display_name: Option<String>,
    user_type: Option<String>,
    bio: Option<String>,
    is_flagged: Option<bool>,
    flagged_reason: Option<String>,
    violation_count: Option<i64>,
}

/// An account is changed.
#[derive(Serialize, ToSchema)]
pub struct AccountChanged {
    success: bool,
    message: &'static str,
    user: ChangedAccount,
}

/// Changes an account.
///
/// Only superusers change who keeps order, and accounts that do; nobody changes that, or whether they are active, of
/// themselves. Whoever is no longer active, or keeps order no longer, is signed out at once.
#[utoipa::path(method(put, patch), path = "/api/admin/users/{id}/update/", tag = "admin", params(("id" = i64, Path)),
    request_body = AccountChange, responses((status = 200, body = AccountChanged)))]
pub async fn update(
    State(app): State<Arc<App>>,
    admin: Administrator,
    Id(user_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let change = Change::read(&mut fields);
    fields.finish()?;
    // How a new address is asked whether it is theirs, where mail is sent at all.
    let links = app.mail.is_configured().then(|| Links::of(&app));
    let done = acting::perform(
        &app,
        admin,
        Deed::on("update", "user", user_id),
        move |conn, act| store_change(conn, act, user_id, &change, links.as_ref()),
        move |app, changed: Changed| {
            for ended in &changed.ended {
                sign_outs::announce(app, ended);
            }
            if changed.is_other {
                // What requests remember of the account: its names, its kind, what it may do.
                app.sessions.forget_account(user_id);
            }
            if changed.is_mailed {
                app.mail.wake();
            }
            changed
        },
    )
    .await?;
    Ok(respond::ok(&AccountChanged {
        success: true,
        message: "The account is saved.",
        user: done.seen.into(),
    }))
}

/// What became of a change.
struct Changed {
    seen: Seen,
    /// Sign-ins that have ended.
    ended: Vec<SignOut>,
    is_other: bool,
    /// Somebody gets a letter about it.
    is_mailed: bool,
}

fn store_change(
    conn: &mut Conn<'_>,
    act: &Act<'_>,
    user_id: i64,
    change: &Change,
    links: Option<&Links>,
) -> Result<Changed, Error> {
    let before = overseen::person(conn, user_id)?.ok_or_else(Error::not_found)?;
    let outcome = rules::apply(change.clone(), &before, act.actor(), act.now)?;
    if outcome.is_nothing() {
        return Ok(Changed {
            seen: before.seen,
            ended: Vec::new(),
            is_other: false,
            is_mailed: false,
        });
    }
    let mut ended = Vec::new();
    if outcome.person.seen.user_type != before.seen.user_type {
        ended = family::change_kind(conn, user_id, &before.seen.user_type, act.id(), act.now)?;
    }
    if outcome.is_written {
        write(conn, &before, &outcome, act.now, links)?;
    }
    match outcome.activation {
        Some(true) => {
            standing::unsuspend(conn, user_id, act.now)?;
            // An administrator vouches for an address that nobody has confirmed.
            people::verify(conn, user_id, act.now)?;
        }
        Some(false) => {
            let reason = "Deactivated by an administrator.";
            ended.extend(standing::suspend(conn, user_id, None, reason, act.now)?);
        }
        None => {}
    }
    if outcome.is_demoted {
        ended.extend(standing::close_all(conn, user_id)?);
    }
    act.note(conn, &outcome.details.join("; "))?;
    let after = overseen::person(conn, user_id)?.ok_or_else(Error::not_found)?;
    Ok(Changed {
        ended,
        is_other: true,
        is_mailed: links.is_some() && after.seen.email != before.seen.email,
        seen: after.seen,
    })
}

fn write(
    conn: &mut Conn<'_>,
    before: &Person,
    outcome: &Outcome,
    now: i64,
    links: Option<&Links>,
) -> Result<(), Error> {
    let (old, new) = (&before.seen, &outcome.person.seen);
    if new.username != old.username && people::is_username_taken(conn, &new.username, old.id)? {
        return Err(Error::field("username", "This user name is taken."));
    }
    if new.email != old.email {
        if people::is_address_taken(conn, &new.email, old.id)? {
            return Err(Error::field("email", "This address belongs to another account."));
        }
        // Neither a code that was sent to the old address nor the way back to one before may open the account under the
        // new one.
        codes::void_all(conn, old.id)?;
        codes::void_undos(conn, old.id)?;
    }
    overseen::save(conn, &outcome.person, now)?;
    if let Some(links) = links.filter(|_| new.email != old.email) {
        write_to_both(conn, old, new, links, now)?;
    }
    Ok(())
}

/// The old address is told, and the new one asked. A full outbox does not stop an administrator.
fn write_to_both(conn: &mut Conn<'_>, old: &Seen, new: &Seen, links: &Links, now: i64) -> Result<(), Error> {
    let name = &old.display_name;
    if !old.email.is_empty() {
        let address = &old.email;
        let _ = queue(
            conn,
            &templates::email_changed(Recipient { address, name }, None, None),
            now,
        )?;
    }
    if is_mailable(&new.email) && !people::has_proven_address(conn, old.id)? {
        let address = &new.email;
        let _ = links.ask(conn, old.id, Recipient { address, name }, now)?;
    }
    Ok(())
}
