//! The quiz: five questions and some more about what happened, who did it, and what it was like.

mod absent;
mod cast;
mod detail;
mod next;
mod opposite;
mod order;
mod standing;
mod who;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use crate::chance::Chance;
use crate::game::{Family, Question};
use crate::gate;
use crate::reading::Reading;

/// Of a kind in a quiz's first five questions.
const EACH: usize = 2;
/// Of a kind in all.
const EACH_IN_ALL: usize = 3;
/// Questions in all, and below this many no quiz.
const MOST: usize = 10;
const LEAST: usize = 3;
/// Wrong sentences that two questions may have in common.
const SHARED: usize = 2;
/// Proposals of a kind, so that a long story takes no longer than a middling one.
const PROPOSALS: usize = 12;

/// A question that could be put, and what it gives away.
struct Proposal {
    question: Question,
    /// Sentences that no other question may show, since they tell its answer.
    shown: Vec<usize>,
    /// Sentences that it shows as well. A few of them may stand in another such list.
    beside: Vec<usize>,
    /// Stems that must not be read elsewhere in the quiz.
    secrets: Vec<String>,
    /// Two about the same thing are one too many.
    topic: String,
}

/// Up to ten questions, the best mixture first; none if fewer than three can be made.
pub(crate) fn make(reading: &Reading) -> Vec<Question> {
    let families = [
        (Family::Order, order::propose(reading)),
        (Family::Next, next::propose(reading)),
        (Family::Detail, detail::propose(reading)),
        (Family::Who, who::propose(reading)),
        (Family::Opposite, opposite::propose(reading)),
        (Family::Absent, absent::propose(reading)),
    ];
    let families = families.map(|(family, proposals)| (family, prepared(reading, proposals)));
    // Order and Next show four sentences each. In a short story they leave too few for others: then they come last.
    let plans: [[usize; 6]; 2] = [[0, 1, 2, 3, 4, 5], [2, 3, 4, 1, 0, 5]];
    let mut best: Vec<&Prepared> = Vec::new();
    for plan in plans {
        let chosen = choose(reading, &plan.map(|at| &families[at]));
        if chosen.len().min(5) > best.len().min(5) {
            best = chosen;
        }
    }
    if best.len() < LEAST {
        return Vec::new();
    }
    let mut questions: Vec<Question> = best
        .iter()
        .map(|chosen| chosen.proposal.question.clone())
        .collect();
    gate::spread(&mut questions, &mut Chance::new(reading.seed, "quiz letters"));
    questions
}

/// A proposal with everything that it lets its reader see, once somebody has asked for that: few have to be read.
struct Prepared {
    proposal: Proposal,
    seen: OnceCell<BTreeSet<String>>,
}

impl Prepared {
    fn seen(&self, reading: &Reading) -> &BTreeSet<String> {
        self.seen.get_or_init(|| {
            let mut texts = self.proposal.question.options.clone();
            texts.push(self.proposal.question.text.clone());
            gate::seen(&texts, reading)
        })
    }
}

fn prepared(reading: &Reading, proposals: Vec<Proposal>) -> Vec<Prepared> {
    proposals
        .into_iter()
        .filter(|proposal| gate::is_fair(&proposal.question, reading))
        .take(PROPOSALS)
        .map(|proposal| Prepared {
            proposal,
            seen: OnceCell::new(),
        })
        .collect()
}

/// Takes one of each family in turn, as long as no question helps with another.
fn choose<'p>(reading: &Reading, families: &[&'p (Family, Vec<Prepared>); 6]) -> Vec<&'p Prepared> {
    let mut chosen: Vec<&Prepared> = Vec::new();
    for round in 0..EACH_IN_ALL {
        if round == EACH && chosen.len() < 5 {
            break;
        }
        for (_, proposals) in families {
            let fits = |proposal: &&Prepared| chosen.iter().all(|other| are_apart(reading, proposal, other));
            if chosen.len() < MOST
                && let Some(found) = proposals.iter().find(fits)
            {
                chosen.push(found);
            }
        }
    }
    chosen
}

/// Whether neither question helps with the other.
fn are_apart(reading: &Reading, one: &Prepared, other: &Prepared) -> bool {
    let tells = |one: &Prepared, other: &Prepared| {
        one.proposal
            .secrets
            .iter()
            .any(|secret| other.seen(reading).contains(secret))
    };
    let (a, b) = (&one.proposal, &other.proposal);
    a.topic != b.topic
        && a.question.key != b.question.key
        && common(&a.shown, &b.shown) + common(&a.shown, &b.beside) + common(&a.beside, &b.shown) == 0
        && common(&a.beside, &b.beside) <= SHARED
        && !tells(one, other)
        && !tells(other, one)
}

fn common(one: &[usize], other: &[usize]) -> usize {
    one.iter().filter(|sentence| other.contains(sentence)).count()
}

#[cfg(test)]
mod tests;
