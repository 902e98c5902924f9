//! What looks at everybody, in a world with many of them: ten thousand people and fifty thousand stories.
//!
//! Asked by somebody popular, and one request at a time: what is felt is what the server takes.

use std::path::Path;

use serde_json::{Value, json};
use visitors::{Account, Accounts};

use super::administrators;
use super::calls::Call;
use super::world::settings;
use crate::Result;
use crate::confined::{Order, populate};
use crate::http::{Client, Request};
use crate::process::{Launch, Server};

/// Milliseconds that each of the calls may take, of CPU and from the request to its answer.
pub(super) const GATE: f64 = 5.0;

/// With it the server tells how many statements it has run.
pub(super) const METRICS_TOKEN: &str = "for-the-bench-alone-on-this-machine-alone";

const WORLD: Order = Order {
    users: 10_000,
    stories: 50_000,
    pages: 1,
    picture_kb: 1,
};
/// Who becomes friends with the popular one, writes to them, and likes what they wrote.
const FRIENDS: usize = 200;
/// The first of them: far enough from the popular one not to be a friend already.
const FIRST_FRIEND: usize = 1_000;

/// The filled file, and who lives there.
pub(super) struct Crowd {
    pub(super) launch: Launch,
    accounts: Accounts,
}

impl Crowd {
    /// Fills the folder `data` by the release build `program`.
    pub(super) fn fill(program: &Path, data: &Path) -> Result<Self> {
        std::fs::create_dir(data)?;
        let mut settings = settings();
        settings.extend(administrators::settings());
        settings.push(("METRICS_TOKEN", METRICS_TOKEN.to_owned()));
        let launch = Launch {
            program: program.to_owned(),
            arguments: vec!["serve"],
            data: data.to_owned(),
            settings,
            groups: Vec::new(),
        };
        let accounts = populate(program, data, &launch.settings, WORLD)?;
        Ok(Self { launch, accounts })
    }

    /// Makes the first of the people popular.
    pub(super) fn gather(&self, server: &Server) -> Result<()> {
        let mut client = Client::connect(server.port())?;
        let (star, token) = (self.accounts.people[0].id, self.star());
        // Each of them wrote every so many stories, in turn.
        let stories: Vec<i64> = self
            .accounts
            .public_stories
            .iter()
            .step_by(WORLD.users)
            .copied()
            .collect();
        for friend in self.accounts.people.iter().skip(FIRST_FRIEND).take(FRIENDS) {
            let own = friend.access.as_str();
            let body = json!({"receiver_id": star});
            let asked = ask(
                &mut client,
                "POST",
                "/api/friends/send-request/",
                own,
                Some(&body),
            )?;
            let path = format!("/api/friends/respond/{}/", asked["friendship"]["id"]);
            ask(
                &mut client,
                "PUT",
                &path,
                token,
                Some(&json!({"action": "accept"})),
            )?;
            let body = json!({"receiver_id": star, "content": "What happens next?"});
            ask(&mut client, "POST", "/api/messages/send/", own, Some(&body))?;
            for story in &stories {
                ask(
                    &mut client,
                    "POST",
                    &format!("/api/stories/{story}/like/"),
                    own,
                    None,
                )?;
            }
        }
        Ok(())
    }

    /// The calls, in the order of the table.
    pub(super) fn calls(&self) -> Vec<Call<'static>> {
        let by_the_star = |path| Request::new("GET", path, Some(self.star()), None);
        [
            ("rewards", "/api/users/rewards/"),
            ("progress", "/api/achievements/progress/"),
            ("leaderboard", "/api/social/leaderboard/?limit=25"),
            ("feed", "/api/social/activity-feed/?limit=100"),
            ("conversations", "/api/messages/conversations/"),
        ]
        .map(|(name, path)| Call::alone(name, by_the_star(path)))
        .into()
    }

    /// Who lives there.
    pub(super) fn people(&self) -> &[Account] {
        &self.accounts.people
    }

    /// What they have published.
    pub(super) fn stories(&self) -> &[i64] {
        &self.accounts.public_stories
    }

    fn star(&self) -> &str {
        &self.accounts.people[0].access
    }
}

/// The answer's body; what is refused is an error.
pub(super) fn ask(
    client: &mut Client,
    method: &str,
    path: &str,
    token: &str,
    body: Option<&Value>,
) -> Result<Value> {
    let answer = client.send(&Request::new(method, path, Some(token), body))?;
    let (status, body) = (
        answer.status,
        serde_json::from_slice(answer.body).unwrap_or_default(),
    );
    if status >= 400 {
        return Err(format!("{method} {path}: {status} {body}").into());
    }
    Ok(body)
}
