//! Plays the steps of a transcript in a world of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tinytales::clock::SECOND;
use tinytales::live;
use tinytales::live::collaboration::{sweep, votes};

use super::line::{Event, Line};
use super::pattern::{Names, compare, fill, fill_path, pattern};
use super::script::{Act, Call, Step};
use crate::support::{Answer, Client, World};

/// What does not come within this time does not come: a vote takes twelve seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// Asks of the server to whoever is on a canvas come when it likes.
const NEVER_MEANT: &str = "request_canvas_state";

struct Play {
    world: World,
    people: BTreeMap<String, Client>,
    names: Names,
    lines: BTreeMap<String, Line>,
    ignored: BTreeSet<(Option<String>, String)>,
}

/// Plays them; an error begins with the line of the step that went otherwise.
pub fn play(steps: &[Step]) -> Result<(), String> {
    let mut play = Play {
        world: World::new(),
        people: BTreeMap::new(),
        names: Names::new(),
        lines: BTreeMap::new(),
        ignored: BTreeSet::from([(None, NEVER_MEANT.to_owned())]),
    };
    for step in steps {
        play.step(&step.act)
            .map_err(|error| format!("{}: {error}", step.line))?;
    }
    Ok(())
}

impl Play {
    fn step(&mut self, act: &Act) -> Result<(), String> {
        match act {
            Act::People(names) => names.iter().for_each(|name| self.comes(name)),
            Act::Friends(one, other) => self.become_friends(one, other)?,
            Act::Open { socket, path, status } => self.open(socket, path, *status)?,
            Act::Say { socket, text } => {
                let text = fill(text, &self.names)?;
                if !self.line(socket)?.say(&text) {
                    return Err(format!("{socket} is closed"));
                }
            }
            Act::Hear {
                socket,
                pattern,
                anywhere,
            } => self.hear(socket, pattern, *anywhere)?,
            Act::Silence {
                sockets,
                milliseconds,
            } => self.silence(sockets, Duration::from_millis(*milliseconds))?,
            Act::Room(names) => self.room(names)?,
            Act::Ignore { socket, types } => {
                let all = types.iter().map(|kind| (socket.clone(), kind.clone()));
                self.ignored.extend(all);
            }
            Act::Close(socket) => {
                self.take(socket)?.close();
                self.world.wait_for_sockets(self.lines.len());
            }
            Act::Drop(socket) => {
                self.take(socket)?.drop_it();
                self.world.wait_for_sockets(self.lines.len());
            }
            Act::Closed { socket, code } => {
                let event = self.next(socket, PATIENCE)?;
                if event != Some(Event::Closed(*code)) {
                    return Err(format!("{socket} is not closed with {code}: {event:?}"));
                }
                self.take(socket)?;
                self.world.wait_for_sockets(self.lines.len());
            }
            Act::Call(call) => self.call(call)?,
            Act::Together { calls, statuses } => self.together(calls, statuses)?,
            Act::Restart => self.world.restart(),
            Act::Advance(seconds) => self.advance(*seconds)?,
        }
        Ok(())
    }

    fn comes(&mut self, name: &str) {
        let mut letters = name.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        let display: String = first.into_iter().chain(letters).collect();
        let child = self.world.child(&display);
        self.names.insert(format!("id:{name}"), json!(child.id()));
        self.names
            .insert(format!("refresh:{name}"), json!(child.refresh()));
        self.people.insert(name.to_owned(), child);
    }

    /// The person whose socket this is: what stands before a colon.
    fn person(&self, socket: &str) -> Result<Client, String> {
        let name = socket.split(':').next().unwrap_or_default();
        if name == "guest" {
            return Ok(self.world.guest());
        }
        let person = self
            .people
            .get(name)
            .ok_or_else(|| format!("nobody is called {name}"))?;
        Ok(person.clone())
    }

    fn line(&mut self, socket: &str) -> Result<&mut Line, String> {
        let line = self.lines.get_mut(socket);
        line.ok_or_else(|| format!("{socket} has no open socket"))
    }

    fn take(&mut self, socket: &str) -> Result<Line, String> {
        let line = self.lines.remove(socket);
        line.ok_or_else(|| format!("{socket} has no open socket"))
    }

    fn become_friends(&mut self, one: &str, other: &str) -> Result<(), String> {
        let (asks, agrees) = (self.person(one)?, self.person(other)?);
        let asked = asks.post("/api/friends/send-request/", json!({"receiver_id": agrees.id()}));
        let id = &asked.created()["friendship"]["id"];
        let path = format!("/api/friends/respond/{id}/");
        agrees.put(&path, json!({"action": "accept"})).ok();
        Ok(())
    }

    fn open(&mut self, socket: &str, path: &str, status: u16) -> Result<(), String> {
        let mut path = fill_path(path, &self.names)?;
        let person = self.person(socket)?;
        if !path.contains('?') && !socket.starts_with("guest") {
            path = format!("{path}?token={}", person.access());
        }
        match (Line::open(self.world.address, &path), status) {
            (Ok(line), 101) => {
                self.lines.insert(socket.to_owned(), line);
                Ok(())
            }
            (Ok(_), _) => Err(format!("{socket} was let in, and should have got {status}")),
            (Err(answered), _) if answered == status => Ok(()),
            (Err(answered), _) => Err(format!("{socket} was answered {answered}, not {status}")),
        }
    }

