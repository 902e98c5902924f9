//! What all people of a run share: the plan, the books, the clock, and where the run stands.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use crate::behaviours::Behaviour;
use crate::drawing::Pool;
use crate::http::Target;
use crate::ledger::{Ledger, Stage};
use crate::plan::Plan;
use crate::rooms::Rooms;

pub(crate) struct Visit {
    pub(crate) plan: Plan,
    pub(crate) target: Target,
    pub(crate) ledger: Ledger,
    pub(crate) began: Instant,
    /// Where the run stands. People watch it.
    pub(crate) stage: watch::Sender<Stage>,
    /// One permit for each person that has entered, or left before.
    pub(crate) settled: Semaphore,
    pub(crate) arrived: AtomicUsize,
    pub(crate) entered: AtomicUsize,
    pub(crate) steady_since: OnceLock<Instant>,
    pub(crate) over_since: OnceLock<Instant>,
    /// What the artists draw.
    pub(crate) drawings: Pool,
    /// Where people draw together.
    pub(crate) rooms: Rooms,
    /// Live sockets that are open.
    pub(crate) open_sockets: AtomicUsize,
}

/// The run is over: nothing new begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Over;

impl Visit {
    pub(crate) fn new(plan: Plan, target: Target) -> Arc<Self> {
        let draws = plan.behaviours().any(Behaviour::draws);
        let drawings = if draws {
            Pool::drawn(plan.seed)
        } else {
            Pool::default()
        };
        Arc::new(Self {
            plan,
            target,
            ledger: Ledger::default(),
            began: Instant::now(),
            stage: watch::Sender::new(Stage::Ramp),
            settled: Semaphore::new(0),
            arrived: AtomicUsize::new(0),
            entered: AtomicUsize::new(0),
            steady_since: OnceLock::new(),
            over_since: OnceLock::new(),
            drawings,
            rooms: Rooms::default(),
            open_sockets: AtomicUsize::new(0),
        })
    }

    /// Where the run stands, as long as it goes on.
    pub(crate) fn stage(&self) -> Result<Stage, Over> {
        match *self.stage.borrow() {
            Stage::Over => Err(Over),
            stage => Ok(stage),
        }
    }

    /// Where the run stands, also after its end.
    pub(crate) fn stage_now(&self) -> Stage {
        *self.stage.borrow()
    }

    /// Does nothing until this moment, or until the run is over.
    pub(crate) async fn pause_until(&self, moment: Instant) -> Result<(), Over> {
        tokio::select! {
            biased;
            () = self.is_over() => Err(Over),
            () = tokio::time::sleep_until(moment) => Ok(()),
        }
    }

    /// Waits until the run is over.
    pub(crate) async fn is_over(&self) {
        // The sender is ours: it does not go while this waits.
        let _ = self
            .stage
            .subscribe()
            .wait_for(|stage| *stage == Stage::Over)
            .await;
    }

    /// Goes on to a stage, and tells everybody.
    pub(crate) fn enter_stage(&self, stage: Stage) {
        let since = match stage {
            Stage::Ramp => None,
            Stage::Steady => Some(&self.steady_since),
            Stage::Over => Some(&self.over_since),
        };
        if let Some(since) = since {
            since.get_or_init(Instant::now);
        }
        self.stage.send_replace(stage);
    }

    /// A time of the script, at the plan's pace.
    pub(crate) fn paced(&self, time: Duration) -> Duration {
        time.div_f64(self.plan.pace)
    }
}
