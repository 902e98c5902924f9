//! PostgreSQL is killed while children draw together, and started again: at once, and after longer than strokes wait for it.
//!
//! Nothing that somebody has seen may be lost, nothing may come twice or in another order, and everybody must be back soon.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use visitors::{Behaviour, CoDrawing, Plan, Progress, Report, Stage};

use super::drawing_verdict::{Round, Tick, Verdict};
use super::judge;
use crate::Result;
use crate::confined::{Confined, Order, WHOLE_CORE, World};
use crate::cores::Cores;
use crate::output::say;
use crate::postgres::{Cluster, Installation};

const WORLD: Order = Order {
    users: CHILDREN,
    stories: 10,
    pages: 1,
    picture_kb: 10,
};
/// In rooms of four; each has a notification socket, too.
const CHILDREN: usize = 24;
const SOCKETS: usize = 2 * CHILDREN;
/// Arrivals a second, and how long all may take to be there.
const RAMP: f64 = 6.0;
const ALL_IN: Duration = Duration::from_secs(15);
/// How long everything goes well before each kill, and at the end.
const CALM: Duration = Duration::from_secs(15);
/// How long PostgreSQL is away in each round, besides the time that it takes to start: less than a stroke waits, and more.
const AWAY: [Duration; 2] = [Duration::ZERO, Duration::from_secs(8)];
/// What a start and the return of everybody are given in each round.
const RETURN: Duration = Duration::from_secs(25);

/// Prints the figures; an error when something did not hold.
pub(super) fn run(cores: &Cores) -> Result<()> {
    let mut cluster = Cluster::start_in_memory(&Installation::find_or_install()?)?;
    let world = World::in_postgres(WORLD, cluster.url())?;
    let off = ("RATE_LIMITS", "off".to_owned());
    let server = Confined::start(cores, world.launch(&[off])?, WHOLE_CORE)?;
    let class = Class::comes(server.port(), &world);
    let came = Instant::now();
    thread::sleep(ALL_IN + CALM);

    let mut rounds = Vec::new();
    for away in AWAY {
        let end = Instant::now() + away + RETURN + CALM;
        say(&format!(
            "PostgreSQL is killed, and started again after {} s …",
            away.as_secs()
        ));
        let killed_at = Instant::now();
        cluster.kill()?;
        thread::sleep(away);
        cluster.recover()?;
        rounds.push(Round {
            killed_at,
            returned_at: Instant::now(),
        });
        thread::sleep(end.saturating_duration_since(Instant::now()));
    }
    let (ticks, report) = class.leaves()?;
    say(&format!("{report}after {} s", came.elapsed().as_secs()));
    let verdict = Verdict::of(&ticks, &rounds, &report, SOCKETS);
    say(&verdict.to_string());
    judge(server, verdict.faults())
}

/// The children, and what was seen of them once a second.
struct Class {
    ticks: Arc<Mutex<Vec<Tick>>>,
    thread: thread::JoinHandle<std::result::Result<Report, String>>,
}

impl Class {
    /// They come, and draw for as long as all rounds take: what they have seen is compared when they leave in order.
    fn comes(port: u16, world: &World) -> Self {
        let child = CoDrawing {
            tokens_only: true,
            calm: true,
            ..CoDrawing::default()
        };
        let mut plan = Plan::new(
            format!("http://127.0.0.1:{port}"),
            Behaviour::CoDrawing(child),
            CHILDREN,
        );
        plan.accounts = world.accounts.clone();
        plan.ramp = RAMP;
        let rounds: Duration = AWAY.iter().map(|away| *away + RETURN + CALM).sum();
        plan.measure_for = ALL_IN + CALM + rounds;
        let ticks = Arc::<Mutex<Vec<Tick>>>::default();
        let seen = Arc::clone(&ticks);
        let thread = thread::spawn(move || {
            let watch = |progress: &Progress| {
                let report = &progress.report;
                let tick = Tick {
                    at: Instant::now(),
                    is_over: progress.stage == Stage::Over,
                    open: report.sockets_open,
                    strokes: report.ramp.sockets.seen + report.steady.sockets.seen,
                };
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(tick);
            };
            let runtime = Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| error.to_string())?;
            let run = visitors::run_watched(plan, watch, std::future::pending());
            runtime.block_on(run).map_err(|misuse| misuse.to_string())
        });
        Self { ticks, thread }
    }

    /// Waits until they have left.
    fn leaves(self) -> Result<(Vec<Tick>, Report)> {
        let report = self.thread.join().map_err(|_| "the class panicked")??;
        let ticks = self.ticks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok((ticks, report))
    }
}
