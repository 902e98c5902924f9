//! Promises among the members of one instance. They hold without a server, too, so nothing here waits for one. What is
//! published is there at once, unless another thread is just telling the group something, such as that its server is there
//! now: then that thread delivers it.

use std::sync::{Arc, Mutex};
use std::thread;

use channels::{Channels, Event, Membership};

use crate::layers::on_each;
use crate::recorder::{Recorder, join, text};

#[test]
fn messages_arrive_in_order_and_once() {
    on_each(|channels| {
        let (first, second) = (Recorder::new(), Recorder::new());
        let _one = join(channels, "tales", &first);
        let _two = join(channels, "tales", &second);
        for number in 0..100 {
            channels.publish("tales", text(number.to_string()));
            first.wait_for(&number.to_string());
        }
        second.wait_for("99");
        let expected: Vec<_> = (0..100).map(|number| number.to_string()).collect();
        assert_eq!(first.messages(), expected);
        assert_eq!(second.messages(), expected);
    });
}

#[test]
fn groups_do_not_hear_each_other() {
    on_each(|channels| {
        let (here, there) = (Recorder::new(), Recorder::new());
        let _here = join(channels, "here", &here);
        let _there = join(channels, "there", &there);
        channels.publish("here", text("a"));
        channels.publish("nowhere", text("b"));
        here.wait_for("a");
        assert_eq!(here.messages(), ["a"]);
        assert!(there.messages().is_empty());
    });
}

#[test]
fn nothing_is_delivered_before_joining_and_after_leaving() {
    on_each(|channels| {
        let recorder = Recorder::new();
        channels.publish("tales", text("before"));
        let membership = join(channels, "tales", &recorder);
        channels.publish("tales", text("during"));
        recorder.wait_for("during");
        drop(membership);
        channels.publish("tales", text("after"));
        assert_eq!(recorder.messages(), ["during"]);
        assert_eq!(Arc::strong_count(&recorder), 1, "the member is still held");
    });
}

#[test]
fn empty_groups_are_forgotten() {
    on_each(|channels| {
        let join = |number: usize| channels.join(&format!("room:{number}"), Recorder::new());
        let memberships: Vec<_> = (0..1000).map(join).collect();
        let doubles: Vec<_> = (0..1000).map(join).collect();
        assert_eq!(
            (channels.gauges().groups, channels.gauges().memberships),
            (1000, 2000)
        );
        drop(memberships);
        assert_eq!(
            (channels.gauges().groups, channels.gauges().memberships),
            (1000, 1000)
        );
        drop(doubles);
        assert_eq!((channels.gauges().groups, channels.gauges().memberships), (0, 0));
    });
}

#[test]
fn any_member_may_leave_a_large_group() {
    on_each(|channels| {
        let recorders: Vec<_> = (0..50).map(|_| Recorder::new()).collect();
        let mut memberships: Vec<_> = recorders
            .iter()
            .map(|recorder| Some(join(channels, "tales", recorder)))
            .collect();
        for leaving in [0, 49, 25, 1, 48, 24] {
            memberships[leaving] = None;
            channels.publish("tales", text(leaving.to_string()));
            let (inside, outside): (Vec<_>, Vec<_>) = recorders
                .iter()
                .zip(&memberships)
                .partition(|(_, membership)| membership.is_some());
            // A layer that has just connected may be telling the group so: whoever does that delivers this, too.
            for (recorder, _) in inside {
                recorder.wait_for(&leaving.to_string());
            }
            for (recorder, _) in outside {
                assert!(!recorder.messages().contains(&leaving.to_string()));
            }
        }
    });
}

#[test]
fn who_publishes_in_deliver_is_heard_after_the_message_that_is_answered() {
    on_each(|channels| {
        let own = channels.clone();
        let answering = Recorder::reacting(move |group, event| {
            if *event == Event::Message(text("question")) {
                own.publish(group, text("answer"));
                own.publish("elsewhere", text("note"));
            }
        });
        let (listening, elsewhere) = (Recorder::new(), Recorder::new());
        let _answering = join(channels, "tales", &answering);
        let _listening = join(channels, "tales", &listening);
        let _elsewhere = join(channels, "elsewhere", &elsewhere);
        channels.publish("tales", text("question"));
        elsewhere.wait_for("note");
        assert_eq!(answering.messages(), ["question", "answer"]);
        assert_eq!(listening.messages(), ["question", "answer"]);
        assert_eq!(elsewhere.messages(), ["note"]);
    });
}

