//! `verify`: the checklist after a deploy, and the health check of a container.

use lexopt::Parser;
use lexopt::prelude::*;

use super::check::finish;
use super::{Command, Failure, Work};
use crate::config::{Config, Secret};
use crate::ops::verify::{self, Visit};

pub(super) const COMMAND: Command = Command {
    name: "verify",
    arguments: "URL [--json] [--visitors N]",
    meaning: "look after a deploy: health, speed and memory with ten visitors, TLS, CORS",
    details: Some(|| DETAILS.to_owned()),
    parse,
};

const DETAILS: &str = "\
Asks the server at URL (https://tales.example.org, or http://127.0.0.1:8000) some hundred times within twelve seconds,
as a guest who reads. With METRICS_TOKEN in the environment, the same as the server's, it sees memory and log as well.

  --json        an array of {id, state: ok|note|warn|fail, message, mend}
  --visitors N  how many look around at the same time; 10 unless said, 20 at most;
                with 0 the look is over at once
  --health      ask /healthz alone and say nothing: for the health check of a container.
                Without URL it asks this machine at PORT

Exit code: 0 when nothing is wrong, 1 when something is, 2 when the arguments cannot be read.
";

#[derive(Default)]
struct Arguments {
    address: Option<String>,
    json: bool,
    health: bool,
    visitors: Option<usize>,
}

fn parse(arguments: &mut Parser) -> Result<Work, lexopt::Error> {
    let mut wanted = Arguments::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("json") => wanted.json = true,
            Long("health") => wanted.health = true,
            Long("visitors") => wanted.visitors = Some(arguments.value()?.parse()?),
            Value(address) if wanted.address.is_none() => wanted.address = Some(address.string()?),
            other => return Err(other.unexpected()),
        }
    }
    if wanted.address.is_none() && !wanted.health {
        return Err("the server's address is missing".into());
    }
    Ok(Box::new(move || verify(wanted)))
}

fn verify(wanted: Arguments) -> Result<(), Failure> {
    // Read as for a demo: whoever verifies from elsewhere has none of the server's secrets.
    let config = Config::from_environment(true).map_err(Failure::Settings)?;
    let address = wanted
        .address
        .unwrap_or_else(|| format!("http://127.0.0.1:{}", config.listen.1));
    let token: Option<Secret> = config.metrics_token;
    let visit = Visit::parse(&address, token, wanted.visitors.unwrap_or(10));
    let visit = visit.map_err(|fault| Failure::Settings(vec![fault]))?;
    if wanted.health {
        return Ok(verify::is_healthy(&visit)?);
    }
    finish(&verify::judge(&verify::look(&visit)), wanted.json)
}
