//! The calls that are measured, in short rounds that alternate with the bare server's.
//!
//! Other work on the machine only ever makes a round slower, so the best round counts for the rate and the latencies.
//! CPU time is summed over all rounds.

use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::load::{Load, Measured};
use super::world::{SIGNED_IN, STORIES, World};
use crate::Result;
use crate::http::{Client, Request};
use crate::process::{Server, Usage};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(1);

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
    pub(super) ours: Measured,
    pub(super) bare: Option<Measured>,
    /// CPU milliseconds of our server per request.
    pub(super) cpu: f64,
}

impl Outcome {
    /// Our requests per second, as a part of the bare server's.
    pub(super) fn ratio(&self) -> Option<f64> {
        self.bare.as_ref().map(|bare| self.ours.rate() / bare.rate())
    }
}

/// All calls, in the order of the tables.
pub(super) fn all(world: &World) -> Result<Vec<Call<'_>>> {
    let list = |size| Request::get(&format!("/api/stories/?public=true&page_size={size}"));
    let detail = |id| Request::get(&format!("/api/stories/{id}/"));
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
        Call {
            is_bare: true,
            ..Call::writing("like", 8, move |connection, n| {
                Cow::Owned(likes[connection][(connection * 12 + n) % STORIES].clone())
            })
        },
        Call::writing("sign-in", 2, move |_, _| {
            Cow::Owned(World::sign_in(next(&person)))
        }),
        Call::writing("autosave of 2 MB", 4, move |connection, _| {
            Cow::Owned(autosaves[connection].next(next(&drawing)))
        }),
    ])
}

impl<'a> Call<'a> {
    fn reading(name: &'static str, request: Request) -> Self {
        Self::writing(name, 8, move |_, _| Cow::Owned(request.clone()))
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
    pub(super) fn measure(&self, ours: &Server, bare: &Server) -> Result<Outcome> {
        self.warm_up(ours, bare)?;
        let (mut best_of_ours, mut best_of_bare) = (Measured::default(), Measured::default());
        let (mut cpu, mut answered) = (Duration::ZERO, 0);
        for _ in 0..ROUNDS {
            let before = Usage::of(ours.id())?;
            let round = self.round(ours)?;
            cpu += Usage::of(ours.id())?.cpu.saturating_sub(before.cpu);
            answered += round.answered();
            best_of_ours = best_of_ours.better(round);
            if self.is_bare {
                best_of_bare = best_of_bare.better(self.round(bare)?);
            }
        }
        Ok(Outcome {
            name: self.name,
            ours: best_of_ours,
            bare: self.is_bare.then_some(best_of_bare),
            cpu: cpu.as_secs_f64() * 1000.0 / answered.max(1) as f64,
        })
    }

    fn warm_up(&self, ours: &Server, bare: &Server) -> Result<()> {
        let ask = |server: &Server| -> Result<(u16, Vec<u8>)> {
            let mut client = Client::connect(server.port())?;
            let answer = client.send(&(self.requests)(0, 0))?;
            Ok((answer.status, answer.body.to_vec()))
        };
        if !self.is_same {
            return Ok(());
        }
        let (one, other) = (ask(ours)?, ask(bare)?);
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

    fn round(&self, server: &Server) -> Result<Measured> {
        let load = Load {
            connections: self.connections,
            duration: ROUND,
        };
        let measured = load.run(server.port(), &*self.requests)?;
        if measured.failures > 0 || measured.answered() == 0 {
            let (failed, lines) = (measured.failures, server.last_lines());
            return Err(format!(
                "{}: {failed} of {} requests failed{lines}",
                self.name,
                measured.answered()
            )
            .into());
        }
        Ok(measured)
    }
}
