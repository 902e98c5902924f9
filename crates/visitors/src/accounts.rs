//! Who the people are: a file that `tinytales populate --tokens FILE` writes, or a pattern of addresses with one password.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The accounts of a run.
///
/// As JSON: `{"base_email": "load%03d@example.invalid", "password": "…", "people": [{"id": 1000001,
/// "email": "load001@example.invalid", "access": "…", "refresh": "…"}], "public_stories": [1000001]}`.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct Accounts {
    /// The pattern of the addresses; only for the eye.
    #[serde(default)]
    pub base_email: String,
    /// The one password of all of them.
    #[serde(default)]
    pub password: String,
    pub people: Vec<Account>,
    /// Published stories: what navigators open when the library shows them none.
    #[serde(default)]
    pub public_stories: Vec<i64>,
}

/// One account.
#[derive(Clone, Default, Deserialize, Serialize)]
pub struct Account {
    #[serde(default)]
    pub id: i64,
    pub email: String,
    /// An access token, for those who come without signing in.
    #[serde(default)]
    pub access: String,
    #[serde(default)]
    pub refresh: String,
}

/// What a behaviour needs of its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    Nothing,
    /// An address and the password.
    Password,
    /// An access token.
    Token,
    /// Some access token: accounts are shared when more people come.
    AnyToken,
}

impl Accounts {
    /// Reads the JSON.
    pub fn parse(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| format!("the file of accounts: {error}"))
    }

    /// So many accounts of one password. The pattern has one `%d` or `%03d`, which counts from 1.
    pub fn numbered(pattern: &str, password: &str, count: usize) -> Result<Self, String> {
        let misspelt = || format!("{pattern:?} has no %d or %03d for the number of the account");
        let (before, rest) = pattern.split_once('%').ok_or_else(misspelt)?;
        let (width, after) = rest.split_once('d').ok_or_else(misspelt)?;
        let is_padded = width.is_empty() || width.starts_with('0');
        let width: usize = match width {
            "" => 0,
            digits => digits
                .parse()
                .ok()
                .filter(|&width| width <= 20)
                .ok_or_else(misspelt)?,
        };
        if !is_padded {
            return Err(misspelt());
        }
        let account = |number| Account {
            email: format!("{before}{number:0width$}{after}"),
            ..Account::default()
        };
        Ok(Self {
            base_email: pattern.to_owned(),
            password: password.to_owned(),
            people: (1..=count).map(account).collect(),
            public_stories: Vec::new(),
        })
    }

    /// Whether person `number`, from 0, finds what it needs; else why not.
    pub(crate) fn check(&self, number: usize, needs: Needs) -> Result<(), String> {
        if needs == Needs::Nothing {
            return Ok(());
        }
        let number = match needs {
            Needs::AnyToken => number.checked_rem(self.people.len()).unwrap_or_default(),
            _ => number,
        };
        let account = self.people.get(number).ok_or_else(|| {
            let known = self.people.len();
            format!("{known} accounts are too few: give --accounts FILE, or --email PATTERN and --password")
        })?;
        match needs {
            Needs::Password if self.password.is_empty() || account.email.is_empty() => {
                Err(format!("account {} has no e-mail or no password", number + 1))
            }
            Needs::Token | Needs::AnyToken if account.access.is_empty() => Err(format!(
                "account {} has no access token: leave --tokens-only out, and people sign in",
                number + 1
            )),
            _ => Ok(()),
        }
    }
}

/// Without what must not reach a log.
impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Accounts({})", self.people.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_populate_is_understood() {
        let json = r#"{"base_email":"load%03d@example.invalid","password":"p","people":[{"id":1000001,
            "email":"load001@example.invalid","access":"a","refresh":"r"}],"public_stories":[7,8]}"#;
        let accounts = Accounts::parse(json).unwrap();
        assert_eq!(accounts.people[0].email, "load001@example.invalid");
        assert_eq!(accounts.public_stories, [7, 8]);
        assert_eq!(accounts.check(0, Needs::Token), Ok(()));
        assert!(
            accounts
                .check(1, Needs::Password)
                .unwrap_err()
                .contains("1 accounts are too few")
        );
        assert_eq!(accounts.check(1, Needs::Nothing), Ok(()));
        assert_eq!(format!("{accounts:?}"), "Accounts(1)");
    }

    #[test]
    fn a_pattern_counts_from_one() {
        let emails = |pattern: &str| {
            let accounts = Accounts::numbered(pattern, "p", 2).unwrap();
            accounts
                .people
                .into_iter()
                .map(|account| account.email)
                .collect::<Vec<_>>()
        };
        assert_eq!(emails("a%03d@b.c"), ["a001@b.c", "a002@b.c"]);
        assert_eq!(emails("a%d@b.c"), ["a1@b.c", "a2@b.c"]);
        for wrong in ["a@b.c", "a%sd@b.c", "a%3d@b.c", "a%", "a%0999999999d"] {
            assert!(Accounts::numbered(wrong, "p", 2).is_err(), "{wrong}");
        }
        let accounts = Accounts::numbered("a%d@b.c", "p", 1).unwrap();
        assert!(accounts.check(0, Needs::Token).is_err());
    }
}
