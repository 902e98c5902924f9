//! `cargo xtask abuse`: attacks on the release server in 512 MiB, and how a well-behaved visitor fares meanwhile.
//!
//! Every attack has a server of its own, is bounded in time and number, comes from loopback addresses alone and ends by
//! itself. To an attacker 503 and 429 with `Retry-After` are right answers; whatever else comes is listed. The server must
//! live, stay small, serve the visitor all the while and be itself again a minute later. An attack that did not take place
//! proves nothing, and fails.

mod attacks;
mod table;

use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;

use self::attacks::{ATTACKS, Arena, Attack, Kind, Tally};
use crate::cgroup::Cgroup;
use crate::confined::{Bystander, Confined, FREE_INSTANCE, Order, Seen, Served, Stretch, World};
use crate::cores::Cores;
use crate::output::say;
use crate::{Result, descriptors, optimised};

/// Five stories for each; a fifth of the people have drawn all of theirs, 10 MB as they are sent.
const WORLD: Order = Order {
    users: 1_000,
    stories: 5_000,
    pages: 25,
    picture_kb: 80,
};
/// People who read meanwhile; the attackers are others.
const READERS: usize = 3;
/// Of them, those who also keep a live socket open.
const SOCKETS: usize = 1;
/// Connections of the largest attack, and room for everything else.
const DESCRIPTORS: u64 = 16_384;
/// An attack that has not ended by itself is broken off.
const AT_MOST: Duration = Duration::from_secs(90);
/// Before an attack the visitor is alone for so long.
const CALM: Duration = Duration::from_secs(3);
/// What a short attack did to the visitor is seen when so many probes have come to something since it began.
const PROBES: usize = 8;
/// They are waited for so long at most.
const WATCHED_ON: Duration = Duration::from_secs(10);
/// Everything must be as before an attack so long after it.
const RECOVERED_WITHIN: Duration = Duration::from_secs(60);
/// What the server may keep beyond its idle memory then.
const KEPT: u64 = 4 << 20;
const LOOK: Duration = Duration::from_millis(250);

/// What came of an attack.
#[derive(Debug)]
struct Outcome {
    name: &'static str,
    kind: Kind,
    seen: Seen,
    result: std::result::Result<Endured, String>,
}

/// What an attack did to a server that lived through it.
#[derive(Debug)]
struct Endured {
    /// What the attackers were answered.
    tally: Tally,
    /// What the visitor felt until the attack was over.
    served: Served,
    /// When the attack began, and when that was taken down.
    began: Instant,
    over: Instant,
    /// Answers that the readers had got when it began.
    read_before: u64,
    /// Resident memory before the attack, and after the recovery.
    idle: u64,
    after: u64,
    /// How long it took until memory and answers were as before; nothing when they were not within a minute.
    recovered: Option<Duration>,
}

impl Endured {
    /// The visitor's probes during the attack.
    fn probes(&self) -> Stretch<'_> {
        self.served.between(self.began, self.over)
    }
}

/// What the command line asked for.
#[derive(Debug, Default)]
struct Request {
    only: Option<String>,
    quick: bool,
}

impl Request {
    fn parse(arguments: &[&str]) -> Result<Self> {
        let mut request = Self::default();
        let mut rest = arguments.iter();
        while let Some(&argument) = rest.next() {
            match (argument, rest.as_slice().first()) {
                ("--quick", _) => request.quick = true,
                ("--only", Some(name)) if ATTACKS.iter().any(|attack| attack.name == *name) => {
                    request.only = rest.next().map(|name| (*name).to_owned());
                }
                _ => {
                    let names: Vec<&str> = ATTACKS.iter().map(|attack| attack.name).collect();
                    return Err(format!(
                        "abuse takes [--only ATTACK] [--quick]; attacks: {}",
                        names.join(", ")
                    )
                    .into());
                }
            }
        }
        Ok(request)
    }
}

