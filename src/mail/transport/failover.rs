//! Several ways in order: what one cannot do now, the next one tries.

use super::{SendError, Transport};
use crate::mail::Mail;

/// Tries its transports in order until one takes the mail or refuses it for good.
pub struct Failover(Vec<Box<dyn Transport>>);

impl Failover {
    /// The first of `ways` is the preferred one.
    pub fn new(ways: Vec<Box<dyn Transport>>) -> Self {
        Self(ways)
    }
}

impl Transport for Failover {
    fn send(&self, mail: &Mail) -> Result<(), SendError> {
        let mut reasons = Vec::with_capacity(self.0.len());
        for way in &self.0 {
            match way.send(mail) {
                Err(SendError::Temporary(reason)) => reasons.push(reason),
                done => return done,
            }
        }
        Err(SendError::Temporary(reasons.join("; ")))
    }
}
