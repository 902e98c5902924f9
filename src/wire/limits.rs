//! Rates: how often who may do what. The table itself is bounded (`envelope::rates`).

use std::fmt::Display;
use std::net::IpAddr;

use envelope::rates::{Rate, Rates};

use super::Error;

/// So many in so long, counted per key and name.
pub type Limit = Rate;

/// A limit of `amount` in `per` microseconds.
pub const fn limit(name: &'static str, amount: u32, per: i64) -> Limit {
    Rate { name, amount, per }
}

/// The limits of a running server; off when the settings say so.
pub struct Limits {
    rates: Rates,
    on: bool,
}

impl Limits {
    /// Remembered keys at most; beyond them the ones closest to being free again are forgotten.
    const CAPACITY: usize = 20_000;

    /// Limits that hold, or that let everything pass.
    pub fn new(on: bool) -> Self {
        Self {
            rates: Rates::new(if on { Self::CAPACITY } else { 1 }),
            on,
        }
    }

    /// Counts one, or refuses with 429.
    pub fn count(&self, limit: &Limit, who: impl Display, now: i64) -> Result<(), Error> {
        if !self.on {
            return Ok(());
        }
        let admitted = self.rates.check(now, limit, who.to_string());
        admitted.map_err(|retry| Error::too_many_requests(retry.seconds()))
    }

    /// Takes back one that was counted and came to nothing, through no doing of `who`.
    pub fn give_back(&self, limit: &Limit, who: impl Display) {
        self.rates.give_back(limit, who.to_string());
    }

    /// Gives `who` the whole amount again.
    pub fn forget(&self, limit: &Limit, who: impl Display) {
        self.rates.forget(limit, who.to_string());
    }

    /// Refuses with 429 when nothing is left, without counting.
    pub fn look(&self, limit: &Limit, who: impl Display, now: i64) -> Result<(), Error> {
        if !self.on {
            return Ok(());
        }
        let admitted = self.rates.peek(now, limit, who.to_string());
        admitted.map_err(|retry| Error::too_many_requests(retry.seconds()))
    }
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
    use crate::clock::SECOND;

    #[test]
    fn limits_count_per_key_and_can_be_off() {
        let login = limit("login", 2, 60 * SECOND);
        let limits = Limits::new(true);
        assert!(limits.count(&login, "a", 0).is_ok());
        assert!(limits.count(&login, "a", 0).is_ok());
        assert!(limits.count(&login, "a", 0).is_err());
        assert!(limits.look(&login, "a", 0).is_err());
        assert!(limits.count(&login, "b", 0).is_ok());
        assert!(limits.count(&login, "a", 61 * SECOND).is_ok());
        assert!((0..100).all(|_| Limits::new(false).count(&login, "a", 0).is_ok()));
    }

    #[test]
    fn an_ipv6_household_counts_as_one() {
        let one: IpAddr = "2001:db8:1:2:3:4:5:6".parse().unwrap();
        let other: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        assert_eq!(network(one), network(other));
    }
}
