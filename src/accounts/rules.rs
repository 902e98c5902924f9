//! Decisions about accounts that need nothing but values.

use crate::rewards::catalogue;
use crate::text::fold;

/// The kinds of people.
pub const USER_TYPES: [&str; 3] = ["child", "parent", "teacher"];
/// The longest display name, in code points.
pub const LONGEST_NAME: usize = 50;
/// The longest e-mail address, in characters.
pub const LONGEST_EMAIL: usize = 254;
/// The shortest password, in code points.
pub const SHORTEST_PASSWORD: usize = 8;
/// The longest password, in code points: nobody could sign in with a longer one, whose field would be refused.
pub const LONGEST_PASSWORD: usize = 256;
/// The longest avatar, in code points.
pub const LONGEST_AVATAR: usize = 10;
/// The longest bio, in code points.
pub const LONGEST_BIO: usize = 2_000;
/// The avatar of whoever has chosen none.
pub const FIRST_AVATAR: &str = "📚";
/// Avatars below this level are offered by the apps without a lock, so they are never refused.
const FIRST_LOCKED_AVATAR: i64 = 30;

/// Whether an address has the form `local@domain.tld`: ASCII, a top-level domain of two letters or more.
pub fn is_email(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let Some((name, tld)) = domain.rsplit_once('.') else {
        return false;
    };
    let local_fits = local
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"._%+-".contains(&b));
    let name_fits = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b));
    !local.is_empty()
        && !name.is_empty()
        && local_fits
        && name_fits
        && !domain.contains("..")
        && !name.starts_with(['.', '-'])
        && tld.len() >= 2
        && tld.bytes().all(|b| b.is_ascii_alphabetic())
}

/// The two halves of a name, split at its last space.
pub fn first_and_last(name: &str) -> (&str, &str) {
    name.rsplit_once(' ')
        .map_or((name, ""), |(first, last)| (first.trim(), last))
}

/// User names for `name`, best first: the name itself without spaces, then with digits that make it unique.
/// `dice` is random.
pub fn username_candidates(name: &str, dice: u64) -> [String; 4] {
    let base: String = fold(name)
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect();
    let base = if base.is_empty() {
        "reader".to_owned()
    } else {
        base
    };
    let with = |digits: u32| {
        format!(
            "{base}{}",
            10_u64.pow(digits - 1) + dice % (9 * 10_u64.pow(digits - 1))
        )
    };
    [base.clone(), with(2), with(5), with(12)]
}

/// A user name that somebody chose: 3 to 30 letters, digits, `_` or `-`, in lower case.
pub fn chosen_username(text: &str) -> Result<String, &'static str> {
    let username = fold(text);
    let length = username.chars().count();
    if !(3..=30).contains(&length) {
        return Err("A user name has 3 to 30 characters.");
    }
    if !username
        .chars()
        .all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    {
        return Err("A user name has only letters, digits, _ and -.");
    }
    Ok(username)
}

/// Whether a password is long enough. There is no other rule: the apps check none.
pub fn check_password(password: &str) -> Result<(), &'static str> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err("A password needs at least 8 characters.");
    }
    if password.chars().count() > LONGEST_PASSWORD {
        return Err("A password has at most 256 characters.");
    }
    Ok(())
}

/// Whether an account of this level may show an avatar.
pub fn may_wear_avatar(emoji: &str, level: i64) -> bool {
    catalogue::avatar_level(emoji).is_none_or(|needed| needed < FIRST_LOCKED_AVATAR || needed <= level)
}

/// Why a border cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BorderRefusal {
    /// There is no such border.
    Unknown,
    /// It is unlocked at this level.
    Locked(i64),
}

/// Whether an account of this level may show a border.
pub fn may_wear_border(id: &str, level: i64) -> Result<(), BorderRefusal> {
    match catalogue::border_level(id) {
        None => Err(BorderRefusal::Unknown),
        Some(needed) if needed > level => Err(BorderRefusal::Locked(needed)),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in [
            "mira@example.org",
            "m.l+tales@sub.example.co",
            "A_1%x-y@ex-ample.museum",
        ] {
            assert!(is_email(good), "{good}");
        }
        let bad = [
            "",
            "mira",
            "mira@",
            "@example.org",
            "mira@example",
            "mira@example.o",
            "mi ra@example.org",
        ];
        for bad in bad.iter().chain(&[
            "mira@ex..org",
            "mira@.org",
            "niña@example.org",
            "a@b.c0m",
            "a\n@example.org",
        ]) {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn names_split_at_the_last_space() {
        assert_eq!(first_and_last("Ana Maria Lopez"), ("Ana Maria", "Lopez"));
        assert_eq!(first_and_last("Mira"), ("Mira", ""));
    }

    #[test]
    fn the_plain_user_name_comes_first() {
        let names = username_candidates("Mira Lopez", 4_711);
        assert_eq!(names[0], "miralopez");
        assert!(
            names[1..]
                .iter()
                .all(|name| name.starts_with("miralopez") && name.len() > 9)
        );
        assert_eq!(username_candidates("   ", 1)[0], "reader");
    }

    #[test]
    fn chosen_user_names() {
        assert_eq!(chosen_username("Mira_L-1").as_deref(), Ok("mira_l-1"));
        assert!(chosen_username("mi").is_err());
        assert!(chosen_username("mira lopez").is_err());
        assert!(chosen_username(&"m".repeat(31)).is_err());
    }

    #[test]
    fn only_high_avatars_are_locked() {
        assert!(may_wear_avatar("🐼", 1));
        assert!(!may_wear_avatar("👑", 29));
        assert!(may_wear_avatar("👑", 30));
        assert!(may_wear_avatar("🍕", 1));
    }

    #[test]
    fn borders_follow_the_level() {
        assert_eq!(may_wear_border("basic", 1), Ok(()));
        assert_eq!(may_wear_border("gold", 9), Err(BorderRefusal::Locked(10)));
        assert_eq!(may_wear_border("gold", 10), Ok(()));
        assert_eq!(may_wear_border("platinum", 99), Err(BorderRefusal::Unknown));
    }
}
