//! The text format of Prometheus, version 0.0.4.

use std::fmt::{Display, Write};

/// The kinds of figures.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Only rises while the server runs.
    Counter,
    /// Rises and falls.
    Gauge,
    /// Counts by upper edges.
    Histogram,
}

/// A text that grows family by family.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// Begins a family. `help` is one line without a backslash.
    pub(super) fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        self.line(&format!("# HELP {name} {help}\n# TYPE {name} {kind}"));
    }

    /// A figure of the family that was begun last. The labels' values are words of ours: nothing in them needs escaping.
    pub(super) fn figure(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{value}\""))
            .collect();
        let labels = if labels.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", labels.join(","))
        };
        self.line(&format!("{name}{labels} {value}"));
    }

    /// A family of one figure that rises and falls.
    pub(super) fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, Kind::Gauge, help);
        self.figure(name, &[], value);
    }

    /// A family of one figure that only rises.
    pub(super) fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, Kind::Counter, help);
        self.figure(name, &[], value);
    }

    fn line(&mut self, line: &str) {
        writeln!(self.0, "{line}").expect("a String takes all");
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}
