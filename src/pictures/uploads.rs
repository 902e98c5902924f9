//! Whose large bodies are under way: nobody takes the room of all the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Large bodies of one account at a time: an app sends one after the other, and somebody may have two devices.
const MOST: usize = 2;

/// The accounts that send, each with the number of their bodies. As many as there are connections at most.
#[derive(Clone, Debug, Default)]
pub struct Uploads(Arc<Mutex<HashMap<i64, usize>>>);

impl Uploads {
    fn counts(&self) -> MutexGuard<'_, HashMap<i64, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a body; nothing when this account sends enough of them already.
    pub fn begin(&self, account: i64) -> Option<Upload> {
        let mut counts = self.counts();
        let count = counts.entry(account).or_default();
        if *count == MOST {
            return None;
        }
        *count += 1;
        Some(Upload {
            uploads: self.clone(),
            account,
        })
    }
}

/// One body. It ends when this is dropped.
#[derive(Debug)]
pub struct Upload {
    uploads: Uploads,
    account: i64,
}

impl Drop for Upload {
    fn drop(&mut self) {
        let mut counts = self.uploads.counts();
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
    fn an_account_sends_two_bodies_at_a_time() {
        let uploads = Uploads::default();
        let (first, _second) = (uploads.begin(1), uploads.begin(1));
        assert!(first.is_some());
        assert!(uploads.begin(1).is_none());
        let other = uploads.begin(2);
        assert!(other.is_some(), "others are not concerned");
        drop(first);
        assert!(uploads.begin(1).is_some());
        drop(other);
        assert_eq!(uploads.counts().len(), 1, "who sends nothing is forgotten");
    }
}
