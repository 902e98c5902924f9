//! Operations that come too early, or cannot be read, or come while somebody opens a canvas.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use serde_json::value::RawValue;
use sockets::Frame;

use super::canvases::Kept;
use super::floor::{Floor, Origin};
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
    assert!(!floor.deliver(3, title(1, "three"), None, now, &mut left));
    assert!(!floor.skip(2, now, &mut left), "the first is missing");
    assert_eq!(floor.model.number, 0);
    assert!(!floor.deliver(1, title(1, "one"), None, now, &mut left));
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
            .begin_showing(7, &opened.slot, opened.asked, now)
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

fn title(user_id: i64, title: &str) -> Op {
    Op {
        user_id,
        username: "mia".into(),
        place: Place::default(),
        action: Action::Title { title: title.into() },
    }
}

/// Whoever is shown a canvas is told what happens meanwhile afterwards, all of it in its order; and does not know it
/// before, however long that takes: what comes from them has crossed it.
#[test]
fn what_happens_while_a_canvas_is_shown_keeps_its_order() {
    let sent = Sent::default();
    let mut floor = Floor::new(Model::default(), Vec::new());
    let (start, mut left) = (Instant::now(), Vec::new());
    let stroke_at = |page: i32, item: &str| Op {
        place: Place::at(page),
        ..stroke(1, item)
    };
    let mut numbers = 1..;
    let mut next = || numbers.next().expect("there are enough");
    for page in 0..3 {
        floor.deliver(next(), stroke_at(page, "item_before"), None, start, &mut left);
    }
    floor.seats.push(Seat::new(7, 2, sent.clone()));
    let opened = floor
        .touch(7, &Place::at(2), None, start)
        .expect("there is something to show");
    let showing = floor
        .begin_showing(7, &opened.slot, opened.asked, start)
        .expect("there is something to show");
    floor.deliver(next(), stroke_at(2, "item_first"), None, start, &mut left);
    floor.deliver(next(), stroke_at(1, "item_second"), None, start, &mut left);
    floor.deliver(next(), title(1, "third"), None, start, &mut left);
    let deletion = Op {
        action: Action::DeletePage,
        ..stroke_at(0, "")
    };
    floor.deliver(next(), deletion, None, start, &mut left);
    assert_eq!(sent.0.borrow().len(), 0, "nothing passes");

    // Theirs came long after the other one, and before they could know of it.
    let later = start + std::time::Duration::from_secs(5);
    let own = Origin {
        seat: 7,
        received: later,
        is_doubtful: false,
    };
    floor.deliver(next(), title(2, "fourth"), Some(own), later, &mut left);
    floor.show(&showing, &Kept::default(), Box::new(()), later);
    let order = ["item_first", "item_second", "third", "page_deleted", "fourth"];
    let frames: Vec<Frame> = sent.0.borrow().clone();
    let places: Vec<Option<usize>> = order
        .iter()
        .map(|word| {
            frames
                .iter()
                .position(|frame| String::from_utf8_lossy(frame.payload()).contains(word))
        })
        .collect();
    let expected: Vec<Option<usize>> = (frames.len() - order.len()..frames.len()).map(Some).collect();
    assert_eq!(places, expected, "{frames:?}");

    // They were sent just now: what comes at once has crossed them, too.
    sent.0.borrow_mut().clear();
    floor.deliver(next(), title(2, "fifth"), Some(own), later, &mut left);
    assert_eq!(sent.times("fifth"), 1);
}
