//! Six-digit e-mail codes: made from the kernel's random source, stored as keyed hashes, guessed at most five times. And
//! codes that people tell each other: how they are made, and read as they are typed.

use database::Conn;
use subtle::ConstantTimeEq;

use super::store::codes::{self, Code, MOST_WRONG_TRIES, Purpose};
use super::store::people::{self, AddressOwner};
use super::tokens::Keys;
use crate::clock::MINUTE;
use crate::wire::Error;

/// More than this is no code; the guess is refused before it is looked at.
pub const LONGEST: usize = 12;

/// A random number, for codes and for names that must be unique.
pub fn dice() -> u64 {
    getrandom::u64().expect("the kernel's random source is there")
}

/// A new code: six digits, leading zeros kept.
pub fn new_code() -> String {
    // 2^64 is so much larger than a million that no code is noticeably likelier than another.
    format!("{:06}", dice() % 1_000_000)
}

/// Letters and digits that are not taken for each other.
const SPOKEN: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Letters of a code that people tell each other: 40 bits.
const SPOKEN_LENGTH: usize = 8;

/// A code that people tell each other. `dice` is random.
pub fn spoken(dice: u64) -> String {
    let letter = |place: usize| char::from(SPOKEN[(dice >> (5 * place) & 31) as usize]);
    (0..SPOKEN_LENGTH).map(letter).collect()
}

/// Such a code however it is typed, in lower case, with blanks or hyphens; nothing for what cannot be one.
pub fn typed(text: &str) -> Option<String> {
    let letters = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let code: String = letters.map(|c| c.to_ascii_uppercase()).collect();
    let fits = code.len() == SPOKEN_LENGTH && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then_some(code)
}

/// Stores a code that is good for `minutes`.
pub fn store(
    conn: &mut Conn<'_>,
    keys: &Keys,
    user_id: i64,
    purpose: Purpose,
    code: &str,
    now: i64,
    minutes: u32,
) -> Result<(), database::Error> {
    let hash = keys.hash_code(purpose.as_str(), user_id, code);
    codes::replace(conn, user_id, purpose, &hash, now + i64::from(minutes) * MINUTE)
}

/// What a guess was worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// The code of this account.
    Right(i64),
    /// The right code, too late.
    Expired,
    /// Anything else: unknown address, barred account, no code, wrong code, too many guesses.
    Wrong,
}

impl Guess {
    /// The account, or the one refusal that all wrong guesses share.
    pub fn accept(self) -> Result<i64, Error> {
        match self {
            Self::Right(user_id) => Ok(user_id),
            Self::Expired => Err(
                Error::bad_request("This code has expired. Please ask for a new one.").flag("expired", true),
            ),
            Self::Wrong => Err(Error::bad_request(
                "This code is not right. Please check it or ask for a new one.",
            )),
        }
    }
}

/// Looks at a guess and counts it when it is wrong. The caller commits: a refused guess must stay counted. A guess at
/// nothing is a write as well, so that the time of the answer does not tell which addresses have a code.
pub fn check(
    conn: &mut Conn<'_>,
    keys: &Keys,
    email: &str,
    purpose: Purpose,
    code: &str,
    now: i64,
) -> Result<Guess, database::Error> {
    let Some((owner, stored)) = open_code(conn, email, purpose)? else {
        codes::pretend_to_count(conn)?;
        return Ok(Guess::Wrong);
    };
    let hash = keys.hash_code(purpose.as_str(), owner.id, code);
    if !bool::from(hash.as_bytes().ct_eq(stored.hash.as_bytes())) {
        codes::count_wrong(conn, owner.id, purpose)?;
        return Ok(Guess::Wrong);
    }
    Ok(if stored.expires_at > now {
        Guess::Right(owner.id)
    } else {
        Guess::Expired
    })
}

/// The owner of an address, unless barred, with a code that may still be guessed at.
fn open_code(
    conn: &mut Conn<'_>,
    email: &str,
    purpose: Purpose,
) -> Result<Option<(AddressOwner, Code)>, database::Error> {
    let Some(owner) = people::owner_of_address(conn, email)?.filter(|owner| !owner.is_barred) else {
        return Ok(None);
    };
    let stored = codes::newest(conn, owner.id, purpose)?;
    Ok(stored
        .filter(|code| code.wrong_tries < MOST_WRONG_TRIES)
        .map(|code| (owner, code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_six_digits() {
        assert!(
            (0..1000)
                .map(|_| new_code())
                .all(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()))
        );
    }

    #[test]
    fn spoken_codes_use_every_letter_and_are_read_as_people_type_them() {
        assert_eq!(
            (spoken(0), spoken(u64::MAX)),
            ("AAAAAAAA".to_owned(), "99999999".to_owned())
        );
        let letters: std::collections::HashSet<String> = (0..32).map(spoken).collect();
        assert_eq!(letters.len(), 32);
        assert!(!SPOKEN.iter().any(|letter| b"IO01".contains(letter)));
        for text in ["A9A9JBCD", " a9a9-jbcd ", "a9a9 JBCD", "A-9-A-9-J-B-C-D"] {
            assert_eq!(typed(text).as_deref(), Some("A9A9JBCD"), "{text}");
        }
        for other in ["", "A9A9JBC", "A9A9JBCDE", "A9A9JBC!", "é9A9JBC"] {
            assert_eq!(typed(other), None, "{other}");
        }
    }
}
