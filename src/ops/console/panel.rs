//! The part of the console that changes: figures, charts, tables. It is fetched anew every few seconds.

use maud::{Markup, html};

use super::backups::backups;
use super::charts::ALARMS;
use super::live::live;
use super::show::{ago, clock_time, maybe_time, moment, percent, size, span};
use super::view::{Past, Range, View};
use super::waiting::waiting;
use super::warnings::warnings;
use super::{charts, show};
use crate::ops::history::{Ending, Run};
use crate::ops::traffic::GOAL;

/// Runs that are shown.
const RUNS_SHOWN: usize = 10;
/// A run that ended without a word from this share of its memory on was probably killed for it, in percent.
const SUSPICIOUS: i64 = 85;

/// The panel; `form_token` goes into its forms.
pub(super) fn panel(view: &View, form_token: &str) -> Markup {
    html! {
        (verdict(view))
        (figures(view))
        (past(view))
        div.columns {
            (queues(view))
            (log(view, form_token))
        }
        (live(view))
        @if let Some(past) = &view.past { (waiting(view, past)) }
        (backups(view))
        (warnings(view))
        @if let Some(past) = &view.past { (runs(view, past)) }
        p.small { "Version " (env!("CARGO_PKG_VERSION")) ", as of " time datetime=(moment(view.now)) { (moment(view.now)) } ". A MB has 1,048,576 bytes." }
    }
}

fn verdict(view: &View) -> Markup {
    let worries = view.worries();
    html! {
        @if worries.is_empty() {
            p.verdict { span.dot aria-hidden="true" {} "All is well." }
        } @else {
            ul.verdict.worries role="list" {
                @for worry in &worries { li { span.dot aria-hidden="true" {} (worry) } }
            }
        }
    }
}

fn figures(view: &View) -> Markup {
    let (gauges, traffic) = (&view.gauges, &view.traffic);
    let database = view.database_size.map_or_else(|| "–".to_owned(), size);
    html! {
        dl.figures {
            (figure("Memory", &size(gauges.used), &html! {
                (percent(gauges.used, gauges.limit)) " of " (size(gauges.limit)) ", most so far " (size(gauges.peak)) ", level " (gauges.level)
                (meter("Memory", gauges.used, gauges.limit))
            }))
            (figure("People online", &view.people.to_string(), &html! { "seen in the last five minutes; live sockets: " (view.live.sockets.notifications + view.live.sockets.collaborations) }))
            (figure("Requests a second", &show::short(traffic.per_second), &html! {
                "in the last minute; " (traffic.in_flight) " under way, " (gauges.connections) " connections of " (gauges.connections_limit)
            }))
            (figure("Response time", &maybe_time(traffic.p95), &html! {
                @if let (Some(half), Some(most)) = (traffic.p50, traffic.p99) {
                    "95 of 100 at most; half " (show::time(half)) ", 99 of 100 " (show::time(most))
                } @else { "no request in the last minute" }
                "; goal " (show::time(GOAL))
            }))
            (figure("Errors", &traffic.errors.to_string(), &html! {
                "in the last minute; refused: " (traffic.refusals)
            }))
            (figure("Log lines", &view.log.lines.to_string(), &html! { "in the last minute" }))
            (figure("Sent this month", &size(traffic.bytes_out_month), &html! {
                (percent(traffic.bytes_out_month, view.bandwidth_budget)) " of " (size(view.bandwidth_budget))
                (meter("Bandwidth of this month", traffic.bytes_out_month, view.bandwidth_budget))
            }))
            (figure("Database", &database, &html! {
                @if let (Some(size), Some(limit)) = (view.database_size, view.database_limit) {
                    (percent(size, limit)) " of " (show::size(limit)) (meter("Size of the database", size, limit))
                } @else { "no limit is set" }
            }))
        }
    }
}

fn figure(name: &str, value: &str, more: &Markup) -> Markup {
    html! {
        div { dt { (name) } dd.value { (value) } dd.small { (more) } }
    }
}

/// Yellow and red from where the hosting dashboard warns on.
fn meter(label: &str, value: u64, most: u64) -> Markup {
    html! {
        meter aria-label=(label) value=(value) max=(most) low=(most / 100 * ALARMS[0]) high=(most / 100 * ALARMS[1]) optimum="0" { (percent(value, most)) }
    }
}

fn past(view: &View) -> Markup {
    html! {
        section {
            div.heading {
                h2 { "The last " (view.range.name()) " " span.small { "times in UTC" } }
                nav.ranges aria-label="How far back" {
                    @for range in Range::ALL {
                        a id={ "range-" (range.hours()) } href={ "/ops?hours=" (range.hours()) } aria-current=[(range == view.range).then_some("true")] { (range.name()) }
                    }
                }
            }
            @if let Some(past) = &view.past { (charts::all(view, past)) (table(past)) }
            @else { p { "The past is in the database, which does not answer." } }
        }
    }
}

