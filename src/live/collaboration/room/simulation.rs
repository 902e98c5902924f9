//! Many people in one room, in every order that a network allows: in the end all have the same story, and so has
//! whoever comes last.
//!
//! The clients here do what the contract says that the apps do: they show their own strokes, texts and clears at once,
//! and take pages from the server alone, by position.

mod client;
mod ending;
mod opening;

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::json;

use self::client::{Client, Inbox, Now, Wire, apply_draft};
use self::opening::Opening;
use super::canvases::Stored;
use super::catch_up;
use super::floor::{Consequence, Floor, Origin};
use super::message::{self, Inbound};
use super::model::Model;
use super::op::{Action, Op, Place};
use super::people::Person;
use super::seat::Seat;

/// What a step of the simulation takes.
const STEP: Duration = Duration::from_millis(40);
/// Nothing is on its way for longer; less than the server reckons with.
const LONGEST_WAY: Duration = Duration::from_millis(400);
/// Who may be in the room.
const PEOPLE: i64 = 4;

struct World {
    now: Instant,
    shared_now: Now,
    floor: Floor<Wire>,
    clients: Vec<Client>,
    /// Taken in, not numbered yet.
    waiting: VecDeque<(Origin, Op)>,
    log: Vec<(i64, Op)>,
    stored: BTreeMap<String, Stored>,
    /// Canvases that those who came are still to be shown, in turn.
    opening: VecDeque<Opening>,
    seats: u64,
    items: u32,
}

impl World {
    fn new() -> Self {
        let person = |user_id| Person {
            user_id,
            username: format!("user{user_id}").into(),
            display_name: format!("User {user_id}").into(),
            color: "#FF6B6B".into(),
            is_host: user_id == 1,
            is_here: false,
        };
        let now = Instant::now();
        Self {
            now,
            shared_now: Rc::new(Cell::new(now)),
            floor: Floor::new(Model::default(), (1..=PEOPLE + 1).map(person).collect()),
            clients: (1..=PEOPLE).map(Client::new).collect(),
            waiting: VecDeque::new(),
            log: Vec::new(),
            stored: BTreeMap::new(),
            opening: VecDeque::new(),
            seats: 0,
            items: 0,
        }
    }

    fn step(&mut self, action: u8, who: u8, what: u8) {
        self.now += STEP;
        self.shared_now.set(self.now);
        let who = usize::from(who) % self.clients.len();
        match action % 16 {
            0 | 1 => self.connect(who),
            2..=4 => self.draw(who, what),
            5 => self.undo(who, what),
            6 => self.clear(who, what),
            7 => self.write(who, what),
            8 => self.entitle(who, what),
            9 => self.add_page(who),
            10 => self.delete_page(who, what),
            11 => self.turn_page(who, what),
            12 => self.leave(who),
            13 if what < 40 => self.kick(who),
            13 => self.reopen(who, what),
            14 => self.save(who, what),
            15 => self.go_on_showing(),
            _ => {}
        }
        self.travel(what);
    }

    /// Moves some of what is on its way, and all that has been so for long enough.
    fn travel(&mut self, what: u8) {
        let oldest = self.now.checked_sub(LONGEST_WAY).unwrap();
        for who in 0..self.clients.len() {
            let late = |client: &Client| client.sent.front().is_some_and(|(sent, _)| *sent <= oldest);
            if what & 0b1 == 0b1 || late(&self.clients[who]) {
                self.receive(who);
            }
        }
        if what & 0b10 == 0b10 {
            self.commit();
        }
        if what & 0b1100 != 0 {
            let who = usize::from(what >> 4) % self.clients.len();
            self.show(who);
        }
        for who in 0..self.clients.len() {
            let is_late = |client: &Client| {
                client
                    .inbox
                    .borrow()
                    .front()
                    .is_some_and(|(sent, _)| *sent <= oldest)
            };
            while is_late(&self.clients[who]) {
                self.show(who);
            }
        }
    }

    fn receive(&mut self, who: usize) {
        let Some((_, text)) = self.clients[who].sent.pop_front() else {
            return;
        };
        let Some(seat) = self.clients[who].seat else {
            return;
        };
        let user_id = self.clients[who].user_id;
        let inbound = message::parse(user_id, &text).unwrap();
        let name = self.floor.name(user_id);
        if let Inbound::RequestSync { place } = &inbound {
            return self.open_canvas(seat, place);
        }
        if let Inbound::Draw { place, .. } = &inbound {
            self.floor.touch(seat, &place.clone(), None, self.now);
        }
        let Some(Ok((op, is_doubtful))) = self.floor.intake(seat, name, inbound, self.now) else {
            return;
        };
        let origin = Origin {
            seat,
            received: self.now,
            is_doubtful,
        };
        self.waiting.push_back((origin, op));
    }

