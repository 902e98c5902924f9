//! What accounts of children have in common, whoever makes them: their user names, their birthdays, the parts of their
//! names.

use crate::wire::calendar_date;

/// How old a child may be.
const AGES: std::ops::RangeInclusive<i64> = 3..=18;

/// Whether a user name that somebody chose for a child is one: 3 to 30 lower-case letters, digits and `_`, as the apps
/// make them.
pub fn check_username(username: &str) -> Result<(), &'static str> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (3..=30).contains(&username.len()) && username.bytes().all(fits) {
        Ok(())
    } else {
        Err("A user name has 3 to 30 letters from a to z, digits and _.")
    }
}

/// A birthday as it is stored, of somebody who is a child on the day `today` (`YYYY-MM-DD`).
pub fn birthday(text: &str, today: &str) -> Result<String, &'static str> {
    let date = calendar_date(text).ok_or("A birthday is written as 2017-03-24.")?;
    match age(&date, today) {
        Some(age) if AGES.contains(&age) => Ok(date),
        _ => Err("A child is 3 to 18 years old."),
    }
}

/// How many years old somebody is who was born then; nothing for what is no calendar date. Both are `YYYY-MM-DD`.
pub fn age(date: &str, today: &str) -> Option<i64> {
    let ((born, birthday), (year, day)) = (date.split_once('-')?, today.split_once('-')?);
    let years = year.parse::<i64>().ok()? - born.parse::<i64>().ok()?;
    Some(years - i64::from(day < birthday))
}

/// The first word of a name, and the rest.
pub fn first_and_rest(name: &str) -> (&str, &str) {
    name.split_once(' ')
        .map_or((name, ""), |(first, rest)| (first, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let is_child = |date| birthday(date, "2026-03-04").is_ok();
        assert!(is_child("2023-03-04") && is_child("2007-03-05"));
        assert!(!is_child("2023-03-05") && !is_child("2007-03-04"));
        assert!(!is_child("2026-03-04") && !is_child("2030-01-01") && !is_child("0001-01-01"));
        assert!(!is_child("2016-02-30") && !is_child("04.03.2016") && !is_child(""));
    }

    #[test]
    fn names_are_split_at_their_first_blank() {
        assert_eq!(first_and_rest("Leo"), ("Leo", ""));
        assert_eq!(first_and_rest("Leo van  Ros"), ("Leo", "van  Ros"));
    }
}
