//! The front door.

use maud::{Markup, html};

use super::Page;
use crate::app::App;
use crate::demo::people::PEOPLE;
use crate::wire::origin::Origin;

/// What is still to come, for people who wonder.
const NOT_YET: &str = "Drawing together, friends, games, rewards, families and classes are on their way.";

pub(super) fn page(app: &App, origin: &Origin) -> Page {
    let content = html! {
        header {
            span.mark aria-hidden="true" { "📖" }
            h1 { "Tinytales" }
            p.lead { "A server for children who write and draw stories." }
        }
        p.alive { span.dot aria-hidden="true" {} "It is running. Version " (env!("CARGO_PKG_VERSION")) "." }
        section {
            h2 { "Point an app at it" }
            p { "Give the app this address:" }
            p { code.big { (origin) "/api" } }
            p.small { "In the storybook app: settings, developer mode, server address. Then press “test connection”." }
        }
        @if app.config.demo { (demo_accounts()) }
        section {
            h2 { "For engineers" }
            ul {
                li { a href="/api/docs" { "The API, readable" } }
                li { a href="/api/openapi.json" { "The API as an OpenAPI document" } }
                li { a href="/healthz" { "Is it alive?" } " · " a href="/readyz" { "Can it work?" } }
            }
            p.small { (NOT_YET) }
        }
    };
    Page::new("Tinytales", &content)
}

fn demo_accounts() -> Markup {
    html! {
        section.demo {
            h2 { "This is a demo" }
            p { "Its world is made up, and it may be gone tomorrow. These accounts exist; their passwords were printed when it started:" }
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
