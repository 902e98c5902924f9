//! Who comes in each part, and how it is measured.

use std::fmt;
use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime;
use visitors::{Behaviour, CoDrawing, Crowd, Flood, Plan, Progress, Report, Stage};

use super::proxy::Proxy;
use crate::Result;
use crate::cgroup::Limits;
use crate::confined::{Confined, FREE_INSTANCE, Order, Seen, WHOLE_CORE, World};
use crate::cores::Cores;
use crate::postgres::{Cluster, Installation};

/// What a server may keep beyond its idle memory a minute after everybody has left.
pub(super) const KEPT: u64 = 4 << 20;
/// Until a server that nobody uses is taken for idle, and until its memory must be back.
const IDLE: Duration = Duration::from_secs(5);
const BACK: Duration = Duration::from_secs(60);

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Part {
    /// Ten thousand collaboration sockets in rooms of four.
    Rooms,
    /// A few rooms in which everybody sends.
    Delivery,
    /// A hundred children who draw together, PostgreSQL far away.
    FarPostgres,
}

pub(super) const PARTS: [Part; 3] = [Part::Rooms, Part::Delivery, Part::FarPostgres];

impl Part {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Rooms => "rooms",
            Self::Delivery => "delivery",
            Self::FarPostgres => "far-postgres",
        }
    }

    fn limits(self) -> Limits {
        match self {
            Self::Rooms | Self::Delivery => WHOLE_CORE,
            Self::FarPostgres => FREE_INSTANCE,
        }
    }

    pub(super) fn people(self, quick: bool) -> usize {
        match self {
            Self::Rooms if quick => 1_000,
            Self::Rooms => 10_000,
            Self::Delivery => 80,
            Self::FarPostgres => 100,
        }
    }

    fn behaviour(self) -> Behaviour {
        match self {
            Self::Rooms => Behaviour::Crowd(Crowd { room: Some(4) }),
            // Within the limit of each socket. Nine others hear each message: 36,000 a second are to be delivered.
            Self::Delivery => Behaviour::Flood(Flood { room: 10, rate: 50 }),
            Self::FarPostgres => Behaviour::CoDrawing(CoDrawing {
                tokens_only: true,
                ..CoDrawing::default()
            }),
        }
    }

    /// Arrivals a second, and how long is measured.
    fn pace(self, quick: bool) -> (f64, Duration) {
        let (ramp, seconds) = match self {
            // Long enough for every socket to be asked whether it lives, more than once.
            Self::Rooms => (300.0, 65),
            Self::Delivery => (20.0, 30),
            Self::FarPostgres => (2.0, 120),
        };
        let seconds = if quick { 10 } else { seconds };
        (
            if quick { ramp * 2.0 } else { ramp },
            Duration::from_secs(seconds),
        )
    }
}

/// What came of a part.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) part: Part,
    pub(super) people: usize,
    /// Why it is worth nothing, if it is.
    pub(super) failure: Option<String>,
    pub(super) seen: Seen,
    /// Resident memory before anybody came, when all were there, and after everybody had left.
    pub(super) idle: u64,
    pub(super) with_all: u64,
    pub(super) after: u64,
    pub(super) back: Option<Duration>,
    pub(super) cpu: Duration,
    pub(super) report: Report,
}

impl Outcome {
    pub(super) fn failed(part: Part, why: String) -> Self {
        Self {
            failure: Some(why),
            ..Self::new(part, 0)
        }
    }

    pub(super) fn new(part: Part, people: usize) -> Self {
        Self {
            part,
            people,
            failure: None,
            seen: Seen::default(),
            idle: 0,
            with_all: 0,
            after: 0,
            back: None,
            cpu: Duration::ZERO,
            report: Report::default(),
        }
    }

    /// Messages that came to people, a second.
    pub(super) fn delivered(&self) -> f64 {
        self.report.steady.sockets.received as f64 / self.report.steady.seconds.max(1.0)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(why) = &self.failure {
            writeln!(f, "FAILED: {why}")?;
        }
        let seen = &self.seen;
        writeln!(
            f,
            "resident {} idle, {} with all, {} after (most {}); group most {} (with page cache {}), kills {}; CPU {:.1} s",
            mib(self.idle),
            mib(self.with_all),
            mib(self.after),
            mib(seen.resident_peak),
            mib(seen.working_peak),
            mib(seen.group_peak),
            seen.kills,
            self.cpu.as_secs_f64(),
        )?;
        write!(f, "{}", self.report)
    }
}

pub(super) fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Carries a part out with a server of its own.
pub(super) fn measure(
    part: Part,
    cores: &Cores,
    runtime: &Runtime,
    quick: bool,
    delay: Duration,
) -> Result<Outcome> {
    let order = Order {
        users: part.people(quick),
        stories: 10,
        pages: 1,
        picture_kb: 10,
    };
    let off = ("RATE_LIMITS", "off".to_owned());
    if part != Part::FarPostgres {
        let world = World::in_a_file(order)?;
        return visit(part, &world, &[off], cores, runtime, quick);
    }
    let cluster = Cluster::start(&Installation::find_or_install()?)?;
    let world = World::in_postgres(order, cluster.url())?;
    let proxy = Proxy::start(cluster.port(), delay)?;
    let far = cluster
        .url()
        .replace(&cluster.port().to_string(), &proxy.port().to_string());
    visit(part, &world, &[("DATABASE_URL", far)], cores, runtime, quick)
}

fn visit(
    part: Part,
    world: &World,
    settings: &[(&'static str, String)],
    cores: &Cores,
    runtime: &Runtime,
    quick: bool,
) -> Result<Outcome> {
    let server = Confined::start(cores, world.launch(settings)?, part.limits())?;
    let mut outcome = Outcome::new(part, part.people(quick));
    let lived = watch(&mut outcome, &server, world, runtime, quick);
    // Also after a failure: how much it had when it died is what one wants to know then.
    outcome.seen = server.seen();
    let log = server.last_lines();
    let stopped = server.stop();
    outcome.failure = lived.and(stopped).err().map(|error| format!("{error}{log}"));
    Ok(outcome)
}

fn watch(
    outcome: &mut Outcome,
    server: &Confined,
    world: &World,
    runtime: &Runtime,
    quick: bool,
) -> Result<()> {
    // What is made once must not be counted as the people's.
    let url = format!("http://127.0.0.1:{}", server.port());
    let mut one = Plan::new(url.as_str(), outcome.part.behaviour(), 2);
    one.accounts = world.accounts.clone();
    one.ramp = 0.0;
    one.measure_for = Duration::from_secs(3);
    runtime.block_on(visitors::run(one.clone()))?;
    thread::sleep(IDLE);
    let before = server.usage()?;
    outcome.idle = before.resident;
    let (ramp, measured) = outcome.part.pace(quick);
    let plan = Plan {
        ramp,
        measure_for: measured,
        ..one
    };
    let mut plan = plan;
    plan.groups[0].people = outcome.people;
    let with_all = &mut outcome.with_all;
    let look = |progress: &Progress| {
        if progress.stage == Stage::Steady
            && let Ok(usage) = server.usage()
        {
            *with_all = usage.resident;
        }
    };
    outcome.report = runtime.block_on(visitors::run_watched(plan, look, std::future::pending()))?;
    outcome.cpu = server.usage()?.cpu.saturating_sub(before.cpu);
    outcome.back = server.settles(outcome.idle + KEPT, BACK)?;
    outcome.after = server.usage()?.resident;
    Ok(())
}
