//! What tests of sessions have in common: friends, a session with people in it, and what they do.

use std::sync::{Arc, Mutex};

use channels::{Event, Member, Membership};
use serde_json::{Value, json};
use tinytales::live::collaboration::{events, store};

use crate::support::{Answer, Client, Socket, World};

impl World {
    /// Ends the friendships of a person.
    pub fn estrange(&self, person: &Client) {
        let id = person.id();
        self.sql(move |conn| {
            conn.execute(
                "DELETE FROM friendships WHERE low_id = $1 OR high_id = $1",
                &[&id],
            )
            .map(drop)
        });
    }
}

/// A session, as somebody knows it.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    pub code: String,
}

impl Session {
    pub fn path(&self, what: &str) -> String {
        format!("/api/collaborate/{}/{what}", self.id)
    }

    pub fn story_path(&self) -> String {
        format!("/api/collaborate/sessions/{}/story/", self.id)
    }

    pub fn participants_path(&self) -> String {
        format!("/api/collaborate/sessions/{}/participants/", self.id)
    }
}

impl Client {
    /// Makes a session with five places.
    #[track_caller]
    pub fn hosts(&self, name: &str) -> Session {
        self.hosts_for(name, 5)
    }

    #[track_caller]
    pub fn hosts_for(&self, name: &str, places: i64) -> Session {
        let form = json!({"canvas_name": name, "max_participants": places, "duration_hours": 24});
        let made = self.post("/api/collaborate/create/", form).created();
        let text = |name: &str| made["session"][name].as_str().unwrap().to_owned();
        Session {
            id: text("session_id"),
            code: text("join_code"),
        }
    }

    pub fn tries_code(&self, code: &str) -> Answer {
        self.post("/api/collaborate/join-by-code/", json!({"join_code": code}))
    }

    /// Comes in by the code; the session as the answer has it.
    #[track_caller]
    pub fn joins(&self, session: &Session) -> Value {
        self.tries_code(&session.code).ok()["session"].clone()
    }

    pub fn tries_to_invite(&self, session: &Session, friend: &Client) -> Answer {
        let form = json!({"session_id": session.id, "friend_id": friend.id(), "story_title": "Moon Cats"});
        self.post("/api/collaborate/invite/", form)
    }

    /// Invites a friend; the id of the invitation.
    #[track_caller]
    pub fn invites(&self, session: &Session, friend: &Client) -> i64 {
        self.tries_to_invite(session, friend).ok()["notification_id"]
            .as_i64()
            .unwrap()
    }

    pub fn responds(&self, invitation: i64, action: &str) -> Answer {
        let path = format!("/api/collaborate/invites/{invitation}/respond/");
        self.post(&path, json!({"action": action}))
    }

    /// The ids of the invitations that wait.
    #[track_caller]
    pub fn invitations(&self) -> Vec<i64> {
        let listed = self.get("/api/collaborate/invites/").ok();
        let invitations = listed["invitations"].as_array().unwrap();
        invitations
            .iter()
            .map(|invite| invite["id"].as_i64().unwrap())
            .collect()
    }

    pub fn kicks(&self, session: &Session, person: &Client) -> Answer {
        self.post(&session.path("kick/"), json!({"user_id": person.id()}))
    }

    /// Begins a vote; its id.
    #[track_caller]
    pub fn calls_a_vote(&self, session: &Session) -> String {
        let started = self.post_nothing(&session.path("vote/")).ok();
        started["vote_id"].as_str().unwrap().to_owned()
    }

    pub fn casts(&self, session: &Session, vote: &str, agree: bool) -> Answer {
        self.post(
            &session.path("vote/cast/"),
            json!({"vote_id": vote, "agree": agree}),
        )
    }

