//! Decisions about sessions that need nothing but values.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::clock::{DAY, HOUR, SECOND};

/// Letters and digits of a join code: none that is taken for another.
pub const CODE_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Characters of a join code.
pub const CODE_LENGTH: usize = 5;
/// Open sessions that one person may host.
pub const MOST_HOSTED: usize = 5;
/// Places in a session …
pub const PLACES: RangeInclusive<i64> = 2..=10;
/// … when nobody says how many.
pub const DEFAULT_PLACES: i64 = 10;
/// Hours that a session lasts …
pub const HOURS: RangeInclusive<f64> = 1.0..=72.0;
/// … when nobody says how long.
pub const DEFAULT_HOURS: f64 = 24.0;
/// The name of a session without one.
pub const DEFAULT_NAME: &str = "Untitled Canvas";
/// How long an invitation waits for an answer.
pub const INVITE_LASTS: i64 = 24 * HOUR;
/// How long nobody else invites the same person to the same session.
pub const INVITE_PAUSE: i64 = 30 * SECOND;
/// The longest name, in code points.
pub const LONGEST_NAME: usize = 200;
/// Pages of a story at most.
pub const MOST_PAGES: usize = 100;
/// The longest text of a page, in code points.
pub const LONGEST_TEXT: usize = 20_000;
/// Bytes of all texts of a story at most: whoever comes in is sent them in one message.
pub const MOST_BYTES_OF_TEXTS: usize = 1 << 20;
/// The longest drawn cover that a draft takes, in bytes of its data URL.
pub const LONGEST_COVER: usize = 512 * 1024;
/// How long a session lasts when its host brings it back.
pub const REVIVED_FOR: i64 = 24 * HOUR;
/// How long the host may bring back a session whose time has passed.
pub const EXPIRED_KEPT_FOR: i64 = 24 * HOUR;
/// How long after its end a session keeps its code.
pub const CODE_KEPT_FOR: i64 = 30 * DAY;
/// How long after its end a session keeps its log and its drawings.
pub const LOG_KEPT_FOR: i64 = 24 * HOUR;

/// The colors of cursors. One each, for the whole session; the host has the first.
pub const COLORS: [&str; 8] = [
    "#FF6B6B", "#4ECDC4", "#45B7D1", "#FFA07A", "#98D8C8", "#F7DC6F", "#BB8FCE", "#85C1E2",
];

/// A color that nobody has, or else the one that comes next.
pub fn free_color(taken: &[String]) -> &'static str {
    let free = COLORS
        .into_iter()
        .find(|color| !taken.iter().any(|taken| taken == color));
    free.unwrap_or(COLORS[taken.len() % COLORS.len()])
}

/// A join code from random bytes.
pub fn join_code(random: [u8; CODE_LENGTH]) -> String {
    // 32 characters: five bits of each byte, all codes equally likely.
    random
        .iter()
        .map(|byte| char::from(CODE_ALPHABET[usize::from(byte & 31)]))
        .collect()
}

/// A random UUID (version 4) from random bytes.
pub fn uuid(mut random: [u8; 16]) -> String {
    random[6] = random[6] & 0x0f | 0x40;
    random[8] = random[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(random));
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// How long a vote is open. The apps' dialog is open for ten seconds.
pub const VOTE_LASTS: i64 = 12 * SECOND;

/// A vote as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// A UUID.
    pub vote_id: String,
    /// The first answer of each who gave one, by user id.
    pub votes: BTreeMap<i64, bool>,
    /// How many may answer, those who did among them.
    pub electors: i64,
    /// What was decided.
    pub approved: Option<bool>,
}

impl Ballot {
    /// Those for it.
    pub fn yes(&self) -> i64 {
        self.votes.values().filter(|agree| **agree).count() as i64
    }

    /// Those against it.
    pub fn no(&self) -> i64 {
        self.votes.len() as i64 - self.yes()
    }

    /// Whether nobody is left who may still answer.
    pub fn is_complete(&self) -> bool {
        self.votes.len() as i64 >= self.electors
    }

    /// What the answers come to: as many for it as against it is a no, and who did not answer does not count.
    pub fn outcome(&self) -> bool {
        self.yes() > self.no()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn everybody_has_a_color_of_their_own_while_there_are_enough() {
        let mut taken = Vec::new();
        for _ in COLORS {
            let color = free_color(&taken);
            assert!(!taken.iter().any(|taken| taken == color), "{color} twice");
            taken.push(color.to_owned());
        }
        assert!(COLORS.contains(&free_color(&taken)));
    }

    #[test]
    fn codes_are_five_of_the_alphabet() {
        assert_eq!(join_code([0, 31, 32, 255, 8]), "A9A9J");
        assert!(!CODE_ALPHABET.contains(&b'I') && !CODE_ALPHABET.contains(&b'O'));
        let different: HashSet<u8> = CODE_ALPHABET.iter().copied().collect();
        assert_eq!(different.len(), 32);
    }

    #[test]
    fn a_session_is_named_by_a_uuid_of_version_four() {
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
    }

    fn ballot(votes: &[bool], electors: i64) -> Ballot {
        Ballot {
            vote_id: "v".to_owned(),
            votes: (1..).zip(votes.iter().copied()).collect(),
            electors,
            approved: None,
        }
    }

    #[test]
    fn more_for_it_than_against_it_decides() {
        for (votes, approved) in [
            (&[true] as &[bool], true),
            (&[false], false),
            (&[], false),
            (&[true, false], false),
            (&[true, true, false], true),
        ] {
            assert_eq!(ballot(votes, 3).outcome(), approved, "{votes:?}");
        }
    }

    #[test]
    fn a_vote_is_complete_when_all_who_may_have_answered() {
        assert!(!ballot(&[true], 2).is_complete());
        assert!(ballot(&[true, false], 2).is_complete());
        assert!(ballot(&[], 0).is_complete(), "everybody has left");
    }
}
