//! Who becomes whose student, and who has to say yes to it.

use crate::clock::DAY;

/// How long a teacher waits before asking a family again that said no.
const ASK_AGAIN_AFTER: i64 = 7 * DAY;

/// How far a link between an adult and a child has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub enum Status {
    Active,
    /// Waits for an answer, and grants nothing.
    Pending,
    Ended,
}

impl Status {
    /// In one word, as the database says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Ended => "ended",
        }
    }

    /// The status of that name; one that we do not know grants nothing.
    pub fn from_name(name: &str) -> Self {
        match name {
            "active" => Self::Active,
            "pending" => Self::Pending,
            _ => Self::Ended,
        }
    }
}

/// What stands between a teacher and a student.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The link.
    pub id: i64,
    /// How far it has come.
    pub status: Status,
    /// The class, if it is in one.
    pub class_id: Option<i64>,
    /// Somebody who may has said yes, and nobody no since.
    pub was_confirmed: bool,
    /// Since when the family says no.
    pub declined_at: Option<i64>,
}

/// What becomes of a teacher's wish to have a child as a student.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addition {
    /// A student from now on, or as before.
    Takes {
        /// There was nothing between the two.
        is_new: bool,
    },
    /// The family is asked.
    Asks,
    /// It was asked before and has not answered.
    Waits,
    /// It has said no, not long ago.
    Refused,
}

/// What becomes of it at `now`. `is_kept`: the teacher made the account and looks after it.
pub fn add(standing: Option<Standing>, is_kept: bool, now: i64) -> Addition {
    let Some(standing) = standing else {
        return if is_kept {
            Addition::Takes { is_new: true }
        } else {
            Addition::Asks
        };
    };
    match (standing.status, standing.declined_at) {
        (Status::Active, _) => Addition::Takes { is_new: false },
        (Status::Pending, _) => Addition::Waits,
        (Status::Ended, Some(at)) if now < at + ASK_AGAIN_AFTER => Addition::Refused,
        (Status::Ended, None) if standing.was_confirmed || is_kept => Addition::Takes { is_new: false },
        (Status::Ended, _) => Addition::Asks,
    }
}

/// Whether a child may join by the class's code. The code is a yes of its own; but a no of the parents stands until
/// they take it back.
pub fn may_join(standing: Option<Standing>, has_parents: bool) -> bool {
    let is_declined = standing.is_some_and(|standing| standing.declined_at.is_some());
    !(is_declined && has_parents)
}

/// What a family's answer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A student from now on.
    Accepts,
    /// None any more, or none at all.
    Declines,
    /// It was said before.
    Nothing,
    /// There is nothing to say about it: the teacher has ended it.
    Gone,
}

/// What a family's answer does to a link. It may change its mind: withdraw a yes, take back a no.
pub fn answer(standing: Standing, accepts: bool) -> Answer {
    match (standing.status, standing.declined_at, accepts) {
        (Status::Ended, None, _) => Answer::Gone,
        (Status::Active, _, true) | (Status::Ended, Some(_), false) => Answer::Nothing,
        (_, _, true) => Answer::Accepts,
        (_, _, false) => Answer::Declines,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(status: Status) -> Standing {
        Standing {
            id: 7,
            status,
            class_id: None,
            was_confirmed: status == Status::Active,
            declined_at: None,
        }
    }

    fn declined(at: i64) -> Standing {
        Standing {
            declined_at: Some(at),
            ..standing(Status::Ended)
        }
    }

    #[test]
    fn only_who_looks_after_a_child_takes_it_without_asking() {
        assert_eq!(add(None, true, 0), Addition::Takes { is_new: true });
        assert_eq!(add(None, false, 0), Addition::Asks);
        assert_eq!(
            add(Some(standing(Status::Active)), false, 0),
            Addition::Takes { is_new: false }
        );
        assert_eq!(add(Some(standing(Status::Pending)), false, 0), Addition::Waits);
        let withdrawn = Some(standing(Status::Ended));
        assert_eq!(add(withdrawn, false, 0), Addition::Asks);
        assert_eq!(add(withdrawn, true, 0), Addition::Takes { is_new: false });
        let former = Some(Standing {
            was_confirmed: true,
            ..standing(Status::Ended)
        });
        assert_eq!(add(former, false, 0), Addition::Takes { is_new: false });
    }

    #[test]
    fn a_no_holds_for_a_week_even_for_who_looks_after_the_child() {
        for is_kept in [true, false] {
            let standing = Some(declined(DAY));
            assert_eq!(add(standing, is_kept, 8 * DAY - 1), Addition::Refused);
            assert_eq!(add(standing, is_kept, 8 * DAY), Addition::Asks);
        }
    }

    #[test]
    fn a_code_does_not_overrule_the_parents() {
        for other in [
            None,
            Some(standing(Status::Pending)),
            Some(standing(Status::Ended)),
        ] {
            assert!(may_join(other, true) && may_join(other, false));
        }
        assert!(!may_join(Some(declined(0)), true));
        assert!(
            may_join(Some(declined(0)), false),
            "it was the child that said no"
        );
    }

    #[test]
    fn families_change_their_minds() {
        for (standing, yes, no) in [
            (standing(Status::Pending), Answer::Accepts, Answer::Declines),
            (standing(Status::Active), Answer::Nothing, Answer::Declines),
            (declined(0), Answer::Accepts, Answer::Nothing),
            (standing(Status::Ended), Answer::Gone, Answer::Gone),
        ] {
            assert_eq!(answer(standing, true), yes, "{standing:?}");
            assert_eq!(answer(standing, false), no, "{standing:?}");
        }
    }
}
