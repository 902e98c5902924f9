//! The charts of the console: what the history means, drawn by `chart`.

use maud::{Markup, html};

use super::chart::{Chart, Curve, Mark, Scale, ceiling};
use super::show::{clock_time, maybe_time, short, size, time};
use super::view::{Past, View};
use crate::clock::MINUTE;
use crate::ops::history::Point;
use crate::ops::traffic::GOAL;

const MIB: u64 = 1 << 20;
/// Heights in pixels.
const TALL: f64 = 230.0;
const LOW: f64 = 150.0;

/// All charts.
pub(super) fn all(view: &View, past: &Past) -> Markup {
    html! {
        (memory(view, past).draw())
        (response_times(view, past).draw())
        div.columns {
            (requests(view, past).draw())
            (people(view, past).draw())
        }
        @if past.runs.iter().any(|run| run.started_at > view.now - view.range.length()) {
            p.small { "A dotted upright line is a start of the server." }
        }
    }
}

/// What counts against the limit: the larger of the process's and of the control group's memory.
pub(super) fn used(point: &Point) -> u64 {
    point
        .resident
        .max(point.cgroup.unwrap_or_default())
        .cast_unsigned()
}

/// The shares of a plan at which a hosting dashboard warns and raises an alarm, in percent.
pub(super) const ALARMS: [u64; 2] = [78, 90];

/// The two levels at which it does so: on its plan of 512 MB 400 and 460, else the same shares.
fn alarms(limit: u64) -> [u64; 2] {
    if (480 * MIB..=544 * MIB).contains(&limit) {
        return [400 * MIB, 460 * MIB];
    }
    ALARMS.map(|percent| limit / 100 * percent)
}

fn memory(view: &View, past: &Past) -> Chart {
    let limit = view.gauges.limit;
    let mut values: Vec<_> = past
        .points
        .iter()
        .map(|point| (point.at, Some(used(point) as f64)))
        .collect();
    values.push((view.now, Some(view.gauges.used as f64)));
    let most = past.points.iter().map(used).max().unwrap_or_default();
    let [soon, now] = alarms(limit);
    let mut marks: Vec<Mark> = (0..=2)
        .map(|quarter| limit / 4 * quarter)
        .map(|bytes| {
            tick(
                bytes as f64,
                if bytes == 0 { "0".to_owned() } else { size(bytes) },
            )
        })
        .collect();
    marks.extend([
        mark(soon, "warn", size(soon)),
        mark(now, "alarm", size(now)),
        mark(limit, "limit", format!("limit {}", size(limit))),
    ]);
    Chart {
        summary: format!(
            "Memory now {}, at most {} in this time, of a limit of {}. Alarm lines at {} and {}.",
            size(view.gauges.used),
            size(most.max(view.gauges.used)),
            size(limit),
            size(soon),
            size(now)
        ),
        scale: Scale::Linear(limit as f64),
        marks,
        curves: vec![Curve {
            label: "memory",
            look: "first",
            is_filled: true,
            values,
        }],
        ..frame(view, past, "memory", "Memory against the limit", TALL)
    }
}

fn response_times(view: &View, past: &Past) -> Chart {
    let curve = |label, look, value: fn(&Point) -> Option<i64>| Curve {
        label,
        look,
        is_filled: false,
        values: past
            .points
            .iter()
            .map(|point| (point.at, value(point).map(|micros| micros as f64)))
            .collect(),
    };
    let mut marks: Vec<Mark> = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
        .map(|micros| tick(micros as f64, time(micros)))
        .into();
    marks.push(mark(GOAL, "warn", format!("goal {}", time(GOAL))));
    let worst = past.points.iter().filter_map(|point| point.p95).max();
    let late = past
        .points
        .iter()
        .filter(|point| point.p95 > Some(GOAL.cast_signed()))
        .count();
    Chart {
        summary: format!(
            "In the worst stretch 95 of 100 answers took at most {}. {late} of {} stretches were over the goal of {}.",
            maybe_time(worst.map(i64::cast_unsigned)),
            past.points.len(),
            time(GOAL)
        ),
        scale: Scale::Powers(700.0, 14_000_000.0),
        marks,
        curves: vec![
            curve("half of the answers (p50)", "second", |point| point.p50),
            curve("95 of 100 (p95)", "first", |point| point.p95),
            curve("99 of 100 (p99)", "third", |point| point.p99),
        ],
        ..frame(view, past, "times", "Response times", TALL)
    }
}

