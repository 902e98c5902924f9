//! What comes from other instances.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Instances that are remembered. They are few, and those that are gone never come back under the same name.
const INSTANCES: usize = 1024;

/// Where a message comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The random name of the instance.
    pub(crate) instance: u64,
    /// Grows with each message of that instance.
    pub(crate) number: u64,
}

/// Tells news from echoes and repetitions.
pub(crate) struct Incoming {
    own: u64,
    /// By instance: the last number that was heard.
    heard: Mutex<HashMap<u64, u64>>,
}

impl Incoming {
    pub(crate) fn new(own: u64) -> Self {
        Self {
            own,
            heard: Mutex::default(),
        }
    }

    /// The name of this instance.
    pub(crate) fn own(&self) -> u64 {
        self.own
    }

    /// Whether this is from another instance and was not heard before. An instance sends in the order of its numbers,
    /// and repeats from the first that was not confirmed, so whatever is not above the last one heard is a repetition.
    pub(crate) fn is_news(&self, origin: Origin) -> bool {
        if origin.instance == self.own {
            return false;
        }
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.len() >= INSTANCES && !heard.contains_key(&origin.instance) {
            heard.clear();
        }
        let last = heard.entry(origin.instance).or_default();
        let is_news = origin.number > *last;
        if is_news {
            *last = origin.number;
        }
        is_news
    }
}
