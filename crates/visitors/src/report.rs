//! What came of a run, as JSON.
//!
//! Times are milliseconds. A call is counted in the phase in which it was sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The result of a run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Report {
    pub url: String,
    pub seed: u64,
    /// How many people of each behaviour were planned.
    pub groups: BTreeMap<String, usize>,
    /// How many people came.
    pub arrived: usize,
    /// How many of them got in: signed in, with what they came for in front of them.
    pub entered: usize,
    /// Whether somebody ended the run before its time.
    pub interrupted: bool,
    /// While people were still arriving.
    pub ramp: Phase,
    /// From when all of them were there until the end.
    pub steady: Phase,
    /// Live sockets that were open in the end; those that people had closed themselves are not.
    #[serde(default)]
    pub sockets_open: usize,
    /// What came of the strokes in the rooms that everybody has left, over the whole run.
    #[serde(default)]
    pub strokes: Strokes,
    /// The first few errors, in words.
    pub problems: Vec<String>,
}

/// What was felt in one part of the run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Phase {
    pub seconds: f64,
    pub overall: Figures,
    /// Per kind of call: `library`, `stats`, `autosave`, …
    pub calls: BTreeMap<String, Figures>,
    /// What went over live sockets. Their handshakes are calls.
    #[serde(default)]
    pub sockets: Sockets,
}

/// What went over live sockets.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Sockets {
    /// Messages to the server.
    pub sent: u64,
    /// Messages from the server, and their bytes.
    pub received: u64,
    pub bytes_in: u64,
    /// Sockets that the server ended, by the code that a browser reports: 1006 without a farewell, 1005 without a code.
    pub closes: BTreeMap<u16, u64>,
    /// Sockets that people let break, as devices do that lose their network; they come back.
    pub vanished: u64,
    /// Messages of type `error`.
    pub complaints: u64,
    /// Strokes that came to somebody live, and the time from their sending to their coming; by the phase of the sending.
    pub seen: u64,
    pub delay: Times,
}

impl Sockets {
    /// Sockets that the server ended, whatever the code.
    pub fn closed(&self) -> u64 {
        self.closes.values().sum()
    }
}

/// What came of strokes that people made in rooms.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Strokes {
    /// Rooms whose members have all left.
    pub rooms: u64,
    pub made: u64,
    /// How often a stroke had to come to somebody: to each other member who was there when it was sent and stayed on.
    pub expected: u64,
    /// Of these, those that never came.
    pub lost: u64,
    /// Strokes that came to somebody twice, and no canvas was loaded in between.
    pub doubled: u64,
    /// Own strokes that came back, and no canvas was loaded in between: a server that has just sent a whole canvas cannot
    /// know whether that came before the stroke.
    #[serde(default)]
    pub echoed: u64,
    /// How often two members saw the strokes of others in different orders.
    pub disordered: u64,
    /// Strokes that have come to somebody live and that somebody lacks who was there in the end. In calm rooms only: there everybody is
    /// shown everything.
    #[serde(default)]
    pub forgotten: u64,
}

impl Strokes {
    /// Adds another room's.
    pub(crate) fn add(&mut self, other: &Self) {
        self.rooms += other.rooms;
        self.made += other.made;
        self.expected += other.expected;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.echoed += other.echoed;
        self.disordered += other.disordered;
        self.forgotten += other.forgotten;
    }

    /// Whether none was lost, doubled, out of order or forgotten.
    pub fn are_well(&self) -> bool {
        self.lost + self.doubled + self.disordered + self.forgotten == 0
    }
}

/// What one kind of call came to.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Figures {
    /// Calls that were answered as they should be.
    pub answered: u64,
    /// Of the answered ones, from the first byte sent to the last byte read, a new connection included.
    pub latency: Times,
    /// The same with what came before: the browser's asking for leave, the refusals and the waits that they asked for.
    pub felt: Times,
    /// Bytes of all answers' bodies as they came over the wire.
    pub bytes_in: u64,
    /// Answers that said "come back later" (429, 503), by status. Each was followed after its `Retry-After`.
    pub refusals: BTreeMap<u16, u64>,
    /// Of the refusals, those that did not say when to come back.
    pub refusals_without_wait: u64,
    /// Calls that were refused until the run was over.
    pub given_up: u64,
    /// What went wrong, by kind: `connect`, `timeout`, `broken` (the connection broke off), `server_error` (5xx but 503),
    /// `json` (no JSON, or not what it should hold), `status` (any other status that the call does not expect).
    pub errors: BTreeMap<String, u64>,
    /// All answers by status, refusals and errors included.
    pub statuses: BTreeMap<u16, u64>,
    /// Rounds of an autosave that were left out because the one before took so long.
    pub skipped: u64,
    /// Kept connections that the server had closed; the call was sent again on a new one, as browsers do.
    pub reconnects: u64,
}

/// Times of one kind of call, in milliseconds; zeros when there were none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Times {
    pub min: f64,
    pub mean: f64,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

impl Figures {
    /// All refusals, whatever their status.
    pub fn refused(&self) -> u64 {
        self.refusals.values().sum()
    }

    /// All errors, whatever their kind.
    pub fn failed(&self) -> u64 {
        self.errors.values().sum()
    }

    /// Adds the counts of another one; the times, which cannot be added, and the number of answers stay as they are.
    pub(crate) fn add(&mut self, other: &Self) {
        self.bytes_in += other.bytes_in;
        self.refusals_without_wait += other.refusals_without_wait;
        self.given_up += other.given_up;
        self.skipped += other.skipped;
        self.reconnects += other.reconnects;
        add_each(&mut self.refusals, &other.refusals);
        add_each(&mut self.statuses, &other.statuses);
        add_each(&mut self.errors, &other.errors);
    }
}

fn add_each<K: Ord + Clone>(sums: &mut BTreeMap<K, u64>, counts: &BTreeMap<K, u64>) {
    for (key, count) in counts {
        *sums.entry(key.clone()).or_default() += count;
    }
}

impl Phase {
    /// Errors of calls, and sockets that the server ended or complained over.
    pub fn failed(&self) -> u64 {
        self.overall.failed() + self.sockets.closed() + self.sockets.complaints
    }
}

impl Report {
    /// Errors of the whole run: of calls, and sockets that the server ended or complained over.
    pub fn failed(&self) -> u64 {
        self.ramp.failed() + self.steady.failed()
    }

    /// Refusals of the whole run.
    pub fn refused(&self) -> u64 {
        self.ramp.overall.refused() + self.steady.overall.refused()
    }
}
