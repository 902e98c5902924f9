//! Live sockets: what people do over them, and how it is counted.

use std::sync::Arc;
use std::time::Duration;

use super::fake::{Asked, Told, run, run_in, well};
use super::room::{Fault, Rooms};
use crate::accounts::Accounts;
use crate::behaviours::{Behaviour, CoDrawing, Crowd, Flood};
use crate::plan::Plan;
use crate::report::Report;

fn plan(behaviour: Behaviour, people: usize, accounts: usize) -> Plan {
    let mut accounts = Accounts::numbered("a%d@example.invalid", "p", accounts).unwrap();
    for (number, account) in accounts.people.iter_mut().enumerate() {
        account.access = format!("token-{number}");
    }
    Plan {
        accounts,
        ramp: 10.0,
        ..Plan::new("http://memory", behaviour, people)
    }
}

fn children(people: usize) -> Plan {
    let child = CoDrawing {
        tokens_only: true,
        ..CoDrawing::default()
    };
    Plan {
        measure_for: Duration::from_secs(30),
        ..plan(Behaviour::CoDrawing(child), people, people)
    }
}

async fn draw(plan: Plan, rooms: &Arc<Rooms>) -> Report {
    run_in(plan, well, rooms, std::future::pending()).await.0
}

#[tokio::test(start_paused = true)]
async fn children_draw_at_the_rhythm_of_the_apps_and_see_it_all() {
    let rooms = Arc::default();
    let plan = Plan {
        measure_for: Duration::from_secs(120),
        ..children(8)
    };
    let report = draw(plan, &rooms).await;
    assert_eq!((report.failed(), report.entered), (0, 8), "{report}");
    let strokes = &report.strokes;
    assert!(strokes.are_well() && strokes.rooms == 2, "{report}");
    // Eight children, two minutes, 0.4 strokes a second at most; three others see each of them.
    assert!((250..420).contains(&strokes.made), "{report}");
    assert!(strokes.expected > strokes.made * 2, "{report}");
    let sockets = &report.steady.sockets;
    assert!(sockets.seen > 0 && sockets.delay.p95 < 10.0, "{report}");
    // Sixteen messages a second of each: lines and cursors, while the pen is down.
    let each = sockets.sent as f64 / report.steady.seconds / 8.0;
    assert!((11.0..18.0).contains(&each), "{each}");
    for kind in [
        "cursor",
        "draw_batch",
        "draw",
        "delete_item",
        "text_edit",
        "presence_update",
        "page_change",
        "request_sync",
        "canvas_snapshot",
        "canvas_state",
    ] {
        assert!(rooms.heard("room-0", kind) > 0, "{kind}");
    }
    assert!(rooms.state("room-4") > 1_000);
    assert!(report.steady.calls["presence"].answered >= 80, "{report}");
    // Some lost their network and came back, and that is no error; the last of them may still be away.
    let away = sockets.vanished - report.steady.calls["collaboration"].answered;
    assert!(
        sockets.vanished > 1 && away <= 1 && sockets.closed() == 0,
        "{report}"
    );
    assert_eq!(report.sockets_open as u64, 16 - away);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_drawing() {
    let count = async |seed: u64| {
        let rooms = Arc::default();
        let plan = Plan { seed, ..children(4) };
        let report = draw(plan, &rooms).await;
        (
            report.strokes.made,
            report.steady.sockets.sent,
            rooms.heard("room-0", "text_edit"),
        )
    };
    assert_eq!(count(7).await, count(7).await);
    assert_ne!(count(7).await, count(8).await);
}

#[tokio::test(start_paused = true)]
async fn what_a_room_does_wrong_is_found() {
    let faulty = async |fault| draw(children(4), &Rooms::with(fault)).await.strokes;
    let well = faulty(Fault::None).await;
    assert!(well.are_well() && well.made > 30, "{well:?}");
    let lost = faulty(Fault::Lose).await;
    assert_eq!((lost.lost, lost.doubled, lost.disordered), (1, 0, 0), "{lost:?}");
    let doubled = faulty(Fault::Double).await;
    assert_eq!((doubled.lost, doubled.doubled), (0, 1), "{doubled:?}");
    let swapped = faulty(Fault::Swap).await;
    assert_eq!((swapped.lost, swapped.doubled), (0, 0), "{swapped:?}");
    assert!(swapped.disordered > 0, "{swapped:?}");
}

#[tokio::test(start_paused = true)]
async fn calm_children_stay_where_they_are_and_have_everything_in_the_end() {
    let rooms = Arc::default();
    let child = CoDrawing {
        tokens_only: true,
        calm: true,
        ..CoDrawing::default()
    };
    // All at once: these rooms do not show anybody what was drawn before.
    let plan = Plan {
        ramp: 0.0,
        measure_for: Duration::from_secs(120),
        ..plan(Behaviour::CoDrawing(child), 4, 4)
    };
    let report = draw(plan, &rooms).await;
    assert_eq!((report.failed(), report.sockets_open), (0, 8), "{report}");
    assert!(
        report.strokes.are_well() && report.strokes.expected > 100,
        "{report}"
    );
    assert_eq!(rooms.heard("room-0", "page_change"), 4, "each when it came");
    assert_eq!(report.steady.sockets.vanished, 0);
}

#[tokio::test(start_paused = true)]
async fn who_is_sent_away_comes_back_unless_it_is_for_good() {
    for (code, comes_back) in [(1013, true), (4401, true), (1000, false), (1001, false)] {
        let report = draw(children(4), &Rooms::with(Fault::Close(code))).await;
        let closes = [&report.ramp, &report.steady].map(|phase| phase.sockets.closes.get(&code).copied());
        assert_eq!(closes.iter().flatten().sum::<u64>(), 1, "{code}: {report}");
        assert_eq!(report.failed(), 1, "{report}");
        // Their notification sockets stay whatever happens in the room.
        assert_eq!(
            report.sockets_open,
            8 - usize::from(!comes_back),
            "{code}: {report}"
        );
        assert!(report.problems[0].contains(&code.to_string()));
        assert!(report.strokes.are_well() && report.strokes.rooms == 1, "{report}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_over_the_socket_is_an_error() {
    let report = draw(children(4), &Rooms::with(Fault::Complain)).await;
    assert_eq!(report.failed(), 1, "{report}");
    assert!(report.problems[0].contains("\"no\""), "{report}");
}

#[tokio::test(start_paused = true)]
async fn without_a_host_nobody_waits() {
    let no_session = |asked: &Asked| match asked.path.as_str() {
        "/api/collaborate/create/" if asked.method == "POST" => Told::new(500),
        _ => well(asked),
    };
    let (report, asked) = run(children(4), no_session).await;
    assert_eq!((report.entered, report.failed()), (0, 1), "{report}");
    assert!(asked.iter().all(|asked| !asked.path.contains("join-by-code")));
}

#[tokio::test(start_paused = true)]
async fn a_crowd_stays_and_shares_the_accounts() {
    let (report, asked) = run(plan(Behaviour::Crowd(Crowd::default()), 50, 10), well).await;
    assert_eq!(
        (report.failed(), report.entered, report.sockets_open),
        (0, 50, 50),
        "{report}"
    );
    let mut tokens: Vec<&str> = asked
        .iter()
        .filter_map(|asked| asked.path.split("?token=").nth(1))
        .collect();
    assert_eq!(tokens.len(), 50);
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), 10);
    // The app says that it is there every half minute.
    let pings = report.ramp.sockets.sent + report.steady.sockets.sent;
    assert!((190..=200).contains(&pings), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_handshake_comes_again_when_it_may() {
    let full = std::sync::atomic::AtomicUsize::new(0);
    let answers = move |asked: &Asked| {
        let is_first =
            asked.path.starts_with("/ws/") && full.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        if is_first {
            Told::new(503).with("retry-after", "4")
        } else {
            well(asked)
        }
    };
    let (report, asked) = run(plan(Behaviour::Crowd(Crowd::default()), 1, 1), answers).await;
    let handshakes = &report.ramp.calls["notifications"];
    assert_eq!(
        (handshakes.answered, handshakes.refusals[&503]),
        (1, 1),
        "{report}"
    );
    assert_eq!((report.failed(), report.entered), (0, 1));
    assert!(asked[1].at.abs_diff(asked[0].at) >= Duration::from_secs(4));
    let no = |asked: &Asked| {
        if asked.path.starts_with("/ws/") {
            Told::new(403)
        } else {
            well(asked)
        }
    };
    let (report, _) = run(plan(Behaviour::Crowd(Crowd::default()), 1, 1), no).await;
    assert_eq!(report.ramp.calls["notifications"].errors["status"], 1, "{report}");
    assert_eq!((report.failed(), report.entered, report.sockets_open), (1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_crowd_sits_in_rooms_where_it_is_told_to() {
    let crowd = Crowd { room: Some(4) };
    let (report, asked) = run(plan(Behaviour::Crowd(crowd), 10, 10), well).await;
    assert_eq!(
        (report.failed(), report.entered, report.sockets_open),
        (0, 10, 10),
        "{report}"
    );
    let calls = |end: &str| {
        let posts = asked.iter().filter(|asked| asked.method == "POST");
        posts.filter(|asked| asked.path.ends_with(end)).count()
    };
    assert_eq!((calls("/create/"), calls("/join-by-code/")), (3, 7));
}

#[tokio::test(start_paused = true)]
async fn a_flood_has_its_rate_and_is_heard_by_all_others() {
    let flood = Flood { room: 5, rate: 30 };
    let plan = Plan {
        measure_for: Duration::from_secs(20),
        ..plan(Behaviour::Flood(flood), 5, 5)
    };
    let (report, _) = run(plan, well).await;
    assert_eq!((report.failed(), report.entered), (0, 5), "{report}");
    let sockets = &report.steady.sockets;
    let a_second = sockets.sent as f64 / report.steady.seconds;
    assert!((145.0..155.0).contains(&a_second), "{a_second}");
    assert!(sockets.received >= sockets.sent * 4 - 100, "{report}");
}
