//! `cargo xtask outage`: PostgreSQL goes away and comes back, while people read, and while children draw together.

mod drawing;
mod drawing_verdict;
mod reading;
mod reading_verdict;

use std::time::Duration;

use crate::cgroup::Cgroup;
use crate::confined::{Confined, WHOLE_CORE};
use crate::cores::Cores;
use crate::output::say;
use crate::{Result, optimised};

/// How long PostgreSQL is away for those who read, unless the command line says otherwise.
const AWAY: Duration = Duration::from_secs(30);

/// Who is there when it goes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Reading,
    Drawing,
}

impl Part {
    const ALL: [Self; 2] = [Self::Reading, Self::Drawing];

    fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Drawing => "drawing",
        }
    }
}

/// What the command line asked for.
#[derive(Debug, PartialEq)]
struct Request {
    only: Option<Part>,
    away: Duration,
}

impl Request {
    fn parse(arguments: &[&str]) -> Result<Self> {
        let mut request = Self {
            only: None,
            away: AWAY,
        };
        let mut rest = arguments.iter();
        while let Some(&argument) = rest.next() {
            match (argument, rest.next()) {
                ("--only", Some(name)) if Part::ALL.iter().any(|part| part.name() == *name) => {
                    request.only = Part::ALL.into_iter().find(|part| part.name() == *name);
                }
                ("--seconds", Some(seconds)) => request.away = Duration::from_secs(seconds.parse()?),
                _ => return Err("outage takes [--only reading|drawing] [--seconds N]".into()),
            }
        }
        Ok(request)
    }
}

/// Runs it, prints the figures; an error when something did not hold.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let request = Request::parse(arguments)?;
    // Before anything is built: whoever may not make a group learns it at once.
    drop(Cgroup::make(WHOLE_CORE)?);
    optimised::or_become_it("outage", arguments)?;
    let cores = Cores::split()?;
    let mut failed = Vec::new();
    for part in Part::ALL {
        if request.only.is_some_and(|only| only != part) {
            continue;
        }
        say(&format!("{} …", part.name()));
        let judged = match part {
            Part::Reading => reading::run(&cores, request.away),
            Part::Drawing => drawing::run(&cores),
        };
        match judged {
            Ok(()) => say("PASS"),
            Err(error) => failed.push(format!("{}: {error}", part.name())),
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(failed.join("\n").into())
    }
}

/// Stops the server, says what it used, and tells what did not hold: besides `faults`, that it did not live, or end well.
fn judge(server: Confined, mut faults: Vec<String>) -> Result<()> {
    let lives = server.usage().map(drop).map_err(|error| error.to_string());
    let seen = server.seen();
    let log = server.last_lines();
    let stopped = server.stop().map_err(|error| error.to_string());
    let mib = |bytes: u64| format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20));
    say(&format!(
        "resident most {}, group most {}, kills {}",
        mib(seen.resident_peak),
        mib(seen.working_peak),
        seen.kills
    ));
    faults.extend(lives.and(stopped).err());
    if seen.kills > 0 {
        faults.push(format!("{} killed", seen.kills));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(format!("{}{log}", faults.join("; ")).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_known_by_their_names() {
        let all = Request::parse(&[]).unwrap();
        assert_eq!((all.only, all.away), (None, AWAY));
        let one = Request::parse(&["--only", "drawing", "--seconds", "5"]).unwrap();
        assert_eq!((one.only, one.away.as_secs()), (Some(Part::Drawing), 5));
        for wrong in [
            &["--only"][..],
            &["--only", "dancing"],
            &["--seconds", "x"],
            &["now"],
        ] {
            assert!(Request::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
