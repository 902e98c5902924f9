//! Promises between instances while the server is there.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use crate::layers::{Instance, Kind, Server, administrate, on_servers};
use crate::recorder::{Recorder, eventually, join, text};

#[test]
fn another_instance_hears_everything_once_and_in_order() {
    on_servers(|server| {
        let (one, two) = (server.instance(), server.instance());
        let (own, other) = (Recorder::new(), Recorder::new());
        let _own = server.join(&one, "tales", &own);
        let _other = server.join(&two, "tales", &other);
        for number in 0..2000 {
            one.publish("tales", text(number.to_string()));
        }
        // It comes back after all echoes of one's own.
        other.wait_for("1999");
        two.publish("tales", text("end"));
        own.wait_for("end");
        let mut expected: Vec<_> = (0..2000).map(|number| number.to_string()).collect();
        assert_eq!(other.messages()[..2000], expected);
        expected.push("end".to_owned());
        assert_eq!(own.messages(), expected, "{:?}", server.kind);
        assert_eq!(other.messages(), expected);
        let gauges = one.gauges();
        assert_eq!((gauges.dropped, gauges.reconnects), (0, 0));
        eventually("drained", || {
            let gauges = one.gauges();
            (gauges.queued_messages, gauges.queued_bytes) == (0, 0)
        });
    });
}

#[test]
fn each_instance_is_heard_in_its_own_order() {
    on_servers(|server| {
        let instances: Vec<_> = (0..3).map(|_| server.instance()).collect();
        let recorders: Vec<_> = instances.iter().map(|_| Recorder::new()).collect();
        let _memberships: Vec<_> = instances
            .iter()
            .zip(&recorders)
            .map(|(instance, recorder)| server.join(instance, "tales", recorder))
            .collect();
        for number in 0..300 {
            for (place, instance) in instances.iter().enumerate() {
                instance.publish("tales", text(format!("{place}:{number}")));
            }
        }
        for recorder in &recorders {
            eventually("all heard", || recorder.messages().len() >= 900);
            let messages = recorder.messages();
            assert_eq!(messages.len(), 900);
            for place in 0..3 {
                let prefix = format!("{place}:");
                let of_it = messages.iter().filter(|message| message.starts_with(&prefix));
                let expected = (0..300).map(|number| format!("{place}:{number}"));
                assert!(
                    of_it.cloned().eq(expected),
                    "publisher {place}, {:?}",
                    server.kind
                );
            }
        }
    });
}

#[test]
fn who_joins_at_another_instance_hears_and_who_left_does_not() {
    on_servers(|server| {
        let (one, two) = (server.instance(), server.instance());
        let (first, second) = (Recorder::new(), Recorder::new());
        let membership = server.join(&two, "tales", &first);
        one.publish("tales", text("a"));
        first.wait_for("a");
        drop(membership);
        let _membership = server.join(&two, "tales", &second);
        one.publish("tales", text("b"));
        second.wait_for("b");
        assert_eq!(
            (first.messages(), second.messages()),
            (vec!["a".to_owned()], vec!["b".to_owned()])
        );
    });
}

/// Redis keeps a subscription only for groups that have members.
#[test]
fn redis_is_unsubscribed_from_when_the_last_one_leaves() {
    let Some(server) = Server::new(Kind::Redis) else {
        return;
    };
    let instance = server.instance();
    let recorder = Recorder::new();
    let first = server.join(&instance, "tales", &recorder);
    let second = server.join_beside(&instance, "tales");
    let (all, tales) = (format!("{}:", server.prefix), format!("{}:tales", server.prefix));
    assert_eq!(subscribed(&server), [all.clone(), tales.clone()]);
    drop(first);
    let probe = server.join(&instance, "probe", &Recorder::new());
    drop(probe);
    eventually("the probe is gone", || {
        subscribed(&server) == [all.clone(), tales.clone()]
    });
    drop(second);
    eventually("unsubscribed", || subscribed(&server) == [all.clone()]);
}

/// In the time between the two the server may have confirmed anything.
#[test]
fn leaving_and_joining_in_haste_ends_as_it_was_done_last() {
    on_servers(|server| {
        let (one, two) = (server.instance(), server.instance());
        let recorder = Recorder::new();
        for _ in 0..200 {
            drop(join(&two, "tales", &recorder));
        }
        let _membership = join(&two, "tales", &recorder);
        let probe = Recorder::new();
        let _probe = server.join(&two, "probe", &probe);
        let before = recorder.messages().len();
        one.publish("tales", text("end"));
        recorder.wait_for("end");
        assert_eq!(recorder.messages().len(), before + 1);
    });
}

