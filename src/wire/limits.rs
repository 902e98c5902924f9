//! Rates: how often who may do what. The table itself is bounded (`envelope::rates`).

use std::fmt::Display;
use std::net::IpAddr;

use envelope::rates::{Rate, Rates};

use super::Error;
use crate::clock::SECOND;

/// So many in so long, counted per key.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Keeps the keys of different limits apart.
    pub name: &'static str,
    /// How many at once.
    pub amount: u32,
    /// In how long so many come back, in microseconds.
    pub per: i64,
}

impl Limit {
    /// `amount` in `per` microseconds.
    pub const fn new(name: &'static str, amount: u32, per: i64) -> Self {
        Self { name, amount, per }
    }

    fn rate(&self) -> Rate {
        Rate { amount: self.amount, per: self.per }
    }

    fn key(&self, who: impl Display) -> String {
        format!("{} {who}", self.name)
    }
}

/// The limits of a running server; off when the settings say so.
#[derive(Debug)]
pub struct Limits {
    rates: Rates,
    on: bool,
}

impl Limits {
    /// Remembered keys at most; beyond them the ones closest to being free again are forgotten.
    const CAPACITY: usize = 20_000;

    /// Limits that hold, or that let everything pass.
    pub fn new(on: bool) -> Self {
        Self { rates: Rates::new(if on { Self::CAPACITY } else { 1 }), on }
    }

    /// Counts one, or refuses with 429.
    pub fn count(&self, limit: &Limit, who: impl Display, now: i64) -> Result<(), Error> {
        if !self.on {
            return Ok(());
        }
        let waiting = self.rates.check(now, limit.rate(), &limit.key(who));
        waiting.map_err(|retry| Error::too_many_requests(seconds(retry.micros)))
    }

    /// Refuses with 429 when nothing is left, without counting.
    pub fn look(&self, limit: &Limit, who: impl Display, now: i64) -> Result<(), Error> {
        if !self.on {
            return Ok(());
        }
        let waiting = self.rates.peek(now, limit.rate(), &limit.key(who));
        waiting.map_err(|retry| Error::too_many_requests(seconds(retry.micros)))
    }
}

fn seconds(micros: i64) -> u64 {
    u64::try_from((micros + SECOND - 1) / SECOND).unwrap_or(1)
}

/// The network that an address counts for: itself, or the /64 that one IPv6 household holds.
pub fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_per_key_and_can_be_off() {
        let limit = Limit::new("login", 2, 60 * SECOND);
        let limits = Limits::new(true);
        assert!(limits.count(&limit, "a", 0).is_ok());
        assert!(limits.count(&limit, "a", 0).is_ok());
        assert!(limits.count(&limit, "a", 0).is_err());
        assert!(limits.look(&limit, "a", 0).is_err());
        assert!(limits.count(&limit, "b", 0).is_ok());
        assert!(limits.count(&limit, "a", 61 * SECOND).is_ok());
        assert!((0..100).all(|_| Limits::new(false).count(&limit, "a", 0).is_ok()));
    }

    #[test]
    fn an_ipv6_household_counts_as_one() {
        let one: IpAddr = "2001:db8:1:2:3:4:5:6".parse().unwrap();
        let other: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        assert_eq!(network(one), network(other));
    }
}
