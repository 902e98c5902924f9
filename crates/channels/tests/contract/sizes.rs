//! Messages of all sizes and contents.

use bytes::Bytes;
use channels::Event;

use crate::layers::{Kind, Server, administrate, on_servers};
use crate::recorder::{Recorder, eventually, text};

#[test]
fn messages_around_every_border_arrive_whole_and_in_order() {
    on_servers(|server| {
        let (one, two) = (server.instance(), server.instance());
        let recorder = Recorder::new();
        let _membership = server.join(&two, "tales", &recorder);
        // PostgreSQL notifies fewer than 8,000 bytes, of which the header takes some.
        let sizes = [0, 1, 7900, 100_000, 3, 65_535, 65_536, 1_000_000, 5];
        let sizes = sizes.into_iter().chain(7950..8010);
        let sent: Vec<Bytes> = sizes
            .map(letters)
            .chain(["ü".repeat(4000).into(), text("end")])
            .collect();
        for message in &sent {
            one.publish("tales", message.clone());
        }
        recorder.wait_for("end");
        let heard: Vec<Bytes> = recorder.events().into_iter().filter_map(message).collect();
        assert!(
            heard == sent,
            "{:?}: {:?}",
            server.kind,
            heard.iter().map(Bytes::len).collect::<Vec<_>>()
        );
    });
}

#[test]
fn bytes_that_are_no_text_arrive_as_they_are() {
    on_servers(|server| {
        let (one, two) = (server.instance(), server.instance());
        let recorder = Recorder::new();
        let _membership = server.join(&two, "tales", &recorder);
        let all = Bytes::from((0..=255).collect::<Vec<u8>>());
        let sent = [
            all,
            Bytes::from_static(b"\0"),
            Bytes::from_static(b"\r\n$5\r\n"),
            text("end"),
        ];
        for message in &sent {
            one.publish("tales", message.clone());
        }
        recorder.wait_for("end");
        let heard: Vec<Bytes> = recorder.events().into_iter().filter_map(message).collect();
        assert_eq!(heard, sent, "{:?}", server.kind);
    });
}

#[test]
fn groups_may_have_any_name() {
    on_servers(|server| {
        let (one, two) = (server.instance(), server.instance());
        for name in [
            "a b",
            "Räume/7",
            "*",
            "?[x]",
            "'; DROP TABLE x; --",
            "\r\n",
            &"n".repeat(255),
        ] {
            let recorder = Recorder::new();
            let _membership = server.join(&two, name, &recorder);
            one.publish(name, text("a"));
            recorder.wait_for("a");
            assert_eq!(recorder.messages(), ["a"], "{name:?}");
        }
    });
}

/// A name that PostgreSQL cannot carry harms nothing else.
#[test]
fn a_name_that_is_too_long_is_heard_here_alone() {
    let Some(server) = Server::new(Kind::Postgres) else {
        return;
    };
    let (one, two) = (server.instance(), server.instance());
    let (own, other) = (Recorder::new(), Recorder::new());
    let long = "n".repeat(256);
    let _own = server.join(&one, &long, &own);
    let _other = server.join(&two, "tales", &other);
    one.publish(&long, text("a"));
    one.publish("tales", text("b"));
    other.wait_for("b");
    assert_eq!(own.messages(), ["a"]);
    eventually("drained", || one.gauges().queued_messages == 0);
}

/// It was deleted before this instance came to read it.
#[test]
fn a_large_message_that_is_gone_is_a_resync() {
    let Some(server) = Server::new(Kind::Postgres) else {
        return;
    };
    let instance = server.instance();
    let (here, elsewhere) = (Recorder::new(), Recorder::new());
    let _here = server.join(&instance, "tales", &here);
    let _elsewhere = server.join(&instance, "elsewhere", &elsewhere);
    let before = (here.resyncs(), elsewhere.resyncs());
    let payload = format!("{:016x}{:016x}s05tales", 1, 1);
    administrate(
        &server.url,
        &format!("NOTIFY {}_groups, '{payload}'", server.prefix),
    );
    here.wait_for_resync(before.0);
    assert_eq!(elsewhere.resyncs(), before.1);
    assert!(here.messages().is_empty());
}

fn letters(length: usize) -> Bytes {
    (b'a'..=b'z').cycle().take(length).collect()
}

fn message(event: Event) -> Option<Bytes> {
    match event {
        Event::Message(message) => Some(message),
        Event::Resync => None,
    }
}
