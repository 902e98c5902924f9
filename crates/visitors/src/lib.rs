//! Virtual people who use a storybook server over real HTTP, and measure what they feel.
//!
//! A [`Plan`] says who comes, [`run`] sends them, a [`Report`] says what it was like. This crate speaks the public wire
//! alone and knows nothing of how the server is made.

mod accounts;
mod behaviours;
mod plan;
mod report;

pub use accounts::{Account, Accounts};
pub use behaviours::{Artist, Behaviour, Guest, LoginStorm, Navigator, Phases};
pub use plan::{Group, Misuse, Plan};
pub use report::{Figures, Phase, Report, Times};

/// Sends the people of the plan and waits until they have left.
///
/// # Errors
/// When the plan makes no sense, or its target is not on this machine.
#[expect(clippy::unused_async, reason = "the people come with the next change")]
pub async fn run(plan: Plan) -> Result<Report, Misuse> {
    plan.check()?;
    let mut report = Report {
        url: plan.url.clone(),
        seed: plan.seed,
        ..Report::default()
    };
    for behaviour in plan.behaviours() {
        *report.groups.entry(behaviour.name().to_owned()).or_default() += 1;
    }
    Ok(report)
}
