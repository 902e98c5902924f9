//! What waits for people: mails on their way, and reports that somebody has to decide.

use maud::{Markup, html};

use super::show::{moment, span};
use super::view::{Past, View};

pub(super) fn waiting(view: &View, past: &Past) -> Markup {
    let (outbox, reports) = (&past.waiting.outbox, &past.waiting.reports);
    let flagged = past.waiting.flagged_stories;
    html! {
        section {
            h2 { "What waits for people" }
            table {
                thead { tr { th scope="col" { "What" } th scope="col" { "Now" } th scope="col" { "The oldest" } } }
                tbody {
                    tr { th scope="row" { "Mails" } td { (outbox.mails) @if outbox.failing > 0 { ", " (outbox.failing) " tried before" } }
                        td { (age(view.now, outbox.oldest)) } }
                    tr { th scope="row" { "Reports" } td { (reports.reports) " to decide" } td { (age(view.now, reports.oldest)) } }
                    tr { th scope="row" { "Flagged stories" } td { (flagged) } td { "–" } }
                }
            }
        }
    }
}

fn age(now: i64, oldest: Option<i64>) -> Markup {
    html! {
        @if let Some(oldest) = oldest {
            time datetime=(moment(oldest)) title=(moment(oldest)) { (span((now - oldest).max(0))) }
        } @else { "–" }
    }
}
