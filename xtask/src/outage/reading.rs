//! `cargo xtask outage`: PostgreSQL goes away for half a minute while people read, and comes back.
//!
//! The server must live, answer 503 with `Retry-After` meanwhile, and heal by itself.

mod verdict;

use std::thread;
use std::time::{Duration, Instant};

use self::verdict::{Outage, Verdict};
use crate::cgroup::Cgroup;
use crate::confined::{Bystander, Confined, Order, WHOLE_CORE, World};
use crate::cores::Cores;
use crate::output::say;
use crate::postgres::{Cluster, Installation};
use crate::{Result, optimised};

const WORLD: Order = Order {
    users: 60,
    stories: 300,
    pages: 5,
    picture_kb: 60,
};
/// People who read all the while.
const READERS: usize = 30;
/// Before and after the outage everything is to go well for so long; people come five a second.
const CALM: Duration = Duration::from_secs(15);
/// How long PostgreSQL is away, unless the command line says otherwise.
const AWAY: u64 = 30;

/// Runs it, prints the figures; an error when something did not hold.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let away = match arguments {
        [] => AWAY,
        ["--seconds", seconds] => seconds.parse()?,
        _ => return Err("outage takes [--seconds N]".into()),
    };
    // Before anything is built: whoever may not make a group learns it at once.
    drop(Cgroup::make(WHOLE_CORE)?);
    optimised::or_become_it("outage", arguments)?;
    let cores = Cores::split()?;
    let mut cluster = Cluster::start(&Installation::find_or_install()?)?;
    let world = World::in_postgres(WORLD, cluster.url())?;
    let server = Confined::start(&cores, world.launch(&[])?, WHOLE_CORE)?;
    let bystander = Bystander::start(server.port(), &world.accounts, READERS, 0);
    thread::sleep(CALM);

    say(&format!("PostgreSQL goes away for {away} s …"));
    let stopped_at = Instant::now();
    cluster.stop()?;
    thread::sleep(Duration::from_secs(away).saturating_sub(stopped_at.elapsed()));
    cluster.start_again()?;
    let returned_at = Instant::now();
    thread::sleep(CALM);

    let served = bystander.served();
    drop(bystander);
    let lives = server.usage().map(drop).map_err(|error| error.to_string());
    let seen = server.seen();
    let log = server.last_lines();
    let stopped = server.stop().map_err(|error| error.to_string());
    let verdict = Verdict::of(
        &served,
        Outage {
            stopped_at,
            returned_at,
        },
    );
    say(&verdict.to_string());
    say(&format!(
        "resident most {}, group most {}, kills {}",
        mib(seen.resident_peak),
        mib(seen.working_peak),
        seen.kills
    ));
    let mut faults = verdict.faults();
    faults.extend(lives.and(stopped).err());
    if seen.kills > 0 {
        faults.push(format!("{} killed", seen.kills));
    }
    if faults.is_empty() {
        say("PASS");
        Ok(())
    } else {
        Err(format!("{}{log}", faults.join("; ")).into())
    }
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
