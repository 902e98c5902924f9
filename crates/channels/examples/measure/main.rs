//! Measures what README.md says of the layers: memory per membership, messages a second, what the way to another
//! instance adds to a message.
//!
//! `cargo run --release -p channels --example measure -- [redis://…] [postgres://…]`

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use channels::{Channels, Event, Member, Membership, PostgresOptions, RedisOptions};
use database::Target;
use tokio::runtime::Builder;

/// Why nothing can be measured.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// About what a batch of a drawn line has.
const SIZE: usize = 200;
/// A class of thirty that draws, about.
const STEADY: u32 = 200;
/// A hundred children who draw in rooms of four.
const BUSY: u32 = 1600;
const SPAN: Duration = Duration::from_secs(5);
/// More does not wait, so that nothing is lost of what is counted.
const AHEAD: usize = 4000;

/// Counts messages, and how long each was on its way.
#[derive(Default)]
struct Watch {
    heard: AtomicUsize,
    delays: Mutex<Vec<Duration>>,
    begin: Option<Instant>,
}

impl Watch {
    fn delays(&self) -> MutexGuard<'_, Vec<Duration>> {
        self.delays.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When a message was sent, in nanoseconds since the beginning.
fn sent(message: &[u8]) -> Option<u64> {
    std::str::from_utf8(message.get(..16)?).ok()?.parse().ok()
}

impl Member for Watch {
    fn deliver(&self, _group: &str, event: &Event) {
        let Event::Message(message) = event else { return };
        self.heard.fetch_add(1, Ordering::Relaxed);
        if let Some((begin, sent)) = self.begin.zip(sent(message)) {
            let delay = begin.elapsed().saturating_sub(Duration::from_nanos(sent));
            self.delays().push(delay);
        }
    }
}

fn main() -> Result<()> {
    memberships("in groups of one", 200_000, 1)?;
    memberships("in groups of four", 50_000, 4)?;
    memberships("in groups of thirty", 7_000, 30)?;
    local(4)?;
    local(30)?;
    for url in std::env::args().skip(1) {
        for rate in [STEADY, BUSY] {
            delays(&url, rate)?;
        }
        flood(&url)?;
    }
    Ok(())
}

fn memberships(name: &str, groups: usize, members: usize) -> Result<()> {
    let channels = Channels::memory();
    let watch: Arc<Watch> = Arc::default();
    let before = resident()?;
    let mut held: Vec<Membership> = Vec::with_capacity(groups * members);
    for group in 0..groups {
        for _ in 0..members {
            let member: Arc<Watch> = Arc::clone(&watch);
            held.push(channels.join(&format!("user:{}", 1_000_000 + group), member));
        }
    }
    let bytes = (resident()? - before) / held.len();
    say(&format!(
        "{bytes} bytes per membership {name}, its handle included"
    ))?;
    // Given back it would serve the next measurement, which would then see nothing grow.
    std::mem::forget((channels, held));
    Ok(())
}

/// Bytes of memory that this process has.
fn resident() -> Result<usize> {
    let status = fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = status.lines().find_map(|line| line.strip_prefix("Rss:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kilobytes
        .ok_or("smaps_rollup has no line Rss:")?
        .parse::<usize>()?
        * 1024)
}

fn local(members: usize) -> Result<()> {
    let channels = Channels::memory();
    let watch: Arc<Watch> = Arc::default();
    let member = || -> Arc<dyn Member> { Arc::<Watch>::clone(&watch) };
    let _held: Vec<_> = (0..members).map(|_| channels.join("room:1", member())).collect();
    let (begin, message) = (Instant::now(), Bytes::from(vec![b'x'; SIZE]));
    while begin.elapsed() < SPAN {
        for _ in 0..1000 {
            channels.publish("room:1", message.clone());
        }
    }
    let a_second = watch.heard.load(Ordering::Relaxed) as f64 / begin.elapsed().as_secs_f64();
    say(&format!(
        "memory: {a_second:.0} deliveries a second in a group of {members}, one thread"
    ))
}

/// What is published at a steady rate on one instance, and how long it takes to a member on another.
fn delays(url: &str, rate: u32) -> Result<()> {
    let begin = Instant::now();
    let watch = Arc::new(Watch {
        begin: Some(begin),
        ..Watch::default()
    });
    let (here, there) = (instance(url)?, instance(url)?);
    let member: Arc<Watch> = Arc::clone(&watch);
    let _membership = there.join("room:1", member);
    thread::sleep(Duration::from_secs(1));
    let start = Instant::now();
    let count = rate * 5;
    for number in 0..count {
        let at = SPAN * number / count;
        thread::sleep(at.saturating_sub(start.elapsed()));
        here.publish("room:1", stamped(begin));
    }
    thread::sleep(Duration::from_secs(1));
    let mut delays = watch.delays().clone();
    delays.sort_unstable();
    let at = |percent: usize| delays[(delays.len() - 1) * percent / 100].as_micros() as f64 / 1000.0;
    say(&format!(
        "{}: {rate} messages a second, {} of {count} heard; half within {:.1} ms, 95 % within {:.1}, 99 % within {:.1}",
        here.gauges().layer,
        delays.len(),
        at(50),
        at(95),
        at(99),
    ))
}

/// As many as go through, in four hundred groups.
fn flood(url: &str) -> Result<()> {
    let watch: Arc<Watch> = Arc::default();
    let (here, there) = (instance(url)?, instance(url)?);
    let groups: Vec<_> = (0..400).map(|number| format!("room:{number}")).collect();
    let member = || -> Arc<dyn Member> { Arc::<Watch>::clone(&watch) };
    let _held: Vec<_> = groups.iter().map(|group| there.join(group, member())).collect();
    thread::sleep(Duration::from_secs(1));
    let (begin, message) = (Instant::now(), Bytes::from(vec![b'x'; SIZE]));
    let mut sent = 0;
    while begin.elapsed() < SPAN {
        if here.gauges().queued_messages > AHEAD {
            thread::sleep(Duration::from_micros(200));
            continue;
        }
        for _ in 0..100 {
            here.publish(&groups[sent % groups.len()], message.clone());
            sent += 1;
        }
    }
    while watch.heard.load(Ordering::Relaxed) < sent && begin.elapsed() < SPAN * 2 {
        thread::sleep(Duration::from_millis(1));
    }
    let heard = watch.heard.load(Ordering::Relaxed);
    say(&format!(
        "{}: {:.0} messages a second from one instance to another, {heard} of {sent} heard",
        here.gauges().layer,
        heard as f64 / begin.elapsed().as_secs_f64()
    ))
}

/// The moment in digits, which PostgreSQL takes for the text that they are.
fn stamped(begin: Instant) -> Bytes {
    let now = begin.elapsed().as_nanos();
    Bytes::from(format!("{now:016}{:x<1$}", "", SIZE - 16))
}

/// An instance that is connected, on a thread of its own, until the process ends.
fn instance(url: &str) -> Result<Channels> {
    let channels = match Target::parse(url) {
        Ok(Target::Postgres(target)) => Channels::postgres(&PostgresOptions::new(target, "measure"))?,
        _ => Channels::redis(&RedisOptions::new(url, "measure:"))?,
    };
    let running = channels.clone();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    thread::spawn(move || {
        runtime.block_on(running.run(std::future::pending()));
    });
    while !channels.gauges().is_connected {
        thread::sleep(Duration::from_millis(1));
    }
    Ok(channels)
}

fn say(line: &str) -> Result<()> {
    let line = format!("{line}\n");
    Ok(std::io::stdout().write_all(line.as_bytes())?)
}
