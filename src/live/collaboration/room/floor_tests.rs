//! Operations that come too early, or cannot be read.

use std::any::Any;
use std::time::Instant;

use sockets::Frame;

use super::floor::Floor;
use super::model::Model;
use super::op::{Action, Op, Place};
use super::seat::Post;

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
