//! `cargo xtask bench`: what a request costs, against a bare server in the same run and against the old server's figures.
//!
//! Figures of two machines are compared through a PBKDF2 that both were timed with: `baseline` holds the old ones. Load
//! comes from this process, so requests per second are only comparable within one run; CPU time per request is the
//! server's alone. Servers run on one core and the load on the others, where there are others.

mod administrators;
mod bare;
mod baseline;
mod calls;
mod crowd;
mod footprint;
mod games;
mod lists;
mod load;
mod table;
mod world;

use std::borrow::Cow;
use std::fs;
use std::time::Duration;

use self::administrators::Administrator;
use self::calls::Outcome;
use self::crowd::Crowd;
use self::load::Load;
use self::table::Gates;
use self::world::World;
use crate::Result;
use crate::cores::Cores;
use crate::http::Request;
use crate::output::say;
use crate::process::{Launch, Server, Usage};
use crate::{optimised, workspace};

/// Without arguments the whole bench; with `games` the making of games alone, with `lists` the lists of administrators,
/// families and teachers alone, with `load URL …` the load generator.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    optimised::or_become_it("bench", arguments)?;
    match arguments {
        [] => whole(),
        ["bare"] => bare::serve(),
        ["games"] => {
            let mut gates = Gates::default();
            say(&games::measure(&mut gates));
            gates.finish()
        }
        ["lists"] => only_lists(),
        ["load", url, options @ ..] => one_address(&Target::parse(url, options)?),
        _ => Err(
            "bench takes nothing, or: games, or: lists, or: load URL [--connections N] [--seconds N] [--pid PID]".into(),
        ),
    }
}

fn whole() -> Result<()> {
    let mut gates = Gates::default();
    let data = tempfile::Builder::new().prefix("tinytales-bench-").tempdir()?;
    let world = World::fill(&workspace::target().join("release/tinytales"), data.path())?;
    let footprint = footprint::measure(&mut gates, &world.launch)?;

    let (factor, pbkdf2) = speed();
    let bare = bare_launch(&world)?;
    let cores = Cores::split()?;
    let (ours, bare) = cores.on_the_servers(|| Ok((Server::start(&world.launch)?, Server::start(&bare)?)))?;
    let calls = calls::all(&world)?;
    let outcomes = calls
        .iter()
        .map(|call| call.measure(&ours, Some(&bare)))
        .collect::<Result<Vec<_>>>()?;
    let peak = Usage::of(ours.id())?.peak as f64 / f64::from(1 << 20);
    bare.stop()?;
    ours.stop()?;
    let (in_a_crowd, lists, export) = crowd(&world, &cores, &mut gates)?;

    let measured = |name: &str| outcomes.iter().find(|outcome| outcome.name == name);
    let cpu = |name: &str| measured(name).map(|outcome| outcome.ours.cpu());
    say(&table::against_bare(&mut gates, &outcomes));
    say(&format!(
        "\n{pbkdf2}\n{}",
        table::against_old(&mut gates, factor, cpu)
    ));
    say(&format!(
        "\n{}\n\n{lists}",
        table::quick(&mut gates, &in_a_crowd, crowd::GATE)
    ));
    say(&format!(
        "\n{export}\n{footprint}\n{}\nmost resident under all of this load: {peak:.1} MiB",
        games::measure(&mut gates)
    ));
    gates.finish()
}

/// What looks at everybody, where there are many.
fn crowd(world: &World, cores: &Cores, gates: &mut Gates) -> Result<(Vec<Outcome>, String, String)> {
    let launch = &world.launch;
    let crowd = Crowd::fill(&launch.program, &launch.data.join("crowd"))?;
    let server = cores.on_the_servers(|| Server::start(&crowd.launch))?;
    crowd.gather(&server)?;
    let administrator = Administrator::enter(&server)?;
    let outcomes = crowd
        .calls()
        .iter()
        .chain(&administrator.calls())
        .map(|call| call.measure(&server, None))
        .collect::<Result<Vec<_>>>()?;
    let export = administrator.export(&server, gates)?;
    let lists = lists::measure(&crowd, &server, &administrator, gates)?;
    server.stop()?;
    Ok((outcomes, lists, export))
}

fn only_lists() -> Result<()> {
    let mut gates = Gates::default();
    let data = tempfile::Builder::new().prefix("tinytales-bench-").tempdir()?;
    let crowd = Crowd::fill(
        &workspace::target().join("release/tinytales"),
        &data.path().join("crowd"),
    )?;
    let cores = Cores::split()?;
    let server = cores.on_the_servers(|| Server::start(&crowd.launch))?;
    let administrator = Administrator::enter(&server)?;
    say(&lists::measure(&crowd, &server, &administrator, &mut gates)?);
    server.stop()?;
    gates.finish()
}

/// How much slower than the machine of the old figures this one is, and that in words.
fn speed() -> (f64, String) {
    let here = baseline::time_pbkdf2();
    let factor = here.as_secs_f64() / baseline::PBKDF2_THERE.as_secs_f64();
    let words = format!(
        "PBKDF2 of {} rounds: {:.0} ms here, {} ms there; the old server's figures times {factor:.2}:",
        baseline::ROUNDS,
        here.as_secs_f64() * 1000.0,
        baseline::PBKDF2_THERE.as_millis(),
    );
    (factor, words)
}

/// The bare server on the same file, with a log of its own.
fn bare_launch(world: &World) -> Result<Launch> {
    let data = world.launch.data.join("bare");
    fs::create_dir(&data)?;
    let database = world.launch.data.join(world::DATABASE);
    Ok(Launch {
        program: std::env::current_exe()?,
        arguments: vec!["bench", "bare"],
        data,
        settings: vec![("DATABASE", database.to_string_lossy().into_owned())],
        groups: Vec::new(),
    })
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
