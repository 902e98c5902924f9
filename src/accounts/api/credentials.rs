//! Changing what one signs in with, and leaving.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sign_in::Said;
use crate::accounts::auth::Caller;
use crate::accounts::password::{self, Verdict};
use crate::accounts::store::{codes, people, sessions};
use crate::accounts::tokens::random_hex;
use crate::accounts::{limits, rules};
use crate::app::App;
use crate::clock::DAY;
use crate::mail::queue;
use crate::mail::templates::{self, Recipient};
use crate::stories;
use crate::wire::origin::Origin;
use crate::wire::{Body, Error, Fields, respond};

/// How long a changed address can be taken back.
const UNDO_DAYS: i64 = 14;

/// Another password.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct PasswordChange {
    current_password: String,
    /// At least 8 characters, not the current one.
    new_password: String,
}

/// Changes the password. The session of this call stays, all others end.
#[utoipa::path(post, path = "/api/auth/change-password/", tag = "accounts", request_body = PasswordChange,
    responses((status = 200, body = Said)))]
pub async fn change_password(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let current = fields.password("current_password");
    let new = fields.password("new_password");
    if let Err(sentence) = rules::check_password(&new) {
        fields.refuse("new_password", sentence);
    } else if new == current {
        fields.refuse("new_password", "The new password is the current one.");
    }
    fields.finish()?;
    own_password(&app, caller.id, "current_password", current).await?;

    let hash = app
        .hashing
        .run(move |workspace| password::hash(workspace, &new))
        .await?;
    let (now, session) = (app.clock.now(), caller.session.clone());
    let changed: Result<(), Error> = app
        .database
        .write(move |conn| {
            people::set_password(conn, caller.id, &hash, now)?;
            Ok(sessions::close_all(conn, caller.id, Some(&session))?)
        })
        .await;
    changed?;
    app.sessions.forget_account(caller.id);
    Ok(Said::ok("Your password is changed."))
}

/// Checks the caller's own password; wrong is 400 at `field`.
async fn own_password(app: &Arc<App>, user_id: i64, field: &str, password: String) -> Result<(), Error> {
    app.limits.look(&limits::OWN_PASSWORD, user_id, app.clock.now())?;
    let encoded: Result<_, Error> = app
        .database
        .read(move |conn| Ok(people::password_hash(conn, user_id)?))
        .await;
    let encoded = encoded?.ok_or_else(Error::not_found)?;
    let verdict = app
        .hashing
        .run(move |workspace| password::verify(workspace, &password, &encoded))
        .await?;
    if verdict == Verdict::Wrong {
        app.limit(&limits::OWN_PASSWORD, user_id)?;
        return Err(Error::field(field, "This password is not right."));
    }
    Ok(())
}

/// Another address.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct EmailChange {
    new_email: String,
    password: String,
}

/// The address is changed.
#[derive(Serialize, ToSchema)]
pub struct EmailChanged {
    success: bool,
    message: &'static str,
    email: String,
}

/// Changes the address. The old one gets a notice with a link that takes the change back.
#[utoipa::path(post, path = "/api/auth/change-email/", tag = "accounts", request_body = EmailChange,
    responses((status = 200, body = EmailChanged)))]
pub async fn change_email(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    origin: Origin,
    Body(body): Body,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let email = fields.required_text("new_email", rules::LONGEST_EMAIL);
    let password = fields.password("password");
    if !email.is_empty() && !rules::is_email(&email) {
        fields.refuse("new_email", "This is not an e-mail address.");
    }
    fields.finish()?;
    own_password(&app, caller.id, "password", password).await?;

    let (now, address, can_mail) = (app.clock.now(), email.clone(), app.mail.is_configured());
    let token = random_hex();
    let token_hash = app.keys.hash_code("email undo", 0, &token);
    let undo_link = format!("{origin}/account/undo-email/{token}");
    let changed: Result<(), Error> = app
        .database
        .write(move |conn| {
            if people::is_address_taken(conn, &address, caller.id)? {
                return Err(Error::field(
                    "new_email",
                    "This address belongs to another account.",
                ));
            }
            let Some(profile) = people::profile(conn, caller.id)? else {
                return Err(Error::not_found());
            };
            people::set_email(conn, caller.id, &address, now)?;
            // A code that was sent to the old address must not open the account under the new one.
            codes::void_all(conn, caller.id)?;
            if can_mail && !profile.email.is_empty() {
                codes::remember_undo(
                    conn,
                    caller.id,
                    &token_hash,
                    &profile.email,
                    now + UNDO_DAYS * DAY,
                )?;
                let to = Recipient {
                    address: &profile.email,
                    name: &profile.display_name,
                };
                // A full outbox does not stop somebody from changing their address.
                let _ = queue(conn, &templates::email_changed(to, None, Some(&undo_link)), now)?;
            }
            Ok(())
        })
        .await;
    changed?;
    app.mail.wake();
    Ok(respond::ok(&EmailChanged {
        success: true,
        message: "Your e-mail address is changed.",
        email,
    }))
}

/// Takes a change of address back, by the token of the notice: all sign-ins end. False when the token is worth nothing.
pub async fn undo_email_change(app: &Arc<App>, token: &str) -> Result<bool, Error> {
    let (now, token_hash) = (app.clock.now(), app.keys.hash_code("email undo", 0, token));
    let undone: Result<_, Error> = app
        .database
        .write(move |conn| {
            let Some((user_id, old_email)) = codes::take_undo(conn, &token_hash, now)? else {
                return Ok(None);
            };
            if people::is_address_taken(conn, &old_email, user_id)? {
                return Ok(None);
            }
            people::set_email(conn, user_id, &old_email, now)?;
            codes::void_all(conn, user_id)?;
            sessions::close_all(conn, user_id, None)?;
            Ok(Some(user_id))
        })
        .await;
    let undone = undone?;
    if let Some(user_id) = undone {
        app.sessions.forget_account(user_id);
    }
    Ok(undone.is_some())
}

/// A password, to be sure.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct Confirmation {
    password: String,
}

/// Deletes the account and what is its own. A collaborative story goes to another of its authors.
#[utoipa::path(post, path = "/api/auth/delete-account/", tag = "accounts", request_body = Confirmation,
    responses((status = 200, body = Said)))]
pub async fn delete_account(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let password = fields.password("password");
    fields.finish()?;
    own_password(&app, caller.id, "password", password).await?;

    let now = app.clock.now();
    let deleted: Result<(), Error> = app
        .database
        .write(move |conn| {
            stories::forget_author(conn, caller.id, now)?;
            Ok(people::delete(conn, caller.id)?)
        })
        .await;
    deleted?;
    app.sessions.forget_account(caller.id);
    Ok(Said::ok("Your account is deleted."))
}
