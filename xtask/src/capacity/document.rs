//! The figures in words: a line on the terminal, `docs/CAPACITY.md` with its charts, the README's summary. Pure but for
//! [`write`].

use std::fmt::Write;
use std::fs;

use super::chart::{Chart, Series};
use super::gates::{self, Gate};
use super::live;
use super::machine::Machine;
use super::scenarios::{Felt, Load, Outcome};
use super::{mib, seconds};
use crate::output::say;
use crate::{Result, workspace};

const COMMAND: &str = "cargo xtask capacity";
const FILE: &str = "docs/CAPACITY.md";
const MEMORY_CHART: &str = "capacity-memory.svg";
const P95_CHART: &str = "capacity-p95.svg";
const STROKES_CHART: &str = "capacity-strokes.svg";
const README: &str = "README.md";
const MARKERS: (&str, &str) = ("<!-- capacity -->\n", "<!-- /capacity -->");
/// People in a class, and seconds in an hour.
const CLASS: f64 = 30.0;
const HOUR: f64 = 3_600.0;

/// The guide's rows of memory: who is there, its words before and after, what the old server measured.
const GUIDE_MEMORY: [(&str, &str, &str, &str, &str); 3] = [
    ("idle", "Idle", "250MB", "80MB", "117–133 MB"),
    (
        "navigators-3",
        "3 users",
        "512MB+ (crashed)",
        "150-200MB",
        "340–421 MB",
    ),
    (
        "navigators-10",
        "10 users",
        "N/A (would crash)",
        "300-350MB",
        "killed in every run",
    ),
];
/// What the old server measured for each of the goals that were set for it, in their order, and what is said of them.
const GUIDE_GOALS: [(&str, &str); 4] = [
    ("~80MB", "117–133 MB"),
    ("~300MB", "killed in every run"),
    ("~200ms", "killed; 23 s (p95) with 3 users"),
    ("Stable", "killed in every run with 10 users"),
];

/// One line for the terminal: what was felt, resident memory, the group's peak, kills.
pub(super) fn line(outcome: &Outcome) -> String {
    let seen = &outcome.seen;
    let memory = format!(
        "resident {} (most {}), group {} (with page cache {}), kills {}",
        mib(seen.resident),
        mib(seen.resident_peak),
        mib(seen.working_peak),
        mib(seen.group_peak),
        seen.kills
    );
    let name = outcome.name;
    match &outcome.felt {
        Err(why) => format!("{name}: FAILED: {why}\n  {memory}"),
        Ok(felt) => {
            let all = &felt.steady.overall;
            let lines = felt.problems.iter().flat_map(|problem| ["\n    ", problem]);
            let problems: String = lines.collect();
            let live = live::line(outcome.load, felt);
            format!(
                "{name}: p50 {:.0} ms, p95 {:.0} ms, p99 {:.0} ms, most {:.0} ms; {} answers, {} refusals, {} errors; \
                 CPU {}; back {}{live}\n  {memory}{problems}",
                all.felt.p50,
                all.felt.p95,
                all.felt.p99,
                all.felt.max,
                all.answered,
                felt.refused(),
                felt.failed(),
                seconds(felt.cpu),
                felt.back
                    .map_or_else(|| "not within a minute".to_owned(), seconds),
            )
        }
    }
}

/// Every gate with its verdict, aligned.
pub(super) fn gates_as_text(gates: &[Gate]) -> String {
    let row = |gate: &Gate| {
        format!(
            "{:<6} {:<44} {:<26} {}",
            gate.verdict(),
            gate.what,
            gate.target,
            gate.measured
        )
    };
    gates.iter().map(row).collect::<Vec<_>>().join("\n")
}

/// Writes the document, its charts and the README's summary.
pub(super) fn write(outcomes: &[Outcome], machine: &Machine) -> Result<()> {
    let docs = workspace::root().join("docs");
    let text = document(outcomes, machine);
    fs::write(workspace::root().join(FILE), text)?;
    for (name, chart) in [
        (MEMORY_CHART, memory_chart(outcomes)),
        (P95_CHART, p95_chart(outcomes)),
        (STROKES_CHART, live::chart(outcomes)),
    ] {
        fs::write(docs.join(name), chart.svg())?;
    }
    let readme = workspace::root().join(README);
    let old = fs::read_to_string(&readme)?;
    let new = between_markers(&old, &summary(outcomes, machine))
        .ok_or("README.md has no <!-- capacity --> markers")?;
    fs::write(readme, new)?;
    say(&format!(
        "{FILE}, its charts and the README's summary are written."
    ));
    Ok(())
}

