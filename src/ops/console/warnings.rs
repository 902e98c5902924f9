//! The last warnings: the newest ones at once, older ones behind a fold, as many as fit into a page.

use maud::{Markup, html};

use super::show::{ago, moment};
use super::view::View;
use crate::logging::Warning;

/// How many stand before the fold.
const SHOWN: usize = 20;
/// Bytes of HTML that all of them may take: the whole page stays under 60 KB.
const ROOM: usize = 22_000;

pub(super) fn warnings(view: &View) -> Markup {
    let warnings = &view.log.warnings;
    let rows = rows(warnings, view.now);
    let (first, older) = rows.split_at(rows.len().min(SHOWN));
    let left_out = warnings.len() - rows.len();
    html! {
        section {
            h2 { "The last warnings" }
            @if warnings.is_empty() {
                p { "None since the start." }
            } @else {
                (table("The last warnings", first))
            }
            @if !older.is_empty() {
                details id="older-warnings" {
                    summary id="older-warnings-summary" { (older.len()) " older ones" }
                    (table("Older warnings", older))
                }
            }
            @if left_out > 0 { p.small { (left_out) " older ones are not shown; they are in the log." } }
        }
    }
}

/// The newest rows that fit, newest first.
fn rows(warnings: &[Warning], now: i64) -> Vec<Markup> {
    let mut room = ROOM;
    let rows = warnings.iter().map(|warning| row(warning, now));
    rows.map_while(|row| {
        room = room.checked_sub(row.0.len())?;
        Some(row)
    })
    .collect()
}

fn row(warning: &Warning, now: i64) -> Markup {
    html! {
        tr {
            td.when { time datetime=(moment(warning.at)) title=(moment(warning.at)) { (ago(now, warning.at)) } }
            td.what { @if warning.level == "error" { strong.bad { "error " } } (warning.message) " " span.small { (warning.target) } }
            td { (warning.count) }
        }
    }
}

fn table(label: &str, rows: &[Markup]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table {
                thead { tr { th scope="col" { "When" } th scope="col" { "What" } th scope="col" { "Times" } } }
                tbody { @for row in rows { (row) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(message: &str) -> Warning {
        Warning {
            at: 0,
            level: "warn",
            target: "tinytales::mail",
            message: message.to_owned(),
            count: 1,
        }
    }

    #[test]
    fn short_ones_are_nearly_all_there_and_long_ones_as_far_as_there_is_room() {
        let short = vec![warning("no"); 60];
        assert_eq!(rows(&short, 0).len(), 60);
        // Each of these is written with six bytes.
        let long = vec![warning(&"\"".repeat(400)); 200];
        let bytes: usize = rows(&long, 0).iter().map(|row| row.0.len()).sum();
        assert!((ROOM / 2..=ROOM).contains(&bytes), "{bytes}");
    }
}
