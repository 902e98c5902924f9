//! Who comes, and how one visit of so many is measured.

use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime;
use visitors::{
    Artist, Behaviour, Chatter, CoDrawing, Crowd, Group, Guest, LoginStorm, Navigator, Phase, Phases, Plan,
    Player, Progress, Report, Stage, Strokes,
};

use crate::Result;
use crate::confined::{Confined, FREE_INSTANCE, Seen, World};
use crate::cores::Cores;
use crate::http::{Client, Request};

/// What a server may keep beyond its idle memory a minute after everybody has left.
pub(super) const KEPT: u64 = 4 << 20;
/// Guests who look around while a crowd signs in.
const BYSTANDERS: usize = 3;

/// One visit.
#[derive(Debug)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) load: Load,
}

/// Who comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Load {
    /// Nobody.
    Idle,
    /// So many who sign in, at most one a second, and look around.
    Navigators(usize),
    /// So many who sign in, write to their friends, and hear them over notification sockets.
    Chatters(usize),
    /// So many who sign in and play games.
    Players(usize),
    /// So many who draw and save a story of 2 MB every five seconds.
    Artists(usize, Phases),
    /// So many who sign in in the same moment, and some guests who do not.
    Storm(usize),
    /// So many children who draw together over live sockets, in rooms of four.
    CoDrawing(usize),
    /// So many notification sockets that are open and do nothing.
    Crowd(usize),
}

/// In the order of the document.
pub(super) const SCENARIOS: [Scenario; 15] = [
    scenario("idle", Load::Idle),
    scenario("navigators-3", Load::Navigators(3)),
    scenario("navigators-10", Load::Navigators(10)),
    scenario("navigators-50", Load::Navigators(50)),
    scenario("navigators-100", Load::Navigators(100)),
    scenario("navigators-300", Load::Navigators(300)),
    scenario("chatters-100", Load::Chatters(100)),
    scenario("players-30", Load::Players(30)),
    scenario("artists-30", Load::Artists(30, Phases::Random)),
    scenario("artists-30-together", Load::Artists(30, Phases::Together)),
    scenario("storm-30", Load::Storm(30)),
    scenario("storm-200", Load::Storm(200)),
    scenario("co-drawing-30", Load::CoDrawing(30)),
    scenario("co-drawing-100", Load::CoDrawing(100)),
    scenario("crowd-1000", Load::Crowd(1_000)),
];

const fn scenario(name: &'static str, load: Load) -> Scenario {
    Scenario { name, load }
}

impl Scenario {
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        SCENARIOS.iter().find(|scenario| scenario.name == name)
    }
}

impl Load {
    /// How many people it is about.
    pub(super) fn people(self) -> usize {
        match self {
            Self::Idle => 0,
            Self::Navigators(people)
            | Self::Chatters(people)
            | Self::Players(people)
            | Self::Artists(people, _)
            | Self::Storm(people)
            | Self::CoDrawing(people)
            | Self::Crowd(people) => people,
        }
    }

    /// Whether it is about live sockets, which the document shows apart.
    pub(super) fn is_live(self) -> bool {
        matches!(self, Self::CoDrawing(_) | Self::Crowd(_))
    }
}

/// How long the phases of a scenario are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// Until a server that nobody uses is taken for idle.
    idle: Duration,
    measured: Duration,
    /// Arrivals a second.
    ramp: f64,
    /// Until the memory must be back.
    back: Duration,
}

impl Pace {
    pub(super) const WHOLE: Self = Self {
        idle: Duration::from_secs(10),
        measured: Duration::from_secs(120),
        ramp: 1.0,
        back: Duration::from_secs(60),
    };
    pub(super) const QUICK: Self = Self {
        idle: Duration::from_secs(2),
        measured: Duration::from_secs(10),
        ramp: 5.0,
        back: Duration::from_secs(60),
    };

    /// Those who come with their tokens need no second for each sign-in, and sockets that do nothing are soon measured.
    fn of(self, load: Load) -> Self {
        match load {
            Load::CoDrawing(_) => Self {
                ramp: self.ramp * 2.0,
                ..self
            },
            Load::Crowd(_) => Self {
                ramp: self.ramp * 20.0,
                measured: self.measured / 2,
                ..self
            },
            // Two hundred hashes take longer than two minutes where they have a twentieth of a core.
            Load::Storm(_) => Self {
                measured: self.measured * 2,
                ..self
            },
            _ => self,
        }
    }
}

/// What came of a scenario.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) name: &'static str,
    pub(super) load: Load,
    pub(super) seen: Seen,
    /// Why it is worth nothing, if it is: the server did not start or did not live.
    pub(super) felt: std::result::Result<Felt, String>,
}