#[test]
fn who_joins_in_deliver_hears_what_comes_after() {
    on_each(|channels| {
        let own = channels.clone();
        let newcomer = Recorder::new();
        let place: Arc<Mutex<Option<Membership>>> = Arc::default();
        let (joining, kept) = (Arc::clone(&newcomer), Arc::clone(&place));
        let inviting = Recorder::reacting(move |group, event| {
            let mut kept = kept.lock().unwrap();
            if kept.is_none() && *event != Event::Resync {
                *kept = Some(join(&own, group, &joining));
            }
        });
        let _inviting = channels.join("tales", inviting);
        channels.publish("tales", text("a"));
        channels.publish("tales", text("b"));
        newcomer.wait_for("b");
        assert_eq!(newcomer.messages(), ["b"]);
        *place.lock().unwrap() = None;
    });
}

#[test]
fn who_leaves_in_deliver_hears_nothing_more_not_even_this_message() {
    on_each(|channels| {
        let place: Arc<Mutex<Option<Membership>>> = Arc::default();
        let kept = Arc::clone(&place);
        let dismissing = Recorder::reacting(move |_, event| {
            if *event != Event::Resync {
                // The lock is given back before the membership is dropped.
                let membership = kept.lock().unwrap().take();
                drop(membership);
            }
        });
        let (dismissed, staying) = (Recorder::new(), Recorder::new());
        let _dismissing = channels.join("tales", dismissing);
        *place.lock().unwrap() = Some(join(channels, "tales", &dismissed));
        let _staying = join(channels, "tales", &staying);
        channels.publish("tales", text("a"));
        staying.wait_for("a");
        assert!(dismissed.events().iter().all(|event| *event == Event::Resync));
        assert_eq!(staying.messages(), ["a"]);
    });
}

#[test]
fn a_member_that_panics_harms_nobody_else() {
    on_each(|channels| {
        let panicking = Recorder::reacting(|_, event| assert_eq!(*event, Event::Resync, "on purpose"));
        let listening = Recorder::new();
        let _panicking = channels.join("tales", panicking);
        let _listening = join(channels, "tales", &listening);
        channels.publish("tales", text("a"));
        channels.publish("tales", text("b"));
        listening.wait_for("b");
        assert_eq!(listening.messages(), ["a", "b"]);
    });
}

/// One that answers every message with a thousand can make no more wait than the bound; the others are told.
#[test]
fn what_waits_in_a_group_is_bounded_and_its_loss_is_told() {
    on_each(|channels| {
        let own = channels.clone();
        let flooding = Recorder::reacting(move |group, event| {
            if *event == Event::Message(text("go")) {
                for number in 0..3000 {
                    own.publish(group, text(number.to_string()));
                }
            }
        });
        let listening = Recorder::new();
        let _flooding = channels.join("tales", flooding);
        let _listening = join(channels, "tales", &listening);
        let before = (listening.resyncs(), channels.gauges());
        channels.publish("tales", text("go"));
        listening.wait_for("2999");
        listening.wait_for_resync(before.0);
        let messages = listening.messages();
        assert!(messages.len() <= 1025, "{} waited", messages.len());
        assert_eq!(messages.last().map(String::as_str), Some("2999"));
        let after = channels.gauges();
        let lost = after.dropped - before.1.dropped;
        assert_eq!(messages.len() as u64 + lost, 3001);
        assert!(after.resyncs > before.1.resyncs);
    });
}

/// From several threads at once, each publisher's order holds, and nothing is lost or doubled.
#[test]
fn each_publisher_is_heard_in_its_order() {
    const PUBLISHERS: usize = 4;
    const EACH: usize = 250;
    on_each(|channels| {
        let recorder = Recorder::new();
        let _membership = join(channels, "tales", &recorder);
        publish_from_threads(channels, PUBLISHERS, EACH);
        recorder.wait_for_many(PUBLISHERS * EACH);
        let messages = recorder.messages();
        assert_eq!(messages.len(), PUBLISHERS * EACH);
        for publisher in 0..PUBLISHERS {
            let prefix = format!("{publisher}:");
            let own: Vec<_> = messages
                .iter()
                .filter(|message| message.starts_with(&prefix))
                .collect();
            let expected: Vec<_> = (0..EACH).map(|number| format!("{publisher}:{number}")).collect();
            assert!(own.into_iter().eq(expected.iter()), "publisher {publisher}");
        }
    });
}

fn publish_from_threads(channels: &Channels, publishers: usize, each: usize) {
    thread::scope(|scope| {
        for publisher in 0..publishers {
            scope.spawn(move || {
                for number in 0..each {
                    channels.publish("tales", text(format!("{publisher}:{number}")));
                }
            });
        }
    });
}
