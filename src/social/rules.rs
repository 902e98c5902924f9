//! Who may ask whom to be friends, and when.

use crate::clock::DAY;

/// How long somebody who was turned down waits before asking the same person again.
const ASK_AGAIN_AFTER: i64 = 7 * DAY;

/// How far a friendship has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub enum Status {
    Pending,
    Accepted,
    Rejected,
}

impl Status {
    /// In one word, as the wire and the database say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    /// The status of that name; one that we do not know is treated as rejected.
    pub fn from_name(name: &str) -> Self {
        match name {
            "pending" => Self::Pending,
            "accepted" => Self::Accepted,
            _ => Self::Rejected,
        }
    }
}

/// What stands between two people before one of them asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The row.
    pub id: i64,
    /// Whether it was the one who asks now.
    pub asked_by_caller: bool,
    /// How far it came.
    pub status: Status,
    /// When it was answered; nothing while it is pending.
    pub answered_at: Option<i64>,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The first one between the two.
    First,
    /// A new one in place of one that was turned down.
    Again(i64),
    /// The other one has asked already: this is the answer.
    Accepts(i64),
    /// Not possible, for this reason.
    Refused(&'static str),
}

/// What becomes of a request at `now`. Who turned somebody down may ask them at any time.
pub fn ask(standing: Option<Standing>, now: i64) -> Asked {
    let Some(standing) = standing else {
        return Asked::First;
    };
    match (standing.status, standing.asked_by_caller) {
        (Status::Accepted, _) => Asked::Refused("You are friends already."),
        (Status::Pending, true) => Asked::Refused("You have asked already. Wait for the answer."),
        (Status::Pending, false) => Asked::Accepts(standing.id),
        (Status::Rejected, true) if standing.answered_at.is_some_and(|at| now < at + ASK_AGAIN_AFTER) => {
            Asked::Refused("You cannot ask again yet.")
        }
        (Status::Rejected, _) => Asked::Again(standing.id),
    }
}

/// A message as it is kept: trimmed, without characters that nobody sees.
pub fn clean(content: &str) -> String {
    let visible = content
        .chars()
        .filter(|character| !character.is_control() || matches!(character, '\n' | '\t'));
    visible.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(status: Status, asked_by_caller: bool, answered_at: Option<i64>) -> Standing {
        Standing {
            id: 7,
            asked_by_caller,
            status,
            answered_at,
        }
    }

    #[test]
    fn a_request_meets_what_stands_between_the_two() {
        assert_eq!(ask(None, 0), Asked::First);
        assert_eq!(
            ask(Some(standing(Status::Pending, false, None)), 0),
            Asked::Accepts(7)
        );
        for refused in [
            standing(Status::Pending, true, None),
            standing(Status::Accepted, true, Some(0)),
            standing(Status::Accepted, false, Some(0)),
        ] {
            assert!(
                matches!(ask(Some(refused), 100 * DAY), Asked::Refused(_)),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn who_was_turned_down_waits_for_a_week_and_the_other_does_not() {
        let mine = Some(standing(Status::Rejected, true, Some(DAY)));
        assert!(matches!(ask(mine, 8 * DAY - 1), Asked::Refused(_)));
        assert_eq!(ask(mine, 8 * DAY), Asked::Again(7));
        let theirs = standing(Status::Rejected, false, Some(DAY));
        assert_eq!(ask(Some(theirs), DAY), Asked::Again(7));
    }

    #[test]
    fn what_nobody_sees_is_not_kept() {
        assert_eq!(clean("  Hi,\u{7}\u{1b}[1m Ben\n\tbye \r\n"), "Hi,[1m Ben\n\tbye");
        assert_eq!(clean(" \u{0}\u{1}\n"), "");
        assert_eq!(clean("👩‍🚀"), "👩‍🚀");
    }
}
