//! What would be a line for each request, counted instead and said once a minute.

use std::collections::HashMap;

use tracing::callsite::Identifier;

use crate::clock::MINUTE;

/// The longest pattern of a route that is kept, in bytes.
const LONGEST_ROUTE: usize = 100;
/// Lines that one place in the code may write in a minute; what comes on top is counted.
const LINES_OF_A_PLACE: u64 = 20;

/// The counts since they were said last.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// When the first of them was counted, in epoch microseconds.
    since: Option<i64>,
    slow: u64,
    slowest: u64,
    slowest_route: String,
    /// By kind: as many entries as the code has kinds.
    refused: Vec<(&'static str, u64)>,
    /// Lines by the place in the code that wrote them: as many entries as there are such places.
    lines: HashMap<Identifier, u64>,
    left_out: u64,
}

impl Tally {
    /// Counts a slow request.
    pub(super) fn slow(&mut self, now: i64, route: &str, millis: u64) {
        self.since.get_or_insert(now);
        self.slow += 1;
        if millis > self.slowest {
            self.slowest = millis;
            self.slowest_route.clear();
            self.slowest_route.extend(route.chars().take(LONGEST_ROUTE));
        }
    }

    /// Counts refused work.
    pub(super) fn refused(&mut self, now: i64, kind: &'static str) {
        self.since.get_or_insert(now);
        match self.refused.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => self.refused.push((kind, 1)),
        }
    }

    /// Whether this place in the code may write one more line in this minute.
    pub(super) fn lets(&mut self, now: i64, place: Identifier) -> bool {
        self.since.get_or_insert(now);
        let lines = self.lines.entry(place).or_default();
        *lines += 1;
        let is_let = *lines <= LINES_OF_A_PLACE;
        self.left_out += u64::from(!is_let);
        is_let
    }

    /// What is to be said of the minute that is over, in sentences. Begins anew.
    pub(super) fn take(&mut self, now: i64) -> Vec<String> {
        match self.since {
            Some(since) if now - since >= MINUTE => self.take_all(),
            _ => Vec::new(),
        }
    }

    /// The same, though the minute is not over.
    pub(super) fn take_all(&mut self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.slow > 0 {
            sentences.push(format!(
                "{} slow in the last minute, slowest {} ms at {}",
                was_or_were(self.slow, "request"),
                self.slowest,
                self.slowest_route
            ));
        }
        if !self.refused.is_empty() {
            let all = self.refused.iter().map(|(_, count)| count).sum();
            let kinds: Vec<_> = self
                .refused
                .iter()
                .map(|(kind, count)| format!("{count} × {kind}"))
                .collect();
            sentences.push(format!(
                "{} refused in the last minute: {}",
                was_or_were(all, "request"),
                kinds.join(", ")
            ));
        }
        if self.left_out > 0 {
            sentences.push(format!(
                "{} left out in the last minute, because one place writes at most {LINES_OF_A_PLACE}",
                was_or_were(self.left_out, "line")
            ));
        }
        self.since = None;
        (self.slow, self.slowest, self.left_out) = (0, 0, 0);
        self.refused.clear();
        self.lines.clear();
        sentences
    }
}

fn was_or_were(count: u64, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun} was")
    } else {
        format!("{count} {noun}s were")
    }
}
