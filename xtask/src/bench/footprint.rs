//! What a server takes before anybody has asked for much: memory, time to start, bytes of the program, and the time to
//! fill it.

use std::time::{Duration, Instant};

use super::table::{Gates, at_most};
use crate::Result;
use crate::confined::{Order, populate};
use crate::http::{Client, Request};
use crate::process::{Launch, Server, Usage};

/// Starts of which the median counts.
const STARTS: usize = 9;
/// What is populated: a town, a fifth of its stories drawn by hand.
const TOWN: Order = Order {
    users: 1_000,
    stories: 5_000,
    pages: 5,
    picture_kb: 60,
};
/// What the house promises: MiB of resident memory, ms to start, MB of program, seconds to populate.
const MEMORY_GATE: f64 = 12.0;
const START_GATE: f64 = 30.0;
const PROGRAM_GATE: f64 = 12.0;
const POPULATE_GATE: f64 = 10.0;

/// In the units of the gates.
struct Figures {
    resident: f64,
    start: f64,
    program: f64,
    populated: f64,
}

/// A line for each figure, measured on a file that exists, and on a new one that is filled.
pub(super) fn measure(gates: &mut Gates, launch: &Launch) -> Result<String> {
    let mut times = Vec::with_capacity(STARTS);
    let mut resident = 0;
    for _ in 0..STARTS {
        let server = Server::start(launch)?;
        times.push(server.ready_after());
        resident = resident.max(after_the_first_page(&server)?);
        server.stop()?;
    }
    let figures = Figures {
        resident: resident as f64 / f64::from(1 << 20),
        start: median(times).as_secs_f64() * 1000.0,
        program: std::fs::metadata(&launch.program)?.len() as f64 / 1e6,
        populated: populating(launch)?.as_secs_f64(),
    };
    Ok(lines(gates, &figures))
}

fn lines(gates: &mut Gates, figures: &Figures) -> String {
    let lines = [
        at_most(
            gates,
            "resident after the first page, idle",
            figures.resident,
            MEMORY_GATE,
            "MiB",
        ),
        at_most(
            gates,
            "exec to the first 200, median",
            figures.start,
            START_GATE,
            "ms",
        ),
        at_most(gates, "stripped program", figures.program, PROGRAM_GATE, "MB"),
        at_most(
            gates,
            "populate 1,000 people, 5,000 stories",
            figures.populated,
            POPULATE_GATE,
            "s",
        ),
    ];
    lines.join("\n")
}

/// How long the program takes to fill a new file, once.
fn populating(launch: &Launch) -> Result<Duration> {
    let data = tempfile::Builder::new().prefix("tinytales-town-").tempdir()?;
    let began = Instant::now();
    populate(&launch.program, data.path(), &launch.settings, TOWN)?;
    Ok(began.elapsed())
}

fn after_the_first_page(server: &Server) -> Result<u64> {
    let status = Client::connect(server.port())?.send(&Request::get("/"))?.status;
    if status != 200 {
        return Err(format!("the first page answers {status}").into());
    }
    Ok(Usage::of(server.id())?.resident)
}

/// The one in the middle.
pub(super) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_town_that_is_populated_too_slowly_misses_its_gate() {
        let mut figures = Figures {
            resident: 9.0,
            start: 12.0,
            program: 8.0,
            populated: 10.0,
        };
        let mut gates = Gates::default();
        assert_eq!(lines(&mut gates, &figures).matches("pass").count(), 4);
        assert!(gates.finish().is_ok());
        figures.populated = 10.1;
        let mut gates = Gates::default();
        lines(&mut gates, &figures);
        assert_eq!(
            gates.finish().unwrap_err().to_string(),
            "gates missed: populate 1,000 people, 5,000 stories"
        );
    }

    #[test]
    fn one_slow_start_is_not_the_median() {
        assert_eq!(
            median([9, 1, 2].map(Duration::from_millis).into()),
            Duration::from_millis(2)
        );
    }
}
