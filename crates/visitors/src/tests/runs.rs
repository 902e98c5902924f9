//! How runs are counted: refusals, errors, the ramp, the end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::fake::{Asked, Told, run, run_until, well};
use crate::accounts::Accounts;
use crate::behaviours::{Behaviour, Guest, LoginStorm};
use crate::plan::Plan;
use crate::report::Figures;

const LIBRARY: &str = "/api/stories/?public=true&page_size=100";

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Guests who are measured for a minute.
fn guests(people: usize) -> Plan {
    Plan {
        measure_for: seconds(60),
        ..Plan::new("http://memory", Behaviour::Guest(Guest { covers: 0 }), people)
    }
}

fn storm(people: usize, wrong_passwords: bool) -> Plan {
    Plan {
        accounts: Accounts::numbered("a%d@example.invalid", "p", people).unwrap(),
        ramp: 0.0,
        ..Plan::new(
            "http://memory",
            Behaviour::LoginStorm(LoginStorm { wrong_passwords }),
            people,
        )
    }
}

/// The first library call is answered with this, all others well.
fn first_library(
    told: impl Fn() -> Told + Send + Sync + 'static,
) -> impl Fn(&Asked) -> Told + Send + Sync + 'static {
    let count = AtomicUsize::new(0);
    move |asked| {
        let is_first = asked.path == LIBRARY && count.fetch_add(1, Ordering::Relaxed) == 0;
        if is_first { told() } else { well(asked) }
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured_and_the_refusal_is_counted() {
    let busy = || Told::new(503).with("retry-after", "7");
    let (report, asked) = run(guests(1), first_library(busy)).await;
    let mut library = asked
        .iter()
        .filter(|asked| asked.path == LIBRARY)
        .map(|asked| asked.at);
    let waited = library.next().unwrap().abs_diff(library.next().unwrap());
    assert!(
        waited >= seconds(7) && waited <= Duration::from_millis(8750),
        "{waited:?}"
    );
    let figures = &report.ramp.calls["library"];
    assert_eq!(
        (figures.answered, figures.refusals[&503], figures.failed()),
        (1, 1, 0)
    );
    assert_eq!(figures.refusals_without_wait, 0);
    assert!(
        figures.felt.max >= 7000.0 && figures.latency.max < 10.0,
        "{figures:?}"
    );
    assert_eq!((report.refused(), report.failed(), report.entered), (1, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn who_is_refused_to_the_end_gives_up() {
    let busy = |asked: &Asked| {
        if asked.path == LIBRARY {
            Told::new(429)
        } else {
            well(asked)
        }
    };
    let (report, _) = run(guests(1), busy).await;
    let mut all = Figures::default();
    all.add(&report.ramp.overall);
    all.add(&report.steady.overall);
    assert_eq!((all.given_up, report.failed(), report.entered), (1, 0, 0));
    // A minute for the ramp and one that is measured, 5 to 6.25 s apart.
    assert!((19..=25).contains(&all.refusals[&429]), "{all:?}");
    assert_eq!(all.refusals_without_wait, all.refusals[&429]);
}

#[tokio::test(start_paused = true)]
async fn errors_are_counted_by_kind() {
    type Case = (&'static str, fn() -> Told);
    let cases: [Case; 4] = [
        ("server_error", || Told::new(502)),
        ("status", || Told::new(404)),
        ("json", || Told::new(200).saying("{\"results\":")),
        ("timeout", || well_late()),
    ];
    for (kind, told) in cases {
        let (report, _) = run(guests(1), first_library(told)).await;
        assert_eq!(report.ramp.calls["library"].errors[kind], 1, "{kind}: {report:?}");
        assert_eq!((report.failed(), report.refused()), (1, 0), "{kind}");
        assert!(
            report.problems[0].starts_with(&format!("library: {kind}: ")),
            "{report:?}"
        );
    }
}

fn well_late() -> Told {
    Told::new(200).after(seconds(31))
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error() {
    let plan = Plan {
        // Port 1 of an address that nobody listens on.
        url: "http://127.254.254.254:1".to_owned(),
        end_after: Some(Duration::from_millis(200)),
        ..guests(1)
    };
    let report = crate::run(plan).await.unwrap();
    assert!(report.ramp.calls["words"].errors["connect"] >= 1, "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn the_ramp_is_reported_apart() {
    let (report, asked) = run(guests(10), well).await;
    assert_eq!((report.arrived, report.entered, report.failed()), (10, 10, 0));
    let arrivals: Vec<u64> = asked
        .iter()
        .filter(|asked| asked.path.contains("profanity"))
        .map(|asked| asked.at.as_secs())
        .collect();
    assert_eq!(arrivals, (0..10).collect::<Vec<_>>());
    // All came in while the ramp lasted; nobody starts the app in the steady phase.
    assert_eq!(report.ramp.calls["words"].answered, 10);
    assert!(!report.steady.calls.contains_key("words"));
    assert!((9.0..9.5).contains(&report.ramp.seconds) && (report.steady.seconds - 60.0).abs() < 0.1);
    let counted = report.ramp.overall.answered + report.steady.overall.answered;
    assert_eq!(counted, asked.len() as u64);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_before_the_end_is_counted_when_it_comes() {
    let plan = Plan {
        end_after: Some(seconds(20)),
        ..guests(1)
    };
    let began = Instant::now();
    let slow = |asked: &Asked| well(asked).after(seconds(12));
    let (report, asked) = run(plan, slow).await;
    // Words and the library; the library's answer comes at 24 s, and nothing begins after 20 s.
    assert_eq!((asked.len(), began.elapsed().as_secs()), (2, 24));
    assert_eq!(report.ramp.overall.answered, 2);
    assert!(!report.interrupted);
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_run_ends_at_once_with_what_there_is() {
    let began = Instant::now();
    let slow = |asked: &Asked| well(asked).after(seconds(2));
    let (report, _) = run_until(guests(100), slow, tokio::time::sleep(seconds(5))).await;
    assert!(report.interrupted);
    assert_eq!(began.elapsed(), seconds(5));
    assert_eq!(report.arrived, 6);
    // Arrived at 0, 1 and 2 s, answered two seconds later.
    assert_eq!(report.ramp.calls["words"].answered, 3, "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_storm_comes_at_once_and_is_over_when_all_are_in() {
    let began = Instant::now();
    let count = AtomicUsize::new(0);
    let lane = move |asked: &Asked| match count.fetch_add(1, Ordering::Relaxed) {
        number if asked.method != "OPTIONS" && number % 3 == 0 => Told::new(503).with("retry-after", "2"),
        _ => well(asked),
    };
    let (report, asked) = run(storm(50, false), lane).await;
    assert_eq!((report.entered, report.failed()), (50, 0));
    assert!(asked.iter().take(50).all(|asked| asked.at < seconds(1)));
    // It is measured from its first moment.
    assert_eq!(
        (
            report.ramp.overall.answered,
            report.steady.calls["sign-in"].answered
        ),
        (0, 50)
    );
    assert!(report.refused() > 0 && began.elapsed() < seconds(60));
}

#[tokio::test(start_paused = true)]
async fn wrong_passwords_are_answered_with_no() {
    let no = |asked: &Asked| {
        if asked.json()["password"] == "p" {
            well(asked)
        } else {
            Told::new(401)
        }
    };
    let says_yes = |asked: &Asked| well(asked);
    let options = |asked: &Asked| asked.method == "OPTIONS";
    let (report, _) = run(storm(5, true), move |asked| {
        if options(asked) { well(asked) } else { no(asked) }
    })
    .await;
    assert_eq!((report.failed(), report.entered), (0, 5), "{report}");
    let (report, _) = run(storm(5, true), says_yes).await;
    assert_eq!((report.failed(), report.entered), (5, 0), "{report}");
}
