//! The door through which every socket comes: who it is, whether they may, whether there is a place, and the handshake.
//!
//! Whoever may not come in is refused before the upgrade, with 403: a browser reports each such refusal as 1006, and the
//! apps give up after one more try. Accepted and then closed they would come again every second, for ever.

use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use envelope::Kind as Admission;
use hyper::upgrade::OnUpgrade;
use sockets::accept_key;

use super::socket::{self, Conversation, Handle, Identity, Kind};
use super::sockets::{NoPlace, Place};
use crate::accounts::auth;
use crate::accounts::tokens::Kind as Token;
use crate::app::{App, Peer};
use crate::clock::SECOND;
use crate::listener::household;
use crate::wire::{Bearer, Error, bearer, layers};

/// When to come again where all places are taken.
pub(super) const COME_AGAIN: u64 = 10;

/// Somebody whose handshake is right, and who has a place.
pub struct Visitor {
    kind: Kind,
    who: Identity,
    accept: HeaderValue,
    upgrade: OnUpgrade,
    place: Place,
}

/// Looks at whoever wants to open a socket of this `kind`: 403 for those who may not, 503 and 429 where there is no place.
pub async fn knock(app: &Arc<App>, mut request: Parts, kind: Kind) -> Result<Visitor, Error> {
    if !app.envelope.admits(Admission::Socket) {
        return Err(Error::unavailable(COME_AGAIN));
    }
    let upgrade = request.extensions.remove::<OnUpgrade>();
    let who = identify(app, &request).await?;
    if !is_origin_allowed(app, &request.headers) {
        return Err(refused());
    }
    let (Some(accept), Some(upgrade)) = (handshake(&request), upgrade) else {
        return Err(refused());
    };
    let place = place(app, &request)?;
    Ok(Visitor {
        kind,
        who,
        accept,
        upgrade,
        place,
    })
}

impl Visitor {
    /// Whose token it is.
    pub fn user_id(&self) -> i64 {
        self.who.user_id
    }

    /// Their login name.
    pub fn username(&self) -> &str {
        &self.who.username
    }

    /// Lets them in: the answer that ends the handshake. `conversation` is made for the socket, and learns by
    /// [`Conversation::opened`] that it stands.
    pub fn enter<C: Conversation>(
        mut self,
        app: &Arc<App>,
        conversation: impl FnOnce(Handle) -> Arc<C>,
    ) -> Response {
        let handle = self.place.register(self.kind, self.who, app.clock.now());
        let conversation = conversation(handle.clone());
        socket::start(Arc::clone(app), self.upgrade, handle, conversation, self.place);
        switch(self.accept)
    }
}

/// The answer that ends a handshake.
pub(super) fn switch(accept: HeaderValue) -> Response {
    let headers = [
        (header::CONNECTION, HeaderValue::from_static("Upgrade")),
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response()
}

/// A place for a socket of this request's client.
pub(super) fn place(app: &App, request: &Parts) -> Result<Place, Error> {
    let peer = Peer::of(&request.extensions);
    let address = app.config.trusted_proxies.client(peer, &request.headers);
    let place = app.live.sockets.enter(household(address));
    place.map_err(|why| match why {
        NoPlace::Anywhere => Error::unavailable(COME_AGAIN),
        NoPlace::ForThisAddress => Error::too_many_requests(COME_AGAIN),
    })
}

/// What everybody is told who may not come in.
pub fn refused() -> Error {
    Error::forbidden("This socket cannot be opened.")
}

/// Whose token the request carries: in its query, else in its header.
async fn identify(app: &Arc<App>, request: &Parts) -> Result<Identity, Error> {
    let query = request.uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let in_query = pairs.find(|(name, _)| name == "token").map(|(_, token)| token);
    let token = match (&in_query, bearer(&request.headers)) {
        (Some(token), _) => token,
        (None, Bearer::Token(token)) => token,
        (None, Bearer::None | Bearer::Malformed) => return Err(refused()),
    };
    let claims = app.keys.read(token, Token::Access, app.clock.now());
    let expires_at = claims.ok_or_else(refused)?.exp.saturating_mul(SECOND);
    let account = auth::recognise(app, token, Token::Access).await;
    let account = account.map_err(|error| match error.status() {
        StatusCode::UNAUTHORIZED => refused(),
        // The database is away: that is no reason to be sent away for good.
        _ => error,
    })?;
    Ok(Identity {
        user_id: account.id,
        username: account.username,
        session: account.session,
        acting: account.acting,
        expires_at,
    })
}

/// Whether a page of this origin may open sockets. Who names none is no browser.
fn is_origin_allowed(app: &App, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let named = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_own = origin
        .split_once("://")
        .is_some_and(|(_, host)| named(header::HOST).is_some_and(|own| own.eq_ignore_ascii_case(host)));
    is_own
        || layers::may_call(&app.config.cors_origins, origin)
        || app
            .config
            .public_url
            .as_deref()
            .is_some_and(|own| own.trim_end_matches('/') == origin)
}

/// The answer to the key of a right handshake.
pub(super) fn handshake(request: &Parts) -> Option<HeaderValue> {
    let headers = &request.headers;
    let says = |name: header::HeaderName, wanted: &str| {
        let values = headers
            .get_all(name)
            .iter()
            .filter_map(|value| value.to_str().ok());
        values
            .flat_map(|value| value.split(','))
            .any(|word| word.trim().eq_ignore_ascii_case(wanted))
    };
    let is_right = request.method == Method::GET
        && says(header::CONNECTION, "upgrade")
        && says(header::UPGRADE, "websocket")
        && says(header::SEC_WEBSOCKET_VERSION, "13");
    if !is_right {
        return None;
    }
    let accept = accept_key(headers.get(header::SEC_WEBSOCKET_KEY)?.to_str().ok()?)?;
    HeaderValue::try_from(accept).ok()
}
