//! The calls that are measured, in short rounds that alternate with the bare server's.
//!
//! Other work on the machine only ever makes a round slower, so the best round counts for the rate and the latencies,
//! and rounds are short, so that some are left alone. CPU time is summed over all rounds.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::load::{Load, Measured};
use super::world::{SIGNED_IN, STORIES, World};
use crate::Result;
use crate::http::{Client, Request};
use crate::process::{Server, Usage};

/// How long views may stay in memory, with some room.
const VIEWS_ARE_WRITTEN_WITHIN: Duration = Duration::from_secs(10);

const ROUNDS: usize = 12;
const ROUND: Duration = Duration::from_millis(500);

/// Sends the n-th request of a connection; the first number is the connection's.
type Requests<'a> = Box<dyn Fn(usize, usize) -> Cow<'a, Request> + Sync + 'a>;

/// One call: what is sent, and by how many connections.
pub(super) struct Call<'a> {
    pub(super) name: &'static str,
    requests: Requests<'a>,
    connections: usize,
    /// Whether the bare server has it, too.
    is_bare: bool,
    /// Whether both must answer the same bytes.
    is_same: bool,
}

/// What one call came to.
pub(super) struct Outcome {
    pub(super) name: &'static str,
    pub(super) ours: Figures,
    pub(super) bare: Option<Figures>,
}

/// What one server made of a call.
#[derive(Default)]
pub(super) struct Figures {
    /// The round with the most answers per second.
    pub(super) best: Measured,
    cpu: Duration,
    answered: usize,
}

impl Outcome {
    /// Our requests per second, as a part of the bare server's.
    pub(super) fn ratio(&self) -> Option<f64> {
        self.bare
            .as_ref()
            .map(|bare| self.ours.best.rate() / bare.best.rate())
    }
}

impl Figures {
    /// CPU milliseconds of the server's process per request.
    pub(super) fn cpu(&self) -> f64 {
        self.cpu.as_secs_f64() * 1000.0 / self.answered.max(1) as f64
    }

    fn add(self, round: Measured, cpu: Duration) -> Self {
        Self {
            cpu: self.cpu + cpu,
            answered: self.answered + round.answered(),
            best: self.best.better(round),
        }
    }
}

/// All calls, in the order of the tables.
pub(super) fn all(world: &World) -> Result<Vec<Call<'_>>> {
    let list = |size| Request::get(&format!("/api/stories/?public=true&page_size={size}"));
    let detail = |id| Request::get(&format!("/api/stories/{id}/"));
    let rewards = Request::new("GET", "/api/users/rewards/", Some(&world.tokens[0]), None);
    let like = |story: &i64, token: &String| {
        Request::new("POST", &format!("/api/stories/{story}/like/"), Some(token), None)
    };
    let of_account = |token| world.stories.iter().map(|story| like(story, token)).collect();
    let likes: Vec<Vec<Request>> = world.tokens.iter().map(of_account).collect();
    let autosaves = (0..SIGNED_IN)
        .map(|number| world.autosave(number))
        .collect::<Result<Vec<_>>>()?;
    let drawing = AtomicUsize::new(0);
    let person = AtomicUsize::new(0);
    let next = |counter: &AtomicUsize| counter.fetch_add(1, Ordering::Relaxed);
    Ok(vec![
        Call::reading("library list of 100", list(100)).also_bare(),
        Call::reading("list of 12", list(12)).also_bare(),
        Call::reading("detail, pictures as URLs", detail(world.linked)).also_bare(),
        Call::reading("detail, 0.9 MB drawn", detail(world.drawn)),
        Call::reading("rewards", rewards),
        Call {
            is_bare: true,
            ..Call::writing("like", 8, move |connection, n| {
                Cow::Owned(likes[connection][(connection * 12 + n) % STORIES].clone())
            })
        },
        Call::writing("sign-in", 2, move |_, _| Cow::Owned(world.sign_in(next(&person)))),
        Call::writing("autosave of 2 MB", 4, move |connection, _| {
            Cow::Owned(autosaves[connection].next(next(&drawing)))
        }),
    ])
}

impl<'a> Call<'a> {
    fn reading(name: &'static str, request: Request) -> Self {
        Self::writing(name, 8, move |_, _| Cow::Owned(request.clone()))
    }

    /// Read by one connection alone, so that nobody waits for another.
    pub(super) fn alone(name: &'static str, request: Request) -> Self {
        Self {
            connections: 1,
            ..Self::reading(name, request)
        }
    }

    fn writing(
        name: &'static str,
        connections: usize,
        requests: impl Fn(usize, usize) -> Cow<'a, Request> + Sync + 'a,
    ) -> Self {
        Self {
            name,
            requests: Box::new(requests),
            connections,
            is_bare: false,
            is_same: false,
        }
    }

    fn also_bare(self) -> Self {
        Self {
            is_bare: true,
            is_same: true,
            ..self
        }
    }

    /// Measures the call; an error when a request fails, or when the two servers should agree and do not.
    pub(super) fn measure(&self, ours: &Server, bare: Option<&Server>) -> Result<Outcome> {
        let bare = bare.filter(|_| self.is_bare);
        if let Some(bare) = bare {
            self.compare(ours, bare)?;
        }
        let mut outcome = Outcome {
            name: self.name,
            ours: Figures::default(),
            bare: None,
        };
        for _ in 0..ROUNDS {
            outcome.ours = self.round(ours, outcome.ours)?;
            if let Some(bare) = bare {
                outcome.bare = Some(self.round(bare, outcome.bare.take().unwrap_or_default())?);
            }
        }
        Ok(outcome)
    }

    /// Both must answer the same bytes, where they should.
    fn compare(&self, ours: &Server, bare: &Server) -> Result<()> {
        if !self.is_same {
            return Ok(());
        }
        let ask = |server: &Server| -> Result<(u16, Vec<u8>)> {
            let mut client = Client::connect(server.port())?;
            let answer = client.send(&(self.requests)(0, 0))?;
            Ok((answer.status, answer.body.to_vec()))
        };
        // Our first look at a story is shown at once and written a few seconds later, where the bare server finds it.
        let deadline = Instant::now() + VIEWS_ARE_WRITTEN_WITHIN;
        let (mut one, mut other) = (ask(ours)?, ask(bare)?);
        while one != other && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(250));
            (one, other) = (ask(ours)?, ask(bare)?);
        }
        if one == other {
            return Ok(());
        }
        let shown = |(status, body): &(u16, Vec<u8>)| {
            format!(
                "{status} {}",
                String::from_utf8_lossy(&body[..body.len().min(1200)])
            )
        };
        let (one, other) = (shown(&one), shown(&other));
        Err(format!(
            "{}: the bare server answers something else:\n{one}\n{other}",
            self.name
        )
        .into())
    }

    /// One round, added to those before.
    fn round(&self, server: &Server, figures: Figures) -> Result<Figures> {
        let load = Load {
            connections: self.connections,
            duration: ROUND,
        };
        let before = Usage::of(server.id())?;
        let round = load.run(server.port(), &*self.requests)?;
        let after = Usage::of(server.id())?;
        if round.failures > 0 || round.answered() == 0 {
            let (failed, answered, lines) = (round.failures, round.answered(), server.last_lines());
            return Err(format!("{}: {answered} answers, {failed} failures{lines}", self.name).into());
        }
        Ok(figures.add(round, after.cpu.saturating_sub(before.cpu)))
    }
}
