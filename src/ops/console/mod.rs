//! The console at `/ops`: what the server is doing, for administrators, in a browser.
//!
//! Signing in has a form of its own. Every form carries a token, no page is kept by a cache, and nothing comes from
//! elsewhere. The pages work without the script, which only fetches the panel anew.

mod backups;
mod chart;
mod charts;
mod door;
mod live;
mod page;
mod panel;
mod show;
mod view;
mod waiting;
mod warnings;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use self::door::LASTS;
pub use self::door::{Admin, Caller};
use self::view::{Range, View};
use crate::accounts::auth::user_agent;
use crate::accounts::signing_in::Opened;
use crate::admin::entering::Visitor;
use crate::app::{App, ClientAddress};
use crate::wire::origin::Origin;
use crate::wire::{Error, Form};

/// How long the button lets the log say everything.
const DEBUG_FOR: Duration = Duration::from_secs(600);

const NOT_RIGHT: &str =
    "The e-mail address or the password is not right, or the account does not belong to an administrator.";

/// The console, or the form to sign in.
pub async fn console(
    State(app): State<Arc<App>>,
    caller: Result<Caller, Error>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let Caller(Some(admin)) = caller? else {
        return Ok(page::sign_in(StatusCode::OK, None));
    };
    let view = View::gather(&app, Range::of(query.as_deref())).await;
    Ok(page::console(&view, &admin))
}

/// The panel alone, for the script.
pub async fn panel(
    State(app): State<Arc<App>>,
    Caller(admin): Caller,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let admin =
        admin.ok_or_else(|| Error::unauthorized("not_authenticated", "Please sign in to the console."))?;
    let view = View::gather(&app, Range::of(query.as_deref())).await;
    Ok(page::fragment(&view, &admin))
}

/// Signs an administrator in. Every failure is the same answer.
pub async fn sign_in(
    State(app): State<Arc<App>>,
    ClientAddress(network): ClientAddress,
    origin: Origin,
    headers: HeaderMap,
    form: Result<Form, Error>,
) -> Result<Response, Refusal> {
    let form = form?;
    if door::comes_from_elsewhere(&headers) {
        return Err(Refusal::Foreign);
    }
    let (email, password) = (form.text("email"), form.text("password"));
    let now = app.clock.now();
    let ends = now + LASTS;
    let opened = visitor(network, &headers)
        .sign_in(&app, &email, &password, ends)
        .await?;
    let Some(Opened { profile, session }) = opened else {
        return Ok(page::sign_in(StatusCode::UNAUTHORIZED, Some(NOT_RIGHT)));
    };
    Ok(back(Some(door::bake(&app, &origin, profile.id, session, now))))
}

fn visitor(network: String, headers: &HeaderMap) -> Visitor {
    Visitor {
        network,
        user_agent: user_agent(headers),
        door: "console",
    }
}

/// Ends the session and takes the cookie away.
pub async fn sign_out(
    State(app): State<Arc<App>>,
    caller: Result<Caller, Error>,
    ClientAddress(network): ClientAddress,
    origin: Origin,
    headers: HeaderMap,
    form: Result<Form, Error>,
) -> Result<Response, Refusal> {
    let (admin, _) = sender(caller, &headers, form)?;
    visitor(network, &headers).sign_out(&app, admin.session()).await?;
    Ok(back(Some(door::crumble(&origin))))
}

/// Lets the log say everything for a while, or ends that.
pub async fn log(
    State(app): State<Arc<App>>,
    caller: Result<Caller, Error>,
    headers: HeaderMap,
    form: Result<Form, Error>,
) -> Result<Response, Refusal> {
    let (_, form) = sender(caller, &headers, form)?;
    match form.text("action").as_str() {
        "raise" => app.log.raise(DEBUG_FOR),
        "restore" => app.log.restore(),
        _ => return Err(Error::bad_request("This form says nothing that the server knows.").into()),
    }
    Ok(back(None))
}

/// The look of the pages.
pub async fn style() -> Response {
    kept("text/css; charset=utf-8", page::STYLE)
}

/// What fetches the panel anew.
pub async fn script() -> Response {
    kept("text/javascript; charset=utf-8", page::SCRIPT)
}

/// The same for everybody until the program is another: its address says which.
fn kept(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
    ];
    (headers, text).into_response()
}

/// The administrator who sent a form of ours, and the form.
fn sender(
    caller: Result<Caller, Error>,
    headers: &HeaderMap,
    form: Result<Form, Error>,
) -> Result<(Admin, Form), Refusal> {
    let Caller(admin) = caller?;
    let admin = admin.ok_or(Refusal::SignedOut)?;
    let form = form?;
    if door::comes_from_elsewhere(headers) || !admin.sent(&form.text("form_token")) {
        return Err(Refusal::Foreign);
    }
    Ok((admin, form))
}

/// To the console, which shows the form to sign in to those who are not.
fn back(cookie: Option<HeaderValue>) -> Response {
    let mut response = Redirect::to("/ops").into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Why a page is not shown or a form not taken.
#[derive(Debug)]
pub enum Refusal {
    /// Whoever sent the form is not signed in.
    SignedOut,
    /// The form did not come from a page of ours.
    Foreign,
    /// As the API would say it.
    Error(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::SignedOut => back(None),
            Self::Foreign => page::refusal(
                StatusCode::FORBIDDEN,
                "Not from here",
                "This form was not sent by the console itself. Please open the console and try again.",
            ),
            Self::Error(error) => page_of(error),
        }
    }
}

/// A refusal as a page, which still says when to come back.
fn page_of(error: Error) -> Response {
    let status = error.status();
    let (title, sentence) = match status {
        StatusCode::TOO_MANY_REQUESTS => ("Too many tries", "Please wait a few minutes, then try again."),
        StatusCode::SERVICE_UNAVAILABLE => (
            "Not now",
            "The server is too busy, or its database does not answer. Please try again in a moment.",
        ),
        _ if status.is_server_error() => ("That did not work", "The log of the server tells why."),
        _ => ("That did not work", "The server does not understand this form."),
    };
    let mut response = page::refusal(status, title, sentence);
    if let Some(seconds) = error.into_response().headers_mut().remove(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}
