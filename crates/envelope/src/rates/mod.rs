//! How often somebody may do something: a table of fixed size, by the generic cell rate algorithm (GCRA).
//!
//! For each key one instant is kept, the 'due' one: when the key will have its whole amount again. Each admitted
//! request moves it by one interval (`per / amount`); it must not lie further ahead than the whole amount.
//! Knows nothing of addresses and accounts: a key is what the caller hashes.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Below twice as many keys nobody looks for rested ones.
const SMALL: usize = 32;

/// So many at once, replenished evenly: `amount` in `per` microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// What it limits. The same key counts apart under each name.
    pub name: &'static str,
    /// Requests that a rested key may make at once; at least 1.
    pub amount: u32,
    /// Microseconds in which the whole amount comes back.
    pub per: i64,
}

impl Rate {
    /// Microseconds in which one request comes back.
    fn interval(self) -> i64 {
        (self.per / i64::from(self.amount.max(1))).max(1)
    }

    /// The furthest that 'due' may lie ahead: the whole amount is used up.
    fn horizon(self, now: i64) -> i64 {
        let whole = self.interval().saturating_mul(i64::from(self.amount.max(1)));
        now.saturating_add(whole)
    }

    /// The 'due' instant after one more request, or how long to wait for it.
    fn admit(self, now: i64, due: Option<i64>) -> Result<i64, RetryAfter> {
        let horizon = self.horizon(now);
        let due = due.unwrap_or(now).max(now);
        let next = due.saturating_add(self.interval());
        if next > horizon {
            Err(RetryAfter {
                micros: next - horizon,
            })
        } else {
            Ok(next)
        }
    }
}

/// Too many requests: one more is admitted after this time. What an HTTP server answers with 429 and `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter {
    /// Microseconds until the next request is admitted.
    pub micros: i64,
}

impl RetryAfter {
    /// Whole seconds, rounded up, at least 1.
    pub fn seconds(&self) -> u64 {
        let micros = u64::try_from(self.micros).unwrap_or_default();
        micros.div_ceil(1_000_000).max(1)
    }
}

impl fmt::Display for RetryAfter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "too many requests, try again in {} s", self.seconds())
    }
}

impl std::error::Error for RetryAfter {}

/// The table. A full one forgets the keys that are rested; should too few be, those that will be so first.
pub struct Rates {
    table: Mutex<Table>,
    /// Random in each process, so that nobody can choose keys that collide.
    hasher: RandomState,
}

impl Rates {
    /// A table of at most `capacity` keys (at least 1), 20 to 80 bytes each. Memory is taken as keys come.
    pub fn new(capacity: usize) -> Self {
        Self {
            table: Mutex::new(Table::new(capacity.max(1))),
            hasher: RandomState::new(),
        }
    }

    /// Counts one request of `key` at `now` (microseconds), or refuses it; what is refused is not counted.
    pub fn check(&self, now: i64, rate: &Rate, key: impl Hash) -> Result<(), RetryAfter> {
        let id = self.id(rate, key);
        let mut table = self.lock();
        let due = rate.admit(now, table.get(id, rate.horizon(now)))?;
        table.put(now, id, due);
        Ok(())
    }

    /// Whether a request of `key` would be admitted at `now`, without counting one.
    pub fn peek(&self, now: i64, rate: &Rate, key: impl Hash) -> Result<(), RetryAfter> {
        let id = self.id(rate, key);
        let due = self.lock().get(id, rate.horizon(now));
        rate.admit(now, due).map(|_| ())
    }

    /// Takes one counted request of `key` back: it came to nothing, through no doing of its sender.
    pub fn give_back(&self, rate: &Rate, key: impl Hash) {
        let id = self.id(rate, key);
        if let Some(due) = self.lock().due.get_mut(&id) {
            *due = due.saturating_sub(rate.interval());
        }
    }

    /// Gives `key` its whole amount again.
    pub fn forget(&self, rate: &Rate, key: impl Hash) {
        let id = self.id(rate, key);
        self.lock().due.remove(&id);
    }

    /// Keys in the table.
    pub fn len(&self) -> usize {
        self.lock().due.len()
    }

    /// Whether no key is in the table.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn id(&self, rate: &Rate, key: impl Hash) -> u64 {
        self.hasher.hash_one((rate.name, key))
    }

    /// No panic can come in the middle of a change, so a poisoned table is whole.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In one piece: a tree in the order of the instants left a crowd's pages scattered when the crowd had gone.
struct Table {
    due: HashMap<u64, i64>,
    capacity: usize,
    /// With so many keys the rested ones go, before another comes in.
    sweep_at: usize,
    /// The furthest that any instant ever lay ahead when it was put.
    longest: i64,
}

impl Table {
    fn new(capacity: usize) -> Self {
        let mut table = Self {
            due: HashMap::new(),
            capacity,
            sweep_at: 0,
            longest: 0,
        };
        table.plan_sweep();
        table
    }

    /// The instant of a key. What lies beyond `horizon` is lowered to it for good: a clock that was set back must lock
    /// nobody out.
    fn get(&mut self, id: u64, horizon: i64) -> Option<i64> {
        let due = self.due.get_mut(&id)?;
        *due = (*due).min(horizon);
        Some(*due)
    }

    fn put(&mut self, now: i64, id: u64, due: i64) {
        if self.due.len() >= self.sweep_at && !self.due.contains_key(&id) {
            self.sweep(now);
        }
        self.longest = self.longest.max(due.saturating_sub(now));
        self.due.insert(id, due);
    }

    /// Forgets what is rested at `now`, and what will be so first where that does not leave an eighth free: a sweep
    /// looks at every key, so the next one must be far.
    fn sweep(&mut self, now: i64) {
        let furthest = now.saturating_add(self.longest);
        self.due.retain(|_, due| {
            *due = (*due).min(furthest);
            *due > now
        });
        let surplus = self.due.len().saturating_sub(self.most_after_sweep());
        if surplus > 0 {
            self.forget_most_rested(surplus);
        }
        self.plan_sweep();
        self.due.shrink_to(self.sweep_at);
    }

    /// Forgets so many keys, at least one and not more than there are: those whose instants come first.
    fn forget_most_rested(&mut self, number: usize) {
        let mut dues: Vec<i64> = self.due.values().copied().collect();
        let (before, &mut last, _) = dues.select_nth_unstable(number - 1);
        let mut ties = 1 + before.iter().filter(|due| **due == last).count();
        self.due.retain(|_, due| match (*due).cmp(&last) {
            Ordering::Less => false,
            Ordering::Equal if ties > 0 => {
                ties -= 1;
                false
            }
            Ordering::Equal | Ordering::Greater => true,
        });
    }

    /// When twice as many are in; but only a full table may forget who is not rested.
    fn plan_sweep(&mut self) {
        let doubled = 2 * self.due.len().max(SMALL);
        self.sweep_at = if doubled > self.most_after_sweep() {
            self.capacity
        } else {
            doubled
        };
    }

    fn most_after_sweep(&self) -> usize {
        self.capacity - (self.capacity / 8).max(1)
    }
}
