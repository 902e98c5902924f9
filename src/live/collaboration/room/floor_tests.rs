//! Operations that come too early, or cannot be read, or come while somebody opens a canvas.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::Value;
use serde_json::value::RawValue;
use sockets::{Frame, code};

use super::canvases::{Kept, Opened, Showing, Stored};
use super::floor::{Floor, Origin};
use super::items::Items;
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

fn from_seat_7(received: Instant) -> Origin {
    Origin {
        seat: 7,
        received,
        is_doubtful: false,
    }
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

#[test]
fn what_a_socket_brought_that_has_gone_still_waits_for_its_number() {
    let mut floor = Floor::new(Model::default(), Vec::new());
    floor.seats.push(Seat::new(7, 1, Nowhere));
    floor.waits(7);
    floor.waits(7);
    floor.seats.clear();
    floor.seats.push(Seat::new(8, 1, Nowhere));
    floor.numbered(7);
    assert!(floor.is_numbering(1));
    assert!(!floor.is_numbering(2));
    floor.numbered(7);
    assert!(!floor.is_numbering(1));
}

/// Remembers what it is sent.
#[derive(Clone, Default)]
struct Sent {
    frames: Rc<RefCell<Vec<Frame>>>,
    closed: Rc<Cell<Option<u16>>>,
}

impl Sent {
    /// The types of what it was sent.
    fn kinds(&self) -> Vec<Value> {
        let frames = self.frames.borrow();
        let kind =
            |frame: &Frame| serde_json::from_slice::<Value>(frame.payload()).expect("JSON")["type"].take();
        frames.iter().map(kind).collect()
    }

    fn times(&self, item: &str) -> usize {
        self.items().iter().filter(|(_, sent)| sent == item).count()
    }

    /// The items of the strokes that it was sent, each with the page where it is; of a page that has gone `gone`.
    fn items(&self) -> Vec<(i64, String)> {
        let frames = self.frames.borrow();
        let frames = frames
            .iter()
            .map(|frame| -> Value { serde_json::from_slice(frame.payload()).expect("JSON") });
        let items = frames.filter_map(|frame| {
            let item = match frame["type"].as_str()? {
                "page_deleted" => "gone",
                _ => frame["data"]["itemId"].as_str()?,
            };
            Some((frame["page_index"].as_i64()?, item.to_owned()))
        });
        items.collect()
    }
}

impl Post for Sent {
    fn send(&self, frame: &Frame) {
        self.frames.borrow_mut().push(frame.clone());
    }

    fn cork(&self, _: &Frame, _: u64) {}

    fn send_state(&self, frames: Vec<Frame>, _: Box<dyn Any + Send>) -> bool {
        self.frames.borrow_mut().extend(frames);
        true
    }

    fn close(&self, code: u16, _: &'static str) {
        self.closed.set(Some(code));
    }
}

fn stroke(user_id: i64, item: &str) -> Op {
    stroke_on(0, user_id, item)
}

fn stroke_on(page: i32, user_id: i64, item: &str) -> Op {
    let data = format!(r#"{{"type":"brush","itemId":"{item}"}}"#);
    Op {
        user_id,
        username: "mia".into(),
        place: Place::at(page),
        action: Action::Draw {
            data: RawValue::from_string(data).expect("JSON"),
        },
    }
}

/// A room with two pages and a stroke on each, and somebody who is just being shown the second.
fn while_the_second_page_is_shown(sent: &Sent) -> (Floor<Sent>, Showing, Kept) {
    let mut floor = Floor::new(Model::default(), Vec::new());
    let (now, mut left) = (Instant::now(), Vec::new());
    let strokes = [stroke_on(0, 1, "item_a"), stroke_on(1, 1, "item_b")];
    for (number, stroke) in (1..).zip(&strokes) {
        floor.deliver(number, stroke.clone(), None, now, &mut left);
    }
    floor.seats.push(Seat::new(7, 2, sent.clone()));
    let opened = floor
        .touch(7, &Place::at(1), None, now)
        .expect("there is something to show");
    let showing = floor
        .begin_showing(7, &opened.slot, opened.asked)
        .expect("there is something to show");
    let kept = Kept {
        log: (1..).zip(strokes).collect(),
        ..Kept::default()
    };
    (floor, showing, kept)
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
        sent.frames.borrow_mut().clear();
    }
}

/// What was held back for somebody who is sent away they have not seen: they are told when they come again.
#[test]
fn what_was_held_back_does_not_count_as_seen_where_a_canvas_cannot_be_shown() {
    let sent = Sent::default();
    let (mut floor, ..) = while_the_second_page_is_shown(&sent);
    let (now, mut left) = (Instant::now(), Vec::new());
    for (number, page) in (3..).zip([0, 1, 0]) {
        floor.deliver(number, stroke_on(page, 1, "item_more"), None, now, &mut left);
    }
    assert_eq!((sent.times("item_more"), floor.known(7)), (1, 3));
    floor.give_up_showing(7);
    floor.deliver(6, stroke_on(0, 1, "item_more"), None, now, &mut left);
    assert_eq!((sent.times("item_more"), floor.known(7)), (1, 3));
    assert_eq!(sent.closed.get(), Some(code::TRY_AGAIN));
    assert_eq!(floor.told(), [(2, 3)].into());
}

/// The apps draw a whole drawing on whichever canvas is open.
#[test]
fn a_canvas_is_not_shown_to_somebody_who_has_gone_to_another() {
    let sent = Sent::default();
    let (mut floor, showing, kept) = while_the_second_page_is_shown(&sent);
    let (now, mut left) = (Instant::now(), Vec::new());
    floor.deliver(3, stroke_on(1, 1, "item_meanwhile"), None, now, &mut left);
    floor.touch(7, &Place::at(0), None, now);
    floor.show(&showing, &kept, Box::new(()), now);
    assert_eq!((sent.times("item_b"), sent.times("item_meanwhile")), (0, 1));
    let again = floor.touch(7, &Place::at(1), None, now);
    assert!(again.is_some(), "when they come back");
}

/// All in a room are sent the same in the same order, also whoever is shown a canvas meanwhile.
#[test]
fn nothing_passes_what_waits_for_a_canvas() {
    let sent = Sent::default();
    let (mut floor, showing, kept) = while_the_second_page_is_shown(&sent);
    let (now, mut left) = (Instant::now(), Vec::new());
    let strokes = [(0, "item_3"), (1, "item_4"), (0, "item_5"), (1, "item_6")];
    for (number, (page, item)) in (3..).zip(strokes) {
        floor.deliver(number, stroke_on(page, 1, item), None, now, &mut left);
    }
    let on = |page, item: &str| (page, item.to_owned());
    assert_eq!(sent.items(), [on(0, "item_3")], "nothing waits for it");
    floor.show(&showing, &kept, Box::new(()), now);
    let rest = [on(1, "item_b"), on(1, "item_4"), on(0, "item_5"), on(1, "item_6")];
    assert_eq!(sent.items()[1..], rest);
}

/// What comes and goes while a canvas is shown is told after it, and the canvas is where it was before.
#[test]
fn a_page_that_goes_meanwhile_goes_after_the_canvas_was_shown() {
    let sent = Sent::default();
    let (mut floor, showing, kept) = while_the_second_page_is_shown(&sent);
    let (now, mut left) = (Instant::now(), Vec::new());
    let deletion = Op {
        action: Action::DeletePage,
        ..stroke(1, "")
    };
    floor.deliver(3, deletion, None, now, &mut left);
    floor.deliver(4, stroke_on(0, 1, "item_4"), None, now, &mut left);
    assert_eq!(sent.items(), []);
    floor.show(&showing, &kept, Box::new(()), now);
    let on = |page, item: &str| (page, item.to_owned());
    assert_eq!(sent.items(), [on(1, "item_b"), on(0, "gone"), on(0, "item_4")]);
}

/// A stroke that waits has not come before another canvas is opened, and comes once.
#[test]
fn what_waits_is_not_shown_with_the_canvas_that_is_opened_next() {
    let sent = Sent::default();
    let (mut floor, showing, mut kept) = while_the_second_page_is_shown(&sent);
    let (now, mut left) = (Instant::now(), Vec::new());
    for (number, (page, item)) in (3..).zip([(1, "item_3"), (0, "item_4")]) {
        let stroke = stroke_on(page, 1, item);
        kept.log.push((number, stroke.clone()));
        floor.deliver(number, stroke, None, now, &mut left);
    }
    let next = floor
        .ask_for(7, &Place::at(0), now)
        .expect("there is something to show");
    floor.show(&showing, &kept, Box::new(()), now);
    let showing = floor
        .begin_showing(7, &next.slot, next.asked)
        .expect("there is something to show");
    floor.show(&showing, &kept, Box::new(()), now);
    // They have gone from the canvas that they were just being shown.
    let times = ["item_a", "item_b", "item_3", "item_4"].map(|item| sent.times(item));
    assert_eq!(times, [1, 0, 1, 1]);
}

/// What overwrites is shown again, also where it has come before: what it is about had not.
#[test]
fn what_is_removed_while_a_canvas_is_opened_stays_away() {
    let sent = Sent::default();
    let mut floor = Floor::new(Model::default(), Vec::new());
    let (now, mut left) = (Instant::now(), Vec::new());
    let removal = Op {
        action: Action::DeleteItem {
            data: RawValue::from_string(r#"{"itemId":"item_first"}"#.to_owned()).expect("JSON"),
        },
        ..stroke(3, "")
    };
    floor.deliver(1, stroke(1, "item_first"), None, now, &mut left);
    floor.seats.push(Seat::new(7, 2, sent.clone()));
    let opened = floor
        .touch(7, &Place::at(0), None, now)
        .expect("there is something to show");
    floor.deliver(2, removal.clone(), None, now, &mut left);
    let showing = floor
        .begin_showing(7, &opened.slot, opened.asked)
        .expect("there is something to show");
    let kept = Kept {
        log: vec![(1, stroke(1, "item_first")), (2, removal)],
        ..Kept::default()
    };
    floor.show(&showing, &kept, Box::new(()), now);
    // As it happened; then, of what there was, each thing taken away before it is drawn.
    assert_eq!(
        sent.kinds(),
        ["delete_item", "delete_item", "draw", "delete_item"]
    );
}

#[test]
fn whoever_would_have_to_wait_for_too_much_comes_again() {
    let sent = Sent::default();
    let (mut floor, ..) = while_the_second_page_is_shown(&sent);
    let (now, mut left) = (Instant::now(), Vec::new());
    for number in 3..503 {
        floor.deliver(number, stroke_on(1, 1, "item_more"), None, now, &mut left);
    }
    assert_eq!((sent.times("item_more"), sent.closed.get()), (0, None));
    floor.deliver(503, stroke_on(1, 1, "item_more"), None, now, &mut left);
    assert_eq!(
        (sent.times("item_more"), sent.closed.get(), floor.known(7)),
        (0, Some(code::TRY_AGAIN), 2)
    );
}

/// From the moment that somebody is sent away, nothing that happens counts as seen, also where nothing had to wait before.
#[test]
fn whoever_is_sent_away_sees_nothing_more() {
    let sent = Sent::default();
    let (mut floor, ..) = while_the_second_page_is_shown(&sent);
    let (now, mut left) = (Instant::now(), Vec::new());
    floor.give_up_showing(7);
    floor.deliver(3, stroke_on(0, 1, "item_3"), None, now, &mut left);
    floor.deliver(4, stroke_on(0, 1, "item_4"), None, now, &mut left);
    assert_eq!((sent.items(), floor.told()), (Vec::new(), [(2, 2)].into()));
}

/// A stroke may get its number after its artist has gone to another canvas: they are on that.
#[test]
fn a_late_number_takes_nobody_back_to_a_canvas() {
    let sent = Sent::default();
    let (mut floor, showing, kept) = while_the_second_page_is_shown(&sent);
    let (now, mut left) = (Instant::now(), Vec::new());
    let before = from_seat_7(
        now.checked_sub(Duration::from_secs(1))
            .expect("later than the start"),
    );
    floor.deliver(3, stroke_on(0, 2, "item_own"), Some(before), now, &mut left);
    floor.show(&showing, &kept, Box::new(()), now);
    assert_eq!(sent.times("item_b"), 1);
}

/// Somebody who has sent these and then opens their canvas anew; the operations get their numbers from 2 on after that.
fn opens_anew(sent: &Sent, ops: &[Op]) -> (Floor<Sent>, Opened) {
    let mut floor = Floor::new(Model::default(), Vec::new());
    let (received, mut left) = (Instant::now(), Vec::new());
    let asked = received + Duration::from_millis(1);
    floor.deliver(1, stroke(1, "item_first"), None, received, &mut left);
    floor.seats.push(Seat::new(7, 2, sent.clone()));
    let opened = floor
        .ask_for(7, &Place::at(0), asked)
        .expect("there is something to show");
    let origin = from_seat_7(received);
    for (number, op) in (2..).zip(ops) {
        floor.deliver(number, op.clone(), Some(origin), asked, &mut left);
    }
    (floor, opened)
}

#[test]
fn what_somebody_did_before_they_opened_a_canvas_comes_back_to_it_once() {
    let sent = Sent::default();
    let data = RawValue::from_string(r#"{"layerId":"layer_1"}"#.to_owned()).expect("JSON");
    let layer = Op {
        action: Action::Layer {
            operation: "create".into(),
            data,
        },
        ..stroke(2, "")
    };
    let ops = [stroke(2, "item_own"), layer];
    let (mut floor, opened) = opens_anew(&sent, &ops);
    assert_eq!(sent.kinds(), ["delete_item", "draw", "layer_operation"]);
    let showing = floor
        .begin_showing(7, &opened.slot, opened.asked)
        .expect("there is something to show");
    let kept = Kept {
        log: (1..)
            .zip([stroke(1, "item_first")].into_iter().chain(ops))
            .collect(),
        ..Kept::default()
    };
    floor.show(&showing, &kept, Box::new(()), Instant::now());
    let kinds = sent.kinds();
    assert_eq!(kinds.iter().filter(|kind| *kind == "layer_operation").count(), 1);
    assert_eq!(sent.times("item_first"), 1);
}

#[test]
fn a_drawing_counts_when_its_sender_has_been_shown_the_rest_and_only_for_what_can_be_in_it() {
    let sent = Sent::default();
    let (mut floor, opened) = opens_anew(&sent, &[stroke(2, "item_own")]);
    let place = Place::at(0);
    let later = |seconds| opened.asked.at + Duration::from_secs(seconds);
    let is_asked = true;
    assert!(
        floor
            .accepts(7, &place, (1, is_asked), "blank", later(0))
            .is_none()
    );
    let showing = floor
        .begin_showing(7, &opened.slot, opened.asked)
        .expect("there is something to show");
    let kept = Kept {
        log: vec![(1, stroke(1, "item_first")), (2, stroke(2, "item_own"))],
        ..Kept::default()
    };
    floor.show(&showing, &kept, Box::new(()), later(1));
    let unasked = floor.accepts(7, &place, (2, !is_asked), "blank", later(2));
    assert!(unasked.is_none(), "it may have been sent before");
    let (_, saved) = floor
        .accepts(7, &place, (1, is_asked), "all", later(2))
        .expect("it has been shown all");
    assert!(saved.also.is_empty(), "{:?}", saved.also);
    assert!(
        floor
            .accepts(7, &place, (2, !is_asked), "all", later(4))
            .is_some()
    );
}

#[test]
fn what_comes_back_while_a_canvas_is_shown_is_there_in_the_end() {
    let sent = Sent::default();
    let (mut floor, opened) = opens_anew(&sent, &[]);
    let (now, mut left) = (opened.asked.at, Vec::new());
    let showing = floor
        .begin_showing(7, &opened.slot, opened.asked)
        .expect("there is something to show");
    let origin = from_seat_7(now);
    floor.deliver(2, stroke(2, "item_own"), Some(origin), now, &mut left);
    // The state that is read has it already.
    let data = r#"{"projectData":"item_first item_own"}"#.to_owned();
    let kept = Kept {
        items: Items::of(&data),
        state: Some(Stored {
            epoch: 0,
            number: 2,
            data,
        }),
        log: Vec::new(),
    };
    floor.show(&showing, &kept, Box::new(()), now);
    assert_eq!(sent.kinds(), ["canvas_state", "delete_item", "draw"]);
}

#[test]
fn a_canvas_that_somebody_is_on_is_not_forgotten_for_others() {
    let sent = Sent::default();
    let (mut floor, opened) = opens_anew(&sent, &[]);
    let (now, mut left) = (opened.asked.at, Vec::new());
    let again = floor
        .ask_for(7, &Place::at(0), now + Duration::from_secs(1))
        .expect("there is something to show");
    for page in 1..40 {
        let number = i64::from(page) + 1;
        floor.deliver(number, stroke_on(page, 1, "item_other"), None, now, &mut left);
    }
    let showing = floor
        .begin_showing(7, &opened.slot, opened.asked)
        .expect("there is something to show");
    assert_eq!(
        showing.asked.at, again.asked.at,
        "the newer question is remembered"
    );
}
