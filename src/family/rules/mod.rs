//! Decisions about families that need nothing but values.

pub mod figures;

pub use crate::classroom::rules::links::Status;
use crate::clock::DAY;

/// The most children of one parent, those who were asked and have not answered among them.
pub const MOST_CHILDREN: i64 = 10;
/// The longest name of a class, in code points.
pub const LONGEST_CLASS: usize = 100;
/// How long a parent waits before asking a child again that said no.
const ASK_AGAIN_AFTER: i64 = 7 * DAY;

/// A link between a parent and a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// How far it has come.
    pub status: Status,
    /// The child said yes once, and has not taken it back.
    pub was_confirmed: bool,
    /// Since when it is ended.
    pub ended_at: Option<i64>,
}

/// What becomes of a parent's wish to be linked to a child who has not said yes beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// They are linked already.
    Linked,
    /// The child was asked and has not answered.
    Waits,
    /// The child said no, or took its yes back, not long ago.
    TooSoon,
    /// The child is asked.
    Now,
}

/// What becomes of it at `now`. Who was never turned down, or has ended the link themselves, may ask at once.
pub fn ask(link: Option<Link>, now: i64) -> Asked {
    let Some(link) = link else { return Asked::Now };
    match (link.status, link.ended_at) {
        (Status::Active, _) => Asked::Linked,
        (Status::Pending, _) => Asked::Waits,
        (Status::Ended, Some(at)) if !link.was_confirmed && now < at + ASK_AGAIN_AFTER => Asked::TooSoon,
        (Status::Ended, _) => Asked::Now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SECOND;

    fn link(status: Status, was_confirmed: bool, ended_at: Option<i64>) -> Link {
        Link {
            status,
            was_confirmed,
            ended_at,
        }
    }

    #[test]
    fn a_no_holds_for_a_week() {
        assert_eq!(ask(None, 0), Asked::Now);
        assert_eq!(ask(Some(link(Status::Active, true, None)), 0), Asked::Linked);
        assert_eq!(ask(Some(link(Status::Pending, false, None)), 0), Asked::Waits);
        let declined = Some(link(Status::Ended, false, Some(DAY)));
        assert_eq!(ask(declined, 8 * DAY - SECOND), Asked::TooSoon);
        assert_eq!(ask(declined, 8 * DAY), Asked::Now);
        assert_eq!(
            ask(Some(link(Status::Ended, true, Some(DAY))), DAY),
            Asked::Now,
            "who has ended it themselves was not turned down"
        );
    }
}