    /// The ids of those who are in a session, as the caller sees it.
    #[track_caller]
    pub fn sees_in(&self, session: &Session) -> Vec<i64> {
        let presence = self.get(&session.path("presence/")).ok();
        let people = presence["participants"].as_array().unwrap();
        people
            .iter()
            .map(|person| person["user_id"].as_i64().unwrap())
            .collect()
    }
}

/// What is said in a group of the channel layer: to a room, or to somebody's notification sockets.
pub struct Ears {
    heard: Arc<Heard>,
    _membership: Membership,
}

#[derive(Default)]
struct Heard(Mutex<Vec<Value>>);

impl Member for Heard {
    fn deliver(&self, _: &str, event: &Event) {
        let Event::Message(message) = event else { return };
        // Frames begin with a header of a few bytes; what servers say to each other about a room, with a letter.
        if message[0].is_ascii_uppercase() {
            return;
        }
        let start = message.iter().position(|byte| *byte == b'{').unwrap();
        let json = serde_json::from_slice(&message[start..]).unwrap();
        self.0.lock().unwrap().push(json);
    }
}

impl Ears {
    /// All that was said since the last call.
    pub fn heard(&self) -> Vec<Value> {
        std::mem::take(&mut self.heard.0.lock().unwrap())
    }
}

impl World {
    fn listens(&self, group: &str) -> Ears {
        let heard = Arc::new(Heard::default());
        let member: Arc<dyn Member> = Arc::<Heard>::clone(&heard);
        Ears {
            heard,
            _membership: self.app.live.channels.join(group, member),
        }
    }

    /// Listens to what a room is told.
    pub fn listens_in(&self, session: &Session) -> Ears {
        let name = session.id.clone();
        let found = self.sql(move |conn| store::by_session_id(conn, &name));
        self.listens(&events::group(found.unwrap().id))
    }

    /// Listens to what somebody is told.
    pub fn listens_as(&self, person: &Client) -> Ears {
        self.listens(&format!("user:{}", person.id()))
    }
}

/// The names of an object's members, sorted: a shape is tested whole.
#[track_caller]
pub fn members(object: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = object
        .as_object()
        .unwrap_or_else(|| panic!("no object: {object}"))
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names
}

/// Somebody leaves, as a room notes it when their last socket has closed.
pub fn leaves(world: &World, session: &Session, person: &Client) {
    let (name, user_id, now) = (session.id.clone(), person.id(), world.app.clock.now());
    world.sql(move |conn| {
        let found = store::lock(conn, &name)?;
        let Some(found) = found else { return Ok(()) };
        store::members::leave(conn, found.id, user_id, now).map(drop)
    });
}

impl Client {
    /// Opens the socket of a session, and reads its first words.
    #[track_caller]
    pub fn enters(&self, session: &Session) -> (Socket, Value) {
        let mut socket = self.socket(&session.socket());
        let init = socket.until("init");
        assert_eq!(init["current_user_id"], json!(self.id()));
        (socket, init)
    }
}

impl Session {
    pub fn socket(&self) -> String {
        format!("/ws/collaborate/{}/", self.id)
    }
}

/// A stroke as the apps send it, on the page at `index`.
pub fn stroke(item: &str, page_id: &str, index: i64) -> Value {
    json!({"type": "draw", "page_id": page_id, "page_index": index, "is_cover_image": false,
        "data": {"type": "brush", "tool": "brush", "layerId": "l", "itemId": item, "points": [{"x": 1.5, "y": 2}],
            "page_id": page_id, "page_index": index, "is_cover_image": false}})
}

/// Two in one room; each has heard that both are there.
pub fn pair(world: &World) -> (Client, Client, Session, Socket, Socket) {
    let [mia, ben] = ["Mia", "Ben"].map(|name| world.child(name));
    let session = mia.hosts("Moon Cats");
    ben.joins(&session);
    let (mut at_mia, _) = mia.enters(&session);
    let (at_ben, _) = ben.enters(&session);
    at_mia.until("user_joined");
    (mia, ben, session, at_mia, at_ben)
}
