//! From the `Authorization` header to the account: signature first, then the session, before any body is read.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::sessions::Account;
use super::store::sessions::{self, Standing};
use super::tokens::Kind;
use crate::app::{App, ClientAddress};
use crate::wire::{Bearer, Error, Sender, admin_bearer, bearer};

/// What is kept of a client's name for itself, in characters.
const LONGEST_AGENT: usize = 200;

/// The signed-in account that calls; without one the request ends with 401.
#[derive(Clone, Debug)]
pub struct Caller(pub Account);

/// Whoever looks at a public address: an account or a guest. A token that is there but bad still ends with 401,
/// because that is what makes the apps refresh it.
#[derive(Clone, Debug)]
pub struct Viewer(pub Option<Account>);

/// Whoever calls an address where a bad token does no harm: it is treated like none.
#[derive(Clone, Debug)]
pub struct Anyone(pub Option<Account>);

/// Whoever keeps order, by a token of the scheme `AdminBearer`, and from where. A token of the apps is none of these.
#[derive(Clone, Debug)]
pub struct Administrator {
    /// The account. What it may do is looked up once more by whatever it changes.
    pub account: Account,
    /// The network that the request comes from.
    pub network: String,
    /// What the client calls itself; empty when it says nothing.
    pub user_agent: String,
}

/// The same at an address where one of the apps' panels sends the token as `Bearer`.
#[derive(Clone, Debug)]
pub struct AnyScheme(pub Administrator);

impl Account {
    /// Refuses an adult who looks at the world as a child, with 403: for what only the owner of an account may do.
    pub fn in_person(&self) -> Result<(), Error> {
        if self.acting.is_none() {
            return Ok(());
        }
        let sentence = "This cannot be done from a child's view. Please switch back first.";
        Err(Error::forbidden(sentence).code("child_view"))
    }
}

impl Viewer {
    /// The id of the account, if there is one.
    pub fn id(&self) -> Option<i64> {
        self.0.as_ref().map(|account| account.id)
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        match identify(parts, app).await? {
            Some(account) => Ok(Self(account)),
            None => Err(Error::unauthorized("not_authenticated", "Please sign in.")),
        }
    }
}

impl FromRequestParts<Arc<App>> for Viewer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        identify(parts, app).await.map(Self)
    }
}

impl FromRequestParts<Arc<App>> for Anyone {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        Ok(Self(identify(parts, app).await.unwrap_or_default()))
    }
}

impl FromRequestParts<Arc<App>> for Administrator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        administrator(parts, app, false).await
    }
}

impl FromRequestParts<Arc<App>> for AnyScheme {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        administrator(parts, app, true).await.map(Self)
    }
}

/// The administrator who calls; 401 for everybody else.
async fn administrator(parts: &mut Parts, app: &Arc<App>, any_scheme: bool) -> Result<Administrator, Error> {
    let token = match token(admin_bearer(&parts.headers))? {
        None if any_scheme => token(bearer(&parts.headers))?,
        found => found,
    };
    let token = token
        .ok_or_else(|| Error::unauthorized("not_authenticated", "Please sign in as an administrator."))?;
    let account = recognise(app, token, Kind::Admin).await?;
    if !account.is_admin {
        return Err(bad_token());
    }
    parts.extensions.insert(Sender(account.id));
    let Ok(ClientAddress(network)) = ClientAddress::from_request_parts(parts, app).await;
    Ok(Administrator {
        account,
        network,
        user_agent: user_agent(&parts.headers),
    })
}

/// What a client calls itself, as far as it is worth keeping.
pub fn user_agent(headers: &HeaderMap) -> String {
    let name = headers.get(header::USER_AGENT);
    let name = name.map_or(Cow::Borrowed(""), |name| String::from_utf8_lossy(name.as_bytes()));
    name.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_AGENT)
        .collect()
}

fn token(bearer: Bearer<'_>) -> Result<Option<&str>, Error> {
    match bearer {
        Bearer::None => Ok(None),
        Bearer::Malformed => Err(Error::unauthorized(
            "bad_authorization_header",
            "The Authorization header is malformed.",
        )),
        Bearer::Token(token) => Ok(Some(token)),
    }
}

/// The account behind the token of a request; its body comes from that account.
async fn identify(parts: &mut Parts, app: &Arc<App>) -> Result<Option<Account>, Error> {
    let Some(token) = token(bearer(&parts.headers))? else {
        return Ok(None);
    };
    let account = recognise(app, token, Kind::Access).await?;
    parts.extensions.insert(Sender(account.id));
    Ok(Some(account))
}

/// The active account behind a token of this `kind`; 401 when the token is worth nothing.
pub async fn recognise(app: &Arc<App>, token: &str, kind: Kind) -> Result<Account, Error> {
    let now = app.clock.now();
    let claims = app.keys.read(token, kind, now).ok_or_else(bad_token)?;
    if let Some(account) = app.sessions.recall(&claims.sid, now) {
        return Ok(account);
    }
    let (ticket, session) = (app.sessions.ticket(), claims.sid.clone());
    let standing = app.read(move |conn| Ok(sessions::standing(conn, &session, now)?));
    let standing = match standing.await {
        Err(error) if kind == Kind::Console && error.status() == StatusCode::SERVICE_UNAVAILABLE => {
            return app.sessions.recall_admin(&claims.sid, now).ok_or(error);
        }
        standing => standing?,
    };
    match standing {
        Standing::Active(account) if account.id == claims.user_id => {
            app.sessions.remember(account.clone(), now, ticket);
            Ok(account)
        }
        Standing::Inactive => Err(Error::unauthorized(
            "user_inactive",
            "This account is not active.",
        )),
        Standing::Active(_) | Standing::Gone => Err(bad_token()),
    }
}

/// 401 for a token that is worth nothing.
pub fn bad_token() -> Error {
    let message = "This sign-in is no longer valid. Please sign in again.";
    Error::unauthorized("token_not_valid", message).flag(
        "messages",
        json!([{"token_class": "AccessToken", "token_type": "access", "message": message}]),
    )
}
