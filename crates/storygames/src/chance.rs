//! Chance that is the same for the same seed, on every machine and in every version.

use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng as _;

/// A sequence of draws.
pub(crate) struct Chance(Pcg32);

impl Chance {
    /// Each purpose has a sequence of its own, so that a change in one game leaves the others as they are.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        Self(Pcg32::new(seed, hash(purpose.as_bytes())))
    }

    /// A number below `bound`, 0 for an empty range. The bias of the remainder is below one in a million here.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let draw = usize::try_from(self.0.next_u32()).unwrap_or(0);
        draw.checked_rem(bound).unwrap_or(0)
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// FNV-1a, 64 bits: stable for ever, which the standard library's hasher does not promise.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    hash_on(0xcbf2_9ce4_8422_2325, bytes)
}

/// Goes on with a hash.
pub(crate) fn hash_on(start: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(start, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_pinned() {
        let mut chance = Chance::new(7, "test");
        let draws: Vec<usize> = (0..6).map(|_| chance.below(100)).collect();
        let mut again = Chance::new(7, "test");
        assert_eq!(draws, (0..6).map(|_| again.below(100)).collect::<Vec<_>>());
        let mut other = Chance::new(7, "another");
        assert_ne!(draws, (0..6).map(|_| other.below(100)).collect::<Vec<_>>());
        assert_eq!(Chance::new(1, "").below(0), 0);
    }
}
