//! How often somebody may do something: a table of fixed size, by the generic cell rate algorithm (GCRA).
//!
//! For each key one instant is kept, the 'due' one: when the key will have its whole amount again. Each admitted
//! request moves it by one interval (`per / amount`); it must not lie further ahead than the whole amount.
//! Knows nothing of addresses and accounts: a key is what the caller hashes.

#[cfg(test)]
mod tests;

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, MutexGuard, PoisonError};

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

    /// How far ahead 'due' may lie: the whole amount is used up.
    fn horizon(self) -> i64 {
        self.interval().saturating_mul(i64::from(self.amount.max(1)))
    }

    /// The 'due' instant after one more request, or how long to wait for it.
    fn admit(self, now: i64, due: Option<i64>) -> Result<i64, RetryAfter> {
        let horizon = now.saturating_add(self.horizon());
        // Not further ahead than possible: a clock that was set back must not lock anybody out.
        let due = due.unwrap_or(now).clamp(now, horizon);
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

/// The table. A full one forgets the key that is rested, or will be so first.
pub struct Rates {
    table: Mutex<Table>,
    /// Random in each process, so that nobody can choose keys that collide.
    hasher: RandomState,
}

impl Rates {
    /// A table of at most `capacity` keys (at least 1), about 50 bytes each. Memory is taken as keys come.
    pub fn new(capacity: usize) -> Self {
        let table = Table {
            due: HashMap::new(),
            order: BTreeSet::new(),
            capacity: capacity.max(1),
        };
        Self {
            table: Mutex::new(table),
            hasher: RandomState::new(),
        }
    }

    /// Counts one request of `key` at `now` (microseconds), or refuses it; what is refused is not counted.
    pub fn check(&self, now: i64, rate: &Rate, key: impl Hash) -> Result<(), RetryAfter> {
        let id = self.id(rate, key);
        let mut table = self.lock();
        let due = rate.admit(now, table.get(id))?;
        table.put(id, due);
        Ok(())
    }

    /// Whether a request of `key` would be admitted at `now`, without counting one.
    pub fn peek(&self, now: i64, rate: &Rate, key: impl Hash) -> Result<(), RetryAfter> {
        let id = self.id(rate, key);
        rate.admit(now, self.lock().get(id)).map(|_| ())
    }

    /// Takes one counted request of `key` back: it came to nothing, through no doing of its sender.
    pub fn give_back(&self, rate: &Rate, key: impl Hash) {
        let id = self.id(rate, key);
        let mut table = self.lock();
        if let Some(due) = table.get(id) {
            table.put(id, due.saturating_sub(rate.interval()));
        }
    }

    /// Gives `key` its whole amount again.
    pub fn forget(&self, rate: &Rate, key: impl Hash) {
        let id = self.id(rate, key);
        self.lock().remove(id);
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

    /// No panic can come between the two halves of a change, so a poisoned table is whole.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Table {
    due: HashMap<u64, i64>,
    /// The same entries by their instant: the first one is the most rested.
    order: BTreeSet<(i64, u64)>,
    capacity: usize,
}

impl Table {
    fn get(&self, id: u64) -> Option<i64> {
        self.due.get(&id).copied()
    }

    fn put(&mut self, id: u64, due: i64) {
        self.remove(id);
        if self.due.len() >= self.capacity
            && let Some((_, rested)) = self.order.pop_first()
        {
            self.due.remove(&rested);
        }
        self.due.insert(id, due);
        self.order.insert((due, id));
    }

    fn remove(&mut self, id: u64) {
        if let Some(due) = self.due.remove(&id) {
            self.order.remove(&(due, id));
        }
    }
}
