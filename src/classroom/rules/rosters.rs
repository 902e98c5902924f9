//! Many students who come at once: who of them is new, and who is known already.

use std::collections::{BTreeMap, HashSet};

use super::people;
use crate::accounts::children::check_username;
use crate::moderation::Masker;

/// A row of a class list that can be taken as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// From 1, without the line of headings.
    pub number: usize,
    /// Where it begins in its file, from 1.
    pub line: u64,
    /// Shown to others, 1 to 50 characters.
    pub name: String,
    /// Folded; nothing when one is to be made.
    pub username: Option<String>,
    /// Nobody gets this user name any more.
    pub is_username_rude: bool,
    /// `YYYY-MM-DD`.
    pub date_of_birth: Option<String>,
    /// For the teacher.
    pub notes: Option<String>,
}

impl Row {
    /// A row of a list that is no more than names.
    pub fn named(number: usize, name: String) -> Self {
        Self {
            number,
            line: number as u64,
            name,
            username: None,
            is_username_rude: false,
            date_of_birth: None,
            notes: None,
        }
    }

    /// The user names that may become this child's, best first: the same ones for the same `seed`. None that is made reads
    /// like a rude word: digits count as letters, and a name without its dots may be another word.
    pub fn usernames(&self, seed: u64, masker: &Masker) -> Vec<String> {
        if let Some(username) = &self.username {
            return vec![username.clone()];
        }
        let made = people::usernames(&self.name, self.dice(seed));
        let reads_well = |text: &String| masker.mask(text) == *text;
        let made = if made.iter().chain([&people::stem(&self.name)]).all(reads_well) {
            made
        } else {
            people::usernames("", self.dice(seed))
        };
        made.to_vec()
    }

    fn dice(&self, seed: u64) -> u64 {
        let mut hasher = blake3::Hasher::new();
        for number in [seed, self.number as u64] {
            hasher.update(&number.to_le_bytes());
        }
        hasher.update(self.name.as_bytes());
        let hash = hasher.finalize();
        let first = hash.as_bytes().iter().take(8);
        first.fold(0, |dice, byte| dice << 8 | u64::from(*byte))
    }
}

/// A row that cannot be taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its number, as [`Row::number`].
    pub number: usize,
    /// Where it begins in its file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub sentences: Vec<String>,
}

/// Somebody who has a user name of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The account.
    pub id: i64,
    /// The teacher looks after it.
    pub is_kept: bool,
    /// The teacher's to put into a class without asking anybody.
    pub is_own: bool,
    /// A student of the teacher already, or asked for.
    pub is_counted: bool,
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// An account is made, under this user name.
    Create(String),
    /// Somebody who is known comes into the class, under their own user name.
    Update(String, Known),
}

impl Step {
    /// The user name of the child.
    pub fn username(&self) -> &str {
        match self {
            Self::Create(username) | Self::Update(username, _) => username,
        }
    }

    /// In one word, as the wire says it.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Update(..) => "update",
        }
    }

    /// Whether it makes one student more.
    pub fn is_one_more(&self) -> bool {
        match self {
            Self::Create(_) => true,
            Self::Update(_, known) => !known.is_counted,
        }
    }
}

/// What becomes of each row, in their order, where `known` tells who has which of their user names for this `seed`; or what
/// is wrong with some of them.
pub fn plan(
    rows: &[Row],
    (seed, masker): (u64, &Masker),
    known: &BTreeMap<String, Known>,
) -> Result<Vec<Step>, Vec<Fault>> {
    // A name that the list itself gives to somebody is not made for anybody else.
    let mut taken: HashSet<&str> = known.keys().map(String::as_str).collect();
    taken.extend(rows.iter().filter_map(|row| row.username.as_deref()));
    let mut made: HashSet<String> = HashSet::new();
    let (mut steps, mut faults) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        let step = row.username.as_deref().map_or_else(
            || {
                let free = row
                    .usernames(seed, masker)
                    .into_iter()
                    .find(|name| !taken.contains(name.as_str()) && !made.contains(name));
                free.map(Step::Create)
                    .ok_or("username: none was free. Please give one.")
            },
            |username| given(username, row.is_username_rude, known),
        );
        match step {
            Ok(step) => {
                if let Step::Create(username) = &step {
                    made.insert(username.clone());
                }
                steps.push(step);
            }
            Err(sentence) => faults.push(Fault {
                number: row.number,
                line: row.line,
                sentences: vec![sentence.to_owned()],
            }),
        }
    }
    if faults.is_empty() { Ok(steps) } else { Err(faults) }
}

