//! How a run goes, while it goes: a bar and a table that repaint themselves on a terminal, now and then a line elsewhere.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use visitors::{Phase, Progress, Stage};

/// Seconds between two plain lines.
const SELDOM: u64 = 10;
const BAR: usize = 30;

pub(super) struct Screen {
    manner: Manner,
    /// Lines of the last picture.
    painted: usize,
    /// Seconds of the run when the last plain line was written.
    said_at: Option<u64>,
}

enum Manner {
    Silent,
    Lines,
    Repainting,
}

impl Screen {
    pub(super) fn new(is_quiet: bool) -> Self {
        let manner = match (is_quiet, io::stderr().is_terminal()) {
            (true, _) => Manner::Silent,
            (false, false) => Manner::Lines,
            (false, true) => Manner::Repainting,
        };
        Self {
            manner,
            painted: 0,
            said_at: None,
        }
    }

    pub(super) fn show(&mut self, progress: &Progress) {
        match self.manner {
            Manner::Silent => {}
            Manner::Lines => {
                let now = progress.elapsed.as_secs();
                if self.said_at.is_none_or(|before| now >= before + SELDOM) {
                    self.said_at = Some(now);
                    write(&format!("{}\n", line(progress)));
                }
            }
            Manner::Repainting => {
                let picture = picture(progress);
                // Lines that are too long for the terminal are cut, so that their number is known.
                write(&format!("{}\x1b[?7l{picture}\x1b[?7h", self.back()));
                self.painted = picture.lines().count();
            }
        }
    }

    /// Takes the picture away, for what comes instead of it.
    pub(super) fn clear(&mut self) {
        write(&self.back());
        self.painted = 0;
    }

    fn back(&self) -> String {
        match self.painted {
            0 => String::new(),
            lines => format!("\x1b[{lines}F\x1b[J"),
        }
    }
}

fn write(text: &str) {
    // Who closed standard error does not want to see it.
    let mut to = io::stderr().lock();
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

fn stage(progress: &Progress) -> (&'static str, &Phase) {
    let report = &progress.report;
    match progress.stage {
        Stage::Ramp => ("ramp", &report.ramp),
        Stage::Steady => ("steady", &report.steady),
        Stage::Over => ("last answers", &report.steady),
    }
}

fn line(progress: &Progress) -> String {
    let (stage, phase) = stage(progress);
    let figures = &phase.overall;
    let sockets = sockets(phase).map_or_else(String::new, |sockets| format!("; {sockets}"));
    format!(
        "{} of {} {stage}: {} of {} people, {} answered, p95 {:.1} ms, {} refused, {} errors{sockets}",
        clock(progress.elapsed),
        clock(progress.expected),
        progress.report.arrived,
        progress.people,
        figures.answered,
        figures.latency.p95,
        figures.refused(),
        phase.failed(),
    )
}

/// What goes over live sockets; nothing when there are none.
fn sockets(phase: &Phase) -> Option<String> {
    let sockets = &phase.sockets;
    (sockets.received > 0).then(|| {
        format!(
            "sockets: {} out, {} in; {} strokes seen, p95 {:.1} ms",
            sockets.sent, sockets.received, sockets.seen, sockets.delay.p95
        )
    })
}

fn picture(progress: &Progress) -> String {
    let (stage, phase) = stage(progress);
    let share = progress.elapsed.as_secs_f64() / progress.expected.as_secs_f64().max(1.0);
    let full = (0..BAR)
        .filter(|&part| (part as f64) < share * BAR as f64)
        .count();
    let bar = "#".repeat(full) + &".".repeat(BAR - full);
    let (elapsed, expected) = (clock(progress.elapsed), clock(progress.expected));
    let (arrived, people) = (progress.report.arrived, progress.people);
    let mut picture = format!("[{bar}] {elapsed} / {expected}  {stage}  {arrived} of {people} people\n");
    let _ = writeln!(
        picture,
        "{:<14}{:>9}{:>10}{:>10}{:>10}{:>9}{:>8}",
        "", "answered", "p50 ms", "p95 ms", "max ms", "refused", "errors"
    );
    let rows = phase.calls.iter().map(|(name, figures)| (name.as_str(), figures));
    for (name, figures) in rows.chain([("all", &phase.overall)]) {
        let times = figures.latency;
        let _ = writeln!(
            picture,
            "{name:<14}{:>9}{:>10.1}{:>10.1}{:>10.1}{:>9}{:>8}",
            figures.answered,
            times.p50,
            times.p95,
            times.max,
            figures.refused(),
            figures.failed()
        );
    }
    if let Some(sockets) = sockets(phase) {
        let _ = writeln!(picture, "{sockets}");
    }
    picture
}

fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_fits_a_terminal_and_is_taken_away_whole() {
        let mut progress = Progress {
            stage: Stage::Steady,
            elapsed: Duration::from_secs(65),
            expected: Duration::from_secs(130),
            people: 7,
            report: visitors::Report::default(),
        };
        let calls = ["library", "stats"].map(|name| (name.to_owned(), visitors::Figures::default()));
        progress.report.steady.calls = calls.into();
        let picture = picture(&progress);
        assert!(picture.starts_with(&format!(
            "[{}{}] 1:05 / 2:10  steady",
            "#".repeat(15),
            ".".repeat(15)
        )));
        assert!(picture.lines().all(|line| line.len() <= 80), "{picture}");
        assert_eq!(picture.lines().count(), 5);
        progress.report.steady.sockets.received = 3_000_000;
        progress.report.steady.sockets.sent = 1_000_000;
        assert!(super::picture(&progress).lines().all(|line| line.len() <= 80));
        let screen = Screen {
            manner: Manner::Repainting,
            painted: 5,
            said_at: None,
        };
        assert_eq!(screen.back(), "\x1b[5F\x1b[J");
        assert!(line(&progress).starts_with("1:05 of 2:10 steady: 0 of 7 people"));
    }
}
