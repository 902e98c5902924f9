use super::*;
use crate::capacity::gates::tests::good;

fn outcomes() -> Vec<Outcome> {
    vec![
        good("idle", Load::Idle),
        good("navigators-3", Load::Navigators(3)),
        good("navigators-10", Load::Navigators(10)),
        good("navigators-50", Load::Navigators(50)),
    ]
}

fn machine() -> Machine {
    Machine::read(Some("2026-01-02".to_owned()))
}

#[test]
fn the_guide_s_tables_are_there_with_their_verdicts() {
    let text = document(&outcomes(), &machine());
    for row in [
        "| Idle | 250MB | 80MB | 117–133 MB | 30.0 MiB | PASS (< 100 MB) |",
        "| 3 users | 512MB+ (crashed) | 150-200MB | 340–421 MB | 30.0 MiB | PASS (< 350 MB) |",
        "| 10 users | N/A (would crash) | 300-350MB | killed in every run | 30.0 MiB | PASS (< 350 MB) |",
        "| Response time (10 users, p95) | < 500 ms | ~200ms | killed; 23 s (p95) with 3 users | 90 ms | PASS |",
        "| Crash frequency | 0 | Stable |",
    ] {
        assert!(text.contains(row), "{row}\n{text}");
    }
}

#[test]
fn what_failed_is_in_every_part_of_the_document() {
    let mut outcomes = outcomes();
    outcomes[2].felt = Err("the server did not live".to_owned());
    let text = document(&outcomes, &machine());
    let failed = text.lines().filter(|line| line.contains("FAIL")).count();
    // Two rows of memory, one of time, one of crashes, two gates of ours, one scenario.
    assert!(failed >= 6, "{text}");
    assert!(text.contains("| navigators-10 | – |"), "{text}");
    assert!(summary(&outcomes, &machine()).contains("| 10 people reading | 30.0 MiB | FAIL | FAIL |"));
}

#[test]
fn three_users_who_take_too_much_are_counted_among_the_gates_and_are_none_of_the_goals() {
    let mut outcomes = outcomes();
    let goals = guide_goals(&outcomes);
    assert!(summary(&outcomes, &machine()).contains("13 of 13 gates hold"));
    outcomes[1].seen.working_peak = 350_000_000;
    assert!(guide_memory(&outcomes).contains("| 333.8 MiB | FAIL (< 350 MB) |"));
    assert!(summary(&outcomes, &machine()).contains("12 of 13 gates hold"));
    assert_eq!(guide_goals(&outcomes), goals);
}

#[test]
fn a_class_hour_is_what_a_person_took_times_thirty_and_an_hour() {
    // 12 MB by 50 people in 120 seconds are 2 kB a second each.
    let bytes = bytes_of_a_class_hour(&outcomes()[3]).unwrap();
    assert!((bytes - 216e6).abs() < 1.0, "{bytes}");
    assert_eq!(bytes_of_a_class_hour(&outcomes()[0]), None);
    assert!(class_hour(&outcomes()).contains("| draws and saves | not measured | – |"));
}

#[test]
fn refusals_are_listed_by_call() {
    let mut outcomes = outcomes();
    assert_eq!(refusals(&outcomes), "None.\n");
    if let Ok(felt) = &mut outcomes[1].felt {
        let figures = felt.steady.calls.entry("library".to_owned()).or_default();
        figures.refusals.insert(503, 4);
    }
    let expected = "- navigators-3, measured, `library`: refused 4 × 503, of them without a wait 0, given up 0; errors none\n";
    assert_eq!(refusals(&outcomes), expected);
}

#[test]
fn the_summary_replaces_what_stood_between_the_markers() {
    let readme = "a\n<!-- capacity -->\nold\n<!-- /capacity -->\nb\n";
    let expected = "a\n<!-- capacity -->\nnew\n<!-- /capacity -->\nb\n";
    assert_eq!(between_markers(readme, "new\n").unwrap(), expected);
    assert_eq!(between_markers("a\n", "new\n"), None);
}
