//! What is right, what is worth a look and what is wrong: one pure function for each line.

mod data;
mod machine;
mod settings;

#[cfg(test)]
mod tests;

use super::facts::Facts;
use crate::ops::checklist::{Checklist, Finding};

/// One line of the checklist.
type Judgement = fn(&Facts) -> Finding;

/// Every line, in the order in which an operator would ask.
const JUDGEMENTS: [Judgement; 20] = [
    settings::debug,
    settings::secret,
    data::database,
    data::schema,
    data::connections,
    data::disk,
    data::folder,
    data::room,
    data::size_limit,
    data::backups,
    data::bucket,
    settings::hosts,
    settings::public_url,
    settings::proxies,
    settings::rate_limits,
    machine::channels,
    machine::memory,
    machine::clock,
    machine::mail,
    settings::metrics,
];

/// Judges a deployment.
pub fn judge(facts: &Facts) -> Checklist {
    Checklist(JUDGEMENTS.iter().map(|judgement| judgement(facts)).collect())
}
