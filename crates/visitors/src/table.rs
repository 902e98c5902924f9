//! The report as a table for people.

use std::fmt::{self, Display};

use crate::report::{Figures, Phase, Report};

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<String> = self
            .groups
            .iter()
            .map(|(name, people)| format!("{people} × {name}"))
            .collect();
        let (arrived, entered) = (self.arrived, self.entered);
        writeln!(f, "{}: {arrived} arrived, {entered} got in", groups.join(", "))?;
        for (name, phase) in [("ramp", &self.ramp), ("steady", &self.steady)] {
            if !phase.calls.is_empty() {
                write!(f, "\n{}", of_phase(name, phase))?;
            }
        }
        for problem in &self.problems {
            writeln!(f, "! {problem}")?;
        }
        if self.interrupted {
            writeln!(f, "interrupted: these are the figures so far")?;
        }
        Ok(())
    }
}

/// One phase: a line per kind of call and one for all of them, and what else there is to say. Times are milliseconds.
fn of_phase(name: &str, phase: &Phase) -> String {
    let title = format!("{name} {:.0} s", phase.seconds);
    let mut text = format!("{title:<14}{:>9}", "answered");
    for head in [
        "min", "mean", "p50", "p95", "p99", "max", "felt p95", "MB in", "refused", "errors",
    ] {
        text += &format!("{head:>9}");
    }
    text.push('\n');
    for (call, figures) in &phase.calls {
        text += &line(call, figures);
    }
    text += &line("all", &phase.overall);
    let overall = &phase.overall;
    for (count, what) in [
        (overall.given_up, "calls were refused until the run was over"),
        (
            overall.refusals_without_wait,
            "refusals did not say when to come back",
        ),
        (
            overall.skipped,
            "saves were left out because the one before took so long",
        ),
        (
            overall.reconnects,
            "calls found their connection closed and went out again on a new one",
        ),
    ] {
        if count > 0 {
            text += &format!("{count} {what}\n");
        }
    }
    text
}

fn line(name: &str, figures: &Figures) -> String {
    let times = &figures.latency;
    let mut line = format!("{name:<14}{:>9}", figures.answered);
    let felt = figures.felt.p95;
    for time in [
        times.min, times.mean, times.p50, times.p95, times.p99, times.max, felt,
    ] {
        line += &format!("{time:>9.1}");
    }
    let megabytes = figures.bytes_in as f64 / 1e6;
    let (refused, failed) = (figures.refused(), figures.failed());
    line + &format!("{megabytes:>9.2}{refused:>9}{failed:>9}\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn refusals_are_never_hidden() {
        let figures = Figures {
            answered: 3,
            refusals: BTreeMap::from([(429, 1), (503, 4)]),
            given_up: 2,
            ..Figures::default()
        };
        let phase = Phase {
            seconds: 9.6,
            calls: BTreeMap::from([("like".to_owned(), figures.clone())]),
            overall: figures,
        };
        let report = Report {
            groups: BTreeMap::from([("guest".to_owned(), 7)]),
            steady: phase,
            problems: vec!["like: timeout: late".to_owned()],
            interrupted: true,
            ..Report::default()
        };
        let text = report.to_string();
        let lines: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(lines[2][..4], ["steady", "10", "s", "answered"], "{text}");
        assert_eq!(
            (lines[3][0], lines[3][1], lines[3][10], lines[3][11]),
            ("like", "3", "5", "0"),
            "{text}"
        );
        for said in [
            "7 × guest",
            "2 calls were refused until",
            "! like: timeout: late",
            "interrupted",
        ] {
            assert!(text.contains(said), "{text}");
        }
        assert!(!text.contains("ramp") && !text.contains("left out"), "{text}");
    }
}
