//! How many transfers of one kind each account has under way: nobody takes the room of all the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The accounts with transfers under way. As many as there are connections at most.
#[derive(Clone, Debug)]
pub struct Turns {
    most: usize,
    counts: Arc<Mutex<HashMap<i64, usize>>>,
}

impl Turns {
    /// At most so many for one account at a time.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            counts: Arc::default(),
        }
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<i64, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a transfer; nothing when this account has enough of them already.
    pub fn begin(&self, account: i64) -> Option<Turn> {
        let mut counts = self.counts();
        let count = counts.entry(account).or_default();
        if *count == self.most {
            return None;
        }
        *count += 1;
        Some(Turn {
            turns: self.clone(),
            account,
        })
    }
}

/// One transfer. It ends when this is dropped.
#[derive(Debug)]
pub struct Turn {
    turns: Turns,
    account: i64,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut counts = self.turns.counts();
        if let Some(count) = counts.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_so_many_at_a_time() {
        let turns = Turns::new(2);
        let (first, _second) = (turns.begin(1), turns.begin(1));
        assert!(first.is_some());
        assert!(turns.begin(1).is_none());
        let other = turns.begin(2);
        assert!(other.is_some(), "others are not concerned");
        drop(first);
        assert!(turns.begin(1).is_some());
        drop(other);
        assert_eq!(turns.counts().len(), 1, "who sends nothing is forgotten");
    }
}
