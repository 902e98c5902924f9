//! Promises about lost connections, silent servers and restarts.

use std::time::{Duration, Instant};

use crate::layers::{Kind, Server, administrate, on_servers};
use crate::proxy::{Mode, Proxy};
use crate::recorder::{Recorder, eventually, text};
use crate::redis_server::RedisServer;

#[test]
fn after_a_cut_every_group_resyncs_and_then_hears_everything() {
    on_servers(|server| {
        let proxy = Proxy::to(server);
        let (here, there) = (server.instance_behind(&proxy), server.instance());
        let (cut, other, untouched) = (Recorder::new(), Recorder::new(), Recorder::new());
        let _cut = server.join(&here, "tales", &cut);
        let _other = server.join(&here, "more tales", &other);
        let _untouched = server.join(&there, "tales", &untouched);
        let (before, others_before, there_before) = (cut.resyncs(), other.resyncs(), untouched.resyncs());
        proxy.set(Mode::Refuse);
        proxy.cut();
        eventually("the loss is noticed", || !here.gauges().is_connected);
        // Here it is heard at once all the same, and there later.
        here.publish("tales", text("meanwhile"));
        assert_eq!(cut.messages(), ["meanwhile"]);
        assert_eq!(cut.resyncs(), before, "told before the subscription stands");
        proxy.set(Mode::Carry);
        cut.wait_for_resync(before);
        other.wait_for_resync(others_before);
        there.publish("tales", text("after"));
        cut.wait_for("after");
        eventually("both heard", || untouched.messages().len() == 2);
        assert_eq!(cut.messages(), ["meanwhile", "after"]);
        assert_eq!(
            untouched.resyncs(),
            there_before,
            "{:?}: nothing was missed there",
            server.kind
        );
        assert_eq!((cut.resyncs(), here.gauges().reconnects), (before + 1, 1));
    });
}

/// The server had them, but its answers were lost, so they are sent again; they are heard once.
#[test]
fn what_is_sent_again_is_not_heard_again() {
    on_servers(|server| {
        let proxy = Proxy::to(server);
        let (here, there) = (server.instance_behind(&proxy), server.instance());
        let recorder = Recorder::new();
        let _membership = server.join(&there, "tales", &recorder);
        for (round, message) in ["0".to_owned(), "x".repeat(10_000)].into_iter().enumerate() {
            eventually("everything before is confirmed", || {
                here.gauges().queued_messages == 0
            });
            proxy.set(Mode::KeepAnswers);
            here.publish("tales", text(&message));
            // PostgreSQL has stored the large one, but before that is answered it is not notified.
            if round == 0 || server.kind == Kind::Redis {
                recorder.wait_for(&message);
                assert!(here.gauges().queued_messages > 0, "it counts as sent");
                proxy.cut();
            } else {
                eventually("the silence is noticed", || !here.gauges().is_connected);
            }
            proxy.set(Mode::Carry);
            let end = format!("end {round}");
            here.publish("tales", text(&end));
            recorder.wait_for(&end);
        }
        let lengths: Vec<_> = recorder.messages().iter().map(String::len).collect();
        assert_eq!(lengths, [1, 5, 10_000, 5], "{:?}", server.kind);
    });
}

/// It takes connections and says nothing: that is noticed without a word from it, by either of Redis' connections.
#[test]
fn a_server_that_falls_silent_is_noticed() {
    on_servers(|server| {
        let modes = match server.kind {
            Kind::Redis => &[Mode::Silence, Mode::SilenceToListeners][..],
            Kind::Postgres => &[Mode::Silence],
        };
        for mode in modes {
            let proxy = Proxy::to(server);
            let instance = server.instance_behind(&proxy);
            let recorder = Recorder::new();
            let _membership = server.join(&instance, "tales", &recorder);
            let before = recorder.resyncs();
            let start = Instant::now();
            proxy.set(*mode);
            eventually("the silence is noticed", || !instance.gauges().is_connected);
            let noticed = start.elapsed();
            assert!(noticed < Duration::from_secs(20), "{mode:?}: after {noticed:?}");
            // Connecting does not hang, either: what was accepted in the silence is given up.
            proxy.set(Mode::Carry);
            recorder.wait_for_resync(before);
        }
    });
}

#[test]
fn without_a_server_the_instance_works_alone_until_it_comes() {
    on_servers(|server| {
        let proxy = Proxy::to(server);
        proxy.set(Mode::Refuse);
        let (here, there) = (server.instance_at(&proxy.url(&server.url)), server.instance());
        let (own, other) = (Recorder::new(), Recorder::new());
        let _own = crate::recorder::join(&here, "tales", &own);
        let _other = server.join(&there, "tales", &other);
        here.publish("tales", text("a"));
        assert_eq!(own.messages(), ["a"]);
        let gauges = here.gauges();
        assert_eq!(
            (gauges.is_connected, gauges.queued_messages, gauges.reconnects),
            (false, 1, 0)
        );
        proxy.set(Mode::Carry);
        other.wait_for("a");
        own.wait_for_resync(0);
        assert_eq!(here.gauges().reconnects, 0, "the first connection is no return");
    });
}

#[test]
fn redis_may_be_killed_and_started_again() {
    // It says so when that part is left out.
    if Server::new(Kind::Redis).is_none() {
        return;
    }
    let mut redis = RedisServer::start(&[]);
    let server = Server::at(Kind::Redis, format!("redis://127.0.0.1:{}", redis.port));
    let (one, two) = (server.instance(), server.instance());
    let (first, second) = (Recorder::new(), Recorder::new());
    let _first = server.join(&one, "tales", &first);
    let _second = server.join(&two, "tales", &second);
    for round in 1..=2 {
        let before = (first.resyncs(), second.resyncs());
        redis.kill();
        eventually("noticed", || {
            !one.gauges().is_connected && !two.gauges().is_connected
        });
        one.publish("tales", text(format!("{round}: alone")));
        redis.start_again();
        let back = Instant::now();
        first.wait_for_resync(before.0);
        second.wait_for_resync(before.1);
        assert!(
            back.elapsed() < Duration::from_secs(5),
            "after {:?}",
            back.elapsed()
        );
        one.publish("tales", text(format!("{round}: together")));
        second.wait_for(&format!("{round}: together"));
        assert_eq!(first.messages().len(), 2 * round);
    }
}

#[test]
fn postgres_may_end_the_connection() {
    let Some(mut server) = Server::new(Kind::Postgres) else {
        return;
    };
    // So that only these connections are ended.
    let name = server.prefix.clone();
    server.url = format!("{}?application_name={name}", server.url);
    let (one, two) = (server.instance(), server.instance());
    let (first, second) = (Recorder::new(), Recorder::new());
    let _first = server.join(&one, "tales", &first);
    let _second = server.join(&two, "tales", &second);
    eventually("told once", || first.resyncs() + second.resyncs() <= 2);
    let before = (first.resyncs(), second.resyncs());
    let end = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = '{name}' AND pid <> pg_backend_pid()"
    );
    administrate(&server.url, &end);
    first.wait_for_resync(before.0);
    second.wait_for_resync(before.1);
    one.publish("tales", text("together"));
    second.wait_for("together");
    assert!(one.gauges().reconnects >= 1 && two.gauges().reconnects >= 1);
}
