//! What shows that an attack took place: a server that nobody attacked has withstood nothing. Pure.

use super::{Kind, Tally};

/// How every answer begins to somebody who did not come as far as the server.
const OUTSIDE: &str = "not connected";

impl Kind {
    /// Beginnings of answers; of each row at least one must have come. Refusals alone are none, but where being refused is
    /// what the attack is about.
    fn marks(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::IdleConnections(_) => &[&["kept open", "answered", "closed without an answer"]],
            Self::SlowBodies(_) => &[&["408", "still taken at the end"]],
            Self::GiantBodies(_) => &[&["201", "413", "503 with Retry-After"]],
            Self::SlowReaders(_) | Self::SignIns(_) => &[&["200"]],
            Self::GzipBombs(_) => &[&["415"]],
            // To those who are not signed in it is too large before it is wild.
            Self::WildJson(_) => &[&["400"]],
            Self::Garbage(_) => &[&["400", "408", "431"]],
            Self::SocketFloods(_) => &[&["slowed down", "closed with ", "closed without a farewell"]],
            Self::SlowSocketReaders(_) => &[&["drawing: open at the end"], &["not reading: "]],
            Self::GiantFrames(_) => &[&["10 MiB: "], &["64 MiB: "]],
            Self::WildMessages(_) => &[&["half JSON: "], &["no mask: "]],
            Self::Strangers(_) => &[&["403"]],
            Self::Handshakes(_) => &[&["101"]],
        }
    }

    /// Whether so many come that most of them may well find no place.
    fn is_a_crowd(self) -> bool {
        matches!(self, Self::IdleConnections(_) | Self::Handshakes(_))
    }
}

impl Tally {
    /// What an attack of this kind lacks to be one.
    pub(in crate::abuse) fn lacks(&self, kind: Kind) -> Vec<String> {
        let counts = self.counts();
        let came = |mark: &&str| counts.iter().any(|(what, _)| what.starts_with(*mark));
        let missing = kind.marks().iter().filter(|row| !row.iter().any(came));
        let mut lacks: Vec<String> = missing
            .map(|row| {
                format!(
                    "the attack did not take place: no {}",
                    row.join(", no ").trim_end()
                )
            })
            .collect();
        let all: u64 = counts.iter().map(|(_, count)| count).sum();
        let outside = counts.iter().filter(|(what, _)| what.starts_with(OUTSIDE));
        let outside: u64 = outside.map(|(_, count)| count).sum();
        if !kind.is_a_crowd() && outside * 2 > all {
            lacks.push(format!("{outside} of {all} attackers were not connected"));
        }
        lacks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lacks(kind: Kind, answers: &[&str]) -> Vec<String> {
        let tally = Tally::default();
        for answer in answers {
            tally.add(*answer);
        }
        tally.lacks(kind)
    }

    /// One of each, with what it was answered when it was measured.
    const MEASURED: [(Kind, &[&str]); 14] = [
        (
            Kind::IdleConnections(1),
            &["closed without an answer", "kept open"],
        ),
        (
            Kind::SlowBodies(1),
            &["408", "503 with Retry-After", "still taken at the end"],
        ),
        (Kind::GiantBodies(1), &["201", "503 with Retry-After"]),
        (
            Kind::SlowReaders(1),
            &["200, still sent to at the end", "503 with Retry-After"],
        ),
        (Kind::SignIns(1), &["200", "401", "503 with Retry-After"]),
        (Kind::GzipBombs(1), &["415"]),
        (Kind::WildJson(1), &["400", "413"]),
        (
            Kind::Garbage(1),
            &["400", "408", "431", "closed without an answer"],
        ),
        (Kind::SocketFloods(1), &["slowed down, and open at the end"]),
        (
            Kind::SlowSocketReaders(1),
            &[
                "drawing: open at the end",
                "not reading: closed without a farewell",
            ],
        ),
        (Kind::GiantFrames(1), &["10 MiB: an error", "64 MiB: an error"]),
        (
            Kind::WildMessages(1),
            &["half JSON: an error", "no mask: closed with 1002"],
        ),
        (Kind::Strangers(1), &["403"]),
        (
            Kind::Handshakes(1),
            &["101", "closed without an answer", "half a handshake"],
        ),
    ];

    #[test]
    fn what_was_measured_was_an_attack_and_who_did_not_come_in_has_made_none() {
        for (kind, answers) in MEASURED {
            assert_eq!(lacks(kind, answers), [""; 0], "{kind:?}");
            let outside = ["not connected", "(no session)", "not let into a session"];
            for no_attack in [&[][..], &["404"], &outside] {
                assert!(!lacks(kind, no_attack).is_empty(), "{kind:?} {no_attack:?}");
            }
        }
    }

    #[test]
    fn signed_in_attacks_need_an_account() {
        for kind in [
            Kind::SlowBodies(1),
            Kind::GiantBodies(1),
            Kind::SlowReaders(1),
            Kind::SignIns(1),
            Kind::GzipBombs(1),
            Kind::WildJson(1),
        ] {
            assert!(!lacks(kind, &["401"]).is_empty(), "{kind:?}");
        }
    }

    #[test]
    fn one_half_of_an_attack_is_none() {
        let drawing = lacks(Kind::SlowSocketReaders(1), &["drawing: open at the end"]);
        assert_eq!(drawing, ["the attack did not take place: no not reading:"]);
        let refused = lacks(Kind::SocketFloods(1), &["closed without an answer"]);
        assert_eq!(refused.len(), 1, "{refused:?}");
    }

    #[test]
    fn most_attackers_must_come_as_far_as_the_server_but_in_a_crowd() {
        let answers = ["200", "not connected", "not connected"];
        assert_eq!(
            lacks(Kind::SignIns(3), &answers),
            ["2 of 3 attackers were not connected"]
        );
        let answers = ["101", "not connected", "not connected"];
        assert_eq!(lacks(Kind::Handshakes(3), &answers), [""; 0]);
        let answers = ["kept open", "not connected in time", "not connected: timed out"];
        assert_eq!(lacks(Kind::IdleConnections(3), &answers), [""; 0]);
    }
}
