//! How the addresses of a populated world are spelt: a pattern with a number in it.

use std::fmt;

use crate::accounts::rules;
use crate::text::fold;

/// The most digits that a pattern may ask for.
const MOST_DIGITS: usize = 9;

/// A pattern such as `load%03d@example.invalid`: a number of at least three digits stands where the mark stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    before: String,
    digits: usize,
    after: String,
}

impl Addresses {
    /// Reads a pattern with exactly one `%d` or `%0Nd`.
    pub fn parse(pattern: &str) -> Result<Self, String> {
        let wrong = || format!("{pattern:?} is no pattern of addresses such as load%03d@example.invalid");
        let (before, rest) = pattern.split_once('%').ok_or_else(wrong)?;
        let (width, after) = rest.split_once('d').ok_or_else(wrong)?;
        let digits = match width.strip_prefix('0') {
            Some(digits) => digits.parse().map_err(|_| wrong())?,
            None if width.is_empty() => 1,
            None => return Err(wrong()),
        };
        let addresses = Self {
            before: before.to_owned(),
            digits,
            after: after.to_owned(),
        };
        let is_sound = (1..=MOST_DIGITS).contains(&digits)
            && !after.contains('%')
            && rules::is_email(&addresses.of(usize::MAX));
        is_sound.then_some(addresses).ok_or_else(wrong)
    }

    /// The address of this number.
    pub fn of(&self, number: usize) -> String {
        format!(
            "{}{number:0width$}{}",
            self.before,
            self.after,
            width = self.digits
        )
    }

    /// Whether an address could be one of these, however it spells its letters.
    pub fn fits(&self, address: &str) -> bool {
        let address = fold(address);
        let number = address
            .strip_prefix(&fold(&self.before))
            .and_then(|rest| rest.strip_suffix(&fold(&self.after)));
        let Some(digits) = number else { return false };
        let is_padded = digits.len() == self.digits || !digits.starts_with('0');
        digits.len() >= self.digits && is_padded && digits.bytes().all(|byte| byte.is_ascii_digit())
    }
}

impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%0{}d{}", self.before, self.digits, self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> Addresses {
        Addresses::parse("load%03d@example.invalid").unwrap()
    }

    #[test]
    fn numbers_stand_where_the_mark_stands() {
        assert_eq!(usual().of(7), "load007@example.invalid");
        assert_eq!(usual().of(4321), "load4321@example.invalid");
        assert_eq!(Addresses::parse("p%d@x.org").unwrap().of(7), "p7@x.org");
        assert_eq!(usual().to_string(), "load%03d@example.invalid");
    }

    #[test]
    fn its_own_addresses_fit_and_no_others() {
        for fits in ["load007@example.invalid", "LOAD1000@Example.invalid"] {
            assert!(usual().fits(fits), "{fits}");
        }
        for real in [
            "",
            "mira@example.org",
            "load@example.invalid",
            "load7@example.invalid",
            "load0007@example.invalid",
            "loadabc@example.invalid",
            "load007@example.org",
            "aload007@example.invalid",
        ] {
            assert!(!usual().fits(real), "{real}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for wrong in [
            "load@example.invalid",
            "load%s@example.invalid",
            "load%3d@example.invalid",
            "load%00d@example.invalid",
            "load%0xd@example.invalid",
            "load%03d%03d@example.invalid",
            "load%03d",
        ] {
            assert!(Addresses::parse(wrong).is_err(), "{wrong}");
        }
    }
}
