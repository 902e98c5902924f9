//! Setting a new password in three steps. No answer tells whether an address is known.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sign_in::Said;
use super::sign_up::{Address, CodeSent, send_code};
use crate::accounts::codes::{self, Guess};
use crate::accounts::store::codes::{Purpose, void};
use crate::accounts::store::{people, sessions};
use crate::accounts::{limits, password, rules};
use crate::app::{App, ClientAddress};
use crate::live::sign_outs::{self, SignOut};
use crate::wire::{Body, Error, Fields, PUBLIC_BODY, respond};

/// Sends a reset code.
#[utoipa::path(post, path = "/api/auth/password-reset/send/", tag = "accounts", request_body = Address, security(()),
    responses((status = 200, body = CodeSent)))]
pub async fn send(
    State(app): State<Arc<App>>,
    ClientAddress(network): ClientAddress,
    Body(body): Body<PUBLIC_BODY>,
) -> Result<Response, Error> {
    send_code(&app, &network, body, Purpose::PasswordReset).await
}

/// A reset code for an address.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct ResetCode {
    email: String,
    /// Six digits.
    code: String,
}

/// The code is right.
#[derive(Serialize, ToSchema)]
pub struct ResetCodeRight {
    message: &'static str,
    verified: bool,
}

/// Checks a reset code; it stays usable.
#[utoipa::path(post, path = "/api/auth/password-reset/verify/", tag = "accounts", request_body = ResetCode, security(()),
    responses((status = 200, body = ResetCodeRight)))]
pub async fn verify(
    State(app): State<Arc<App>>,
    ClientAddress(network): ClientAddress,
    Body(body): Body<PUBLIC_BODY>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let (email, code) = address_and_code(&mut fields);
    fields.finish()?;
    app.limit(&limits::CODE_CHECK, &network)?;
    guess(&app, email, code).await?.accept()?;
    Ok(respond::ok(&ResetCodeRight {
        message: "The code is right.",
        verified: true,
    }))
}

/// A new password with the code that allows it.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewPassword {
    email: String,
    /// Six digits.
    code: String,
    /// At least 8 characters.
    new_password: String,
}

/// Sets a new password. All sign-ins of the account end; a suspended account stays suspended.
#[utoipa::path(post, path = "/api/auth/password-reset/reset/", tag = "accounts", request_body = NewPassword, security(()),
    responses((status = 200, body = Said)))]
pub async fn reset(
    State(app): State<Arc<App>>,
    ClientAddress(network): ClientAddress,
    Body(body): Body<PUBLIC_BODY>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let (email, code) = address_and_code(&mut fields);
    let new_password = fields.password("new_password");
    if let Err(sentence) = rules::check_password(&new_password) {
        fields.refuse("new_password", sentence);
    }
    fields.finish()?;
    app.limit(&limits::CODE_CHECK, &network)?;
    // The code is looked at before the hash is made, so that guessing costs no hashing.
    guess(&app, email.clone(), code.clone()).await?.accept()?;

    let hash = app
        .hashing
        .run(move |workspace| password::hash(workspace, &new_password))
        .await?;
    let own = Arc::clone(&app);
    let store = async move {
        let (now, keys) = (own.clock.now(), own.keys.clone());
        let done = own
            .write(move |conn| {
                let guess = codes::check(conn, &keys, &email, Purpose::PasswordReset, &code, now)?;
                if let Guess::Right(user_id) = guess {
                    people::set_password(conn, user_id, &hash, now)?;
                    people::verify(conn, user_id, now)?;
                    people::prove_address(conn, user_id)?;
                    void(conn, user_id, Purpose::PasswordReset)?;
                    sessions::close_all(conn, user_id, None)?;
                }
                Ok(guess)
            })
            .await?;
        sign_outs::announce(&own, &SignOut::everywhere(done.accept()?));
        Ok::<_, Error>(())
    };
    app.tasks.finish("password reset", store).await?;
    Ok(Said::ok("Your new password is set. Please sign in."))
}

fn address_and_code(fields: &mut Fields) -> (String, String) {
    (
        fields.required_text("email", rules::LONGEST_EMAIL),
        fields.required_text("code", codes::LONGEST),
    )
}

async fn guess(app: &Arc<App>, email: String, code: String) -> Result<Guess, Error> {
    let (now, keys) = (app.clock.now(), app.keys.clone());
    app.database
        .write(move |conn| {
            Ok(codes::check(
                conn,
                &keys,
                &email,
                Purpose::PasswordReset,
                &code,
                now,
            )?)
        })
        .await
}
