//! Linking a parent to a child who has an account already. Never without consent: the parent looks after the account, or
//! knows the child's password, or has a code that the child made; else the child is asked, and until it says yes nothing
//! is granted.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use database::Conn;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use super::{LARGEST, adult};
use crate::accounts::auth::Caller;
use crate::accounts::signing_in::{self, Checked};
use crate::accounts::store::managed::{self, Wanted};
use crate::accounts::tokens::Keys;
use crate::admin::standing;
use crate::app::{App, ClientAddress};
use crate::family::rules::{self, Asked, MOST_CHILDREN};
use crate::family::store::{codes, links};
use crate::family::{Relation, limits, telling};
use crate::notifications::store::Notification;
use crate::wire::{Body, Error, Fields, respond};

use super::code::{LONGEST_CODE, hash};

/// Wrong guesses after which a code is worth nothing.
const MOST_WRONG_TRIES: i64 = 5;

/// Whom to be linked to.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewFamilyLink {
    /// The child's user name.
    child_username: String,
    /// With the child's password the link is made at once.
    child_password: Option<String>,
    /// With a code that the child made (`/api/family/code/`), too.
    code: Option<String>,
}

/// What became of the wish.
#[derive(Serialize, ToSchema)]
pub struct FamilyLinked {
    success: bool,
    message: &'static str,
    /// Whether this has changed anything.
    created: bool,
    /// `active`, or `pending` while the child has not answered.
    status: &'static str,
}

/// Links a parent to a child who has an account already: 200 when that is done, 202 when the child was asked first.
///
/// It is done at once with the child's password, with a code that the child made, or when the caller looks after the
/// account; an account that was archived when the caller removed it comes back then. A child that said no is not asked
/// again for seven days.
#[utoipa::path(post, path = "/api/parent/children/add/", tag = "families", request_body = NewFamilyLink,
    responses((status = 200, body = FamilyLinked), (status = 202, body = FamilyLinked)))]
pub async fn add(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    ClientAddress(network): ClientAddress,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    if adult(&caller)? != Relation::Parent {
        return Err(Error::forbidden("Teachers add students to their classes."));
    }
    app.limit(&limits::LINK, caller.id)?;
    let mut fields = Fields::new(body);
    let username = fields.required_text("child_username", 150);
    let password = fields
        .has("child_password")
        .then(|| fields.password("child_password"));
    let code = fields.text("code", LONGEST_CODE).filter(|code| !code.is_empty());
    fields.finish()?;

    let parent = caller.id;
    let name = username.clone();
    let child = app.read(move |conn| wanted(conn, &name, parent)).await?;
    let checked = match password {
        Some(password) => Some(check(&app, &network, &child, password).await?),
        None => None,
    };
    let wish = Wish {
        parent,
        username,
        checked,
        code,
        keys: app.keys.clone(),
        now: app.clock.now(),
    };
    let (status, answer) = match app.write(move |conn| wish.settle(conn)).await? {
        Outcome::WrongCode => {
            return Err(
                Error::field("code", "This code is not right. Please ask for a new one.")
                    .code("invalid_code"),
            );
        }
        Outcome::Linked { is_new } => (
            StatusCode::OK,
            linked("You are linked to this child.", is_new, "active"),
        ),
        Outcome::Waits => (
            StatusCode::ACCEPTED,
            linked("The child has not answered yet.", false, "pending"),
        ),
        Outcome::Asked(notification) => {
            telling::announce(&app, *notification);
            (
                StatusCode::ACCEPTED,
                linked("The child is asked.", true, "pending"),
            )
        }
    };
    Ok(respond::json(status, &answer).into_response())
}

fn linked(message: &'static str, created: bool, status: &'static str) -> FamilyLinked {
    FamilyLinked {
        success: true,
        message,
        created,
        status,
    }
}

