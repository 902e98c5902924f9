//! The rule of the queue to other instances: the oldest go, and their groups resync on the other side.

use bytes::Bytes;

use crate::layers::{Server, on_servers};
use crate::proxy::{Mode, Proxy};
use crate::recorder::{Recorder, eventually, text};

const MESSAGES: usize = 8192;
const BYTES: usize = 8 * 1024 * 1024;

#[test]
fn too_many_messages_lose_the_oldest_and_their_groups_resync() {
    on_servers(|server| {
        let proxy = Proxy::to(server);
        let (here, there) = (server.instance_behind(&proxy), server.instance());
        let (lost, kept) = (Recorder::new(), Recorder::new());
        let _lost = server.join(&there, "lost", &lost);
        let _kept = server.join(&there, "kept", &kept);
        let before = (lost.resyncs(), kept.resyncs());
        break_off(server, &proxy, &here);
        for number in 0..100 {
            here.publish("lost", text(number.to_string()));
        }
        for number in 0..MESSAGES - 50 {
            here.publish("kept", text(number.to_string()));
        }
        let gauges = here.gauges();
        assert_eq!((gauges.queued_messages, gauges.dropped), (MESSAGES, 50));
        proxy.set(Mode::Carry);
        kept.wait_for(&(MESSAGES - 51).to_string());
        let expected: Vec<_> = (0..MESSAGES - 50).map(|number| number.to_string()).collect();
        assert_eq!(kept.messages(), expected);
        assert_eq!(kept.resyncs(), before.1, "nothing was lost of it");
        let expected: Vec<_> = (50..100).map(|number| number.to_string()).collect();
        assert_eq!(lost.messages(), expected, "{:?}", server.kind);
        assert_eq!(lost.resyncs(), before.0 + 1);
        // It is told before anything that came later, so whoever reads again and then goes on misses nothing.
        let resync = lost
            .events()
            .iter()
            .rposition(|event| *event == channels::Event::Resync);
        let first = lost
            .events()
            .iter()
            .position(|event| *event == channels::Event::Message(text("50")));
        assert!(resync < first);
    });
}

#[test]
fn too_many_bytes_lose_the_oldest_and_one_too_large_is_lost_alone() {
    on_servers(|server| {
        let proxy = Proxy::to(server);
        let (here, there) = (server.instance_behind(&proxy), server.instance());
        let recorder = Recorder::new();
        let _membership = server.join(&there, "tales", &recorder);
        let before = recorder.resyncs();
        break_off(server, &proxy, &here);
        let large = Bytes::from(vec![b'x'; 1024 * 1024]);
        for _ in 0..20 {
            here.publish("tales", large.clone());
        }
        let gauges = here.gauges();
        assert!(
            gauges.queued_bytes <= BYTES && gauges.queued_bytes > BYTES / 2,
            "{gauges:?}"
        );
        assert_eq!(gauges.queued_messages as u64 + gauges.dropped, 20);
        here.publish("tales", Bytes::from(vec![b'x'; BYTES + 1]));
        here.publish("tales", text("end"));
        assert!(here.gauges().queued_bytes <= BYTES);
        proxy.set(Mode::Carry);
        recorder.wait_for("end");
        assert!(recorder.resyncs() > before, "{:?}", server.kind);
        assert!(recorder.messages().iter().all(|message| message.len() <= BYTES));
        eventually("drained", || here.gauges().queued_bytes == 0);
    });
}

/// Beyond a thousand groups that lost something it is told to all.
#[test]
fn too_many_groups_with_losses_let_every_group_resync() {
    on_servers(|server| {
        let proxy = Proxy::to(server);
        let (here, there) = (server.instance_behind(&proxy), server.instance());
        let recorder = Recorder::new();
        let _membership = server.join(&there, "untouched", &recorder);
        let before = recorder.resyncs();
        break_off(server, &proxy, &here);
        for number in 0..MESSAGES + 1500 {
            here.publish(&format!("room:{number}"), text("a"));
        }
        assert_eq!(here.gauges().dropped, 1500);
        proxy.set(Mode::Carry);
        recorder.wait_for_resync(before);
        here.publish("untouched", text("end"));
        recorder.wait_for("end");
        assert_eq!(recorder.resyncs(), before + 1, "{:?}", server.kind);
    });
}

fn break_off(server: &Server, proxy: &Proxy, instance: &crate::layers::Instance) {
    proxy.set(Mode::Refuse);
    proxy.cut();
    eventually(&format!("{:?} is gone", server.kind), || {
        !instance.gauges().is_connected
    });
}
