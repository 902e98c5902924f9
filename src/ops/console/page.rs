//! The pages around the panel: the console itself, the form to sign in, and what is said when something is refused.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::door::Admin;
use super::panel::panel;
use super::view::View;

/// The look of the front door, and what the console adds to it.
pub(super) const STYLE: &str = concat!(include_str!("../../web/style.css"), include_str!("style.css"));
/// Fetches the panel anew.
pub(super) const SCRIPT: &str = include_str!("script.js");

const MARK: &str = include_str!("../../web/mark.svg");

/// Our own style and script by address, nothing inline, nothing from elsewhere, in nobody's frame.
const CONTENT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// What the addresses of style and script end with, so that a new version is fetched and an old one kept.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let hash = blake3::hash([STYLE, SCRIPT].concat().as_bytes()).to_hex();
    hash[..12].to_owned()
});

/// The console.
pub(super) fn console(view: &View, admin: &Admin) -> Response {
    let content = html! {
        header.bar {
            div.mark aria-hidden="true" { (PreEscaped(MARK)) }
            h1 { "Tinytales" }
            form method="post" action="/ops/sign-out" {
                input type="hidden" name="form_token" value=(admin.form_token);
                button.quiet { "Sign out" }
            }
        }
        p.small id="freshness" role="status" { "These figures are fetched anew every 10 seconds." }
        div id="panel" { (panel(view, &admin.form_token)) }
    };
    respond(
        StatusCode::OK,
        &document("Tinytales: the console", true, &content),
    )
}

/// The panel alone.
pub(super) fn fragment(view: &View, admin: &Admin) -> Response {
    respond(StatusCode::OK, &panel(view, &admin.form_token))
}

/// The form to sign in, with a sentence about the last try.
pub(super) fn sign_in(status: StatusCode, trouble: Option<&str>) -> Response {
    let content = html! {
        header {
            div.mark { (PreEscaped(MARK)) }
            h1 { "The console" }
            p.lead { "For the people who run this server." }
        }
        section.door {
            @if let Some(trouble) = trouble { p.trouble role="alert" { (trouble) } }
            form method="post" action="/ops/sign-in" {
                label for="email" { "E-mail address" }
                input id="email" name="email" type="email" autocomplete="username" maxlength="254" required autofocus;
                label for="password" { "Password" }
                input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required;
                button { "Sign in" }
            }
            p.small { "Administrators are made with " code { "tinytales create-admin" } ", the first one also by " code { "ADMIN_EMAIL" } " and " code { "ADMIN_PASSWORD" } "." }
        }
        p.small { a href="/" { "To the front door" } }
    };
    respond(
        status,
        &document("Tinytales: sign in to the console", false, &content),
    )
}

/// A page that says what went wrong, and the way back.
pub(super) fn refusal(status: StatusCode, title: &str, sentence: &str) -> Response {
    let content = html! {
        h1 { (title) }
        p { (sentence) }
        p { a href="/ops" { "To the console" } }
    };
    respond(status, &document("Tinytales: the console", false, &content))
}

fn document(title: &str, is_live: bool, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href={ "/ops/style.css?" (*VERSION) };
                @if is_live {
                    noscript { meta http-equiv="refresh" content="10"; }
                    script src={ "/ops/script.js?" (*VERSION) } defer {}
                }
            }
            body.console { main { (content) } }
        }
    }
}

fn respond(status: StatusCode, markup: &Markup) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    ];
    (status, headers, markup.0.clone()).into_response()
}
