//! Changing what one signs in with, and leaving.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sign_in::Said;
use crate::accounts::auth::Caller;
use crate::accounts::password::{self, Verdict, Workspace};
use crate::accounts::proving::Links;
use crate::accounts::store::{codes, managed, people, sessions};
use crate::accounts::tokens::random_hex;
use crate::accounts::{leaving, limits, rules};
use crate::app::App;
use crate::clock::DAY;
use crate::live::collaboration;
use crate::live::sign_outs::{self, SignOut};
use crate::mail::queue;
use crate::mail::templates::{self, Recipient};
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
    caller.in_person()?;
    let mut fields = Fields::new(body);
    let current = fields.password("current_password");
    let new = fields.password("new_password");
    if let Err(sentence) = rules::check_password(&new) {
        fields.refuse("new_password", sentence);
    } else if new == current {
        fields.refuse("new_password", "The new password is the current one.");
    }
    fields.finish()?;
    let verified = own_password(&app, caller.id, "current_password", current).await?;

    let hash = app
        .hashing
        .run(move |workspace| password::hash(workspace, &new))
        .await?;
    let own = Arc::clone(&app);
    let kept = caller.session.clone();
    let change = async move {
        own.write(move |conn| {
            if !people::replace_password(conn, caller.id, &verified, &hash)? {
                return Err(not_right("current_password"));
            }
            Ok(sessions::close_all(conn, caller.id, Some(&kept))?)
        })
        .await?;
        let ended = SignOut::Account {
            user: caller.id,
            kept: Some(caller.session),
        };
        sign_outs::announce(&own, &ended);
        Ok::<_, Error>(())
    };
    app.tasks.finish("password change", change).await?;
    Ok(Said::ok("Your password is changed."))
}

/// Checks the caller's own password; wrong is 400 at `field`. The hash that was verified: what is done with it must
/// look whether it is still there, for a reset ends what is under way, too.
async fn own_password(app: &Arc<App>, user_id: i64, field: &str, password: String) -> Result<String, Error> {
    // Counted first, so that tries at the same moment count as well.
    app.limit(&limits::OWN_PASSWORD, user_id)?;
    let looked = look(app, user_id, password).await;
    if looked.is_err() {
        // No try: nobody looked at it.
        app.limits.give_back(&limits::OWN_PASSWORD, user_id);
    }
    let (verdict, encoded) = looked?;
    if verdict == Verdict::Wrong {
        return Err(not_right(field));
    }
    app.limits.forget(&limits::OWN_PASSWORD, user_id);
    Ok(encoded)
}

async fn look(app: &Arc<App>, user_id: i64, password: String) -> Result<(Verdict, String), Error> {
    let encoded = app
        .read(move |conn| Ok(people::password_hash(conn, user_id)?))
        .await?
        .ok_or_else(Error::not_found)?;
    let verify = move |workspace: &mut Workspace| (password::verify(workspace, &password, &encoded), encoded);
    Ok(app.hashing.run(verify).await?)
}

/// Refuses for a child's account that an adult made and looks after: its address and its end are that adult's business.
pub(crate) fn not_managed(conn: &mut Conn<'_>, user_id: i64) -> Result<(), Error> {
    if managed::keeper(conn, user_id)?.is_none() {
        return Ok(());
    }
    let sentence = "An adult looks after this account. Please ask them.";
    Err(Error::forbidden(sentence).code("managed_account"))
}

fn not_right(field: &str) -> Error {
    Error::field(field, "This password is not right.")
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

/// Changes the address. The old one gets a notice with a link that takes the change back, the new one a link that confirms it.
#[utoipa::path(post, path = "/api/auth/change-email/", tag = "accounts", request_body = EmailChange,
    responses((status = 200, body = EmailChanged)))]
pub async fn change_email(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body,
) -> Result<Response, Error> {
    caller.in_person()?;
    let mut fields = Fields::new(body);
    let email = fields.required_text("new_email", rules::LONGEST_EMAIL);
    let password = fields.password("password");
    if !email.is_empty() && !rules::is_email(&email) {
        fields.refuse("new_email", "This is not an e-mail address.");
    }
    fields.finish()?;
    let verified = own_password(&app, caller.id, "password", password).await?;

    let (own, address) = (Arc::clone(&app), email.clone());
    let change = async move { store_address(&own, caller.id, verified, address).await };
    app.tasks.finish("address change", change).await?;
    Ok(respond::ok(&EmailChanged {
        success: true,
        message: "Your e-mail address is changed.",
        email,
    }))
}

