//! The report as a table for people.

use std::fmt::{self, Display, Write};

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
                writeln!(f, "\n{}", of_phase(name, phase))?;
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

/// One phase: a line per kind of call and one for all of them. Times are milliseconds.
fn of_phase(name: &str, phase: &Phase) -> String {
    let title = format!("{name} {:.0} s", phase.seconds);
    let mut text = format!(
        "{title:<14}{:>8}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}\n",
        "answered", "min", "mean", "p50", "p95", "p99", "max", "MB in", "refused", "errors"
    );
    for (call, figures) in &phase.calls {
        text += &line(call, figures);
    }
    text += &line("all", &phase.overall);
    text.truncate(text.trim_end().len());
    text
}

fn line(name: &str, figures: &Figures) -> String {
    let times = &figures.latency;
    let mut line = format!("{name:<14}{:>8}", figures.answered);
    for time in [times.min, times.mean, times.p50, times.p95, times.p99, times.max] {
        let _ = write!(line, "{time:>9.1}");
    }
    let megabytes = figures.bytes_in as f64 / 1e6;
    let (refused, failed) = (figures.refused(), figures.failed());
    let _ = writeln!(line, "{megabytes:>9.2}{refused:>9}{failed:>9}");
    line
}