    fn is_ignored(&self, socket: &str, event: &Event) -> bool {
        let Event::Message(message) = event else {
            return false;
        };
        let kind = message["type"].as_str().unwrap_or_default();
        let is = |whose: Option<String>| self.ignored.contains(&(whose, kind.to_owned()));
        is(None) || is(Some(socket.to_owned()))
    }

    /// What comes next to somebody that is not passed over.
    fn next(&mut self, socket: &str, within: Duration) -> Result<Option<Event>, String> {
        loop {
            let event = self.line(socket)?.next(within);
            match event {
                Some(event) if self.is_ignored(socket, &event) => {}
                event => return Ok(event),
            }
        }
    }

    fn hear(&mut self, socket: &str, text: &str, anywhere: bool) -> Result<(), String> {
        let wanted = pattern(text, &self.names)?;
        if anywhere {
            let mut names = self.names.clone();
            let is_it = |event: &Event| match event {
                Event::Message(message) => {
                    let mut tried = names.clone();
                    let is_it = compare(&wanted, message, &mut tried).is_ok();
                    if is_it {
                        names = tried;
                    }
                    is_it
                }
                Event::Closed(_) => false,
            };
            let found = self.line(socket)?.find(PATIENCE, is_it);
            self.names = names;
            return found
                .map(drop)
                .ok_or_else(|| format!("{text} did not come to {socket}"));
        }
        match self.next(socket, PATIENCE)? {
            Some(Event::Message(message)) => {
                let compared = compare(&wanted, &message, &mut self.names);
                compared.map_err(|why| format!("{why}\n  came:   {message}\n  wanted: {text}"))
            }
            Some(Event::Closed(code)) => Err(format!("{socket} was closed with {code} instead of {text}")),
            None => Err(format!("{text} did not come to {socket}")),
        }
    }

    /// They are listened to one after the other; what is over by then is silence for the others, too.
    fn silence(&mut self, sockets: &[String], time: Duration) -> Result<(), String> {
        let end = Instant::now() + time;
        for socket in sockets {
            // What has come already is there at once.
            let left = end
                .saturating_duration_since(Instant::now())
                .max(Duration::from_millis(20));
            if let Some(event) = self.next(socket, left)? {
                return Err(format!("{socket} was to hear nothing, and heard {event:?}"));
            }
        }
        Ok(())
    }

    /// The clock goes forward, and the server looks what that means: by itself it does so when its clock runs.
    fn advance(&mut self, seconds: i64) -> Result<(), String> {
        self.world.advance(seconds * SECOND);
        let app = &self.world.app;
        self.world.run(async {
            live::beat(app).await;
            votes::close_due(app).await.map_err(|error| error.to_string())?;
            sweep::sweep(app).await.map_err(|error| error.to_string())
        })
    }

    fn room(&mut self, names: &[String]) -> Result<(), String> {
        let host = names.first().ok_or("a room has a host")?;
        let form = json!({"canvas_name": "Moon Cats", "max_participants": 5, "duration_hours": 24});
        let made = self
            .person(host)?
            .post("/api/collaborate/create/", form)
            .created();
        for (name, key) in [("S", "session_id"), ("code", "join_code")] {
            self.names.insert(name.to_owned(), made["session"][key].clone());
        }
        for (number, name) in names.iter().enumerate() {
            if number > 0 {
                let code = json!({"join_code": self.names["code"]});
                self.person(name)?
                    .post("/api/collaborate/join-by-code/", code)
                    .ok();
            }
            self.open(name, "/ws/collaborate/{S}/", 101)?;
            self.hear(name, r#"{"type":"init","*":*}"#, false)?;
            for before in &names[..number] {
                self.hear(before, r#"{"type":"user_joined","*":*}"#, false)?;
            }
        }
        Ok(())
    }

    /// Makes the call, without looking at its answer.
    fn ready(&self, call: &Call) -> Result<impl FnOnce() -> Answer + Send + use<>, String> {
        let (person, path) = (self.person(&call.who)?, fill_path(&call.path, &self.names)?);
        let body = call
            .body
            .as_ref()
            .map(|body| fill(body, &self.names))
            .transpose()?;
        let method = call.method.clone();
        Ok(move || match body {
            Some(body) => {
                let json = [("Content-Type", "application/json")];
                person.raw(&method, &path, &json, body.as_bytes())
            }
            None => person.raw(&method, &path, &[], b""),
        })
    }

    fn call(&mut self, call: &Call) -> Result<(), String> {
        let answer = self.ready(call)?();
        if answer.status != call.status {
            return Err(format!(
                "answered {}, not {}: {}",
                answer.status,
                call.status,
                answer.text()
            ));
        }
        let Some(text) = &call.pattern else {
            return Ok(());
        };
        let wanted = pattern(text, &self.names)?;
        let compared = compare(&wanted, &answer.json, &mut self.names);
        compared.map_err(|why| format!("{why}\n  came:   {}\n  wanted: {text}", answer.json))
    }

    fn together(&mut self, calls: &[Call], statuses: &[u16]) -> Result<(), String> {
        let ready: Vec<_> = calls
            .iter()
            .map(|call| self.ready(call))
            .collect::<Result<_, _>>()?;
        let answers: Vec<Answer> = thread::scope(|scope| {
            let threads: Vec<_> = ready.into_iter().map(|call| scope.spawn(call)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("a call is answered"))
                .collect()
        });
        let mut answered: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        answered.sort_unstable();
        if answered == statuses {
            return Ok(());
        }
        let bodies: Vec<&Value> = answers.iter().map(|answer| &answer.json).collect();
        Err(format!("answered {answered:?}, not {statuses:?}: {bodies:?}"))
    }
}
