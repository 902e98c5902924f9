//! `cargo xtask live`: what live sockets do at the limit of the machine, in 512 MiB.
//!
//! Rooms that nobody speaks in, thousands of them; messages that are delivered, as many as a core can; and children who
//! draw together while their PostgreSQL is far away. (Silent notification sockets are `cargo xtask sockets`.)

mod gates;
mod parts;
mod proxy;

use std::time::Duration;

use tokio::runtime::Builder;

use self::parts::{PARTS, Part};
use crate::cgroup::Cgroup;
use crate::confined::FREE_INSTANCE;
use crate::cores::Cores;
use crate::output::say;
use crate::{Result, descriptors, optimised};

/// Ten thousand sockets, and room for everything else.
const DESCRIPTORS: u64 = 16_384;
/// How far PostgreSQL is away, unless the command line says otherwise: from a question to its answer.
const DELAY: Duration = Duration::from_millis(30);

/// What the command line asked for.
#[derive(Debug, PartialEq)]
struct Request {
    only: Option<&'static str>,
    quick: bool,
    delay: Duration,
}

impl Request {
    fn parse(arguments: &[&str]) -> Result<Self> {
        let mut request = Self {
            only: None,
            quick: false,
            delay: DELAY,
        };
        let mut rest = arguments.iter();
        while let Some(&argument) = rest.next() {
            let value = rest.as_slice().first();
            match (argument, value) {
                ("--quick", _) => {
                    request.quick = true;
                    continue;
                }
                ("--only", Some(name)) => {
                    request.only = PARTS.map(Part::name).into_iter().find(|part| part == name);
                }
                ("--postgres-delay", Some(time)) => {
                    request.delay = milliseconds(time)?;
                    // Who says how far it is wants to know that.
                    request.only = request.only.or(Some(Part::FarPostgres.name()));
                }
                _ => return Err(usage().into()),
            }
            rest.next();
            if argument == "--only" && request.only.is_none() {
                return Err(usage().into());
            }
        }
        Ok(request)
    }

    fn wants(&self, part: Part) -> bool {
        self.only.is_none_or(|only| part.name() == only)
    }
}

fn milliseconds(text: &str) -> Result<Duration> {
    let number = text.strip_suffix("ms").ok_or("a delay is written like 30ms")?;
    Ok(Duration::from_millis(number.parse()?))
}

fn usage() -> String {
    let names = PARTS.map(Part::name);
    format!(
        "live takes [--only PART] [--quick] [--postgres-delay 30ms]; parts: {}",
        names.join(", ")
    )
}

/// Measures and prints. An error when a gate was missed.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let request = Request::parse(arguments)?;
    // Before anything is built: whoever may not make a group learns it at once.
    drop(Cgroup::make(FREE_INSTANCE)?);
    optimised::or_become_it("live", arguments)?;
    descriptors::raise(DESCRIPTORS)?;
    let cores = Cores::split()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut missed = Vec::new();
    for part in PARTS.into_iter().filter(|part| request.wants(*part)) {
        say(&format!("{} …", part.name()));
        let measured = parts::measure(part, &cores, &runtime, request.quick, request.delay);
        let outcome = measured.unwrap_or_else(|error| parts::Outcome::failed(part, error.to_string()));
        say(&outcome.to_string());
        for gate in gates::of(&outcome) {
            say(&gate.to_string());
            if !gate.passed {
                missed.push(format!("{}: {}", part.name(), gate.what));
            }
        }
    }
    if missed.is_empty() {
        Ok(())
    } else {
        Err(format!("gates missed: {}", missed.join("; ")).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_asks_for_the_part_that_has_one() {
        let all = Request::parse(&[]).unwrap();
        assert!(PARTS.into_iter().all(|part| all.wants(part)));
        let far = Request::parse(&["--postgres-delay", "45ms", "--quick"]).unwrap();
        assert_eq!((far.delay.as_millis(), far.quick), (45, true));
        assert!(far.wants(Part::FarPostgres) && !far.wants(Part::Rooms));
        assert!(
            Request::parse(&["--only", "delivery"])
                .unwrap()
                .wants(Part::Delivery)
        );
        for wrong in [
            &["--only"][..],
            &["--only", "x"],
            &["--postgres-delay", "soon"],
            &["now"],
        ] {
            assert!(Request::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
