use std::net::IpAddr;

use super::*;
use crate::limits::Source;

const MIB: u64 = 1024 * 1024;

/// An envelope of 100 MiB with eight places, which uses what the probe is told.
fn envelope() -> (Envelope, Probe) {
    let probe = Probe::manual(Usage::default());
    let envelope = Envelope::start(Options {
        limits: Limits {
            memory_bytes: 100 * MIB,
            memory_source: Source::Setting,
            cpu: 0.1,
            cpu_source: Source::CgroupV2,
        },
        connections: 8,
        bound_addresses: false,
        probe: probe.clone(),
    });
    (envelope, probe)
}

fn resident(mib: u64) -> Usage {
    Usage {
        resident: mib * MIB,
        cgroup: None,
    }
}

#[test]
fn each_level_refuses_more_and_recovers_by_itself() {
    let (envelope, probe) = envelope();
    let kinds = [Kind::Socket, Kind::LargeBody, Kind::Export];
    for (mib, level, admitted) in [
        (50, Level::Green, [true, true, true]),
        (70, Level::Yellow, [false, true, true]),
        (80, Level::Orange, [false, false, false]),
        (95, Level::Red, [false, false, false]),
        (60, Level::Green, [true, true, true]),
    ] {
        probe.set(resident(mib));
        assert_eq!(envelope.look(), level, "{mib} MiB");
        assert_eq!(kinds.map(|kind| envelope.admits(kind)), admitted, "{mib} MiB");
        assert_eq!(envelope.gauges().level, level);
    }
}

#[test]
fn the_larger_of_both_counts() {
    let (envelope, probe) = envelope();
    probe.set(Usage {
        resident: 10 * MIB,
        cgroup: Some(92 * MIB),
    });
    assert_eq!(envelope.look(), Level::Red);
    let gauges = envelope.gauges();
    assert_eq!(
        (gauges.used, gauges.resident, gauges.cgroup),
        (92 * MIB, 10 * MIB, Some(92 * MIB))
    );
}

#[test]
fn at_red_and_only_then_idle_connections_are_asked_to_end() {
    let (envelope, probe) = envelope();
    let address = IpAddr::from([127, 0, 0, 1]);
    let place = envelope.connections().enter(address).unwrap();
    let is_asked = || {
        let waker = std::task::Waker::noop();
        let asked = std::pin::pin!(place.closing());
        asked.poll(&mut std::task::Context::from_waker(waker)).is_ready()
    };
    for (mib, asked) in [(85, false), (95, true)] {
        probe.set(resident(mib));
        envelope.look();
        envelope.tidy(Duration::from_secs(mib));
        assert_eq!(is_asked(), asked, "{mib} MiB");
    }
}

#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn a_trim_comes_one_look_after_it_was_announced() {
    let (envelope, probe) = envelope();
    probe.set(resident(60));
    envelope.look();
    let waker = std::task::Waker::noop();
    let mut context = std::task::Context::from_waker(waker);
    let mut comes = std::pin::pin!(envelope.trim_comes());
    assert!(comes.as_mut().poll(&mut context).is_pending());
    envelope.tidy(Duration::from_secs(1));
    assert!(comes.poll(&mut context).is_ready());
    assert_eq!(envelope.gauges().trims, 0);
    envelope.tidy(Duration::from_secs(2));
    assert_eq!(envelope.gauges().trims, 1);
}

#[test]
fn what_is_handed_out_is_seen() {
    let (envelope, _) = envelope();
    let waker = std::task::Waker::noop();
    let take = std::pin::pin!(envelope.bodies().take(MIB));
    let std::task::Poll::Ready(Ok(permit)) = take.poll(&mut std::task::Context::from_waker(waker)) else {
        panic!("there is room");
    };
    let gauges = envelope.gauges();
    assert_eq!((gauges.bodies.held, gauges.bodies.waiting), (MIB, 0));
    assert_eq!(gauges.bodies.total, envelope.shares().bodies / 1024 * 1024);
    assert!(envelope.0.is_busy());
    drop(permit);
    let export = std::pin::pin!(envelope.exports().take(MIB));
    let std::task::Poll::Ready(Ok(_export)) = export.poll(&mut std::task::Context::from_waker(waker)) else {
        panic!("there is room");
    };
    assert!(!envelope.0.is_busy(), "an export takes minutes");
    assert_eq!(envelope.gauges().connections_limit, 8);
}

#[test]
fn connections_are_lowered_to_what_fits() {
    assert_eq!(places(4096, 40 * MIB, 20_000), 1706);
    assert_eq!(places(1000, 40 * MIB, 20_000), 1000);
    assert_eq!(places(4096, MIB, 20_000), 42);
    assert_eq!(places(4096, 40 * MIB, 1024), 480);
    assert_eq!(places(4096, 40 * MIB, 10), 1);
}

#[test]
fn one_line_says_it_all() {
    let (envelope, _) = envelope();
    let line = envelope.to_string();
    assert!(
        line.starts_with("Memory 100 MiB (setting), CPU 0.10 (cgroup v2): base "),
        "{line}"
    );
    assert!(
        line.ends_with("; 8 connections") && !line.contains('\n'),
        "{line}"
    );
}