fn between_markers(text: &str, inside: &str) -> Option<String> {
    let (before, rest) = text.split_once(MARKERS.0)?;
    let (_, after) = rest.split_once(MARKERS.1)?;
    Some(format!("{before}{}{inside}{}{after}", MARKERS.0, MARKERS.1))
}

fn document(outcomes: &[Outcome], machine: &Machine) -> String {
    let mut text = format!(
        "# Capacity\n\n\
         Written by `{COMMAND}`; a change by hand is lost at the next run.\n\n\
         Measured on {machine}.\n\n\
         The release server runs in a control group of 512 MiB without swap and with 10 % of one core, with the settings of a \
         production server, over a SQLite file with 1,000 stories, a fifth of them drawn by hand. The people are \
         `crates/visitors`: they come over real HTTP from outside of the group, on another core, at human pace. Each \
         scenario has a server of its own; at most one person a second signs in, and what counts are the 120 seconds after \
         the last one. Who draws together comes signed in, two a second; a crowd 20 a second, for 60 seconds. In a storm all \
         sign in at once, and come again when they are told to wait, for 240 seconds.\n\n\
         The old server's column was measured in the same way, on another machine.\n\n"
    );
    text += "## The guide's tables\n\n### Memory usage\n\n";
    text += &guide_memory(outcomes);
    text += "\n### Performance goals\n\n";
    text += &guide_goals(outcomes);
    let _ = write!(
        text,
        "\n![Memory by people at a time]({MEMORY_CHART})\n\n![95th percentile by people at a time]({P95_CHART})\n\n"
    );
    text += "## Our own gates\n\n| Gate | Target | Measured | |\n|---|---|---|---|\n";
    for gate in gates::ours(outcomes) {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            gate.what,
            gate.target,
            gate.measured,
            gate.verdict()
        );
    }
    text += "\n## Live sockets\n\n";
    text += &live::table(outcomes);
    let _ = write!(text, "\n![Strokes by children at a time]({STROKES_CHART})\n");
    text += "\n## Every scenario\n\n";
    text += &scenarios(outcomes);
    text += "\n### Refusals and errors\n\n";
    text += &refusals(outcomes);
    text += "\n## Megabytes of a class hour\n\n";
    text += &class_hour(outcomes);
    text += NOTES;
    text
}

const NOTES: &str = "\n## How to read this\n\n\
    - *Peak* is the larger of the most resident memory (kept by the kernel) and the most that the group held without idle \
    pages of files (sampled ten times a second): what the kernel would kill for. The group's own peak, with every page of \
    the database file that Linux kept because there was room, stands beside it.\n\
    - *Times* run from the first byte sent to the last byte read, and include the waits that a refusal (429, 503) asked for.\n\
    - *Kills* are counted by the kernel. A scenario that could not be carried out to its end fails all of its gates.\n\
    - 300 navigators have no gate of time: the row says what happens beyond the class sizes that the house promises.\n\
    - Other work on the machine makes times longer, never shorter; the load average stands above. So does what a pause costs: where \
    neighbours on the host take the caches, each answer of a server that mostly waits costs several times as much CPU, of which a \
    tenth of a core has little.\n";

fn guide_memory(outcomes: &[Outcome]) -> String {
    let mut table =
        "| Scenario | The guide, before | The guide, after | Old server, measured | Tinytales, peak | |\n\
                     |---|---|---|---|---|---|\n"
            .to_owned();
    let gates = gates::all(outcomes);
    for (name, title, before, after, old) in GUIDE_MEMORY {
        let outcome = outcomes.iter().find(|outcome| outcome.name == name);
        let what = format!("Memory ({})", title.to_lowercase());
        let gate = gates.iter().find(|gate| gate.what == what);
        let (Some(outcome), Some(gate)) = (outcome, gate) else {
            continue;
        };
        let _ = writeln!(
            table,
            "| {title} | {before} | {after} | {old} | {} | {} ({}) |",
            mib(outcome.seen.peak()),
            gate.verdict(),
            gate.target
        );
    }
    table
}

