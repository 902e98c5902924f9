//! A way in of its own for a child whose account an adult made: a password, with the user name in the place of an address.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{FamilyDone, LARGEST, adult};
use crate::accounts::auth::Caller;
use crate::accounts::password;
use crate::accounts::rules::check_password;
use crate::accounts::sessions::Account;
use crate::accounts::signing_in;
use crate::accounts::store::{managed, people, sessions};
use crate::app::{App, ClientAddress};
use crate::family::{limits, relation};
use crate::live::sign_outs::{self, SignOut};
use crate::wire::{Body, Error, Fields, Id, respond};

/// A password for a child.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct ChildPassword {
    /// At least 8 characters.
    password: String,
}

/// A child can sign in.
#[derive(Serialize, ToSchema)]
pub struct ChildSignIn {
    success: bool,
    message: &'static str,
    /// What the child types in the place of an e-mail address.
    username: String,
}

/// Sets the password of a child whose account the caller looks after. All its sign-ins end; it signs in anew by its user
/// name in the place of an address.
#[utoipa::path(post, path = "/api/parent/children/{id}/sign-in/", tag = "families", params(("id" = i64, Path)),
    request_body = ChildPassword, responses((status = 200, body = ChildSignIn)))]
pub async fn set(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    ClientAddress(network): ClientAddress,
    Id(child): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    adult(&caller)?;
    app.limit(&limits::CHILD_PASSWORD, caller.id)?;
    let mut fields = Fields::new(body);
    let password = fields.password("password");
    if !password.is_empty()
        && let Err(sentence) = check_password(&password)
    {
        fields.refuse("password", sentence);
    }
    fields.finish()?;
    // Before the hash is made, so that asking about others' children costs no hashing.
    let asker = caller.clone();
    app.read(move |conn| looks_after(conn, &asker, child)).await?;
    let hash = app
        .hashing
        .run(move |workspace| password::hash(workspace, &password))
        .await?;
    let username = store(&app, caller, child, hash).await?;
    signing_in::forgive(&app, &network, &username);
    Ok(respond::ok(&ChildSignIn {
        success: true,
        message: "The child can sign in with its user name and this password.",
        username,
    }))
}

/// Takes the password of a child away whose account the caller looks after; its sign-ins end.
#[utoipa::path(delete, path = "/api/parent/children/{id}/sign-in/", tag = "families", params(("id" = i64, Path)),
    responses((status = 200, body = FamilyDone)))]
pub async fn take_away(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(child): Id,
) -> Result<Response, Error> {
    adult(&caller)?;
    app.limit(&limits::CHANGE, caller.id)?;
    store(&app, caller, child, password::UNUSABLE.to_owned()).await?;
    Ok(respond::ok(&FamilyDone::new(
        "The child cannot sign in by itself any more.",
    )))
}

/// 404 for whom the caller is not linked to, 403 for a child whose account somebody else looks after.
fn looks_after(conn: &mut Conn<'_>, caller: &Account, child: i64) -> Result<(), Error> {
    relation(conn, caller, child)?.ok_or_else(Error::not_found)?;
    if managed::keeper(conn, child)? == Some(caller.id) {
        return Ok(());
    }
    let sentence = "Only who made this account can do this.";
    Err(Error::forbidden(sentence).code("not_managed"))
}

/// Stores what stands for the password and ends the child's sign-ins; its user name.
async fn store(app: &Arc<App>, caller: Account, child: i64, hash: String) -> Result<String, Error> {
    let own = Arc::clone(app);
    let store = async move {
        let now = own.clock.now();
        let username = own
            .write(move |conn| {
                looks_after(conn, &caller, child)?;
                people::set_password(conn, child, &hash, now)?;
                sessions::close_all(conn, child, None)?;
                people::username(conn, child)?.ok_or_else(Error::not_found)
            })
            .await?;
        sign_outs::announce(&own, &SignOut::everywhere(child));
        Ok::<_, Error>(username)
    };
    app.tasks.finish("a child's password", store).await
}