    fn commit(&mut self) {
        while let Some((origin, op)) = self.waiting.pop_front() {
            let number = self.log.last().map_or(0, |(number, _)| *number) + 1;
            self.log.push((number, op.clone()));
            let mut left = Vec::new();
            assert!(self.floor.deliver(number, op, Some(origin), self.now, &mut left));
            for consequence in left {
                if let Consequence::Dropped(numbers) = consequence {
                    self.log
                        .retain(|(number, op)| !numbers.contains(number) || !op.action.is_drawn());
                }
            }
        }
    }

    fn show(&mut self, who: usize) {
        let client = &mut self.clients[who];
        let frame = client.inbox.borrow_mut().pop_front();
        if let Some((_, frame)) = frame {
            client.take(&frame);
        }
    }

    fn active(&mut self, who: usize) -> Option<&mut Client> {
        let client = &mut self.clients[who];
        (client.seat.is_some() && !client.out).then_some(client)
    }

    fn draw(&mut self, who: usize, what: u8) {
        self.items += 1;
        let item = format!("item_{}", self.items);
        let now = self.now;
        let Some(client) = self.active(who) else { return };
        let index = usize::from(what) % client.pages.len();
        client.pages[index].items.push(item.clone());
        let id = client.pages[index].id.clone();
        client.say(
            &json!({"type": "draw", "data": {"type": "brush", "itemId": item}, "page_id": id, "page_index": index,
                "is_cover_image": false}),
            now,
        );
    }

    fn undo(&mut self, who: usize, what: u8) {
        let now = self.now;
        let Some(client) = self.active(who) else { return };
        let index = usize::from(what) % client.pages.len();
        let Some(item) = client.pages[index].items.pop() else {
            return;
        };
        let id = client.pages[index].id.clone();
        client.say(
            &json!({"type": "delete_item", "data": {"itemId": item, "pageId": id, "pageIndex": index,
                "isCoverImage": false}}),
            now,
        );
    }

    fn clear(&mut self, who: usize, what: u8) {
        self.empty(who, what, "clear");
    }

    /// Opens a canvas anew: nothing is on it until the server says so.
    fn reopen(&mut self, who: usize, what: u8) {
        self.empty(who, what, "request_sync");
    }

    fn empty(&mut self, who: usize, what: u8, kind: &str) {
        let now = self.now;
        let Some(client) = self.active(who) else { return };
        let index = usize::from(what) % client.pages.len();
        client.pages[index].items.clear();
        let id = client.pages[index].id.clone();
        client.say(
            &json!({"type": kind, "page_id": id, "page_index": index, "is_cover_image": false}),
            now,
        );
    }

    fn write(&mut self, who: usize, what: u8) {
        let now = self.now;
        let Some(client) = self.active(who) else { return };
        let index = usize::from(what) % client.pages.len();
        let text = format!("{} wrote {what} at {:?}", client.user_id, client.sent.len());
        client.pages[index].text.clone_from(&text);
        let id = client.pages[index].id.clone();
        client.say(
            &json!({"type": "text_edit", "page_id": id, "page_index": index, "text": text}),
            now,
        );
    }

    fn entitle(&mut self, who: usize, what: u8) {
        let now = self.now;
        let Some(client) = self.active(who) else { return };
        let title = format!("{} calls it {what}", client.user_id);
        client.title = Some(title.clone());
        client.say(&json!({"type": "title_edit", "title": title}), now);
    }

    fn add_page(&mut self, who: usize) {
        let now = self.now;
        let Some(client) = self.active(who) else { return };
        let index = client.pages.len();
        client.say(
            &json!({"type": "add_page", "page_data": {"page_index": index}, "page_index": index}),
            now,
        );
    }

    fn delete_page(&mut self, who: usize, what: u8) {
        let now = self.now;
        let Some(client) = self.active(who) else { return };
        let index = usize::from(what) % client.pages.len();
        let id = client.pages[index].id.clone();
        client.say(
            &json!({"type": "delete_page", "page_id": id, "page_index": index}),
            now,
        );
    }

    fn turn_page(&mut self, who: usize, what: u8) {
        let now = self.now;
        let Some(client) = self.active(who) else { return };
        let page = usize::from(what) % client.pages.len();
        client.say(&json!({"type": "page_change", "page_number": page}), now);
    }

    /// Comes, or comes back: the draft at the first time, then what was missed, then every canvas.
    fn connect(&mut self, who: usize) {
        if self.clients[who].seat.is_some() || self.clients[who].out {
            return;
        }
        self.seats += 1;
        let (seat, user_id) = (self.seats, self.clients[who].user_id);
        let inbox = Inbox::default();
        self.floor.seats.push(Seat::new(
            seat,
            user_id,
            Wire(Rc::clone(&inbox), Rc::clone(&self.shared_now)),
        ));
        self.here(user_id, true);
        let client = &mut self.clients[who];
        client.seat = Some(seat);
        client.inbox = inbox;
        if client.was_here {
            let seen = client.seen;
            let floor = &self.floor;
            let missed = catch_up::missed(&floor.model, user_id, seen, |user_id| floor.name(user_id));
            self.floor.tell_missed(seat, missed, self.now, 0);
        } else {
            client.was_here = true;
            apply_draft(client, &self.floor.model);
        }
        self.open_canvases(seat);
    }