/// What becomes of a row that names a user name.
fn given(username: &str, is_rude: bool, known: &BTreeMap<String, Known>) -> Result<Step, &'static str> {
    match known.get(username) {
        Some(known) if known.is_own => Ok(Step::Update(username.to_owned(), *known)),
        Some(_) => Err("username: it is taken."),
        None if check_username(username).is_err() => {
            Err("username: it needs 3 to 30 letters from a to z, digits and _.")
        }
        None if is_rude => Err("username: please choose another one."),
        None => Ok(Step::Create(username.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: u64 = 5;

    fn row(number: usize, name: &str, username: Option<&str>) -> Row {
        Row {
            username: username.map(str::to_owned),
            ..Row::named(number, name.to_owned())
        }
    }

    fn known(is_own: bool) -> Known {
        Known {
            id: 7,
            is_kept: false,
            is_own,
            is_counted: is_own,
        }
    }

    #[test]
    fn the_first_user_name_that_nobody_has_is_made() {
        let nothing = Masker::new([]);
        let rows = [row(1, "Mia", None), row(2, "Mia", None), row(3, "Ben", None)];
        let first = rows.each_ref().map(|row| row.usernames(SEED, &nothing));
        assert_eq!(first[0].len(), 3);
        assert_ne!(first[0], first[1], "two of one name");
        assert_eq!(first[0], rows[0].usernames(SEED, &nothing));
        assert_ne!(first[0], rows[0].usernames(SEED + 1, &nothing));
        // The first is somebody's, and the third is given by the list itself.
        let taken = BTreeMap::from([(first[0][0].clone(), known(false))]);
        let mut rows = rows.to_vec();
        rows.push(row(4, "Leo", Some(&first[2][0])));
        let steps = plan(&rows, (SEED, &nothing), &taken).unwrap();
        let usernames: Vec<&str> = steps.iter().map(Step::username).collect();
        assert_eq!(
            usernames,
            [&first[0][1], &first[1][0], &first[2][1], &first[2][0]]
        );
        assert!(
            steps
                .iter()
                .all(|step| step.action() == "create" && step.is_one_more())
        );
        let all_taken: BTreeMap<String, Known> =
            first[0].iter().map(|name| (name.clone(), known(false))).collect();
        assert_eq!(
            plan(&rows, (SEED, &nothing), &all_taken).unwrap_err()[0].number,
            1
        );
    }

    #[test]
    fn no_user_name_that_is_made_reads_like_a_rude_word() {
        let masker = Masker::new(["bobo", "idiot"]);
        let usernames = |name: &str, seed| row(1, name, None).usernames(seed, &masker);
        assert!((0..2_000).all(|seed| usernames("Bo", seed)[0] != "bo80"));
        assert!((0..2_000).any(|seed| usernames("Bo", seed)[0] == "bo81"));
        assert!(usernames("idi.ot", SEED)[0].starts_with("reader"));
    }

    #[test]
    fn who_is_known_is_updated_and_who_is_strange_refused() {
        let nothing = Masker::new([]);
        let others = BTreeMap::from([("mia".to_owned(), known(true)), ("ben".to_owned(), known(false))]);
        let steps = plan(&[row(1, "Mia", Some("mia"))], (SEED, &nothing), &others).unwrap();
        assert_eq!((steps[0].action(), steps[0].is_one_more()), ("update", false));
        let faults = plan(
            &[
                row(1, "Mia", Some("mia")),
                row(2, "Ben", Some("ben")),
                row(3, "Leo", Some("l!")),
            ],
            (SEED, &nothing),
            &others,
        );
        let numbers: Vec<usize> = faults.unwrap_err().iter().map(|fault| fault.number).collect();
        assert_eq!(numbers, [2, 3]);
    }
}
