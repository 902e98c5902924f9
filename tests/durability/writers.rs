//! Fifty connections that write as fast as they are answered, and remember what they were promised.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use serde_json::{Value, json};
use ureq::Agent;

use crate::place::{PASSWORD, Place};
use crate::server::Server;

/// Writes that a round attempts, if nobody breaks it off.
pub(crate) const ATTEMPTS: usize = CONNECTIONS * EACH;

const ACCOUNTS: usize = 10;
const CONNECTIONS: usize = 50;
const EACH: usize = 20;

/// A write that the server said it has stored. Numbers rise from round to round and are never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// A story with this title.
    Story(usize),
    /// A comment with this text.
    Comment(usize),
    /// This text about themselves, of this account.
    Profile { account: usize, number: usize },
}

/// Some accounts that have signed in, and a story that all of them comment on.
pub(crate) struct People {
    tokens: Vec<String>,
    story: i64,
}

/// The address of an account.
pub(crate) fn address(account: usize) -> String {
    format!("keeper{account}@example.org")
}

impl People {
    pub(crate) fn sign_in(place: &Place, server: &Server) -> Self {
        let agent = agent();
        let token = |account| {
            place.create_account(&address(account));
            token(&agent, server, &address(account))
        };
        let tokens: Vec<String> = (0..ACCOUNTS).map(token).collect();
        let story = send(
            &agent,
            &server.url("/api/stories/create/"),
            &tokens[0],
            &story("Shared", "Once."),
        );
        let story = story.unwrap().1["story"]["id"].as_i64().unwrap();
        Self { tokens, story }
    }

    /// Writes on all connections; at the `moment`th acknowledgement something happens to the server. What was
    /// acknowledged, also after that.
    pub(crate) fn write(
        &self,
        server: &Server,
        round: usize,
        moment: usize,
        happens: impl FnOnce(),
    ) -> Vec<Stored> {
        let (acknowledge, acknowledged) = sync_channel(ATTEMPTS);
        thread::scope(|scope| {
            for connection in 0..CONNECTIONS {
                let acknowledge = acknowledge.clone();
                scope.spawn(move || self.write_on(server, round, connection, &acknowledge));
            }
            drop(acknowledge);
            let mut all: Vec<Stored> = acknowledged.iter().take(moment).collect();
            happens();
            all.extend(acknowledged.iter());
            all
        })
    }

    /// One connection's writes, until one of them is not answered.
    fn write_on(&self, server: &Server, round: usize, connection: usize, acknowledge: &SyncSender<Stored>) {
        let agent = agent();
        let account = connection % ACCOUNTS;
        for n in 0..EACH {
            let number = (round * CONNECTIONS + connection) * EACH + n;
            let stored = match connection / ACCOUNTS {
                0 => Stored::Profile { account, number },
                1 | 2 => Stored::Comment(number),
                _ => Stored::Story(number),
            };
            let (path, body) = self.request(stored);
            match send(&agent, &server.url(&path), &self.tokens[account], &body) {
                Ok((200 | 201, _)) => acknowledge.send(stored).unwrap(),
                // Refused while the server stops: not stored, not promised.
                Ok((503, _)) => {}
                Ok(other) => panic!("{stored:?}: {other:?}"),
                Err(_) => return,
            }
        }
    }

    fn request(&self, stored: Stored) -> (String, Value) {
        match stored {
            Stored::Story(number) => {
                let body = story(&format!("Story {number}"), "The lamp went round.");
                ("/api/stories/create/".to_owned(), body)
            }
            Stored::Comment(number) => {
                let path = format!("/api/stories/{}/comments/create/", self.story);
                (path, json!({"text": format!("Comment {number}")}))
            }
            Stored::Profile { number, .. } => (
                "/api/users/profile/update/".to_owned(),
                json!({"bio": number.to_string()}),
            ),
        }
    }

    /// Whether the server takes another story.
    pub(crate) fn can_still_write(&self, server: &Server) -> bool {
        let story = story("Afterwards", "They sailed on.");
        let sent = send(
            &agent(),
            &server.url("/api/stories/create/"),
            &self.tokens[0],
            &story,
        );
        sent.is_ok_and(|(status, _)| status == 201)
    }
}

/// A client with one connection, which takes every status for an answer.
pub(crate) fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).build().into()
}

/// Signs an account in.
pub(crate) fn token(agent: &Agent, server: &Server, email: &str) -> String {
    let body = json!({"email": email, "password": PASSWORD});
    let (status, answer) = send(agent, &server.url("/api/auth/login/"), "", &body).unwrap();
    assert_eq!(status, 200, "{answer}");
    answer["access"].as_str().unwrap().to_owned()
}

/// A published story without drawings.
pub(crate) fn story(title: &str, text: &str) -> Value {
    json!({"title": title, "content": text, "canvas_data": "[]", "is_published": true})
}

/// Posts a body; the status and the JSON of the answer.
pub(crate) fn send(agent: &Agent, url: &str, token: &str, body: &Value) -> Result<(u16, Value), ureq::Error> {
    let request = if url.ends_with("/profile/update/") {
        agent.put(url)
    } else {
        agent.post(url)
    };
    let request = if token.is_empty() {
        request
    } else {
        request.header("authorization", format!("Bearer {token}"))
    };
    let mut response = request.send_json(body)?;
    Ok((response.status().as_u16(), response.body_mut().read_json()?))
}
