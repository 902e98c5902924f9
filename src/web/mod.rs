//! The pages that a person sees: the front door, the readable API, taking back a change of address, fewer mails.

use std::sync::{Arc, LazyLock};

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use serde_json::json;

use crate::accounts::api::credentials;
use crate::accounts::proving;
use crate::app::App;
use crate::mail::letters;
use crate::openapi::PACKED;
use crate::wire::origin::Origin;
use crate::wire::{Error, gzip, respond};

mod api_page;
pub mod class_sheet;
mod front_door;

/// The look of every page; inline, so that a page is one request.
const STYLE: &str = include_str!("style.css");

/// Nothing but our own inline style: no script, no frame, nothing from elsewhere.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'";

/// A page of ours.
struct Page(StatusCode, Markup);

impl Page {
    fn new(title: &str, content: &Markup) -> Self {
        Self(
            StatusCode::OK,
            html! {
                (DOCTYPE)
                html lang="en" {
                    head {
                        meta charset="utf-8";
                        meta name="viewport" content="width=device-width, initial-scale=1";
                        title { (title) }
                        style { (maud::PreEscaped(STYLE)) }
                    }
                    body { main { (content) } }
                }
            },
        )
    }

    fn status(self, status: StatusCode) -> Self {
        Self(status, self.1)
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        page_response(self.0, self.1.into_string())
    }
}

fn page_response(status: StatusCode, html: impl IntoResponse) -> Response {
    let mut response = (status, html).into_response();
    put_page_headers(response.headers_mut());
    response
}

/// What says that an answer is a page of ours.
fn put_page_headers(headers: &mut HeaderMap) {
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(CONTENT_POLICY),
    );
}

/// What this is, that it is alive, and how to point an app at it.
pub async fn front_door(State(app): State<Arc<App>>, origin: Origin) -> Response {
    front_door::page(&app, &origin).await.into_response()
}

/// The app's "test connection" button looks here, without a token.
#[utoipa::path(get, path = "/api/", tag = "server", security(()), responses((status = 200)))]
pub async fn index() -> Response {
    respond::ok(&json!({"status": "ok"}))
}

/// The OpenAPI document.
pub async fn openapi(headers: HeaderMap) -> Response {
    let mut response = gzip::packed(PACKED, &headers);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The OpenAPI document as a page, made when the first person asks for it: it is the same until the program is another.
static DOCS: LazyLock<Docs> = LazyLock::new(|| {
    let document = serde_json::from_slice(&gzip::unpack(PACKED)).expect("the document is JSON");
    let Page(_, markup) = api_page::page(&document);
    let html = Bytes::from(markup.into_string());
    let tag = format!("\"{}\"", &blake3::hash(&html).to_hex()[..32]);
    Docs { html, tag }
});

/// A page that is the same for everybody.
struct Docs {
    html: Bytes,
    tag: String,
}

/// The OpenAPI document, for people.
pub async fn docs(headers: HeaderMap) -> Response {
    let mut response = if respond::is_held(&DOCS.tag, &headers) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        page_response(StatusCode::OK, DOCS.html.clone())
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_static(&DOCS.tag));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    response
}

/// Asks before it does: a mail program that looks at links must not change anything.
pub async fn undo_email(Path(token): Path<String>) -> Response {
    let content = html! {
        h1 { "Was it not you?" }
        p { "Somebody changed the e-mail address of your account. If that was not you, take it back here. Everybody who is signed in to the account will be signed out, and its password will no longer work: you set a new one with a code that we send to this address." }
        form method="post" action={ "/account/undo-email/" (token) } {
            button type="submit" { "Take my address back" }
        }
    };
    Page::new("Tinytales: take your address back", &content).into_response()
}

/// Takes a change of address back.
pub async fn undo_email_now(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, Error> {
    let undone = credentials::undo_email_change(&app, &token).await?;
    if undone == credentials::Undo::Done {
        let content = html! {
            h1 { "Done" }
            p { "Your address is back, and everybody is signed out. The old password no longer works: please choose “forgot password” in the app, and set a new one with the code that we send you." }
        };
        return Ok(Page::new("Tinytales: done", &content).into_response());
    }
    if undone == credentials::Undo::Taken {
        let content = html! {
            h1 { "Not yet" }
            p { "Another account uses this address now, so nothing has changed. This link still works once the address is free. Please ask the people who run this server." }
        };
        return Ok(Page::new("Tinytales: not yet", &content)
            .status(StatusCode::CONFLICT)
            .into_response());
    }
    let content = html! {
        h1 { "This link no longer works" }
        p { "It was used before, or it is older than two weeks. Please ask the people who run this server." }
    };
    Ok(Page::new("Tinytales: too late", &content)
        .status(StatusCode::GONE)
        .into_response())
}

/// Asks before it does: a program that only looks at links proves nothing.
pub async fn confirm_email(Path(token): Path<String>) -> Response {
    let content = html! {
        h1 { "Is this address yours?" }
        p { "It was given for an account on this server. Please confirm it only if the account is yours: mails about children come here then." }
        form method="post" action={ "/account/confirm-email/" (token) } {
            button type="submit" { "It is mine" }
        }
    };
    Page::new("Tinytales: confirm your address", &content).into_response()
}

/// Notes that mail reaches an address.
pub async fn confirm_email_now(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, Error> {
    if proving::prove(&app, &token).await? {
        let content = html! {
            h1 { "Thank you" }
            p { "Your address is confirmed." }
        };
        return Ok(Page::new("Tinytales: confirmed", &content).into_response());
    }
    let content = html! {
        h1 { "This link does not work" }
        p { "Perhaps the account has another address by now. The settings of the app send you a new mail." }
    };
    Ok(Page::new("Tinytales: no such link", &content)
        .status(StatusCode::NOT_FOUND)
        .into_response())
}

/// Asks before it does: a program that only looks at links switches nothing off.
pub async fn unsubscribe(State(app): State<Arc<App>>, Path(token): Path<String>) -> Response {
    let Some((_, subject)) = letters::read_unsubscribe_token(&app, &token) else {
        return no_such_link();
    };
    let content = html! {
        h1 { "No more of these mails?" }
        p { "You can stop " (subject.name()) " here, and switch them on again in the settings of the app." }
        form method="post" action={ "/account/unsubscribe/" (token) } {
            button type="submit" { "Stop them" }
        }
    };
    Page::new("Tinytales: fewer mails", &content).into_response()
}

/// Switches letters off. Mail programs do this by themselves when their button is pressed, and send a form that says
/// nothing more.
pub async fn unsubscribe_now(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
) -> Result<Response, Error> {
    let Some(subject) = letters::unsubscribe(&app, &token).await? else {
        return Ok(no_such_link());
    };
    let content = html! {
        h1 { "Done" }
        p { "You will not get " (subject.name()) " any more. The settings of the app switch them on again." }
    };
    Ok(Page::new("Tinytales: done", &content).into_response())
}

fn no_such_link() -> Response {
    let content = html! {
        h1 { "This link does not work" }
        p { "Please switch mails off in the settings of the app." }
    };
    Page::new("Tinytales: no such link", &content)
        .status(StatusCode::NOT_FOUND)
        .into_response()
}