/// The child that a parent means; 404 for accounts that are none, and for those that are archived, unless the parent has
/// put it there and looks after it.
fn wanted(conn: &mut Conn<'_>, username: &str, parent: i64) -> Result<Wanted, Error> {
    let child = managed::wanted(conn, username)?.ok_or_else(Error::not_found)?;
    let may_come_back = child.keeper == Some(parent) && child.archived_by == Some(parent);
    if child.is_archived && !may_come_back {
        return Err(Error::not_found());
    }
    Ok(child)
}

/// Checks the child's password, under the same limits as when it signs in itself.
async fn check(app: &Arc<App>, network: &str, child: &Wanted, password: String) -> Result<Checked, Error> {
    let checked = signing_in::check(app, network, &child.signs_in_with, password).await?;
    let checked = checked.filter(|checked| checked.profile.id == child.id);
    checked.ok_or_else(wrong_password)
}

fn wrong_password() -> Error {
    Error::field("child_password", "This password is not right.").code("invalid_password")
}

/// What a parent would like.
struct Wish {
    parent: i64,
    username: String,
    /// The child's password was right.
    checked: Option<Checked>,
    code: Option<String>,
    keys: Keys,
    now: i64,
}

/// What became of it.
enum Outcome {
    /// They are linked.
    Linked {
        /// Since now.
        is_new: bool,
    },
    /// The child was asked before.
    Waits,
    /// The child is to be told.
    Asked(Box<Notification>),
    /// The guess is counted, so it has to be written.
    WrongCode,
}

impl Wish {
    fn settle(&self, conn: &mut Conn<'_>) -> Result<Outcome, Error> {
        let child = wanted(conn, &self.username, self.parent)?;
        let link = links::get(conn, self.parent, child.id)?;
        let asked = rules::ask(link, self.now);
        if asked == Asked::Linked {
            return Ok(Outcome::Linked { is_new: false });
        }
        let mut has_consent = child.keeper == Some(self.parent);
        if let Some(checked) = &self.checked {
            // It may have been changed since it was looked at.
            if !checked.holds(conn)? {
                return Err(wrong_password());
            }
            has_consent = true;
        }
        if let (Some(code), false) = (&self.code, has_consent) {
            if !self.takes_code(conn, child.id, code)? {
                return Ok(Outcome::WrongCode);
            }
            has_consent = true;
        }
        if asked != Asked::Waits && links::count_open(conn, self.parent, self.now)? >= MOST_CHILDREN {
            let sentence = format!("You can have {MOST_CHILDREN} children at most.");
            return Err(Error::bad_request(sentence).code("too_many_children"));
        }
        if has_consent {
            links::activate(conn, self.parent, child.id, self.now)?;
            if child.is_archived {
                standing::restore(conn, child.id, self.now)?;
            }
            return Ok(Outcome::Linked { is_new: true });
        }
        match asked {
            Asked::Waits => Ok(Outcome::Waits),
            Asked::TooSoon => Err(
                Error::bad_request("This child said no. You can ask again after a week.").code("declined"),
            ),
            Asked::Now | Asked::Linked => {
                links::ask(conn, self.parent, child.id, self.now)?;
                let told = telling::ask(conn, self.parent, child.id, self.now)?;
                Ok(Outcome::Asked(Box::new(told)))
            }
        }
    }

    /// Uses a code up, if it is the child's; else counts the guess.
    fn takes_code(&self, conn: &mut Conn<'_>, child: i64, typed: &str) -> Result<bool, Error> {
        let Some(stored) = codes::of(conn, child)? else {
            return Ok(false);
        };
        if stored.expires_at <= self.now || stored.wrong_tries >= MOST_WRONG_TRIES {
            return Ok(false);
        }
        let typed = hash(&self.keys, child, typed);
        if !bool::from(typed.as_bytes().ct_eq(stored.hash.as_bytes())) {
            codes::count_wrong(conn, child)?;
            return Ok(false);
        }
        codes::take(conn, child)?;
        Ok(true)
    }
}
