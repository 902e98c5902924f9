//! Signing in, staying signed in, signing out.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::auth::Anyone;
use crate::accounts::rules;
use crate::accounts::shapes::AccountShape;
use crate::accounts::signing_in::{self, For, Opened};
use crate::accounts::store::sessions::{self, Lease};
use crate::accounts::tokens::{Claims, Kind, Pair};
use crate::app::{App, ClientAddress};
use crate::clock::{DAY, SECOND};
use crate::family;
use crate::wire::{Body, Error, Fields, PUBLIC_BODY, respond};

/// A refresh token is handed out anew when less than this is left of the sign-in.
const RENEW_WITHIN: i64 = 30 * DAY;

/// An address and a password.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct SignIn {
    /// The user name, for the account of a child that an adult made and that has no address.
    email: String,
    password: String,
}

/// Two tokens and the account.
#[derive(Serialize, ToSchema)]
pub struct SignedIn {
    access: String,
    refresh: String,
    user: AccountShape,
}

/// Signs in. Every failure is the same 401: unknown address, wrong password, not verified, suspended, archived.
#[utoipa::path(post, path = "/api/auth/login/", tag = "accounts", request_body = SignIn, security(()),
    responses((status = 200, body = SignedIn)))]
pub async fn login(
    State(app): State<Arc<App>>,
    ClientAddress(network): ClientAddress,
    Body(body): Body<PUBLIC_BODY>,
) -> Result<Response, Error> {
    let (email, password) = address_and_password(body)?;
    let (now, days) = (app.clock.now(), app.config.access_token_days);
    let ends = now + app.config.refresh_token_days * DAY;
    let opened = signing_in::sign_in(&app, &network, &email, &password, ends, For::Anyone).await?;
    let Some(Opened { profile, session }) = opened else {
        return Err(Error::unauthorized(
            "authentication_failed",
            "The e-mail address or the password is not right.",
        ));
    };
    let tokens = Pair::new(&app.keys, profile.id, &session, now, days, ends);
    Ok(respond::ok(&SignedIn {
        access: tokens.access,
        refresh: tokens.refresh,
        user: profile.into(),
    }))
}

fn address_and_password(body: serde_json::Map<String, serde_json::Value>) -> Result<(String, String), Error> {
    let mut fields = Fields::new(body);
    let email = fields.required_text("email", rules::LONGEST_EMAIL);
    let password = fields.password("password");
    fields.finish()?;
    Ok((email, password))
}

/// A refresh token, under either of the names that the apps use.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct Refresh {
    refresh: Option<String>,
    refresh_token: Option<String>,
}

/// New tokens under both pairs of names.
#[derive(Serialize, ToSchema)]
pub struct Refreshed {
    access: String,
    refresh: String,
    access_token: String,
    refresh_token: String,
}

/// A new access token. The refresh token stays the same until its sign-in is near its end, because one of the apps'
/// two callers throws a new one away.
#[utoipa::path(post, path = "/api/auth/refresh/", tag = "accounts", request_body = Refresh, security(()),
    responses((status = 200, body = Refreshed)))]
pub async fn refresh(State(app): State<Arc<App>>, Body(body): Body<PUBLIC_BODY>) -> Result<Response, Error> {
    let now = app.clock.now();
    let (token, claims) = refresh_claims(&app, body).ok_or_else(stale)?;
    let (session, user_id) = (claims.sid.clone(), claims.user_id);
    let lease = app
        .read(move |conn| Ok(sessions::lease(conn, &session, user_id, now)?))
        .await?
        .ok_or_else(stale)?;
    let tokens = renewed(&app, token, &claims, lease, now).await?;
    Ok(respond::ok(&Refreshed {
        access_token: tokens.access.clone(),
        refresh_token: tokens.refresh.clone(),
        access: tokens.access,
        refresh: tokens.refresh,
    }))
}

