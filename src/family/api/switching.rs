//! Looking at the world as a child, with tokens that say whose look it is.
//!
//! Such a session belongs to the child's account, lives for a day at most, and ends with the parent's own session, with a
//! change of the parent's password, with the link, and with either account. What only the owner of an account may do is
//! refused to it ([`Account::in_person`](crate::accounts::sessions::Account::in_person)), and so is everything that
//! adults do here.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{adult, not_related, related};
use crate::accounts::auth::Caller;
use crate::accounts::store::{people, sessions};
use crate::accounts::tokens::{Pair, random_hex};
use crate::app::{App, ClientAddress};
use crate::clock::DAY;
use crate::family::shapes::ViewedChild;
use crate::family::{Place, Relation, audit_switch, limits};
use crate::wire::{Error, Id, respond};

/// How long a view lasts.
const LASTS: i64 = DAY;
/// What is kept of a client's name for itself, in characters.
const LONGEST_AGENT: usize = 200;

/// A parent looks at the world as a child.
#[derive(Serialize, ToSchema)]
pub struct ChildView {
    success: bool,
    message: &'static str,
    tokens: ViewTokens,
    user: ViewedChild,
    parent_id: i64,
    is_child_view: bool,
}

/// The tokens of such a look.
#[derive(Serialize, ToSchema)]
pub struct ViewTokens {
    access: String,
    refresh: String,
}

/// Lets a parent look at the world as a child who is linked to them. The parent's own tokens stay good.
///
/// The tokens are the child's, say `act` (the parent) and `view`, and last for a day at most: until the parent signs out,
/// changes their password or parts from the child. Each switch stands in the record. Teachers cannot do this.
#[utoipa::path(post, path = "/api/parent/children/{id}/switch-view/", tag = "families", params(("id" = i64, Path)),
    responses((status = 200, body = ChildView)))]
pub async fn switch_view(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(child): Id,
    ClientAddress(network): ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Error> {
    if adult(&caller)? != Relation::Parent {
        return Err(Error::forbidden("Only parents can do this."));
    }
    app.limit(&limits::SWITCH, caller.id)?;
    let (now, days) = (app.clock.now(), app.config.access_token_days);
    let (parent, view) = (caller.id, random_hex());
    let place = Place {
        network,
        user_agent: user_agent(&headers),
    };
    let session = view.clone();
    let (profile, ends) = app
        .write(move |conn| {
            related(conn, &caller, child)?;
            let own = (caller.id, caller.session.as_str());
            let ends = sessions::open_view(conn, &session, child, own, now, now + LASTS)?;
            let ends = ends.ok_or_else(not_related)?;
            audit_switch(conn, &caller, child, &place, now)?;
            let profile = people::profile(conn, child)?.ok_or_else(Error::not_found)?;
            Ok((profile, ends))
        })
        .await?;
    let tokens = Pair::of_view(&app.keys, (child, parent), &view, now, days, ends);
    Ok(respond::ok(&ChildView {
        success: true,
        message: "You look at the world as this child now.",
        tokens: ViewTokens {
            access: tokens.access,
            refresh: tokens.refresh,
        },
        user: profile.into(),
        parent_id: parent,
        is_child_view: true,
    }))
}

/// What a client calls itself, as far as it is worth keeping.
fn user_agent(headers: &HeaderMap) -> String {
    let name = headers.get(header::USER_AGENT);
    let name = name.and_then(|name| name.to_str().ok()).unwrap_or_default();
    name.chars().take(LONGEST_AGENT).collect()
}
