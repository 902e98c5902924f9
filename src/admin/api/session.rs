//! An administrator's own sign-in, apart from that of the apps: shorter, and with a token that opens nothing else.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::entering::Visitor;
use super::super::figures;
use super::super::shapes::AdminDone;
use crate::accounts::auth::{bad_token, recognise, user_agent};
use crate::accounts::rules;
use crate::accounts::signing_in::Opened;
use crate::accounts::store::people;
use crate::accounts::tokens::{Claims, Kind, random_hex};
use crate::app::{App, ClientAddress};
use crate::clock::{HOUR, SECOND};
use crate::wire::{Bearer, Body, Error, Fields, PUBLIC_BODY, admin_bearer, respond};

/// How long a sign-in lasts.
const LASTS: i64 = 8 * HOUR;
/// The longest token that is looked at, in characters.
const LONGEST_TOKEN: usize = 1024;

/// An address and a password.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct AdminSignIn {
    email: String,
    password: String,
}

/// The administrator who has signed in.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct SignedInAdmin {
    pub id: i64,
    pub username: String,
    pub email: String,
    pub display_name: String,
    pub user_type: String,
    pub is_staff: bool,
    pub is_superuser: bool,
}

/// A token for eight hours.
#[derive(Serialize, ToSchema)]
pub struct AdminSignedIn {
    success: bool,
    message: &'static str,
    admin_token: String,
    user: SignedInAdmin,
}

/// Signs an administrator in. Every failure is the same 401: unknown address, wrong password, no administrator, not
/// active. Five failures of an account or a network in a quarter of an hour are all that there are.
#[utoipa::path(post, path = "/api/admin/auth/login/", tag = "admin", request_body = AdminSignIn, security(()),
    responses((status = 200, body = AdminSignedIn)))]
pub async fn login(
    State(app): State<Arc<App>>,
    ClientAddress(network): ClientAddress,
    headers: HeaderMap,
    Body(body): Body<PUBLIC_BODY>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let email = fields.required_text("email", rules::LONGEST_EMAIL);
    let password = fields.password("password");
    fields.finish()?;
    let now = app.clock.now();
    let opened = visitor(network, &headers)
        .sign_in_sparingly(&app, &email, &password, now + LASTS)
        .await?;
    let Some(Opened { profile, session }) = opened else {
        return Err(Error::unauthorized(
            "authentication_failed",
            "The e-mail address or the password is not right, or the account is no administrator's.",
        ));
    };
    let admin_token = app.keys.sign(&Claims {
        token_type: Kind::Admin,
        exp: (now + LASTS) / SECOND,
        iat: now / SECOND,
        jti: random_hex(),
        user_id: profile.id,
        sid: session,
        act: None,
        view: None,
    });
    let account = recognise(&app, &admin_token, Kind::Admin).await?;
    figures::freshen(&app);
    Ok(respond::ok(&AdminSignedIn {
        success: true,
        message: "You are signed in.",
        admin_token,
        user: SignedInAdmin {
            id: profile.id,
            username: profile.username,
            email: profile.email,
            display_name: profile.display_name,
            user_type: profile.user_type,
            is_staff: account.is_admin,
            is_superuser: account.is_superuser,
        },
    }))
}

/// A token to be looked at.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct AdminToken {
    token: String,
}

/// An administrator, in short.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct VerifiedAdmin {
    pub id: i64,
    pub username: String,
    pub email: String,
    pub is_staff: bool,
    pub is_superuser: bool,
}

/// A token that is good.
#[derive(Serialize, ToSchema)]
pub struct AdminVerified {
    success: bool,
    valid: bool,
    user: VerifiedAdmin,
}

/// Whether a token is still good: 401 when it is expired, revoked or no administrator's.
#[utoipa::path(post, path = "/api/admin/auth/verify/", tag = "admin", request_body = AdminToken, security(()),
    responses((status = 200, body = AdminVerified)))]
pub async fn verify(State(app): State<Arc<App>>, Body(body): Body<PUBLIC_BODY>) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let token = fields.required_text("token", LONGEST_TOKEN);
    fields.finish()?;
    let account = recognise(&app, &token, Kind::Admin).await?;
    if !account.is_admin {
        return Err(bad_token());
    }
    let profile = app
        .read(move |conn| Ok(people::profile(conn, account.id)?))
        .await?
        .ok_or_else(bad_token)?;
    // What a dashboard asks for next.
    figures::freshen(&app);
    Ok(respond::ok(&AdminVerified {
        success: true,
        valid: true,
        user: VerifiedAdmin {
            id: profile.id,
            username: profile.username,
            email: profile.email,
            is_staff: account.is_admin,
            is_superuser: account.is_superuser,
        },
    }))
}

/// Signs out: revokes the token. 200 for an expired one, too; 401 for what never was one.
#[utoipa::path(post, path = "/api/admin/auth/logout/", tag = "admin", responses((status = 200, body = AdminDone)))]
pub async fn logout(
    State(app): State<Arc<App>>,
    ClientAddress(network): ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Bearer::Token(token) = admin_bearer(&headers) else {
        return Err(bad_token());
    };
    // At the beginning of time no token has expired.
    let claims = app.keys.read(token, Kind::Admin, 0).ok_or_else(bad_token)?;
    visitor(network, &headers).sign_out(&app, claims.sid).await?;
    Ok(respond::ok(&AdminDone::new("You are signed out.")))
}

fn visitor(network: String, headers: &HeaderMap) -> Visitor {
    Visitor {
        network,
        user_agent: user_agent(headers),
        door: "session",
    }
}