/// New tokens for a session that goes on. An adult's view of a child is never prolonged.
async fn renewed(
    app: &Arc<App>,
    token: String,
    claims: &Claims,
    lease: Lease,
    now: i64,
) -> Result<Pair, Error> {
    let (keys, days, sid) = (&app.keys, app.config.access_token_days, &claims.sid);
    if let Some(adult) = lease.acting {
        let fresh = Pair::of_view(keys, (claims.user_id, adult), sid, now, days, lease.ends);
        return Ok(Pair {
            access: fresh.access,
            refresh: token,
        });
    }
    if lease.ends - now < RENEW_WITHIN {
        let (session, ends) = (sid.clone(), now + app.config.refresh_token_days * DAY);
        app.write(move |conn| Ok(sessions::prolong(conn, &session, ends)?))
            .await?;
        return Ok(Pair::new(keys, claims.user_id, sid, now, days, ends));
    }
    let fresh = Pair::new(keys, claims.user_id, sid, now, days, lease.ends);
    let is_current = claims.exp - now / SECOND > RENEW_WITHIN / SECOND;
    Ok(Pair {
        access: fresh.access,
        refresh: if is_current { token } else { fresh.refresh },
    })
}

fn refresh_claims(
    app: &App,
    mut body: serde_json::Map<String, serde_json::Value>,
) -> Option<(String, Claims)> {
    let token = ["refresh", "refresh_token"]
        .iter()
        .find_map(|name| body.remove(*name)?.as_str().map(str::to_owned))?;
    let claims = app.keys.read(&token, Kind::Refresh, app.clock.now())?;
    Some((token, claims))
}

fn stale() -> Error {
    Error::unauthorized(
        "token_not_valid",
        "This sign-in is no longer valid. Please sign in again.",
    )
}

/// One sentence.
#[derive(Serialize, ToSchema)]
pub struct Said {
    success: bool,
    message: &'static str,
}

impl Said {
    /// 200 with a sentence.
    pub fn ok(message: &'static str) -> Response {
        respond::ok(&Self {
            success: true,
            message,
        })
    }
}

/// Signs out: revokes the session of a refresh token. Always 200; whoever holds the token may end it.
#[utoipa::path(post, path = "/api/auth/logout/", tag = "accounts", request_body = Refresh, security(()),
    responses((status = 200, body = Said)))]
pub async fn logout(State(app): State<Arc<App>>, Body(body): Body<PUBLIC_BODY>) -> Result<Response, Error> {
    if let Some((_, claims)) = refresh_claims(&app, body) {
        signing_in::sign_out(&app, claims.sid).await?;
    }
    Ok(Said::ok("You are signed out."))
}

/// Proves an adult's identity before leaving a child's view. A wrong password is 400, never 401: the apps would take
/// that for a stale token.
///
/// With a valid token only the caller's own address can be asked about, and a child may ask about those of the adults who
/// are linked to it; without one the limits of signing in hold.
#[utoipa::path(post, path = "/api/auth/verify-password/", tag = "accounts", request_body = SignIn, security((), ("bearer" = [])),
    responses((status = 200, body = Said)))]
pub async fn verify_password(
    State(app): State<Arc<App>>,
    Anyone(caller): Anyone,
    ClientAddress(network): ClientAddress,
    Body(body): Body<PUBLIC_BODY>,
) -> Result<Response, Error> {
    let (email, password) = address_and_password(body)?;
    // Before the password is looked at: the pace of the answer must not tell whether it was right.
    let may_ask = match caller {
        Some(caller) => {
            let address = email.clone();
            app.read(move |conn| Ok(family::may_ask_about(conn, caller.id, &address)?))
                .await?
        }
        None => true,
    };
    let checked = signing_in::check(&app, &network, &email, password).await?;
    if checked.is_some() && may_ask {
        return Ok(Said::ok("The password is right."));
    }
    let sentence = "The e-mail address or the password is not right.";
    Err(Error::bad_request(sentence).code("invalid_password"))
}

/// Cookie sessions of old server-made pages: gone.
#[utoipa::path(post, path = "/api/auth/create-session/", tag = "accounts", security(()), responses((status = 410)))]
pub async fn create_session() -> Error {
    Error::gone("Cookie sessions no longer exist. Please sign in through /api/auth/login/.")
}
