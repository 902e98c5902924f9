//! What a server takes before anybody has asked for much: memory, time to start, bytes of the program.

use std::time::Duration;

use super::table::{Gates, at_most};
use crate::Result;
use crate::http::{Client, Request};
use crate::process::{Launch, Server, Usage};

/// Starts of which the median counts.
const STARTS: usize = 9;
/// What the house promises: MiB of resident memory, ms to start, MiB of program.
const MEMORY_GATE: f64 = 12.0;
const START_GATE: f64 = 30.0;
const PROGRAM_GATE: f64 = 12.0;

/// A line for each figure, measured on a file that exists.
pub(super) fn measure(gates: &mut Gates, launch: &Launch) -> Result<String> {
    let mut times = Vec::with_capacity(STARTS);
    let mut resident = 0;
    for _ in 0..STARTS {
        let server = Server::start(launch)?;
        times.push(server.ready_after());
        resident = resident.max(after_the_first_page(&server)?);
        server.stop()?;
    }
    let program = std::fs::metadata(&launch.program)?.len();
    let start = median(times).as_secs_f64() * 1000.0;
    let mebibytes = resident as f64 / f64::from(1 << 20);
    let lines = [
        at_most(
            gates,
            "resident after the first page, idle",
            mebibytes,
            MEMORY_GATE,
            "MiB",
        ),
        at_most(gates, "exec to the first 200, median", start, START_GATE, "ms"),
        at_most(
            gates,
            "stripped program",
            program as f64 / 1e6,
            PROGRAM_GATE,
            "MB",
        ),
    ];
    Ok(lines.join("\n"))
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
    fn one_slow_start_is_not_the_median() {
        assert_eq!(
            median([9, 1, 2].map(Duration::from_millis).into()),
            Duration::from_millis(2)
        );
    }
}
