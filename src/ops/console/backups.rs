//! What became of the backups that the server makes by itself.

use maud::{Markup, html};

use super::show::{ago, moment, size, span};
use super::view::View;

pub(super) fn backups(view: &View) -> Markup {
    let backups = &view.backups;
    let state = &backups.state;
    html! {
        section {
            h2 { "Backups" }
            @if let Some(every) = backups.every {
                table {
                    tbody {
                        tr { th scope="row" { "The last one" } td { (instant(view.now, state.last_success)) @if state.running { ", one is being made" } } }
                        tr { th scope="row" { "Its size" } td { (state.bytes.map_or_else(|| "–".to_owned(), size)) } }
                        tr { th scope="row" { "In the bucket" } td {
                            @if backups.has_bucket { (instant(view.now, state.shipped)) } @else { "no bucket is set" }
                        } }
                        tr { th scope="row" { "One is made" } td { "every " (span(every)) } }
                        @if let Some((at, why)) = &state.last_error {
                            tr { th scope="row" { "Went wrong" } td.what { strong.bad { (ago(view.now, *at)) } ": " (why) } }
                        }
                    }
                }
            } @else {
                p { "The server makes none by itself: set " code { "BACKUP_DIR" } " or a bucket, or run " code { "tinytales backup" } " from a timer." }
            }
        }
    }
}

fn instant(now: i64, at: Option<i64>) -> Markup {
    html! {
        @if let Some(at) = at { time datetime=(moment(at)) title=(moment(at)) { (ago(now, at)) } } @else { "none yet" }
    }
}
