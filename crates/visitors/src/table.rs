//! The report as a table for people.

use std::fmt::{self, Display};

use crate::report::{Figures, Phase, Report, Sockets, Strokes};

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
            if !phase.calls.is_empty() || phase.sockets != Sockets::default() {
                write!(f, "\n{}", of_phase(name, phase))?;
            }
        }
        if self.strokes != Strokes::default() {
            write!(f, "\n{}", of_strokes(&self.strokes))?;
        }
        if self.sockets_open > 0 {
            writeln!(f, "{} sockets were open in the end", self.sockets_open)?;
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
    if phase.sockets != Sockets::default() {
        text += &of_sockets(&phase.sockets, phase.seconds);
    }
    text
}

/// What went over live sockets, in a phase of so many seconds.
fn of_sockets(sockets: &Sockets, seconds: f64) -> String {
    let a_second = |count: u64| count as f64 / seconds.max(0.001);
    let mut text = format!(
        "sockets: {} messages out ({:.1} a second), {} in ({:.1} a second, {:.2} MB)\n",
        sockets.sent,
        a_second(sockets.sent),
        sockets.received,
        a_second(sockets.received),
        sockets.bytes_in as f64 / 1e6,
    );
    if sockets.seen > 0 {
        let delay = &sockets.delay;
        text += &format!(
            "strokes: {} seen, p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, most {:.1} ms after they were sent\n",
            sockets.seen, delay.p50, delay.p95, delay.p99, delay.max
        );
    }
    for (code, count) in &sockets.closes {
        text += &format!("{count} sockets were closed with {code}\n");
    }
    for (count, what) in [
        (sockets.vanished, "sockets broke on the side of the people"),
        (sockets.complaints, "messages said that something was wrong"),
    ] {
        if count > 0 {
            text += &format!("{count} {what}\n");
        }
    }
    text
}

fn of_strokes(strokes: &Strokes) -> String {
    format!(
        "{} strokes in {} rooms: {} had to be seen, {} lost, {} doubled, {} in another order, {} forgotten; {} came back\n",
        strokes.made,
        strokes.rooms,
        strokes.expected,
        strokes.lost,
        strokes.doubled,
        strokes.disordered,
        strokes.forgotten,
        strokes.echoed
    )
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
            sockets: Sockets {
                received: 96,
                closes: BTreeMap::from([(1013, 5)]),
                ..Sockets::default()
            },
        };
        let report = Report {
            groups: BTreeMap::from([("guest".to_owned(), 7)]),
            steady: phase,
            problems: vec!["like: timeout: late".to_owned()],
            interrupted: true,
            strokes: Strokes {
                lost: 6,
                ..Strokes::default()
            },
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
            "96 in (10.0 a second",
            "5 sockets were closed with 1013",
            "6 lost",
            "! like: timeout: late",
            "interrupted",
        ] {
            assert!(text.contains(said), "{text}");
        }
        assert!(!text.contains("ramp") && !text.contains("left out"), "{text}");
    }
}
