//! Which pictures a stream still reads: the sweep leaves them alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The leased pictures of this server, each with the number of its readers. As many as there are streams and writes, which
/// connections and permits bound.
#[derive(Clone, Debug, Default)]
pub struct Leases(Arc<Mutex<HashMap<String, usize>>>);

impl Leases {
    fn counts(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leases a picture until the lease is dropped.
    pub fn take(&self, hash: &str) -> Lease {
        *self.counts().entry(hash.to_owned()).or_default() += 1;
        Lease {
            leases: self.clone(),
            hash: hash.to_owned(),
        }
    }

    /// Whether somebody still needs this picture.
    pub fn holds(&self, hash: &str) -> bool {
        self.counts().contains_key(hash)
    }
}

/// One reader of one picture.
#[derive(Debug)]
pub struct Lease {
    leases: Leases,
    hash: String,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut counts = self.leases.counts();
        if let Some(count) = counts.get_mut(&self.hash) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.hash);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_held_until_its_last_reader_is_gone() {
        let leases = Leases::default();
        let (one, other) = (leases.take("a"), leases.take("a"));
        drop(one);
        assert!(leases.holds("a"));
        drop(other);
        assert!(!leases.holds("a"));
        assert!(leases.counts().is_empty());
    }
}
