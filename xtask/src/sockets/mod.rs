//! `cargo xtask sockets`: what a live socket costs that is silent, and what is left when all of them are gone.
//!
//! Thousands of signed-in people open a notification socket each, from many addresses of 127/8, and answer pings. Counted
//! is the resident memory of the release server, against the same server with nobody there.

mod crowd;

use std::thread;
use std::time::{Duration, Instant};

use self::crowd::Crowd;
use crate::confined::{Confined, Order, WHOLE_CORE, World};
use crate::cores::Cores;
use crate::output::say;
use crate::{Result, optimised};

/// What the house promises for each socket, in bytes, and what may be more than before when they are gone.
const SOCKET_GATE: f64 = 3_500.0;
const LEFT_GATE: f64 = 4.0;
/// How long they stay: three pings.
const STAY: Duration = Duration::from_secs(65);
/// When it is looked again after they have gone.
const AFTER: Duration = Duration::from_secs(60);
const USUAL: usize = 10_000;

/// `[--sockets N]`
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    optimised::or_become_it("sockets", arguments)?;
    let sockets = match arguments {
        [] => USUAL,
        ["--sockets", count] => count.parse()?,
        _ => return Err("sockets takes nothing, or: --sockets N".into()),
    };
    measure(sockets)
}

/// What was seen, in bytes of resident memory.
struct Seen {
    idle: f64,
    /// After so many pings as [`STAY`] has.
    there: f64,
    left: f64,
    peak: f64,
    lost: usize,
    opened: Duration,
    cpu: Duration,
}

fn measure(sockets: usize) -> Result<()> {
    let order = Order {
        users: sockets + 1,
        stories: 10,
        pages: 1,
        picture_kb: 10,
    };
    let world = World::in_a_file(order)?;
    let server = Confined::start(&Cores::split()?, world.launch(&[])?, WHOLE_CORE)?;
    let people = world.accounts.people.iter();
    let tokens: Vec<&str> = people.map(|person| person.access.as_str()).collect();
    let seen = watch(&server, &tokens)?;
    server.stop()?;
    judge(sockets, &seen)
}

/// Lets a crowd come, stay and go.
fn watch(server: &Confined, tokens: &[&str]) -> Result<Seen> {
    let resident = || -> Result<f64> { Ok(server.usage()?.resident as f64) };
    let (first, others) = tokens.split_first().ok_or("the world is empty")?;
    // One socket has been there before, so that what is made once is not counted.
    Crowd::open(server.port(), &[first])?.close()?;
    thread::sleep(Duration::from_secs(2));
    let idle = resident()?;
    let began = Instant::now();
    let crowd = Crowd::open(server.port(), others)?;
    let opened = began.elapsed();
    thread::sleep(STAY);
    let lost = crowd.lost();
    let there = resident()?;
    crowd.close()?;
    thread::sleep(AFTER);
    let end = server.usage()?;
    Ok(Seen {
        idle,
        there,
        left: end.resident as f64,
        peak: end.peak as f64,
        lost,
        opened,
        cpu: end.cpu,
    })
}

fn judge(sockets: usize, seen: &Seen) -> Result<()> {
    say(&format!(
        "idle {}; {sockets} sockets came in {:.1} s, after {} s {}; {} s after they left {}; peak {}; CPU {:.1} s",
        mib(seen.idle),
        seen.opened.as_secs_f64(),
        STAY.as_secs(),
        mib(seen.there),
        AFTER.as_secs(),
        mib(seen.left),
        mib(seen.peak),
        seen.cpu.as_secs_f64(),
    ));
    let each = (seen.there - seen.idle) / sockets as f64;
    let more = (seen.left - seen.idle) / f64::from(1 << 20);
    let mut missed = Vec::new();
    for (what, value, gate) in [
        ("bytes of a silent socket", each, SOCKET_GATE),
        ("MiB more than before when all have left", more, LEFT_GATE),
        ("sockets that were lost", seen.lost as f64, 0.0),
    ] {
        let verdict = if value <= gate { "pass" } else { "MISSED" };
        say(&format!(
            "{what:<42} {value:>9.1}  at most {gate:>7.1}  {verdict}"
        ));
        if value > gate {
            missed.push(what);
        }
    }
    if missed.is_empty() {
        Ok(())
    } else {
        Err(format!("gates missed: {}", missed.join("; ")).into())
    }
}

fn mib(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / f64::from(1 << 20))
}