/// What the people and the server of a scenario that was carried out felt.
#[derive(Clone, Debug, Default)]
pub(super) struct Felt {
    /// From the start of the process to its first 200.
    pub(super) ready_after: Duration,
    /// Resident memory before anybody came, and after everybody had left and it had settled.
    pub(super) idle: u64,
    pub(super) after: u64,
    /// How long the memory took to come back to idle + [`KEPT`]; nothing when it took longer than a minute.
    pub(super) back: Option<Duration>,
    /// How many came and how many got in.
    pub(super) arrived: usize,
    pub(super) entered: usize,
    pub(super) ramp: Phase,
    pub(super) steady: Phase,
    /// Live sockets that were open in the end, and what came of the strokes over the whole visit.
    pub(super) sockets_open: usize,
    pub(super) strokes: Strokes,
    /// Resident memory when all were there and nobody had left, as sampled.
    pub(super) resident_with_all: u64,
    /// CPU seconds of the server while people were there.
    pub(super) cpu: Duration,
    /// The first few errors, in words.
    pub(super) problems: Vec<String>,
}

impl Felt {
    /// Errors of the whole visit, over live sockets, too.
    pub(super) fn failed(&self) -> u64 {
        self.ramp.failed() + self.steady.failed()
    }

    /// Refusals of the whole visit.
    pub(super) fn refused(&self) -> u64 {
        self.ramp.overall.refused() + self.steady.overall.refused()
    }
}

/// Carries a scenario out with a server of its own. Never an error: what fails is the outcome.
pub(super) fn run(
    scenario: &Scenario,
    world: &World,
    cores: &Cores,
    runtime: &Runtime,
    pace: Pace,
) -> Outcome {
    let mut seen = Seen::default();
    let felt = visit(scenario, world, cores, runtime, pace, &mut seen);
    Outcome {
        name: scenario.name,
        load: scenario.load,
        seen,
        felt: felt.map_err(|error| error.to_string()),
    }
}

fn visit(
    scenario: &Scenario,
    world: &World,
    cores: &Cores,
    runtime: &Runtime,
    pace: Pace,
    seen: &mut Seen,
) -> Result<Felt> {
    let server = Confined::start(cores, world.launch(&[])?, FREE_INSTANCE)?;
    let felt = measure(&server, scenario, world, runtime, pace);
    // Also after a failure: how much it had when it died is what one wants to know then.
    *seen = server.seen();
    let stopped = server.stop();
    let felt = felt?;
    stopped?;
    Ok(felt)
}

fn measure(
    server: &Confined,
    scenario: &Scenario,
    world: &World,
    runtime: &Runtime,
    pace: Pace,
) -> Result<Felt> {
    look_once(server.port())?;
    thread::sleep(pace.idle);
    let before = server.usage()?;
    let mut resident_with_all = 0;
    let report = match plan(scenario.load, server.port(), world, pace.of(scenario.load)) {
        Some(plan) => {
            let watch = |progress: &Progress| {
                if progress.stage == Stage::Steady
                    && let Ok(usage) = server.usage()
                {
                    resident_with_all = usage.resident;
                }
            };
            runtime.block_on(visitors::run_watched(plan, watch, std::future::pending()))?
        }
        None => Report::default(),
    };
    let gone = |error| format!("the server did not live: {error}{}", server.last_lines());
    let after = server.usage().map_err(gone)?;
    let back = server.settles(before.resident + KEPT, pace.back).map_err(gone)?;
    Ok(Felt {
        ready_after: server.ready_after(),
        idle: before.resident,
        after: server.usage()?.resident,
        back,
        arrived: report.arrived,
        entered: report.entered,
        ramp: report.ramp,
        steady: report.steady,
        sockets_open: report.sockets_open,
        strokes: report.strokes,
        resident_with_all,
        cpu: after.cpu.saturating_sub(before.cpu),
        problems: report.problems,
    })
}

/// The first page of everybody: the front door and the library.
fn look_once(port: u16) -> Result<()> {
    let mut client = Client::connect(port)?;
    for path in ["/", "/api/stories/?public=true"] {
        let status = client.send(&Request::get(path))?.status;
        if status != 200 {
            return Err(format!("{path} answers {status}").into());
        }
    }
    Ok(())
}

fn plan(load: Load, port: u16, world: &World, pace: Pace) -> Option<Plan> {
    let behaviour = match load {
        Load::Idle => return None,
        Load::Navigators(_) => Behaviour::Navigator(Navigator::default()),
        Load::Chatters(_) => Behaviour::Chatter(Chatter::default()),
        Load::Players(_) => Behaviour::Player(Player::default()),
        Load::Artists(_, phases) => Behaviour::Artist(Artist {
            phases,
            ..Artist::default()
        }),
        Load::Storm(_) => Behaviour::LoginStorm(LoginStorm::default()),
        Load::CoDrawing(_) => Behaviour::CoDrawing(CoDrawing {
            tokens_only: true,
            ..CoDrawing::default()
        }),
        Load::Crowd(_) => Behaviour::Crowd(Crowd::default()),
    };
    let mut plan = Plan::new(format!("http://127.0.0.1:{port}"), behaviour, load.people());
    plan.accounts = world.accounts.clone();
    plan.measure_for = pace.measured;
    plan.ramp = pace.ramp;
    if let Load::Storm(_) = load {
        plan.ramp = 0.0;
        plan.groups.push(Group {
            behaviour: Behaviour::Guest(Guest::default()),
            people: BYSTANDERS,
        });
    }
    Some(plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_have_names_of_their_own() {
        let mut names: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SCENARIOS.len());
        assert_eq!(
            Scenario::named("idle").map(|scenario| scenario.load),
            Some(Load::Idle)
        );
    }
}
