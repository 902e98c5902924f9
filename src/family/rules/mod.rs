//! Decisions about families that need nothing but values.

pub mod figures;

use crate::clock::DAY;

/// The most children of one parent, those who were asked and have not answered among them.
pub const MOST_CHILDREN: i64 = 10;
/// The longest name of a class, in code points.
pub const LONGEST_CLASS: usize = 100;
/// How long a parent waits before asking a child again that said no.
const ASK_AGAIN_AFTER: i64 = 7 * DAY;
/// The ages that a child can have.
const AGES: std::ops::RangeInclusive<i64> = 3..=18;
/// Letters and digits that are not taken for each other.
const CODE_LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Letters of a code: 40 bits.
const CODE_LENGTH: usize = 8;

/// How far a link between a parent and a child has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub enum Status {
    Active,
    /// Waits for the child's answer, and grants nothing.
    Pending,
    Ended,
}

impl Status {
    /// In one word.
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

/// A link between a parent and a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// How far it has come.
    pub status: Status,
    /// The child said yes once.
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
    /// The child said no, not long ago.
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

/// Whether a child's user name is one: 3 to 30 lower-case letters, digits and `_`, as the apps make them.
pub fn check_username(username: &str) -> Result<(), &'static str> {
    if !(3..=30).contains(&username.len()) {
        return Err("A user name has 3 to 30 characters.");
    }
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !username.bytes().all(fits) {
        return Err("A user name has only lower-case letters, digits and _.");
    }
    Ok(())
}

/// Whether somebody who was born then is a child. Both are calendar dates (`YYYY-MM-DD`).
pub fn check_birth(date: &str, today: &str) -> Result<(), &'static str> {
    match age(date, today) {
        Some(age) if AGES.contains(&age) && date < today => Ok(()),
        _ => Err("A child is 3 to 18 years old."),
    }
}

/// How many years old somebody is who was born then; nothing for what is no calendar date.
pub fn age(date: &str, today: &str) -> Option<i64> {
    let parts = |text: &str| -> Option<(i64, String)> {
        let (year, day) = text.split_once('-')?;
        Some((year.parse().ok()?, day.to_owned()))
    };
    let ((born, birthday), (year, day)) = (parts(date)?, parts(today)?);
    Some(year - born - i64::from(day < birthday))
}

/// The first word of a name, and the rest.
pub fn first_and_rest(name: &str) -> (&str, &str) {
    name.split_once(' ')
        .map_or((name, ""), |(first, rest)| (first, rest.trim()))
}

/// A code of eight letters and digits. `dice` is random.
pub fn code(dice: u64) -> String {
    let letter = |place: usize| char::from(CODE_LETTERS[(dice >> (5 * place) & 31) as usize]);
    (0..CODE_LENGTH).map(letter).collect()
}

/// A code as it was made, however it is typed: in lower case, with blanks or hyphens.
pub fn typed_code(text: &str) -> String {
    let letters = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    letters.map(|c| c.to_ascii_uppercase()).collect()
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

    #[test]
    fn user_names_are_those_of_the_apps() {
        for good in ["leo", "leo_r", "007", "a_b_c_d_e_f_g_h_i_j_k_l_m_n_o"] {
            assert_eq!(check_username(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "le",
            "Leo",
            "leo r",
            "leo-r",
            "léo",
            "leo@home",
            "leo.r",
            "abcdefghijklmnopqrstuvwxyz12345",
        ] {
            assert!(check_username(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn years_are_counted_by_birthdays() {
        for (born, today, expected) in [
            ("2016-03-04", "2026-03-04", 10),
            ("2016-03-05", "2026-03-04", 9),
            ("2016-02-29", "2026-02-28", 9),
            ("2016-02-29", "2026-03-01", 10),
            ("2027-01-01", "2026-03-04", -1),
        ] {
            assert_eq!(age(born, today), Some(expected), "{born}");
        }
        assert_eq!(age("yesterday", "2026-03-04"), None);
    }

    #[test]
    fn children_are_three_to_eighteen() {
        let check = |date| check_birth(date, "2026-03-04").is_ok();
        assert!(check("2023-03-04") && check("2007-03-05"));
        assert!(!check("2023-03-05") && !check("2007-03-04"));
        assert!(!check("2026-03-04") && !check("2030-01-01") && !check("0001-01-01"));
    }

    #[test]
    fn codes_use_every_letter_and_are_read_as_people_type_them() {
        assert_eq!(code(0), "AAAAAAAA");
        assert_eq!(code(u64::MAX), "99999999");
        let letters: std::collections::HashSet<String> = (0..32).map(code).collect();
        assert_eq!(letters.len(), 32);
        assert_eq!(typed_code(" abcd-2345 "), "ABCD2345");
    }

    #[test]
    fn names_are_split_at_their_first_blank() {
        assert_eq!(first_and_rest("Leo"), ("Leo", ""));
        assert_eq!(first_and_rest("Leo van  Ros"), ("Leo", "van  Ros"));
    }
}
