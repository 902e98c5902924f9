//! The user names that are made for the children of a class list.

use unicode_normalization::UnicodeNormalization;

/// The longest part of a name that goes into a user name.
const LONGEST_STEM: usize = 12;
/// What a user name begins with when the name has no letters that a keyboard has.
const STEM: &str = "reader";

/// What the user names of a child of this name begin with.
pub fn stem(name: &str) -> String {
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
    stem
}

/// User names for a child of this name, best first: short ones are easier to remember and more often taken. `dice` is
/// random, or decides the same each time.
pub fn usernames(name: &str, dice: u64) -> [String; 3] {
    let stem = stem(name);
    let with = |digits: u32| {
        let least = 10_u64.pow(digits - 1);
        format!("{stem}{}", least + dice % (9 * least))
    };
    [with(2), with(4), with(8)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::children::check_username;

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
                assert_eq!(check_username(&username), Ok(()), "{username}");
            }
        }
    }
}
