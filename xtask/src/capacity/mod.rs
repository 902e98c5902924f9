//! `cargo xtask capacity`: how many people a free instance carries, measured, and written down as `docs/CAPACITY.md`.
//!
//! The release server runs inside 512 MiB and a tenth of a core, over a populated world; virtual people come from outside
//! of that box, on the other cores. Every scenario has a server of its own. One that fails is a FAIL in the document, never
//! a gap; the document is written by a whole run alone.

mod caches;
mod chart;
mod document;
mod gates;
mod live;
mod machine;
mod scenarios;

use std::time::Duration;

use tokio::runtime::Builder;

use self::machine::Machine;
use self::scenarios::{Outcome, Pace, SCENARIOS, Scenario};
use crate::cgroup::Cgroup;
use crate::confined::{FREE_INSTANCE, Order, World};
use crate::cores::Cores;
use crate::output::say;
use crate::{Result, optimised};

/// The data that the old server was measured with: a fifth of the stories drawn by hand.
const WORLD: Order = Order {
    users: 320,
    stories: 1_000,
    pages: 5,
    picture_kb: 60,
};

/// What the command line asked for.
#[derive(Debug, Default, PartialEq)]
struct Request {
    only: Option<String>,
    quick: bool,
    date: Option<String>,
}

impl Request {
    fn parse(arguments: &[&str]) -> Result<Self> {
        let mut request = Self::default();
        let mut rest = arguments.iter();
        while let Some(&argument) = rest.next() {
            match (argument, rest.as_slice().first()) {
                ("--quick", _) => request.quick = true,
                ("--only", Some(name)) if Scenario::named(name).is_some() => {
                    request.only = rest.next().map(|name| (*name).to_owned());
                }
                ("--date", Some(_)) => request.date = rest.next().map(|date| (*date).to_owned()),
                _ => return Err(usage().into()),
            }
        }
        Ok(request)
    }

    /// Whether this is the run that the document tells of.
    fn is_whole(&self) -> bool {
        self.only.is_none() && !self.quick
    }

    fn wants(&self, scenario: &Scenario) -> bool {
        self.only.as_ref().is_none_or(|only| scenario.name == only)
    }
}

fn usage() -> String {
    let names: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
    format!(
        "capacity takes [--only SCENARIO] [--quick] [--date YYYY-MM-DD]; scenarios: {}",
        names.join(", ")
    )
}

/// Measures, prints, and writes the document after a whole run. An error when a gate was missed.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let request = Request::parse(arguments)?;
    // Before anything is built: whoever may not make a group learns it at once.
    drop(Cgroup::make(FREE_INSTANCE)?);
    optimised::or_become_it("capacity", arguments)?;
    let cores = Cores::split()?;
    let machine = Machine::read(request.date.clone());
    say(&format!("{machine}\n"));
    let world = World::in_a_file(WORLD)?;
    let pace = if request.quick { Pace::QUICK } else { Pace::WHOLE };
    let runtime = Builder::new_current_thread().enable_all().build()?;

    let wanted: Vec<&Scenario> = SCENARIOS
        .iter()
        .filter(|scenario| request.wants(scenario))
        .collect();
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(wanted.len());
    for scenario in wanted {
        say(&format!("{} …", scenario.name));
        let outcome = scenarios::run(scenario, &world, &cores, &runtime, pace);
        say(&document::line(&outcome));
        outcomes.push(outcome);
    }
    let gates = gates::all(&outcomes);
    say(&format!("\n{}", document::gates_as_text(&gates)));
    if request.is_whole() {
        document::write(&outcomes, &machine)?;
    } else {
        say("docs/CAPACITY.md is written by a whole run alone.");
    }
    let missed: Vec<&str> = gates
        .iter()
        .filter(|gate| !gate.passed)
        .map(|gate| gate.what.as_str())
        .collect();
    if missed.is_empty() {
        Ok(())
    } else {
        Err(format!("gates missed: {}", missed.join("; ")).into())
    }
}

/// Seconds with one decimal.
fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// Bytes as MiB with one decimal.
fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_run_is_written_down() {
        assert!(Request::parse(&[]).unwrap().is_whole());
        assert!(Request::parse(&["--date", "2026-01-02"]).unwrap().is_whole());
        assert!(!Request::parse(&["--quick"]).unwrap().is_whole());
        let one = Request::parse(&["--only", "navigators-100"]).unwrap();
        assert!(!one.is_whole());
        let wanted: Vec<&str> = SCENARIOS
            .iter()
            .filter(|scenario| one.wants(scenario))
            .map(|scenario| scenario.name)
            .collect();
        assert_eq!(wanted, ["navigators-100"]);
    }

    #[test]
    fn what_is_not_understood_is_refused_with_the_names() {
        for arguments in [&["--only"][..], &["--only", "dragons"], &["--date"], &["now"]] {
            let error = Request::parse(arguments).unwrap_err().to_string();
            assert!(error.contains("navigators-100"), "{error}");
        }
    }
}
