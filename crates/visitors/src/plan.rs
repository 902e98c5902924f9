//! What a run is to be: who comes, how fast they arrive, how long they are measured.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::accounts::{Account, Accounts};
use crate::behaviours::Behaviour;

/// More people than this are not sent by one process: each keeps a connection open.
const MOST_PEOPLE: usize = 20_000;

/// A run and its parts last a day at most.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// One run. [`Plan::new`] has the usual values.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where the server is: `http://127.0.0.1:8000`.
    pub url: String,
    /// Who comes, in the order of their arrival. The accounts are handed out in this order, too.
    pub groups: Vec<Group>,
    /// Who the people are when they sign in; guests need none.
    pub accounts: Accounts,
    /// The same seed gives the same script: who arrives when, thinks how long, opens which story.
    pub seed: u64,
    /// Arrivals per second at most; zero lets everybody arrive at once.
    pub ramp: f64,
    /// How long people are measured after the last one has arrived; sign-ins of a storm from the first one on.
    pub measure_for: Duration,
    /// When the run ends at the latest, the ramp included.
    pub end_after: Option<Duration>,
    /// Think times and polls are this many times as fast as people's. `Retry-After` is honoured in full all the same.
    pub pace: f64,
    /// How many addresses of 127/8 the connections come from; zero gives each person one.
    pub addresses: u32,
    /// How long a call may take, its whole answer included.
    pub timeout: Duration,
    /// Allows a server that is not on this machine.
    pub is_my_server: bool,
}

/// A place in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    /// The number of the person who hosts it: the first of them.
    pub(crate) host: usize,
    pub(crate) members: usize,
}

/// Some people who do the same.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they do.
    pub behaviour: Behaviour,
    /// How many they are.
    pub people: usize,
}

impl Group {
    pub fn new(behaviour: Behaviour, people: usize) -> Self {
        Self { behaviour, people }
    }
}

impl Plan {
    /// One group at human pace: one arrival a second, then two minutes that are measured.
    pub fn new(url: impl Into<String>, behaviour: Behaviour, people: usize) -> Self {
        Self {
            url: url.into(),
            groups: vec![Group::new(behaviour, people)],
            accounts: Accounts::default(),
            seed: 1,
            ramp: 1.0,
            measure_for: Duration::from_secs(120),
            end_after: None,
            pace: 1.0,
            addresses: 0,
            timeout: Duration::from_secs(30),
            is_my_server: false,
        }
    }

    /// How many people come.
    pub fn people(&self) -> usize {
        self.groups.iter().map(|group| group.people).sum()
    }

    /// When person `number`, from 0, arrives.
    pub(crate) fn arrival(&self, number: usize) -> Duration {
        if self.ramp > 0.0 {
            Duration::from_secs_f64(number as f64 / self.ramp)
        } else {
            Duration::ZERO
        }
    }

    /// What each person does, in the order of arrival.
    pub(crate) fn behaviours(&self) -> impl Iterator<Item = &Behaviour> {
        self.groups
            .iter()
            .flat_map(|group| std::iter::repeat_n(&group.behaviour, group.people))
    }

    /// The account of person `number`; where more come than there are, they share.
    pub(crate) fn account(&self, number: usize) -> Option<&Account> {
        let people = &self.accounts.people;
        people.get(number.checked_rem(people.len())?)
    }

    /// The seat of person `number` in the rooms of `room` people that its group makes.
    pub(crate) fn seat(&self, number: usize, room: usize) -> Seat {
        let mut first = 0;
        for group in &self.groups {
            let behind = first + group.people;
            if number < behind {
                let host = number - (number - first) % room.max(1);
                return Seat {
                    host,
                    members: room.min(behind - host),
                };
            }
            first = behind;
        }
        Seat {
            host: number,
            members: 1,
        }
    }

    /// Whether everybody only signs in.
    pub(crate) fn is_storm(&self) -> bool {
        self.behaviours()
            .all(|behaviour| matches!(behaviour, Behaviour::LoginStorm(_)))
    }

    /// Whether the plan makes sense, before anything is sent.
    pub(crate) fn check(&self) -> Result<(), Misuse> {
        let people = self.people();
        if people == 0 || people > MOST_PEOPLE {
            return Err(Misuse(format!("{people} people: 1 to {MOST_PEOPLE} can come")));
        }
        let misuse = |what: &str| Err(Misuse(what.to_owned()));
        if self.ramp != 0.0 && !(0.01..=100_000.0).contains(&self.ramp) {
            return misuse("the ramp is 0.01 to 100000 arrivals per second, or 0 for all at once");
        }
        if !(0.01..=1000.0).contains(&self.pace) {
            return misuse("the pace is 0.01 to 1000; 1 is people's");
        }
        if self.timeout.is_zero() {
            return misuse("a call needs some time");
        }
        let longest = self.measure_for.max(self.timeout);
        if longest.max(self.end_after.unwrap_or_default()) > LONGEST {
            return misuse("a run lasts a day at most");
        }
        let last = people - 1;
        if self.arrival(last) > LONGEST {
            return misuse("so many people would arrive for more than a day");
        }
        if let Some(why) = self.behaviours().find_map(Behaviour::senseless) {
            return misuse(why);
        }
        let mut number = 0;
        for group in &self.groups {
            let needs = group.behaviour.needs();
            for person in number..number + group.people {
                self.accounts.check(person, needs).map_err(Misuse)?;
            }
            number += group.people;
        }
        Ok(())
    }
}

/// Why a run does not begin, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misuse(pub String);

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Misuse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviours::{Artist, Guest, Navigator};

    fn guests(people: usize) -> Plan {
        Plan::new("http://127.0.0.1", Behaviour::Guest(Guest::default()), people)
    }

    #[test]
    fn plans_that_make_no_sense_are_refused() {
        assert_eq!(guests(1).check(), Ok(()));
        let day = Duration::from_secs(24 * 60 * 60 + 1);
        let wrong: [fn(Plan, Duration) -> Plan; 7] = [
            |plan, _| Plan { ramp: -1.0, ..plan },
            |plan, _| Plan {
                ramp: f64::NAN,
                ..plan
            },
            |plan, _| Plan { pace: 0.0, ..plan },
            |plan, _| Plan {
                timeout: Duration::ZERO,
                ..plan
            },
            |plan, day| Plan {
                measure_for: day,
                ..plan
            },
            |plan, day| Plan {
                end_after: Some(day),
                ..plan
            },
            |plan, _| Plan {
                groups: Vec::new(),
                ..plan
            },
        ];
        for (number, change) in wrong.iter().enumerate() {
            assert!(change(guests(1), day).check().is_err(), "{number}");
        }
        assert!(guests(20_001).check().is_err());
        assert!(
            Plan {
                ramp: 0.01,
                ..guests(1000)
            }
            .check()
            .is_err()
        );
        let artist = Artist {
            every: Duration::ZERO,
            ..Artist::default()
        };
        assert!(Plan::new("", Behaviour::Artist(artist), 1).check().is_err());
    }

    #[test]
    fn each_person_has_an_account_of_its_own() {
        let mut plan = guests(5);
        plan.groups.push(Group {
            behaviour: Behaviour::Navigator(Navigator::default()),
            people: 2,
        });
        plan.accounts = Accounts::numbered("a%d@example.invalid", "p", 6).unwrap();
        assert!(plan.check().unwrap_err().0.contains("too few"));
        plan.accounts = Accounts::numbered("a%d@example.invalid", "p", 7).unwrap();
        assert_eq!(plan.check(), Ok(()));
    }
}