fn requests(view: &View, past: &Past) -> Chart {
    let seconds = |point: &Point| (point.minutes.max(1) * 60) as f64;
    let pace = |point: &Point| point.requests as f64 / seconds(point);
    let failing = |point: &Point| (point.errors + point.refusals) as f64 / seconds(point);
    let most = past.points.iter().map(pace).fold(0.0, f64::max);
    let errors: i64 = past.points.iter().map(|point| point.errors).sum();
    let refusals: i64 = past.points.iter().map(|point| point.refusals).sum();
    let top = ceiling(most.max(1.0));
    Chart {
        summary: format!(
            "At most {} requests a second; {errors} errors and {refusals} refusals in this time.",
            short(most)
        ),
        scale: Scale::Linear(top),
        marks: halves(top),
        curves: vec![
            Curve {
                label: "all",
                look: "second",
                is_filled: true,
                values: past
                    .points
                    .iter()
                    .map(|point| (point.at, Some(pace(point))))
                    .collect(),
            },
            Curve {
                label: "errors and refusals",
                look: "bad",
                is_filled: true,
                // A line along the floor would look like trouble.
                values: past
                    .points
                    .iter()
                    .map(|point| (point.at, Some(failing(point)).filter(|pace| *pace > 0.0)))
                    .collect(),
            },
        ],
        ..frame(view, past, "requests", "Requests a second", LOW)
    }
}

fn people(view: &View, past: &Past) -> Chart {
    let most = past.points.iter().map(|point| point.people).max();
    let top = ceiling(most.unwrap_or_default().max(2) as f64);
    let values = past.points.iter();
    Chart {
        summary: format!("At most {} people at once.", most.unwrap_or_default()),
        scale: Scale::Linear(top),
        marks: halves(top),
        curves: vec![Curve {
            label: "people",
            look: "third",
            is_filled: true,
            values: values
                .map(|point| (point.at, Some(point.people as f64)))
                .collect(),
        }],
        ..frame(view, past, "people", "People online", LOW)
    }
}

/// What all charts have in common.
fn frame(view: &View, past: &Past, id: &'static str, title: &'static str, height: f64) -> Chart {
    let (from, to) = (view.now - view.range.length(), view.now);
    let starts = past.runs.iter().map(|run| run.started_at);
    Chart {
        id,
        title,
        summary: String::new(),
        height,
        from,
        to,
        times: times(from, to),
        scale: Scale::Linear(1.0),
        marks: Vec::new(),
        events: starts.filter(|at| *at > from).collect(),
        curves: Vec::new(),
        gap: 3 * view.range.step().max(MINUTE),
    }
}

/// The start, three instants between, and now.
fn times(from: i64, to: i64) -> Vec<(i64, String)> {
    let length = to - from;
    let quarters = (0..4).map(|number| from + length / 4 * number);
    let mut times: Vec<_> = quarters.map(|at| (at, clock_time(at))).collect();
    times.push((to, "now".to_owned()));
    times
}

fn tick(value: f64, label: String) -> Mark {
    Mark {
        value,
        label,
        look: None,
    }
}

fn mark(value: u64, look: &'static str, label: String) -> Mark {
    Mark {
        value: value as f64,
        label,
        look: Some(look),
    }
}

fn halves(top: f64) -> Vec<Mark> {
    [0.0, top / 2.0, top]
        .map(|value| tick(value, short(value)))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_stand_where_the_dashboard_has_them() {
        assert_eq!(alarms(512 * MIB), [400 * MIB, 460 * MIB]);
        assert_eq!(alarms(100_000), [78_000, 90_000]);
    }
}
