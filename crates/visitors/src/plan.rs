//! What a run is to be: who comes, how fast they arrive, how long they are measured.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::accounts::Accounts;
use crate::behaviours::Behaviour;

/// More people than this are not sent by one process: each keeps a connection open.
const MOST_PEOPLE: usize = 20_000;

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
    /// How long people are measured after the last one has arrived.
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

/// Some people who do the same.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they do.
    pub behaviour: Behaviour,
    /// How many they are.
    pub people: usize,
}

impl Plan {
    /// One group at human pace: one arrival a second, then two minutes that are measured.
    pub fn new(url: impl Into<String>, behaviour: Behaviour, people: usize) -> Self {
        Self {
            url: url.into(),
            groups: vec![Group { behaviour, people }],
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
            Duration::try_from_secs_f64(number as f64 / self.ramp).unwrap_or(Duration::MAX)
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

    /// Whether the plan makes sense, before anything is sent.
    pub(crate) fn check(&self) -> Result<(), Misuse> {
        let people = self.people();
        if people == 0 || people > MOST_PEOPLE {
            return Err(Misuse(format!("{people} people: 1 to {MOST_PEOPLE} can come")));
        }
        if !(self.ramp.is_finite() && self.ramp >= 0.0) {
            return Err(Misuse(
                "the ramp is a number of arrivals per second, 0 for all at once".to_owned(),
            ));
        }
        if !(self.pace.is_finite() && self.pace > 0.0) {
            return Err(Misuse("the pace is above 0; 1 is people's".to_owned()));
        }
        if self.behaviours().any(Behaviour::is_restless) {
            return Err(Misuse("an artist saves every 100 ms at most".to_owned()));
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
