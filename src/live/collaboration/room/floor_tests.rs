//! Operations that come too early, or cannot be read, or come while somebody opens a canvas.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use serde_json::value::RawValue;
use sockets::Frame;

use super::canvases::Kept;
use super::floor::Floor;
use super::model::Model;
use super::op::{Action, Op, Place};
use super::seat::{Post, Seat};

struct Nowhere;

impl Post for Nowhere {
    fn send(&self, _: &Frame) {}

    fn cork(&self, _: &Frame, _: u64) {}

    fn send_state(&self, _: Vec<Frame>, _: Box<dyn Any + Send>) -> bool {
        true
    }

    fn close(&self, _: u16, _: &'static str) {}
}

#[test]
fn what_follows_on_an_operation_that_cannot_be_read_is_taken() {
    let mut floor = Floor::<Nowhere>::new(Model::default(), Vec::new());
    let (now, mut left) = (Instant::now(), Vec::new());
    let title = |title: &str| Op {
        user_id: 1,
        username: "mia".into(),
        place: Place::default(),
        action: Action::Title { title: title.into() },
    };
    assert!(!floor.deliver(3, title("three"), None, now, &mut left));
    assert!(!floor.skip(2, now, &mut left), "the first is missing");
    assert_eq!(floor.model.number, 0);
    assert!(!floor.deliver(1, title("one"), None, now, &mut left));
    assert!(floor.skip(2, now, &mut left));
    assert_eq!((floor.model.number, &*floor.model.title), (3, "three"));
}

/// Remembers what it is sent.
#[derive(Clone, Default)]
struct Sent(Rc<RefCell<Vec<Frame>>>);

impl Sent {
    fn times(&self, item: &str) -> usize {
        let sent = self.0.borrow();
        let texts = sent.iter().map(|frame| String::from_utf8_lossy(frame.payload()));
        texts.filter(|text| text.contains(item)).count()
    }
}

impl Post for Sent {
    fn send(&self, frame: &Frame) {
        self.0.borrow_mut().push(frame.clone());
    }

    fn cork(&self, _: &Frame, _: u64) {}

    fn send_state(&self, frames: Vec<Frame>, _: Box<dyn Any + Send>) -> bool {
        self.0.borrow_mut().extend(frames);
        true
    }

    fn close(&self, _: u16, _: &'static str) {}
}

fn stroke(user_id: i64, item: &str) -> Op {
    let data = format!(r#"{{"type":"brush","itemId":"{item}"}}"#);
    Op {
        user_id,
        username: "mia".into(),
        place: Place::at(0),
        action: Action::Draw {
            data: RawValue::from_string(data).expect("JSON"),
        },
    }
}

/// What is drawn between somebody's coming to a canvas and the moment at which it is shown to them comes once: whoever
/// comes is on the canvas from the moment that its number is noted.
#[test]
fn a_stroke_that_comes_while_a_canvas_is_opened_is_sent_once() {
    let sent = Sent::default();
    let mut floor = Floor::new(Model::default(), Vec::new());
    let (now, mut left) = (Instant::now(), Vec::new());
    floor.deliver(1, stroke(1, "item_first"), None, now, &mut left);
    for asks in [false, true] {
        floor.seats.clear();
        floor.seats.push(Seat::new(7, 2, sent.clone()));
        let number = floor.model.number;
        let opened = if asks {
            floor.ask_for(7, &Place::at(0), now)
        } else {
            floor.touch(7, &Place::at(0), None, now)
        };
        let opened = opened.expect("there is something to show");
        assert_eq!(opened.asked.number, number);
        // Somebody else draws before the canvas is read for it.
        floor.deliver(number + 1, stroke(1, "item_between"), None, now, &mut left);
        let showing = floor
            .begin_showing(7, &opened.slot, opened.asked)
            .expect("there is something to show");
        let mut log = vec![(1, stroke(1, "item_first"))];
        log.extend((2..=number + 1).map(|number| (number, stroke(1, "item_between"))));
        let kept = Kept {
            log,
            ..Kept::default()
        };
        floor.show(&showing, &kept, Box::new(()), now);
        assert_eq!(sent.times("item_first"), 1);
        // The second time it is shown the one from before, too.
        let before = usize::try_from(number - 1).expect("a few");
        assert_eq!(sent.times("item_between"), 1 + before);
        sent.0.borrow_mut().clear();
    }
}

/// What was held back for somebody counts as seen when they come again: it is sent even where the canvas cannot be shown.
#[test]
fn what_was_held_back_is_sent_before_a_socket_is_closed() {
    let sent = Sent::default();
    let mut floor = Floor::new(Model::default(), Vec::new());
    let (now, mut left) = (Instant::now(), Vec::new());
    floor.deliver(1, stroke(1, "item_first"), None, now, &mut left);
    floor.seats.push(Seat::new(7, 2, sent.clone()));
    let opened = floor
        .touch(7, &Place::at(0), None, now)
        .expect("there is something to show");
    floor
        .begin_showing(7, &opened.slot, opened.asked)
        .expect("there is something to show");
    floor.deliver(2, stroke(1, "item_meanwhile"), None, now, &mut left);
    assert_eq!(sent.times("item_meanwhile"), 0, "it waits for the canvas");
    floor.give_up_showing(7);
    assert_eq!(sent.times("item_meanwhile"), 1);
}
