//! `cargo xtask bench`: what a request costs, against the old server's figures and (to come) against a bare server.
//!
//! Figures of two machines are compared through a PBKDF2 that both were timed with: `baseline` holds the old ones. Load
//! comes from this process, so requests per second are only comparable within one run; CPU time per request is the
//! server's alone.

mod baseline;
mod load;
mod table;

use std::borrow::Cow;
use std::time::Duration;

use crate::http::Request;
use crate::output::say;
use crate::process::Usage;
use crate::workspace::{cargo, must_succeed};
use crate::{Result, bench::load::Load};

/// Without arguments the whole bench; with `load URL …` the load generator alone.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    if cfg!(debug_assertions) {
        // The client and the PBKDF2 are a part of the measurement: both want to be optimised.
        let mut command = cargo(&["run", "--quiet", "--release", "--package", "xtask", "--", "bench"]);
        return must_succeed(command.args(arguments));
    }
    match arguments {
        [] => against_the_old_server(),
        ["load", url, options @ ..] => one_address(&Target::parse(url, options)?),
        _ => Err("bench takes nothing, or: load URL [--connections N] [--seconds N] [--pid PID]".into()),
    }
}

fn against_the_old_server() -> Result<()> {
    let here = baseline::time_pbkdf2();
    let factor = here.as_secs_f64() / baseline::PBKDF2_THERE.as_secs_f64();
    say(&format!(
        "PBKDF2 of {} rounds: {:.0} ms here, {} ms there; the old server's figures times {factor:.2}:\n",
        baseline::ROUNDS,
        here.as_secs_f64() * 1000.0,
        baseline::PBKDF2_THERE.as_millis(),
    ));
    say(&table::against_old(factor, |_| None));
    Err("the server's own calls are not measured yet".into())
}

/// One address of a server that somebody else has started.
#[derive(Debug, PartialEq)]
struct Target {
    port: u16,
    path: String,
    connections: usize,
    seconds: u64,
    /// The server's process, for its CPU time and memory.
    pid: Option<u32>,
}

impl Target {
    fn parse(url: &str, options: &[&str]) -> Result<Self> {
        let loopback = url
            .strip_prefix("http://127.0.0.1:")
            .or_else(|| url.strip_prefix("http://localhost:"));
        let rest = loopback.ok_or("the address must begin with http://127.0.0.1:PORT")?;
        let (port, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let path = if path.is_empty() { "/" } else { path };
        let mut target = Self {
            port: port.parse()?,
            path: path.to_owned(),
            connections: 8,
            seconds: 5,
            pid: None,
        };
        for option in options.chunks(2) {
            match option {
                ["--connections", count] => target.connections = count.parse()?,
                ["--seconds", count] => target.seconds = count.parse()?,
                ["--pid", id] => target.pid = Some(id.parse()?),
                other => return Err(format!("unknown option {}", other.join(" ")).into()),
            }
        }
        Ok(target)
    }
}

fn one_address(target: &Target) -> Result<()> {
    let request = Request::get(&target.path);
    let load = Load {
        connections: target.connections,
        duration: Duration::from_secs(target.seconds),
    };
    let usage = || target.pid.map(Usage::of).transpose();

    let before = usage()?;
    let measured = load.run(target.port, &|_, _| Cow::Borrowed(&request))?;
    let after = usage()?;
    say(&table::measured(&target.path, &measured));
    if let (Some(before), Some(after)) = (before, after) {
        say(&table::used(before, after, measured.answered()));
    }
    if measured.failures == 0 {
        Ok(())
    } else {
        Err(format!("{} requests failed", measured.failures).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_its_options() {
        let target = Target::parse(
            "http://127.0.0.1:8000/api/stories/?page=1",
            &["--seconds", "9", "--pid", "7"],
        )
        .unwrap();
        let path = "/api/stories/?page=1".to_owned();
        assert_eq!(
            target,
            Target {
                port: 8000,
                path,
                connections: 8,
                seconds: 9,
                pid: Some(7)
            }
        );
        assert_eq!(Target::parse("http://localhost:80", &[]).unwrap().path, "/");
    }

    #[test]
    fn only_this_machine_is_loaded() {
        for (url, options) in [
            ("http://example.com/", &[][..]),
            ("https://127.0.0.1:80/", &[]),
            ("http://127.0.0.1:80/", &["--seconds"]),
            ("http://127.0.0.1:80/", &["--fast", "1"]),
        ] {
            assert!(Target::parse(url, options).is_err(), "{url} {options:?}");
        }
    }
}
