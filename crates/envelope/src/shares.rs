//! How the memory limit is split. One pure function, so that a test can try every limit.
//!
//! Knows the purposes, not the work: what a share buys is decided where the permits of it are handed out.

use std::fmt;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// The smallest limit that is split; less is treated as this much.
pub const LEAST: u64 = 32 * MIB;

/// Bytes for each purpose. Together they are at most the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// The program itself: code, threads, tables that are bounded by themselves.
    pub base: u64,
    /// Page caches of the database, and writes that wait for it.
    pub database: u64,
    /// HTTP connections: their tasks, their buffers and the kernel's.
    pub connections: u64,
    /// Upgraded connections with their outboxes.
    pub sockets: u64,
    /// Request bodies under way.
    pub bodies: u64,
    /// Big responses under way.
    pub responses: u64,
    /// The workspace of the hashing lane.
    pub hashing: u64,
    /// Exports and images, one at a time.
    pub exports: u64,
}

/// A share: what it has at [`LEAST`], what it gets at 512 MiB (in between evenly), and where it stops growing.
struct Rule {
    least: u64,
    usual: u64,
    most: u64,
}

impl Shares {
    /// Splits `limit` bytes.
    pub fn of(limit: u64) -> Self {
        let limit = limit.max(LEAST);
        let share = |least: u64, usual: u64, most: u64| Rule { least, usual, most }.at(limit);
        Self {
            base: share(6 * MIB, 32 * MIB, 64 * MIB),
            database: share(1536 * KIB, 24 * MIB, 256 * MIB),
            connections: share(MIB, 40 * MIB, 640 * MIB),
            sockets: share(512 * KIB, 96 * MIB, 2048 * MIB),
            bodies: share(1536 * KIB, 40 * MIB, 512 * MIB),
            responses: share(1536 * KIB, 32 * MIB, 512 * MIB),
            hashing: share(19 * MIB + 256 * KIB, 20 * MIB, 20 * MIB),
            exports: share(512 * KIB, 16 * MIB, 64 * MIB),
        }
    }

    /// All of them together.
    pub fn sum(&self) -> u64 {
        self.named().iter().map(|(_, bytes)| bytes).sum()
    }

    /// Each with its name, in the order in which they are printed.
    pub fn named(&self) -> [(&'static str, u64); 8] {
        [
            ("base", self.base),
            ("database", self.database),
            ("connections", self.connections),
            ("sockets", self.sockets),
            ("bodies", self.bodies),
            ("responses", self.responses),
            ("hashing", self.hashing),
            ("exports", self.exports),
        ]
    }
}

impl Rule {
    /// The point between [`LEAST`] and [`USUAL`] where `limit` stands, and beyond it on the same line up to `most`.
    fn at(&self, limit: u64) -> u64 {
        const USUAL: u64 = 512 * MIB;
        // In KiB the product stays far below the bounds of u64 for any real machine.
        let above = (limit - LEAST) / KIB;
        let grown = (self.usual - self.least).saturating_mul(above) / ((USUAL - LEAST) / KIB);
        (self.least + grown).min(self.most)
    }
}

impl fmt::Display for Shares {
    /// `base 32 MiB, database 24 MiB, …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, bytes)) in self.named().into_iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{name} {}", mib(bytes))?;
        }
        Ok(())
    }
}

/// `32 MiB`, with one digit behind the point where it is less than ten.
pub(crate) fn mib(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10) / MIB;
    if tenths < 100 && !tenths.is_multiple_of(10) {
        format!("{}.{} MiB", tenths / 10, tenths % 10)
    } else {
        format!("{} MiB", tenths / 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_shares_fit_into_the_limit_and_each_is_of_use(limit in LEAST..64 * 1024 * MIB) {
            let shares = Shares::of(limit);
            prop_assert!(shares.sum() <= limit, "{shares} of {}", mib(limit));
            let least = Shares::of(LEAST);
            for ((name, bytes), (_, at_least)) in shares.named().into_iter().zip(least.named()) {
                prop_assert!(bytes >= at_least, "{name} of {}", mib(limit));
            }
        }

        #[test]
        fn more_memory_is_never_a_smaller_share(limit in LEAST..64 * 1024 * MIB, more in 0..1024 * MIB) {
            let (one, other) = (Shares::of(limit), Shares::of(limit + more));
            for ((name, less), (_, bytes)) in one.named().into_iter().zip(other.named()) {
                prop_assert!(less <= bytes, "{name}");
            }
        }
    }

    #[test]
    fn the_smallest_machine_can_do_each_kind_of_work() {
        let shares = Shares::of(LEAST);
        assert!(shares.sum() <= LEAST, "{shares}");
        // One drawing with its texts, two answers with drawings, one password hash.
        assert!(shares.bodies >= 1536 * KIB);
        assert!(shares.responses >= 3 * 480 * KIB);
        assert!(shares.hashing > 19 * MIB);
        assert_eq!(Shares::of(0), shares);
    }

    #[test]
    fn what_one_attack_can_reach_at_once_stays_far_below_the_usual_limit() {
        let shares = Shares::of(512 * MIB);
        let attacked = shares.connections + shares.bodies + shares.responses + shares.hashing;
        assert!(attacked <= 132 * MIB, "{shares}");
    }

    #[test]
    fn sizes_are_short_to_read() {
        assert_eq!(mib(512 * MIB), "512 MiB");
        assert_eq!(mib(1536 * KIB), "1.5 MiB");
        assert_eq!(mib(100 * MIB + 1), "100 MiB");
        assert_eq!(mib(2 * MIB), "2 MiB");
    }
}
