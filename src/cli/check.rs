//! `check`: the checklist before a deploy.

use lexopt::Parser;
use lexopt::prelude::*;

use super::start::runtime;
use super::{Command, Failure, Work, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::ops::check;
use crate::ops::checklist::Checklist;

pub(super) const COMMAND: Command = Command {
    name: "check",
    arguments: "[--json] [--instances N]",
    meaning: "look before a deploy: settings, database, disk, mail; changes nothing",
    details: Some(|| DETAILS.to_owned()),
    parse,
};

const DETAILS: &str = "\
Reads the same settings as serve, from the same environment: run it where the server will run.
Each line is right (✔), worth a look (!), or wrong (✘), with its mend, or told without one (·).
Nothing is changed and no mail is sent.

  --json         an array of {id, state: ok|note|warn|fail, message, mend}
  --instances N  how many servers are to run side by side; 1 unless said

Exit code: 0 when nothing is wrong, 1 when something is, 2 when the settings cannot be read.
";

fn parse(arguments: &mut Parser) -> Result<Work, lexopt::Error> {
    let (mut json, mut instances) = (false, 1);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("json") => json = true,
            Long("instances") => instances = arguments.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Box::new(move || check(json, instances)))
}

fn check(json: bool, instances: u32) -> Result<(), Failure> {
    let config = match Config::from_environment(false) {
        Ok(config) => config,
        Err(faults) => {
            show(&check::unreadable(&faults), json)?;
            return Err(Failure::Settings(vec!["the settings cannot be read".to_owned()]));
        }
    };
    let runtime = runtime(1)?;
    let facts = runtime.block_on(check::gather(&config, &Clock::system(), instances));
    // A name that is still being looked up is not waited for.
    runtime.shutdown_background();
    finish(&check::judge(&facts), json)
}

/// Shows a checklist; a wrong line is a failure of the command.
pub(super) fn finish(list: &Checklist, json: bool) -> Result<(), Failure> {
    show(list, json)?;
    if list.fails() {
        return Err("something is wrong: see the lines with ✘".into());
    }
    Ok(())
}

fn show(list: &Checklist, json: bool) -> Result<(), Failure> {
    say(&if json { list.as_json() } else { list.as_text() })
}
