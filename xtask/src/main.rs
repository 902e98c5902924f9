//! The repository's chores, as `cargo xtask <chore>`: what needs more than one cargo command, without shell scripts.

mod abuse;
mod bench;
mod capacity;
mod cgroup;
mod confined;
mod cores;
mod descriptors;
mod http;
mod live;
mod moto;
mod optimised;
mod outage;
mod output;
mod packages;
mod postgres;
mod process;
mod redis;
mod schemathesis;
mod sockets;
mod steps;
mod suite;
mod tidy;
mod workspace;

use std::error::Error;
use std::process::ExitCode;

use cgroup::NotPossible;
use output::say;

/// What a chore answers; the error's text is for the person who typed the command.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "\
usage: cargo xtask <chore>

  test [--only sqlite|postgres] [filter]   everything that a change must pass; or only the tests, on one database
  tidy                                     the house rules that a machine can check
  schemathesis                             hostile requests against a demo server, made from its OpenAPI file
  bucket                                   the tests of backups that go to a bucket, with a store of their own
  bench                                    requests per second and CPU per request, against the old server
  bench games                              the time that making the games of a long story takes
  bench lists                              lists and figures of administrators, families and teachers, 10,000 people
  bench load URL [--connections N] [--seconds N] [--pid PID]
                                           load on one address of a running server
  capacity [--only SCENARIO] [--quick] [--date DAY]
                                           people in 512 MiB and a tenth of a core; a whole run writes docs/CAPACITY.md
  abuse [--only ATTACK] [--quick]          attacks in 512 MiB, and how a well-behaved visitor fares meanwhile
  live [--only PART] [--quick] [--postgres-delay 30ms]
                                           live sockets at the limit: rooms, messages delivered, a far PostgreSQL
  outage [--only PART] [--seconds N]       PostgreSQL goes away under load, or is killed, and comes back
  sockets [--sockets N]                    memory of silent live sockets, and what is left when they are gone";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("xtask: {error}"));
            if error.is::<NotPossible>() {
                ExitCode::from(3)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["test", rest @ ..] => suite::run(rest),
        ["tidy"] => tidy::run(),
        ["schemathesis"] => schemathesis::run(),
        ["bucket"] => moto::run(),
        ["bench", rest @ ..] => bench::run(rest),
        ["live", rest @ ..] => live::run(rest),
        ["abuse", rest @ ..] => abuse::run(rest),
        ["outage", rest @ ..] => outage::run(rest),
        ["capacity", rest @ ..] => capacity::run(rest),
        ["sockets", rest @ ..] => sockets::run(rest),
        _ => Err(USAGE.into()),
    }
}
