//! The front door.

use maud::{Markup, PreEscaped, html};

use super::Page;
use crate::app::App;
use crate::demo::people::PEOPLE;
use crate::pictures::public_url;
use crate::stories::store::Story;
use crate::stories::store::lists::{self, ListQuery, Shelf};
use crate::wire::Error;
use crate::wire::origin::Origin;

/// An open book.
const MARK: &str = include_str!("mark.svg");
/// Stories that a demo shows at its door.
const SHOWN: i64 = 12;

pub(super) async fn page(app: &App, origin: &Origin) -> Page {
    let newest = if app.config.demo {
        newest_stories(app).await
    } else {
        Vec::new()
    };
    let content = html! {
        header {
            div.mark { (PreEscaped(MARK)) }
            h1 { "Tinytales" }
            p.lead { "A server for children who write and draw stories." }
        }
        p.alive { span.dot aria-hidden="true" {} "It is running. Version " (env!("CARGO_PKG_VERSION")) "." }
        @if app.forgets { (forgetful()) }
        section {
            h2 { "Point an app at it" }
            p { "Give the app this address:" }
            p { code.big { (origin) "/api" } }
            p.small { "In the storybook app: settings, developer mode, server address. Then press “test connection”." }
        }
        @if app.config.demo { (demo_accounts()) (covers(&newest, origin)) }
        section {
            h2 { "For engineers" }
            ul {
                li { a href="/api/docs" { "The API, readable" } }
                li { a href="/api/openapi.json" { "The API as an OpenAPI document" } }
                li { a href="/ops" { "The console, for administrators" } }
                li { a href="/healthz" { "Is it alive?" } " · " a href="/readyz" { "Can it work?" } }
            }
        }
    };
    Page::new("Tinytales", &content)
}

/// The newest stories; none while the database is away, for the door stays open.
async fn newest_stories(app: &App) -> Vec<Story> {
    let query = ListQuery {
        shelf: Shelf::Public,
        viewer: None,
        search: String::new(),
        category: String::new(),
        language: String::new(),
        limit: SHOWN,
        offset: 0,
    };
    let read: Result<_, Error> = app
        .database
        .read(move |conn| {
            let (heads, _) = lists::heads(conn, &query)?;
            Ok(lists::rows(conn, &heads)?)
        })
        .await;
    read.unwrap_or_default()
}

fn covers(stories: &[Story], origin: &Origin) -> Markup {
    html! {
        section {
            h2 { "What the children wrote" }
            div.covers {
                @for story in stories {
                    figure {
                        img src=(public_url(&story.public_cover, origin)) alt="" loading="lazy" width="150" height="150";
                        figcaption { (story.title) br; span.small { (story.author_name) } }
                    }
                }
            }
        }
    }
}

/// On a disk that is erased at every restart.
fn forgetful() -> Markup {
    html! {
        section.warning role="alert" {
            h2 { "This server forgets" }
            p { "Its disk is erased at every restart: stories and accounts that are made here will be lost." }
            p.small { "For whoever runs it: set " code { "DATABASE_URL" } " to a PostgreSQL database, and " code { "tinytales check" } " says what else is missing." }
        }
    }
}

fn demo_accounts() -> Markup {
    html! {
        section.demo {
            h2 { "This is a demo" }
            p { "Its world is made up, and it may be gone tomorrow. These accounts exist; their passwords were printed when it started, and are kept in demo-accounts.json in its data folder:" }
            table {
                thead { tr { th { "Role" } th { "Name" } th { "E-mail address" } } }
                tbody {
                    @for person in &PEOPLE {
                        tr { td { (person.role.name()) } td { (person.display_name()) } td { code { (person.email) } } }
                    }
                }
            }
        }
    }
}