/// The charts in figures: at most a dozen stretches of equal length.
fn table(past: &Past) -> Markup {
    const ROWS: usize = 12;
    let stretch = past.points.len().div_ceil(ROWS).max(1);
    let most = |times: &mut dyn Iterator<Item = Option<i64>>| {
        maybe_time(times.flatten().max().map(i64::cast_unsigned))
    };
    html! {
        details id="in-figures" {
            summary id="in-figures-summary" { "The charts in figures" }
            div.scroll tabindex="0" role="region" aria-label="The charts in figures" {
                table {
                    thead { tr {
                        th scope="col" { "Until (UTC)" } th scope="col" { "Memory" } th scope="col" { "p50" } th scope="col" { "p95" }
                        th scope="col" { "p99" } th scope="col" { "Requests" } th scope="col" { "Errors" } th scope="col" { "Refused" } th scope="col" { "People" }
                    } }
                    tbody {
                        @for points in past.points.chunks(stretch).rev() {
                            tr {
                                th scope="row" { (points.last().map(|point| clock_time(point.at)).unwrap_or_default()) }
                                td { (size(points.iter().map(charts::used).max().unwrap_or_default())) }
                                td { (most(&mut points.iter().map(|point| point.p50))) }
                                td { (most(&mut points.iter().map(|point| point.p95))) }
                                td { (most(&mut points.iter().map(|point| point.p99))) }
                                td { (points.iter().map(|point| point.requests).sum::<i64>()) }
                                td { (points.iter().map(|point| point.errors).sum::<i64>()) }
                                td { (points.iter().map(|point| point.refusals).sum::<i64>()) }
                                td { (points.iter().map(|point| point.people).max().unwrap_or_default()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn queues(view: &View) -> Markup {
    let gauges = &view.gauges;
    let permits = [
        ("Uploads", gauges.bodies),
        ("Answers with drawings", gauges.responses),
        ("Exports", gauges.exports),
    ];
    html! {
        section {
            h2 { "Who waits" }
            table {
                thead { tr { th scope="col" { "For" } th scope="col" { "Waiting" } th scope="col" { "In use" } } }
                tbody {
                    @for (name, permits) in permits {
                        tr { th scope="row" { (name) } td { (permits.waiting) } td { (size(permits.held)) " of " (size(permits.total)) } }
                    }
                    tr { th scope="row" { "Passwords" } td { (gauges.hashing.waiting) } td { "room for " (gauges.hashing.capacity) } }
                    tr { th scope="row" { "Database, reading" } td { (view.database.reads_waiting) } td { "–" } }
                    tr { th scope="row" { "Database, writing" } td { (view.database.writes_waiting) } td { (size(view.database.bytes_waiting as u64)) } }
                    tr { th scope="row" { "Open files" } td { "–" } td { (gauges.descriptors.open) " of " (gauges.descriptors.limit) } }
                }
            }
        }
    }
}

fn log(view: &View, form_token: &str) -> Markup {
    let log = &view.log;
    html! {
        section {
            h2 { "The log" }
            p {
                "It says everything from " strong { (log.level) } " on."
                @if let Some(until) = log.raised_until { " It falls back by itself in " (span(until - view.now)) "." }
            }
            form method="post" action="/ops/log" {
                input type="hidden" name="form_token" value=(form_token);
                @if log.raised_until.is_some() {
                    button id="log-button" name="action" value="restore" { "Back to normal" }
                } @else {
                    button id="log-button" name="action" value="raise" { "Debug for 10 minutes" }
                }
            }
            p.small { "For looking into a trouble while it lasts: much more is logged, then it falls back by itself. Nothing restarts." }
        }
    }
}

fn runs(view: &View, past: &Past) -> Markup {
    let ending = |run: &Run| past.ending(run, view.now);
    let unclean = past
        .runs
        .iter()
        .filter(|run| ending(run) == Ending::Unclean)
        .count();
    html! {
        section {
            h2 { "Starts" }
            p {
                "The server has been up for " (span(view.up)) ". "
                @if past.runs.len() < 2 { "It is the first start that is known." }
                @else { "Of the last " (past.runs.len()) " runs " @if unclean == 0 { "none" } @else { (unclean) } " ended without a word." }
            }
            table {
                thead { tr { th scope="col" { "Started" } th scope="col" { "What became of it" } } }
                tbody {
                    @for run in past.runs.iter().take(RUNS_SHOWN) { (run_row(view, run, ending(run))) }
                }
            }
        }
    }
}

fn run_row(view: &View, run: &Run, ending: Ending) -> Markup {
    let until = match ending {
        Ending::Running => view.now,
        Ending::Clean => run.stopped_at.unwrap_or(run.last_alive),
        Ending::Unclean => run.last_alive,
    };
    let was_short_of_memory = run.peak * 100 >= run.memory_limit * SUSPICIOUS && run.memory_limit > 0;
    html! {
        tr {
            td {
                time datetime=(moment(run.started_at)) { (ago(view.now, run.started_at)) }
                br;
                span.small { (moment(run.started_at)) }
            }
            td {
                @match ending {
                    Ending::Running => span.good { "Runs" },
                    Ending::Clean => "Stopped in order",
                    Ending::Unclean => strong.bad { "Ended without a word" @if was_short_of_memory { ", probably killed for its memory" } },
                }
                br;
                span.small {
                    "ran for " (span(until - run.started_at)) ", version " (run.version)
                    @if run.peak > 0 { ", most memory " (size(run.peak.cast_unsigned())) " of " (size(run.memory_limit.cast_unsigned())) }
                }
            }
        }
    }
}
