//! A text that must not be shown, and what makes one weak.

/// In characters.
const SHORTEST: usize = 32;
/// Whoever has fewer different characters was typed, not drawn: of 32 drawn hexadecimal digits about 14 differ.
const FEWEST_DIFFERENT: usize = 8;
/// What stands in tutorials, templates and keyboards, in lower case without punctuation.
const WELL_KNOWN: [&str; 15] = [
    "djangoinsecure",
    "insecure",
    "changeme",
    "changethis",
    "replaceme",
    "yoursecret",
    "mysecret",
    "notasecret",
    "supersecret",
    "secretkey",
    "password",
    "keyboardcat",
    "qwerty",
    "abcdefgh",
    "1234567890",
];

/// A text that no log and no `Debug` shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Why it should not sign anything, as in "SECRET_KEY is too short".
    pub fn weakness(&self) -> Option<&'static str> {
        if self.0.is_empty() {
            return Some("is not set");
        }
        if self.0.chars().count() < SHORTEST {
            return Some("is too short");
        }
        let letters: String = self.0.chars().filter(char::is_ascii_alphanumeric).collect();
        let letters = letters.to_ascii_lowercase();
        if WELL_KNOWN.iter().any(|known| letters.contains(known)) {
            return Some("is a well-known one");
        }
        let mut different: Vec<char> = self.0.chars().collect();
        different.sort_unstable();
        different.dedup();
        if different.len() < FEWEST_DIFFERENT {
            return Some("can be guessed: it repeats a few characters");
        }
        is_regular(self.0.as_bytes()).then_some("can be guessed: it follows a pattern")
    }
}

/// Whether it is one piece said again and again, or for the most part a run such as `0123456789`.
fn is_regular(bytes: &[u8]) -> bool {
    let repeats = |period: usize| {
        bytes
            .iter()
            .zip(&bytes[period..])
            .all(|(one, other)| one == other)
    };
    let is_step = |pair: &&[u8]| pair[0].abs_diff(pair[1]) == 1;
    (1..=bytes.len() / 2).any(repeats) || bytes.windows(2).filter(is_step).count() * 2 > bytes.len()
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_guessed_is_weak() {
        for weak in [
            "",
            "short",
            "django-insecure-3k!x@9v#2m&7q*8w(5e)1r_0t+4y=6u",
            "CHANGE_ME_change_me_CHANGE_ME_change_me",
            "your-secret-key-here-your-secret-key-here",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "abababcabababcabababcabababcabababcababab",
            "12345678901234567890123456789012",
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz123456",
            "ZYXWVUTSRQPONMLKJIHGFEDCBA98765432",
            "tinytalestinytalestinytalestinytales",
        ] {
            assert!(Secret::new(weak).weakness().is_some(), "{weak}");
        }
    }

    #[test]
    fn what_is_drawn_is_not() {
        for good in [
            "9f2c41d8b07e6a53c1f49d2087be35a6",
            "d5b1c07f3a9e8e64b2f01c7d9a35e8427bc6f10d",
            "gT7vXk2Qw9ZrB4nLs8YpDf3HjMc6Ea1U",
            "k3y with blanks & ünusual letters!",
        ] {
            assert_eq!(Secret::new(good).weakness(), None, "{good}");
        }
    }
}
