//! What attackers do, one function each: bounded in number and time, from loopback addresses alone.

mod bodies;
mod connections;
mod live;
mod marks;
mod readers;
mod sockets;
mod wire;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;
use visitors::Accounts;

use crate::cgroup::Limits;
use crate::confined::{FREE_INSTANCE, WHOLE_CORE};

/// One attack.
#[derive(Debug)]
pub(super) struct Attack {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// What the server has to live with.
    pub(super) limits: Limits,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// So many connections that say nothing, or half a head.
    IdleConnections(usize),
    /// So many signed-in bodies that come a byte at a time.
    SlowBodies(usize),
    /// So many signed-in bodies of 32 MiB at once.
    GiantBodies(usize),
    /// So many who ask for a big own list and hardly read it.
    SlowReaders(usize),
    /// So many sign-ins at once, half of them with a wrong password.
    SignIns(usize),
    /// So many small bodies that would become large ones.
    GzipBombs(usize),
    /// So many bodies of deep and of endless JSON, each way with and without an account.
    WildJson(usize),
    /// So many connections with bytes that are no request.
    Garbage(usize),
    /// So many in rooms who send whatever costs something, as fast as it is taken.
    SocketFloods(usize),
    /// So many in rooms where one draws and the others do not read.
    SlowSocketReaders(usize),
    /// So many messages of 10 MiB, and some longer ones.
    GiantFrames(usize),
    /// So many in rooms who send what is no message, and what is no frame.
    WildMessages(usize),
    /// So many handshakes on what is not theirs.
    Strangers(usize),
    /// So many handshakes at once.
    Handshakes(usize),
}

/// In the order of the table.
pub(super) const ATTACKS: [Attack; 15] = [
    attack("idle-connections", Kind::IdleConnections(5_000), WHOLE_CORE),
    attack("slow-bodies", Kind::SlowBodies(2_000), WHOLE_CORE),
    attack("giant-bodies", Kind::GiantBodies(500), WHOLE_CORE),
    attack("giant-bodies-tenth", Kind::GiantBodies(20), FREE_INSTANCE),
    attack("slow-readers", Kind::SlowReaders(100), WHOLE_CORE),
    attack("sign-ins", Kind::SignIns(1_000), WHOLE_CORE),
    attack("gzip-bombs", Kind::GzipBombs(50), WHOLE_CORE),
    attack("wild-json", Kind::WildJson(50), WHOLE_CORE),
    attack("garbage", Kind::Garbage(500), WHOLE_CORE),
    attack("socket-floods", Kind::SocketFloods(50), WHOLE_CORE),
    attack("socket-slow-readers", Kind::SlowSocketReaders(100), WHOLE_CORE),
    attack("socket-giant-frames", Kind::GiantFrames(60), WHOLE_CORE),
    attack("socket-wild-messages", Kind::WildMessages(50), WHOLE_CORE),
    attack("socket-strangers", Kind::Strangers(1_000), WHOLE_CORE),
    attack("socket-handshakes", Kind::Handshakes(5_000), WHOLE_CORE),
];

const fn attack(name: &'static str, kind: Kind, limits: Limits) -> Attack {
    Attack { name, kind, limits }
}

/// Where an attack takes place.
#[derive(Debug)]
pub(super) struct Arena {
    port: u16,
    /// Tokens of the people who attack.
    tokens: Vec<String>,
    /// Tokens of those of them whose own list is large.
    drawn: Vec<String>,
    /// Their addresses, and everybody's password.
    emails: Vec<String>,
    password: String,
    /// How long what could last for ever is kept up.
    hold: Duration,
}

/// The people at the end of the list are well-behaved.
const WELL_BEHAVED: usize = 10;
/// Every fifth story is drawn by hand, and their authors take turns.
const DRAWN_OF: usize = 5;

impl Arena {
    pub(super) fn new(port: u16, accounts: &Accounts, quick: bool) -> Self {
        let attackers = &accounts.people[..accounts.people.len().saturating_sub(WELL_BEHAVED)];
        let tokens: Vec<String> = attackers.iter().map(|person| person.access.clone()).collect();
        Self {
            port,
            drawn: tokens.iter().step_by(DRAWN_OF).cloned().collect(),
            tokens,
            emails: attackers.iter().map(|person| person.email.clone()).collect(),
            password: accounts.password.clone(),
            hold: Duration::from_secs(if quick { 8 } else { 40 }),
        }
    }

