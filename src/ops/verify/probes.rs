//! What is asked of the server, in which order.

use super::client::Client;
use super::metrics::Metrics;
use super::socket::{self, Sockets};
use super::visitors::{Visits, visit};
use super::{Answer, PATIENCE, Trouble, Visit, WAKING};

/// A name that no server of ours is called by.
const STRANGER: &str = "nobody.invalid";
/// Where the phone apps come from.
pub(super) const APP: &str = "capacitor://localhost";
/// Stories that visitors open.
const OPENED: usize = 3;

/// What was seen.
#[derive(Clone, Debug)]
pub struct Look {
    /// The address that was looked at.
    pub base: String,
    /// Whether nobody on the way can read along.
    pub private: bool,
    /// `/healthz`.
    pub health: Result<Answer, Trouble>,
    /// Everything else; none when `/healthz` had no answer.
    pub rest: Option<Rest>,
}

/// What was seen of a server that answers.
#[derive(Clone, Debug)]
pub struct Rest {
    /// `/readyz`.
    pub ready: Result<Answer, Trouble>,
    /// What a browser asks before an app may write.
    pub preflight: Result<Answer, Trouble>,
    /// An address that does not exist.
    pub missing: Result<Answer, Trouble>,
    /// A request under somebody else's name.
    pub stranger: Result<Answer, Trouble>,
    /// Live sockets.
    pub sockets: Sockets,
    /// Why there are no metrics, or what they said while the visitors were there: the largest of each.
    pub metrics: Result<Metrics, Unseen>,
    /// The visitors.
    pub visits: Visits,
}

/// Why the metrics were not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// No token was given.
    NoToken,
    /// The token would have been sent in the clear over the network.
    InTheClear,
    /// The server does not take this token, or has none itself.
    Refused(u16),
    /// There was no answer.
    NoAnswer,
}

/// Whether the server is alive: the health check of a container.
pub fn is_healthy(visit: &Visit) -> Result<(), String> {
    match Client::new(&visit.base).get("/healthz", PATIENCE) {
        Ok(answer) if answer.status == 200 => Ok(()),
        Ok(answer) => Err(format!("/healthz answered {}", answer.status)),
        Err(trouble) => Err(trouble.words().to_owned()),
    }
}

/// Looks at a server; takes about twelve seconds.
pub fn look(visit: &Visit) -> Look {
    let client = Client::new(&visit.base);
    // A free instance that sleeps takes half a minute to wake, and is healthy all the same.
    let health = client.get("/healthz", WAKING);
    let rest = health.is_ok().then(|| look_around(visit, &client));
    Look {
        base: visit.base.clone(),
        private: visit.is_private(),
        health,
        rest,
    }
}

fn look_around(visit: &Visit, client: &Client) -> Rest {
    let preflight = [
        ("origin", APP),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    let ready = client.get("/readyz", PATIENCE);
    let preflight = client.ask("OPTIONS", "/api/stories/", &preflight, PATIENCE);
    let missing = client.get("/api/no-such-address/", PATIENCE);
    // Apart, because what stands before the server may not like two names on one connection.
    let stranger = Client::new(&visit.base).ask("GET", "/api/", &[("host", STRANGER)], PATIENCE);
    let sockets = socket::try_both(&visit.base);
    let mut metrics = read_metrics(visit, client);
    let visits = visit_with(visit, client, &mut metrics);
    Rest {
        ready,
        preflight,
        missing,
        stranger,
        sockets,
        metrics,
        visits,
    }
}

fn visit_with(to: &Visit, client: &Client, metrics: &mut Result<Metrics, Unseen>) -> Visits {
    let stories = public_stories(client);
    visit(&to.base, to.visitors, &stories, || {
        if let (Ok(most), Ok(now)) = (metrics.as_mut(), read_metrics(to, client)) {
            most.memory = most.memory.max(now.memory);
            most.log_lines = most.log_lines.max(now.log_lines);
        }
    })
}

fn public_stories(client: &Client) -> Vec<i64> {
    let list = client.get("/api/stories/?public=true&page_size=12", PATIENCE);
    let list = list.map(|answer| answer.json()).unwrap_or_default();
    let ids = list["results"].as_array().into_iter().flatten();
    ids.filter_map(|story| story["id"].as_i64())
        .take(OPENED)
        .collect()
}

fn read_metrics(visit: &Visit, client: &Client) -> Result<Metrics, Unseen> {
    let token = visit.metrics_token.as_ref().ok_or(Unseen::NoToken)?;
    if !visit.is_private() {
        return Err(Unseen::InTheClear);
    }
    let bearer = format!("Bearer {}", token.reveal());
    let answer = client.ask("GET", "/metrics", &[("authorization", &bearer)], PATIENCE);
    let answer = answer.map_err(|_| Unseen::NoAnswer)?;
    if answer.status != 200 {
        return Err(Unseen::Refused(answer.status));
    }
    Ok(Metrics::parse(&answer.body))
}
