//! Tests of the log as a whole.

use serde_json::Value;

use super::*;
use crate::clock::{HOUR, MINUTE, SECOND};

const NOW: i64 = 1_772_600_767_123_456;

fn lines(captured: &capture::Captured) -> Vec<Value> {
    let text = captured.text();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn messages(captured: &capture::Captured) -> Vec<String> {
    let lines = lines(captured);
    lines
        .iter()
        .map(|line| line["message"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_warning_is_one_json_object_and_what_went_well_is_nothing() {
    let (log, written) = Log::captured(Level::Warn, &Clock::manual(NOW));
    let _guard = log.listen();
    tracing::info!("all is well");
    tracing::debug!(story = 7, "read");
    let error = io::Error::other("no\nluck");
    tracing::warn!(%error, attempts = 3_u64, "a \"sweep\" failed");
    assert_eq!(
        lines(&written),
        [serde_json::json!({
            "timestamp": "2026-03-04T05:06:07.123456Z", "level": "warn", "target": "tinytales::logging::tests",
            "message": "a \"sweep\" failed", "error": "no\nluck", "attempts": 3,
        })]
    );
}

#[test]
fn text_for_people_stays_on_its_line() {
    let written = capture::Captured::default();
    let log = Log::to(written.clone(), Format::Text, Level::Warn, Clock::manual(NOW));
    let _guard = log.listen();
    tracing::error!(cause = "one\ntwo\u{1b}[31m", "failed");
    assert_eq!(
        written.text(),
        "2026-03-04T05:06:07.123456Z ERROR tinytales::logging::tests: failed cause=one\\ntwo\\u{1b}[31m\n"
    );
}

#[test]
fn what_libraries_say_is_not_ours_to_answer_for() {
    let (log, written) = Log::captured(Level::Debug, &Clock::manual(NOW));
    let _guard = log.listen();
    tracing::error!(target: "hyper::proto", "GET /api/ Authorization: Bearer abc");
    tracing::error!(target: "databases", "another name");
    tracing::debug!(target: "database::postgres", "ours");
    tracing::trace!("too fine for this house");
    assert_eq!(messages(&written), ["ours"]);
}

#[test]
fn long_values_are_cut_and_addresses_taken_out() {
    let (log, written) = Log::captured(Level::Warn, &Clock::manual(NOW));
    let _guard = log.listen();
    tracing::warn!(cause = "ä".repeat(1_000_000), to = "mira@example.org", "failed");
    let line = lines(&written).remove(0);
    assert_eq!(line["cause"].as_str().unwrap(), "ä".repeat(150) + "…");
    assert_eq!(line["to"], "<address>");
    assert!(log.warnings()[0].message.len() <= 400 + '…'.len_utf8());
}

#[test]
fn a_raised_level_falls_back_by_itself() {
    let clock = Clock::manual(NOW);
    let (log, written) = Log::captured(Level::Warn, &clock);
    let _guard = log.listen();
    let say = |what: &str| tracing::debug!("{what}");
    say("before");
    log.raise(Duration::from_secs(600));
    assert_eq!(
        (log.level().as_str(), log.raised_until()),
        ("debug", Some(NOW + 10 * MINUTE))
    );
    say("while");
    clock.advance(10 * MINUTE - 1);
    say("still");
    clock.advance(1);
    say("after");
    assert_eq!((log.level().as_str(), log.raised_until()), ("warn", None));
    log.tick();
    log.tick();
    say("long after");
    assert_eq!(
        messages(&written),
        [
            "everything is logged until 2026-03-04T05:16:07.123456Z",
            "while",
            "still",
            "the log is back at its usual level: warn"
        ]
    );
}

#[test]
fn nobody_raises_the_level_for_ever_and_anybody_ends_it() {
    let clock = Clock::manual(NOW);
    let (log, written) = Log::captured(Level::Error, &clock);
    let _guard = log.listen();
    log.raise(Duration::MAX);
    assert_eq!(log.raised_until(), Some(NOW + HOUR));
    log.restore();
    log.restore();
    tracing::warn!("not at this level");
    log.slow("/api/stories/", 900);
    log.flush();
    assert_eq!(
        (log.level().as_str(), written.text().lines().count()),
        ("error", 2)
    );

    let (log, written) = Log::captured(Level::Debug, &clock);
    log.raise(Duration::from_secs(5));
    assert_eq!(
        (log.raised_until(), written.text().as_str()),
        (None, ""),
        "there is nothing to raise"
    );
}

#[test]
fn slow_and_refused_requests_are_two_lines_a_minute() {
    let clock = Clock::manual(NOW);
    let (log, written) = Log::captured(Level::Warn, &clock);
    let _guard = log.listen();
    for millis in 501..1000 {
        log.slow("/api/stories/{id}/", millis);
        log.refused(if millis == 900 { "429" } else { "503" });
        clock.advance(SECOND / 100);
        log.tick();
    }
    assert_eq!(written.text(), "", "the minute is not over");
    clock.advance(MINUTE);
    log.tick();
    log.tick();
    assert_eq!(
        messages(&written),
        [
            "499 requests were slow in the last minute, slowest 999 ms at /api/stories/{id}/",
            "499 requests were refused in the last minute: 498 × 503, 1 × 429"
        ]
    );
    log.slow("/api/", 501);
    log.flush();
    assert!(messages(&written)[2].starts_with("1 request was slow"));
}

#[test]
fn an_answered_request_is_a_line_for_those_who_look_closer_alone() {
    let (log, written) = Log::captured(Level::Warn, &Clock::manual(NOW));
    let _guard = log.listen();
    for (status, millis) in [
        (200, 500),
        (200, 501),
        (404, 1),
        (429, 1),
        (503, 1),
        (507, 1),
        (500, 1),
    ] {
        log.answered("GET", "/api/stories/{id}/", status, millis);
    }
    assert_eq!(written.text(), "");
    log.raise(Duration::from_secs(60));
    log.answered("PUT", "/api/stories/{id}/update/", 200, 7);
    log.flush();
    let said = lines(&written);
    let answered = serde_json::json!({
        "timestamp": "2026-03-04T05:06:07.123456Z", "level": "debug", "target": "tinytales::logging",
        "message": "answered", "method": "PUT", "route": "/api/stories/{id}/update/", "status": 200, "millis": 7,
    });
    assert_eq!(said[1], answered);
    assert_eq!(
        messages(&written)[2..],
        [
            "1 request was slow in the last minute, slowest 501 ms at /api/stories/{id}/",
            "3 requests were refused in the last minute: 1 × 429, 1 × 503, 1 × 507"
        ]
    );
}

#[test]
fn one_place_cannot_fill_the_log() {
    let clock = Clock::manual(NOW);
    let (log, written) = Log::captured(Level::Warn, &clock);
    let _guard = log.listen();
    let fail = |number: i32| tracing::error!(number, "request failed");
    (0..1000).for_each(fail);
    tracing::error!("from another place");
    assert_eq!(written.text().lines().count(), 21);
    assert_eq!(log.lines_last_minute(), 21);
    clock.advance(MINUTE);
    log.tick();
    let last = messages(&written).pop().unwrap();
    assert!(
        last.starts_with("980 lines were left out in the last minute"),
        "{last}"
    );
    fail(0);
    assert_eq!(written.text().lines().count(), 23, "a new minute");
    assert_eq!(log.lines_last_minute(), 2);
}

#[test]
fn warnings_are_kept_with_what_they_said() {
    let (log, _) = Log::captured(Level::Info, &Clock::manual(NOW));
    let _guard = log.listen();
    for code in [14, 14, 15] {
        tracing::warn!(code, "SQLite cannot use its file");
    }
    tracing::info!("not a trouble");
    let kept: Vec<_> = log
        .warnings()
        .into_iter()
        .map(|kept| (kept.level, kept.message, kept.count))
        .collect();
    let one = |code, count| ("warn", format!("SQLite cannot use its file code={code}"), count);
    assert_eq!(kept, [one(15, 1), one(14, 2)]);
}

#[test]
fn a_panic_is_a_line_without_its_text() {
    let (log, written) = Log::captured(Level::Warn, &Clock::manual(NOW));
    let _guard = log.listen();
    let old = std::panic::take_hook();
    panics::report();
    let secret = "Mira's story";
    let caught = std::panic::catch_unwind(|| panic!("{secret} has no end"));
    std::panic::set_hook(old);
    assert!(caught.is_err());
    let line = lines(&written).remove(0);
    assert_eq!(
        (&line["message"], &line["class"]),
        (&"panicked".into(), &"other".into())
    );
    assert!(line["at"].as_str().unwrap().starts_with("src/logging/tests.rs:"));
    assert!(!written.text().contains("Mira"));
}