#[test]
fn many_groups_of_before_the_connection_are_all_followed() {
    on_servers(|server| {
        let one = server.instance();
        let two = server.channels(&server.url);
        let recorders: Vec<_> = (0..3000).map(|_| Recorder::new()).collect();
        let _memberships: Vec<_> = recorders
            .iter()
            .enumerate()
            .map(|(number, recorder)| join(&two, &format!("room:{number}"), recorder))
            .collect();
        let two = Instance::start(two);
        for recorder in &recorders {
            recorder.wait_for_resync(0);
        }
        for number in 0..3000 {
            one.publish(&format!("room:{number}"), text(number.to_string()));
        }
        for (number, recorder) in recorders.iter().enumerate() {
            recorder.wait_for(&number.to_string());
            assert_eq!(recorder.events().len(), 2, "{number}, {:?}", server.kind);
        }
        assert_eq!(two.gauges().groups, 3000);
    });
}

#[test]
fn a_member_may_answer_another_instance_from_inside_deliver() {
    on_servers(|server| {
        let (one, two) = (server.instance(), server.instance());
        let answering = two.clone();
        let place = Arc::new(std::sync::Mutex::new(Vec::new()));
        let echoing = Recorder::reacting(move |group, event| {
            if *event == channels::Event::Message(text("question")) {
                answering.publish(group, text("answer"));
                let noise = answering.join("elsewhere", Recorder::new());
                place.lock().unwrap().push(noise);
            }
        });
        let asking = Recorder::new();
        let _asking = server.join(&one, "tales", &asking);
        let _echoing = server.join(&two, "tales", &echoing);
        one.publish("tales", text("question"));
        eventually("both heard", || asking.messages().len() == 2);
        // The instances publish at their own pace: the answer may come while the question is being told at home.
        let mut heard = asking.messages();
        heard.sort_unstable();
        assert_eq!(heard, ["answer", "question"]);
        eventually("joined", || two.gauges().groups == 2);
    });
}

#[test]
fn what_strangers_say_on_our_channels_is_ignored() {
    on_servers(|server| {
        let (one, two) = (server.instance(), server.instance());
        let recorder = Recorder::new();
        let _membership = server.join(&two, "tales", &recorder);
        let resyncs = recorder.resyncs();
        match server.kind {
            Kind::Redis => {
                let channel = format!("{}:tales", server.prefix);
                say(&server.url, &format!("PUBLISH {channel} hello"));
            }
            Kind::Postgres => {
                let notify = format!("NOTIFY {}_groups, 'hello'", server.prefix);
                administrate(&server.url, &notify);
            }
        }
        one.publish("tales", text("a"));
        recorder.wait_for("a");
        assert_eq!(recorder.messages(), ["a"]);
        assert_eq!(recorder.resyncs(), resyncs);
    });
}

#[test]
fn what_was_published_before_stopping_is_still_sent() {
    on_servers(|server| {
        let (mut one, two) = (server.instance(), server.instance());
        let recorder = Recorder::new();
        let _membership = server.join(&two, "tales", &recorder);
        for number in 0..500 {
            one.publish("tales", text(number.to_string()));
        }
        one.stop();
        assert!(!one.gauges().is_connected);
        recorder.wait_for("499");
        assert_eq!(recorder.messages().len(), 500);
    });
}

impl Server {
    /// A second member of a group that is followed already.
    fn join_beside(&self, channels: &channels::Channels, group: &str) -> channels::Membership {
        assert_eq!(self.kind, Kind::Redis);
        join(channels, group, &Recorder::new())
    }
}

/// The channels under our name that somebody is subscribed to, sorted.
fn subscribed(server: &Server) -> Vec<String> {
    let answer = say(&server.url, &format!("PUBSUB CHANNELS {}:*", server.prefix));
    let mut names: Vec<_> = answer
        .lines()
        .filter(|line| line.starts_with(&server.prefix))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

/// Says one line to Redis; what it answers.
fn say(url: &str, line: &str) -> String {
    let address = url.trim_start_matches("redis://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(format!("{line}\r\nQUIT\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
