//! How a run goes: people arrive, all of them are there and are measured, nothing new begins and the last answers come.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, timeout, timeout_at};

use crate::http::Target;
use crate::ledger::Stage;
use crate::person::Person;
use crate::plan::{Misuse, Plan};
use crate::report::Report;
use crate::visit::Visit;

/// How long those who have arrived may take to get in before the ramp ends without them.
const SETTLING: Duration = Duration::from_secs(60);
/// How often somebody is told how the run goes.
const TICK: Duration = Duration::from_secs(1);

/// How a run goes.
#[derive(Clone, Debug)]
pub struct Progress {
    pub stage: Stage,
    /// Since the run began.
    pub elapsed: Duration,
    /// How long the run takes, as far as one can tell by now.
    pub expected: Duration,
    /// How many people will come.
    pub people: usize,
    /// The books so far.
    pub report: Report,
}

/// Sends the people of the plan and waits until they have left.
///
/// # Errors
/// When the plan makes no sense, or its target is not on this machine.
pub async fn run(plan: Plan) -> Result<Report, Misuse> {
    run_watched(plan, |_| (), std::future::pending()).await
}

/// The same; tells `watch` once a second how it goes, and ends at once when `interrupted` is ready.
pub async fn run_watched(
    plan: Plan,
    watch: impl FnMut(&Progress),
    interrupted: impl Future<Output = ()>,
) -> Result<Report, Misuse> {
    plan.check()?;
    let target = Target::find(&plan.url, plan.is_my_server).await?;
    Ok(go(&Visit::new(plan, target), watch, interrupted).await)
}

pub(crate) async fn go(
    visit: &Arc<Visit>,
    mut watch: impl FnMut(&Progress),
    interrupted: impl Future<Output = ()>,
) -> Report {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    tokio::pin!(interrupted);
    let timeline = timeline(visit);
    tokio::pin!(timeline);
    let was_interrupted = loop {
        tokio::select! {
            biased;
            () = &mut timeline => break false,
            () = &mut interrupted => break true,
            _ = ticks.tick() => watch(&progress(visit)),
        }
    };
    Report {
        interrupted: was_interrupted,
        ..report(visit)
    }
}

/// The whole run. Left in the middle it takes the people with it: the set that owns them ends them.
async fn timeline(visit: &Arc<Visit>) {
    let plan = &visit.plan;
    let mut people = JoinSet::new();
    let arrive_and_stay = async {
        if plan.is_storm() {
            // Its sign-ins are what is to be measured, from the first one on.
            visit.enter_stage(Stage::Steady);
        }
        arrive(visit, &mut people).await;
        if !plan.is_storm() {
            settle(visit).await;
            visit.enter_stage(Stage::Steady);
        }
        let _ = timeout(plan.measure_for, leave(&mut people)).await;
    };
    match plan.end_after {
        Some(time) => drop(timeout_at(visit.began + time, arrive_and_stay).await),
        None => arrive_and_stay.await,
    }
    visit.enter_stage(Stage::Over);
    // Nobody begins anything now, and each call has its timeout.
    leave(&mut people).await;
}

async fn arrive(visit: &Arc<Visit>, people: &mut JoinSet<()>) {
    for (number, behaviour) in visit.plan.behaviours().enumerate() {
        tokio::time::sleep_until(visit.began + visit.plan.arrival(number)).await;
        let (behaviour, mut person) = (behaviour.clone(), Person::new(visit, number));
        visit.arrived.fetch_add(1, Ordering::Relaxed);
        people.spawn(async move {
            // Over or done: either way this person leaves.
            let _ = behaviour.visit(&mut person).await;
        });
    }
}

/// Waits until all who have arrived are in, or have left, or have tried for long enough.
async fn settle(visit: &Visit) {
    let all = u32::try_from(visit.plan.people()).unwrap_or(u32::MAX);
    // Who is not in by then is in the figures as refused or failed.
    let _ = timeout(SETTLING, visit.settled.acquire_many(all)).await;
}

async fn leave(people: &mut JoinSet<()>) {
    while let Some(left) = people.join_next().await {
        if let Err(error) = left
            && let Ok(panic) = error.try_into_panic()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

fn progress(visit: &Visit) -> Progress {
    let plan = &visit.plan;
    let last = plan.people().saturating_sub(1);
    let ramp = match visit.steady_since.get() {
        Some(&steady) => steady - visit.began,
        None => plan.arrival(last).max(visit.began.elapsed()),
    };
    let expected = ramp + plan.measure_for;
    Progress {
        stage: *visit.stage.borrow(),
        elapsed: visit.began.elapsed(),
        expected: plan.end_after.map_or(expected, |end| end.min(expected)),
        people: plan.people(),
        report: report(visit),
    }
}

fn report(visit: &Visit) -> Report {
    let plan = &visit.plan;
    let (mut ramp, mut steady, problems) = visit.ledger.report();
    let over = visit.over_since.get().copied().unwrap_or_else(Instant::now);
    let steady_since = visit.steady_since.get().copied().unwrap_or(over);
    ramp.seconds = (steady_since - visit.began).as_secs_f64();
    steady.seconds = (over - steady_since).as_secs_f64();
    let mut groups = BTreeMap::new();
    for group in &plan.groups {
        *groups.entry(group.behaviour.name().to_owned()).or_default() += group.people;
    }
    Report {
        url: plan.url.clone(),
        seed: plan.seed,
        groups,
        arrived: visit.arrived.load(Ordering::Relaxed),
        entered: visit.entered.load(Ordering::Relaxed),
        interrupted: false,
        ramp,
        steady,
        sockets_open: visit.open_sockets.load(Ordering::Relaxed),
        strokes: visit.rooms.strokes(),
        problems,
    }
}