    fn here(&mut self, user_id: i64, is_here: bool) {
        let mut people = self.floor.people.iter_mut();
        people.find(|person| person.user_id == user_id).unwrap().is_here = is_here;
    }

    /// The socket drops when what it had to carry has arrived; what is lost on the way is lost to both.
    fn leave(&mut self, who: usize) {
        while self.clients[who].seat.is_some() && !self.clients[who].sent.is_empty() {
            self.receive(who);
        }
        self.commit();
        if let Some(seat) = self.clients[who].seat {
            self.show_canvases(seat);
        }
        while !self.clients[who].inbox.borrow().is_empty() {
            self.show(who);
        }
        let client = &mut self.clients[who];
        let Some(seat) = client.seat.take() else { return };
        client.seen = self.floor.model.number;
        let user_id = client.user_id;
        self.floor.seats.retain(|other| other.id != seat);
        self.here(user_id, false);
    }

    fn kick(&mut self, who: usize) {
        // Somebody always stays.
        if self.clients.iter().filter(|client| !client.out).count() <= 2 {
            return;
        }
        self.leave(who);
        self.clients[who].out = true;
    }

    /// A client on a canvas is asked for all of it, and answers. Nobody is asked who is just being shown one.
    fn save(&mut self, who: usize, what: u8) {
        let Some(seat) = self.clients[who].seat else {
            return;
        };
        if self.floor.is_held(seat) {
            return;
        }
        // What was on its way when it was asked is in its answer.
        let asked = self.floor.model.number;
        while !self.clients[who].inbox.borrow().is_empty() {
            self.show(who);
        }
        while !self.clients[who].sent.is_empty() {
            self.receive(who);
        }
        let client = &self.clients[who];
        let index = usize::from(what) % client.pages.len();
        let page = client.pages[index].clone();
        let place = Place {
            page_id: Some(page.id.as_str().into()),
            ..Place::at(i32::try_from(index).unwrap())
        };
        let project: Vec<&str> = page.items.iter().map(String::as_str).collect();
        let data = json!({"projectData": project.join(" ")}).to_string();
        let Some((slot, saved)) = self.floor.accepts(seat, &place, (asked, true), &data, self.now) else {
            return;
        };
        let stored = Stored {
            epoch: saved.epoch,
            number: saved.covers,
            data,
        };
        self.stored.insert(slot.to_string(), stored);
        let op = Op {
            user_id: self.clients[who].user_id,
            username: "".into(),
            place: Place {
                slot: Some(slot),
                ..Place::default()
            },
            action: Action::Saved(saved),
        };
        let origin = Origin {
            seat,
            received: self.now,
            is_doubtful: false,
        };
        self.waiting.push_back((origin, op));
        self.commit();
    }

    /// Everything arrives, and what that brings about.
    fn settle(&mut self) {
        for _ in 0..20 {
            for who in 0..self.clients.len() {
                while self.clients[who].seat.is_some() && !self.clients[who].sent.is_empty() {
                    self.receive(who);
                }
            }
            self.commit();
            while !self.opening.is_empty() {
                self.go_on_showing();
            }
            for who in 0..self.clients.len() {
                while !self.clients[who].inbox.borrow().is_empty() {
                    self.show(who);
                }
            }
            self.now += STEP;
            self.shared_now.set(self.now);
        }
    }
}

/// Two pages go at once while somebody draws on what lies behind the first of them.
#[test]
fn a_stroke_that_crosses_two_deletions_is_seen_by_its_artist_where_the_others_see_it() {
    let steps = [
        (112, 71, 0),
        (16, 202, 0),
        (233, 0, 29),
        (204, 134, 20),
        (28, 144, 128),
        (89, 7, 191),
        (0, 151, 0),
        (203, 3, 27),
        (74, 61, 198),
        (2, 0, 0),
        (0, 109, 0),
        (0, 5, 0),
        (2, 84, 0),
        (40, 60, 0),
        (0, 13, 0),
        (2, 0, 0),
        (138, 13, 5),
        (48, 38, 0),
        (0, 0, 1),
        (50, 0, 42),
    ];
    let mut world = World::new();
    world.plays(&steps);
    assert_eq!(world.ends(), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_end_with_the_same_story(
        steps in prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 1..120)
    ) {
        let mut world = World::new();
        world.plays(&steps);
        prop_assert_eq!(world.ends(), Ok(()));
    }
}