fn guide_goals(outcomes: &[Outcome]) -> String {
    let mut table = "| Metric | Target | The guide says | Old server, measured | Tinytales | |\n|---|---|---|---|---|---|\n"
        .to_owned();
    for (gate, (says, old)) in gates::guide(outcomes).iter().zip(GUIDE_GOALS) {
        let _ = writeln!(
            table,
            "| {} | {} | {says} | {old} | {} | {} |",
            gate.what,
            gate.target,
            gate.measured,
            gate.verdict()
        );
    }
    table
}

fn scenarios(outcomes: &[Outcome]) -> String {
    let mut table = "| Scenario | In | Idle | Peak | Group with page cache | Kills | p50 | p95 | p99 | Most | p95 of arrivals | Answers | Refusals | Errors | CPU |\n\
                     |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for outcome in outcomes {
        let (name, seen) = (outcome.name, &outcome.seen);
        let memory = format!("{} | {} | {}", mib(seen.peak()), mib(seen.group_peak), seen.kills);
        match &outcome.felt {
            Err(why) => {
                let why = why.lines().next().unwrap_or_default();
                let _ = writeln!(
                    table,
                    "| {name} | – | – | {memory} | FAIL: {why} | | | | | | | | |"
                );
            }
            Ok(felt) => {
                let _ = writeln!(
                    table,
                    "| {name} | {} | {} | {memory} | {} |",
                    entered(felt),
                    mib(felt.idle),
                    times(felt)
                );
            }
        }
    }
    table
}

fn entered(felt: &Felt) -> String {
    format!("{} of {}", felt.entered, felt.arrived)
}

fn times(felt: &Felt) -> String {
    let all = &felt.steady.overall;
    let ms = |time: f64| format!("{time:.0} ms");
    let cells = [
        ms(all.felt.p50),
        ms(all.felt.p95),
        ms(all.felt.p99),
        ms(all.felt.max),
        ms(felt.ramp.overall.felt.p95),
        (all.answered + felt.ramp.overall.answered).to_string(),
        felt.refused().to_string(),
        felt.failed().to_string(),
        seconds(felt.cpu),
    ];
    cells.join(" | ")
}

/// Each kind of call that was refused or failed; nothing is left out.
fn refusals(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let Ok(felt) = &outcome.felt else { continue };
        for (phase, name) in [(&felt.ramp, "arrivals"), (&felt.steady, "measured")] {
            for (call, figures) in &phase.calls {
                if figures.refused() + figures.failed() + figures.given_up == 0 {
                    continue;
                }
                let refused = counts(
                    figures
                        .refusals
                        .iter()
                        .map(|(status, count)| (status.to_string(), *count)),
                );
                let failed = counts(figures.errors.iter().map(|(kind, count)| (kind.clone(), *count)));
                let _ = writeln!(
                    text,
                    "- {}, {name}, `{call}`: refused {refused}, of them without a wait {}, given up {}; errors {failed}",
                    outcome.name, figures.refusals_without_wait, figures.given_up
                );
            }
        }
    }
    if text.is_empty() {
        text += "None.\n";
    }
    text
}

fn counts(all: impl Iterator<Item = (String, u64)>) -> String {
    let all: Vec<String> = all.map(|(what, count)| format!("{count} × {what}")).collect();
    if all.is_empty() {
        "none".to_owned()
    } else {
        all.join(", ")
    }
}

/// What thirty people take in an hour, from what was counted in the measured time.
fn class_hour(outcomes: &[Outcome]) -> String {
    let mut text = "Extrapolated, not measured: what a person took in the measured seconds, times 30 people and 3,600 seconds. \
                    Bodies of answers only; 5 GB a month are a usual budget of a free plan.\n\n\
                    | A class of 30 that | Out of the server in an hour | Such hours in 5 GB |\n|---|---|---|\n"
        .to_owned();
    for (name, does) in [
        ("navigators-50", "reads, likes and comments"),
        ("artists-30", "draws and saves"),
    ] {
        let outcome = outcomes.iter().find(|outcome| outcome.name == name);
        let Some(bytes) = outcome.and_then(bytes_of_a_class_hour) else {
            let _ = writeln!(text, "| {does} | not measured | – |");
            continue;
        };
        let _ = writeln!(
            text,
            "| {does} (from {name}) | {:.1} MB | {:.0} |",
            bytes / 1e6,
            5e9 / bytes.max(1.0)
        );
    }
    text
}