/// Stores the address and the notice to the old one.
async fn store_address(app: &Arc<App>, user_id: i64, verified: String, address: String) -> Result<(), Error> {
    let (now, can_mail) = (app.clock.now(), app.mail.is_configured());
    let token = random_hex();
    let token_hash = app.keys.hash_code("email undo", 0, &token);
    // Only a configured address goes into a mail: the `Host` of a request is whatever its sender likes.
    let public_url = app.config.public_url.as_ref();
    let undo_link = public_url.map(|url| format!("{url}/account/undo-email/{token}"));
    // Whoever changes it again and again does not write to strangers for ever.
    let may_write = can_mail && app.limit(&limits::ADDRESS_PROOFS, user_id).is_ok();
    let links = Links::of(app);
    app.write(move |conn| {
        if !people::has_password(conn, user_id, &verified)? {
            return Err(not_right("password"));
        }
        not_managed(conn, user_id)?;
        if people::is_address_taken(conn, &address, user_id)? {
            return Err(Error::field(
                "new_email",
                "This address belongs to another account.",
            ));
        }
        let profile = people::profile(conn, user_id)?.ok_or_else(Error::not_found)?;
        let was_proven = people::has_proven_address(conn, user_id)?;
        people::set_email(conn, user_id, &address, now)?;
        // A code that was sent to the old address must not open the account under the new one.
        codes::void_all(conn, user_id)?;
        // A full outbox does not stop somebody from changing their address.
        if may_write && !people::has_proven_address(conn, user_id)? {
            let to = Recipient {
                address: &address,
                name: &profile.display_name,
            };
            let _ = links.ask(conn, user_id, to, now)?;
        }
        if !profile.email.is_empty() && (may_write || can_mail && was_proven) {
            // The way back leads to the account: nobody gets it whose address was a slip.
            let undo_link = undo_link.as_deref().filter(|_| was_proven);
            if undo_link.is_some() {
                let ends = now + UNDO_DAYS * DAY;
                codes::remember_undo(conn, user_id, &token_hash, &profile.email, ends)?;
            }
            let to = Recipient {
                address: &profile.email,
                name: &profile.display_name,
            };
            let notice = templates::email_changed(to, None, undo_link);
            let _ = queue(conn, &notice, now)?;
        }
        Ok(())
    })
    .await?;
    app.mail.wake();
    Ok(())
}

/// What became of a way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undo {
    /// The old address is back.
    Done,
    /// Somebody else has the old address now; the link stays good.
    Taken,
    /// The link was used, is too old, or never was one.
    Worthless,
}

/// Takes a change of address back, by the token of the notice: all sign-ins end, and so does the password, which
/// whoever changed the address knows. A code to the old address opens the account again.
pub async fn undo_email_change(app: &Arc<App>, token: &str) -> Result<Undo, Error> {
    let (own, token_hash) = (Arc::clone(app), app.keys.hash_code("email undo", 0, token));
    let undo = async move {
        let now = own.clock.now();
        let (undone, user_id) = own
            .write(move |conn| {
                let Some((user_id, old_email)) = codes::undo(conn, &token_hash, now)? else {
                    return Ok((Undo::Worthless, 0));
                };
                let owner = people::owner_of_address(conn, &old_email)?.filter(|owner| owner.id != user_id);
                if let Some(owner) = owner {
                    if owner.is_verified || owner.is_barred {
                        return Ok((Undo::Taken, 0));
                    }
                    // A sign-up that nobody confirmed holds no address.
                    people::delete(conn, owner.id)?;
                }
                codes::take_undo(conn, &token_hash, now)?;
                people::set_email(conn, user_id, &old_email, now)?;
                people::set_password(conn, user_id, password::UNUSABLE, now)?;
                codes::void_all(conn, user_id)?;
                sessions::close_all(conn, user_id, None)?;
                Ok((Undo::Done, user_id))
            })
            .await?;
        if undone == Undo::Done {
            sign_outs::announce(&own, &SignOut::everywhere(user_id));
        }
        Ok(undone)
    };
    app.tasks.finish("address undo", undo).await
}

/// A password, to be sure.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct Confirmation {
    password: String,
}

/// Deletes the account and what is its own. A collaborative story goes to another of its authors; a child whose account
/// the caller made goes to another adult who is linked to it, and is archived where there is none.
#[utoipa::path(post, path = "/api/auth/delete-account/", tag = "accounts", request_body = Confirmation,
    responses((status = 200, body = Said)))]
pub async fn delete_account(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body,
) -> Result<Response, Error> {
    caller.in_person()?;
    let mut fields = Fields::new(body);
    let password = fields.password("password");
    fields.finish()?;
    let verified = own_password(&app, caller.id, "password", password).await?;
    let takes_part = app
        .read(move |conn| Ok(collaboration::takes_part(conn, caller.id)?))
        .await?;

    let own = Arc::clone(&app);
    let delete = async move {
        let now = own.clock.now();
        let delete = own.write(move |conn| {
            if takes_part {
                collaboration::hold_sessions(conn)?;
            }
            if !people::has_password(conn, caller.id, &verified)? {
                return Err(not_right("password"));
            }
            not_managed(conn, caller.id)?;
            leaving::leave(conn, caller.id, now)
        });
        delete.await?.announce(&own);
        Ok::<_, Error>(())
    };
    app.tasks.finish("account deletion", delete).await?;
    Ok(Said::ok("Your account is deleted."))
}
