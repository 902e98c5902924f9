//! Whoever keeps order, by a token of the scheme `AdminBearer`.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::accounts::auth;
use crate::accounts::sessions::Account;
use crate::accounts::tokens::Kind;
use crate::app::{App, ClientAddress};
use crate::wire::{Bearer, Error, Sender, admin_bearer};

/// What is kept of a client's name for itself, in characters.
const LONGEST_AGENT: usize = 200;

/// An administrator who calls, and from where. A token of the apps is none of these.
#[derive(Clone, Debug)]
pub struct Administrator {
    /// The account.
    pub account: Account,
    /// The network that the request comes from.
    pub network: String,
    /// What the client calls itself; empty when it says nothing.
    pub user_agent: String,
}

impl FromRequestParts<Arc<App>> for Administrator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let Bearer::Token(token) = admin_bearer(&parts.headers) else {
            let message = "Please sign in as an administrator.";
            return Err(Error::unauthorized("not_authenticated", message));
        };
        let account = auth::recognise(app, token, Kind::Admin).await?;
        if !account.is_admin {
            let message = "This sign-in is no longer valid. Please sign in again.";
            return Err(Error::unauthorized("token_not_valid", message));
        }
        parts.extensions.insert(Sender(account.id));
        let Ok(ClientAddress(network)) = ClientAddress::from_request_parts(parts, app).await;
        let agent = parts.headers.get(header::USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        Ok(Self {
            account,
            network,
            user_agent: agent.chars().take(LONGEST_AGENT).collect(),
        })
    }
}