fn bytes_of_a_class_hour(outcome: &Outcome) -> Option<f64> {
    let felt = outcome.felt.as_ref().ok()?;
    let (people, time) = (outcome.load.people(), felt.steady.seconds);
    if people == 0 || time <= 0.0 {
        return None;
    }
    Some(felt.steady.overall.bytes_in as f64 / people as f64 / time * CLASS * HOUR)
}

/// Idle and navigators, from few to many.
fn by_people(outcomes: &[Outcome]) -> Vec<&Outcome> {
    let counts = |outcome: &&Outcome| matches!(outcome.load, Load::Idle | Load::Navigators(_));
    outcomes.iter().filter(counts).collect()
}

fn columns(outcomes: &[&Outcome]) -> Vec<String> {
    outcomes
        .iter()
        .map(|outcome| outcome.load.people().to_string())
        .collect()
}

fn memory_chart(outcomes: &[Outcome]) -> Chart {
    let shown = by_people(outcomes);
    let ours = |outcome: &&Outcome| {
        let peak = outcome.seen.peak() as f64 / f64::from(1 << 20);
        outcome.felt.is_ok().then_some(peak)
    };
    // The middle of what was measured; with ten people it was killed at its limit.
    let old = |outcome: &&Outcome| match outcome.load.people() {
        0 => Some(125.0),
        3 => Some(380.0),
        10 => Some(512.0),
        _ => None,
    };
    Chart {
        title: "Peak memory",
        columns: columns(&shown),
        unit: "MiB",
        series: vec![
            series("Tinytales", "#3b7dd8", shown.iter().map(ours).collect()),
            series(
                "old server, killed from 10 on",
                "#d08030",
                shown.iter().map(old).collect(),
            ),
        ],
        limit: (512.0, "the instance ends at 512"),
    }
}

fn p95_chart(outcomes: &[Outcome]) -> Chart {
    let mut shown = by_people(outcomes);
    shown.retain(|outcome| outcome.load.people() > 0);
    let ours = |outcome: &&Outcome| {
        let felt = outcome.felt.as_ref().ok()?;
        Some(felt.steady.overall.felt.p95).filter(|p95| *p95 > 0.0)
    };
    let old = |outcome: &&Outcome| (outcome.load.people() == 3).then_some(23_000.0);
    Chart {
        title: "Response time, 95th percentile at a tenth of a core",
        columns: columns(&shown),
        unit: "ms",
        series: vec![
            series("Tinytales", "#3b7dd8", shown.iter().map(ours).collect()),
            series(
                "old server, killed from 10 on",
                "#d08030",
                shown.iter().map(old).collect(),
            ),
        ],
        limit: (500.0, "goal: under 500"),
    }
}

pub(super) fn series(name: &'static str, colour: &'static str, values: Vec<Option<f64>>) -> Series {
    Series { name, colour, values }
}

/// The few figures that somebody who chooses a server wants to see.
fn summary(outcomes: &[Outcome], machine: &Machine) -> String {
    let mut text =
        "| In 512 MB and a tenth of a core | Peak memory | p95 | Errors |\n|---|---|---|---|\n".to_owned();
    for (name, title) in [
        ("idle", "nobody"),
        ("navigators-10", "10 people reading"),
        ("navigators-100", "100 people reading"),
        (
            "artists-30",
            "a class of 30 drawing 2 MB stories, saved every 5 s",
        ),
        (
            "co-drawing-100",
            "100 children drawing together, from a stroke made to seen",
        ),
    ] {
        let Some(outcome) = outcomes.iter().find(|outcome| outcome.name == name) else {
            continue;
        };
        let peak = mib(outcome.seen.peak());
        let _ = match &outcome.felt {
            Err(_) => writeln!(text, "| {title} | {peak} | FAIL | FAIL |"),
            Ok(_) if outcome.load == Load::Idle => writeln!(text, "| {title} | {peak} | – | – |"),
            Ok(felt) => {
                let p95 = live::p95(outcome.load, felt);
                writeln!(text, "| {title} | {peak} | {p95:.0} ms | {} |", felt.failed())
            }
        };
    }
    let gates = gates::all(outcomes);
    let missed = gates.iter().filter(|gate| !gate.passed).count();
    let _ = writeln!(
        text,
        "\n{} of {} gates hold ({}); the server that it replaces is killed with ten people. All figures, and how they were measured: [docs/CAPACITY.md]({FILE}).",
        gates.len() - missed,
        gates.len(),
        machine.date
    );
    text
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
