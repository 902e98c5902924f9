//! PostgreSQL goes away for half a minute while people read, and comes back: the server must live, answer 503 with
//! `Retry-After` meanwhile, and heal by itself.

use std::thread;
use std::time::{Duration, Instant};

use super::judge;
use super::reading_verdict::{Outage, Verdict};
use crate::Result;
use crate::confined::{Bystander, Confined, Order, WHOLE_CORE, World};
use crate::cores::Cores;
use crate::output::say;
use crate::postgres::{Cluster, Installation};

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

/// Prints the figures; an error when something did not hold. PostgreSQL is away for so long.
pub(super) fn run(cores: &Cores, away: Duration) -> Result<()> {
    let mut cluster = Cluster::start(&Installation::find_or_install()?)?;
    let world = World::in_postgres(WORLD, cluster.url())?;
    let server = Confined::start(cores, world.launch(&[])?, WHOLE_CORE)?;
    let bystander = Bystander::start(server.port(), &world.accounts, READERS, 0);
    thread::sleep(CALM);

    say(&format!("PostgreSQL goes away for {} s …", away.as_secs()));
    let stopped_at = Instant::now();
    cluster.stop()?;
    thread::sleep(away.saturating_sub(stopped_at.elapsed()));
    cluster.start_again()?;
    let returned_at = Instant::now();
    thread::sleep(CALM);

    let served = bystander.served();
    drop(bystander);
    let verdict = Verdict::of(
        &served,
        Outage {
            stopped_at,
            returned_at,
        },
    );
    say(&verdict.to_string());
    judge(server, verdict.faults())
}