/// Carries the attacks out one after the other; an error when one of them achieved anything.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let request = Request::parse(arguments)?;
    // Before anything is built: whoever may not make a group learns it at once.
    drop(Cgroup::make(FREE_INSTANCE)?);
    optimised::or_become_it("abuse", arguments)?;
    descriptors::raise(DESCRIPTORS)?;
    let cores = Cores::split()?;
    let world = World::in_a_file(WORLD)?;
    let wanted = |attack: &&Attack| request.only.as_ref().is_none_or(|only| attack.name == only);
    let mut outcomes = Vec::with_capacity(ATTACKS.len());
    for attack in ATTACKS.iter().filter(wanted) {
        say(&format!("{} …", attack.name));
        let outcome = attempt(attack, &world, &cores, request.quick);
        say(&table::details(&outcome));
        outcomes.push(outcome);
    }
    say(&format!("\n{}", table::table(&outcomes)));
    let failed: Vec<&str> = outcomes
        .iter()
        .filter(|outcome| !table::faults(outcome).is_empty())
        .map(|outcome| outcome.name)
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("attacks that achieved something: {}", failed.join(", ")).into())
    }
}

fn attempt(attack: &Attack, world: &World, cores: &Cores, quick: bool) -> Outcome {
    let mut seen = Seen::default();
    let result = endure(attack, world, cores, quick, &mut seen);
    Outcome {
        name: attack.name,
        kind: attack.kind,
        seen,
        result: result.map_err(|error| error.to_string()),
    }
}

fn endure(attack: &Attack, world: &World, cores: &Cores, quick: bool, seen: &mut Seen) -> Result<Endured> {
    let server = Confined::start(cores, world.launch(&[])?, attack.limits)?;
    let endured = observe(attack, world, &server, quick);
    // Also after a failure: how much it had when it died is what one wants to know then.
    *seen = server.seen();
    let stopped = server.stop();
    let endured = endured?;
    stopped?;
    Ok(endured)
}

fn observe(attack: &Attack, world: &World, server: &Confined, quick: bool) -> Result<Endured> {
    let bystander = Bystander::start(server.port(), &world.accounts, READERS, SOCKETS);
    thread::sleep(CALM);
    let idle = server.usage()?.resident;
    let arena = Arena::new(server.port(), &world.accounts, quick);
    let read_before = bystander.served().readers_answered();
    let began = Instant::now();
    let tally = on_a_thread_of_its_own(attack, &arena)?;
    let ended = Instant::now();
    let (served, over) = enough(&bystander, began);
    let gone = |error| format!("the server did not live: {error}{}", server.last_lines());
    let mut recovered = None;
    while recovered.is_none() && ended.elapsed() < RECOVERED_WITHIN {
        thread::sleep(LOOK);
        let resident = server.usage().map_err(gone)?.resident;
        if resident <= idle + KEPT && bystander.served().is_quick() {
            recovered = Some(ended.elapsed());
        }
    }
    Ok(Endured {
        tally,
        served,
        began,
        over,
        read_before,
        idle,
        after: server.usage().map_err(gone)?.resident,
        recovered,
    })
}

/// What the visitor has felt, and when that was taken down: at once, but for attacks that were over before it could feel
/// much.
fn enough(bystander: &Bystander, began: Instant) -> (Served, Instant) {
    let until = Instant::now() + WATCHED_ON;
    loop {
        let (served, now) = (bystander.served(), Instant::now());
        if served.between(began, now).ended() >= PROBES || now >= until {
            return (served, now);
        }
        thread::sleep(LOOK);
    }
}

/// The visitor must not wait for the attackers' own work.
fn on_a_thread_of_its_own(attack: &Attack, arena: &Arena) -> Result<Tally> {
    thread::scope(|scope| {
        let attackers = scope.spawn(|| {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            Ok::<_, std::io::Error>(runtime.block_on(attacks::carry_out(attack.kind, arena, AT_MOST)))
        });
        let tally = attackers.join().map_err(|_| "the attackers panicked")??;
        Ok(tally)
    })
}
