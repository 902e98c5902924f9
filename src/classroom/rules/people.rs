//! The children of a class list: their user names and their birthdays.

use unicode_normalization::UnicodeNormalization;

use crate::wire::{Timestamp, calendar_date};

/// The longest part of a name that goes into a user name.
const LONGEST_STEM: usize = 12;
/// What a user name begins with when the name has no letters that a keyboard has.
const STEM: &str = "reader";
/// How old a child may be.
const AGES: std::ops::RangeInclusive<i32> = 3..=18;

/// User names for a child of this name, best first: short ones are easier to remember and more often taken. `dice` is
/// random, or decides the same each time.
pub fn usernames(name: &str, dice: u64) -> [String; 3] {
    let first = name.split_whitespace().next().unwrap_or_default();
    let mut stem: String = first
        .nfkd()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .take(LONGEST_STEM)
        .collect();
    if stem.len() < 2 {
        STEM.clone_into(&mut stem);
    }
    let with = |digits: u32| {
        let least = 10_u64.pow(digits - 1);
        format!("{stem}{}", least + dice % (9 * least))
    };
    [with(2), with(4), with(8)]
}

/// A user name that somebody chose for a child, folded: 3 to 30 letters, digits and `_`.
pub fn chosen_username(folded: &str) -> Result<(), &'static str> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (3..=30).contains(&folded.len()) && folded.bytes().all(fits) {
        Ok(())
    } else {
        Err("A user name has 3 to 30 letters from a to z, digits and _.")
    }
}

/// A birthday as it is stored, of somebody who is between 3 and 18 at `now`.
pub fn birthday(text: &str, now: i64) -> Result<String, &'static str> {
    const FORM: &str = "A birthday is written as 2017-03-24.";
    let date = calendar_date(text).ok_or(FORM)?;
    let today = Timestamp(now).date();
    let (born, present) = (parts(&date).ok_or(FORM)?, parts(&today).ok_or(FORM)?);
    let had_birthday = (present.1, present.2) >= (born.1, born.2);
    let age = present.0 - born.0 - i32::from(!had_birthday);
    if AGES.contains(&age) {
        Ok(date)
    } else {
        Err("A child is between 3 and 18 years old.")
    }
}

/// Year, month and day of `2017-03-24`.
fn parts(date: &str) -> Option<(i32, u8, u8)> {
    let mut parts = date.split('-');
    Some((
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 4 March 2026.
    const NOW: i64 = 1_772_600_767_123_456;

    #[test]
    fn user_names_are_made_of_the_first_name() {
        assert_eq!(usernames("Mia K", 7), ["mia17", "mia1007", "mia10000007"]);
        assert_eq!(usernames("Niña  Peña", 0)[0], "nina10");
        assert_eq!(
            usernames("Łucja", 0)[0],
            "ucja10",
            "what has no plain letter goes"
        );
        assert_eq!(usernames("Bartholomew-James", 0)[0], "bartholomewj10");
        for name in ["美咲", "👩‍🚀", "", "É"] {
            assert!(usernames(name, 0)[0].starts_with("reader"), "{name}");
        }
        for name in ["Mia", "美咲", "A B", "Bartholomew-James"] {
            for username in usernames(name, u64::MAX) {
                assert_eq!(chosen_username(&username), Ok(()), "{username}");
            }
        }
    }

    #[test]
    fn chosen_user_names_are_plain() {
        for good in ["mia", "mia_k", "m1a", &"m".repeat(30)] {
            assert_eq!(chosen_username(good), Ok(()), "{good}");
        }
        for bad in ["", "mi", "Mia", "mia k", "mia-k", "niña", &"m".repeat(31)] {
            assert!(chosen_username(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn children_are_between_three_and_eighteen() {
        for good in ["2023-03-04", "2007-03-05", " 2017-02-28 "] {
            assert_eq!(birthday(good, NOW).as_deref(), Ok(good.trim()), "{good}");
        }
        for bad in [
            "2023-03-05",
            "2007-03-04",
            "2030-01-01",
            "2015-02-29",
            "24.03.2017",
            "",
        ] {
            assert!(birthday(bad, NOW).is_err(), "{bad}");
        }
    }
}