    /// Until when what could last for ever is kept up.
    fn end(&self) -> Instant {
        Instant::now() + self.hold
    }

    fn token(&self, number: usize) -> &str {
        &self.tokens[number % self.tokens.len()]
    }
}

/// What attackers were answered, and how often. In parentheses stands why they could not attack.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<BTreeMap<String, u64>>);

impl Tally {
    pub(super) fn add(&self, what: impl Into<String>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(what.into()).or_default() += 1;
    }

    /// Each answer with its count.
    pub(super) fn counts(&self) -> Vec<(String, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .iter()
            .map(|(what, count)| (what.clone(), *count))
            .collect()
    }

    /// Answers that not even an attacker should get: failures of the server, and refusals that do not say for how long; and
    /// what was no attack.
    pub(super) fn wrong(&self) -> Vec<String> {
        let mut counts = self.counts();
        counts.retain(|(what, _)| is_wrong(what));
        counts
            .into_iter()
            .map(|(what, count)| format!("{count} × {what}"))
            .collect()
    }
}

fn is_wrong(what: &str) -> bool {
    let refusal = ["429", "503"].iter().any(|status| what.starts_with(status));
    if refusal {
        return !what.contains("Retry-After");
    }
    what.starts_with(['5', '('])
}

/// Carries an attack out; what is not over in time is broken off.
pub(super) async fn carry_out(kind: Kind, arena: &Arena, at_most: Duration) -> Tally {
    let tally = Tally::default();
    let work = async {
        match kind {
            Kind::IdleConnections(count) => connections::idle(arena, count, &tally).await,
            Kind::Garbage(count) => connections::garbage(arena, count, &tally).await,
            Kind::SlowBodies(count) => bodies::slow(arena, count, &tally).await,
            Kind::GiantBodies(count) => bodies::giant(arena, count, &tally).await,
            Kind::GzipBombs(count) => bodies::bombs(arena, count, &tally).await,
            Kind::WildJson(count) => bodies::wild(arena, count, &tally).await,
            Kind::SlowReaders(count) => readers::slow(arena, count, &tally).await,
            Kind::SignIns(count) => readers::sign_ins(arena, count, &tally).await,
            Kind::SocketFloods(count) => sockets::floods(arena, count, &tally).await,
            Kind::SlowSocketReaders(count) => sockets::slow_readers(arena, count, &tally).await,
            Kind::GiantFrames(count) => sockets::giant_frames(arena, count, &tally).await,
            Kind::WildMessages(count) => sockets::wild(arena, count, &tally).await,
            Kind::Strangers(count) => sockets::strangers(arena, count, &tally).await,
            Kind::Handshakes(count) => sockets::handshakes(arena, count, &tally).await,
        }
    };
    if tokio::time::timeout(at_most, work).await.is_err() {
        tally.add(format!("(broken off after {} s)", at_most.as_secs()));
    }
    tally
}

/// Polls them all until each is done.
async fn all_at_once(attackers: impl Iterator<Item = impl Future<Output = ()>>) {
    attackers.collect::<FuturesUnordered<_>>().collect::<()>().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attackers_may_be_refused_but_not_failed() {
        for right in [
            "200",
            "400",
            "401",
            "413",
            "429 with Retry-After",
            "503 with Retry-After",
            "closed",
        ] {
            assert!(!is_wrong(right), "{right}");
        }
        for wrong in [
            "500",
            "502 with Retry-After",
            "503",
            "429",
            "(no bomb could be made)",
            "(broken off after 90 s)",
        ] {
            assert!(is_wrong(wrong), "{wrong}");
        }
    }

    #[test]
    fn answers_are_counted() {
        let tally = Tally::default();
        for what in ["503 with Retry-After", "500", "503 with Retry-After"] {
            tally.add(what);
        }
        assert_eq!(tally.counts().len(), 2);
        assert_eq!(tally.wrong(), ["1 × 500"]);
    }
}
