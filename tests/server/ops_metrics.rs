//! Health, readiness and `/metrics`, read by a small parser of the text format.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use database::{Dialect, Target};
use serde_json::json;
use tinytales::backup::Round;
use tinytales::clock::{MINUTE, SECOND};
use tinytales::config::Secret;
use tinytales::ops::traffic::{Answered, Area};

use crate::support::World;

const TOKEN: &str = "a-token-of-the-tests";

fn measured() -> World {
    World::with(|config| config.metrics_token = Some(Secret::new(TOKEN)))
}

/// The figures by name and labels, after every rule of the text format that they could break.
#[track_caller]
fn figures(world: &World) -> BTreeMap<String, f64> {
    let answer = world.guest().with_token(TOKEN).get("/metrics");
    answer.status(200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    parse(&answer.text())
}

fn parse(text: &str) -> BTreeMap<String, f64> {
    let mut figures = BTreeMap::new();
    let (mut family, mut kind, mut seen) = (String::new(), String::new(), BTreeSet::new());
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, sentence) = help.split_once(' ').unwrap();
            assert!(seen.insert(name.to_owned()), "{name} twice");
            assert!(!sentence.is_empty() && !sentence.contains('\\'));
            name.clone_into(&mut family);
            kind.clear();
        } else if let Some(of) = line.strip_prefix("# TYPE ") {
            let (name, word) = of.split_once(' ').unwrap();
            assert_eq!(name, family);
            assert!(["counter", "gauge", "histogram"].contains(&word));
            word.clone_into(&mut kind);
        } else {
            let (key, value) = line.rsplit_once(' ').unwrap();
            let name = key.split('{').next().unwrap();
            let suffixes: &[&str] = if kind == "histogram" {
                &["_bucket", "_sum", "_count"]
            } else {
                &[""]
            };
            assert!(
                suffixes.iter().any(|suffix| name == format!("{family}{suffix}")),
                "{name} in {family}"
            );
            assert!(
                name.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            );
            assert_eq!(kind == "counter", name.ends_with("_total"), "{name} is a {kind}");
            assert!(
                figures.insert(key.to_owned(), value.parse().unwrap()).is_none(),
                "{key} twice"
            );
        }
    }
    figures
}

#[test]
fn whoever_has_no_token_learns_nothing() {
    let world = measured();
    world.guest().get("/metrics").refused(401);
    for token in ["wrong", "a-token-of-the-test", "a-token-of-the-tests2"] {
        world.guest().with_token(token).get("/metrics").refused(401);
    }
    world.admin("Ada").get("/metrics").refused(401);
}

#[test]
fn without_the_setting_there_is_no_such_address() {
    let world = World::new();
    world.guest().get("/metrics").refused(404);
    world.guest().with_token(TOKEN).get("/metrics").refused(404);
}

#[test]
fn requests_are_counted_by_what_became_of_them() {
    let world = measured();
    world.guest().get("/api/").ok();
    world.guest().get("/api/auth/profile/").refused(401);
    world.guest().get("/nowhere").refused(404);
    world.guest().get("/healthz").ok();
    let figures = figures(&world);
    let count = |area: &str, status: &str| {
        figures[&format!("tinytales_requests_total{{area=\"{area}\",status=\"{status}\"}}")]
    };
    let counts = [
        count("api", "2xx"),
        count("api", "4xx"),
        count("unknown", "4xx"),
        count("ops", "2xx"),
    ];
    assert!(
        counts.iter().all(|count| (count - 1.0).abs() < 1e-9),
        "{counts:?}"
    );
    let timed = figures["tinytales_request_duration_seconds_count"];
    assert!((timed - 3.0).abs() < 1e-9, "health is not timed: {timed}");
}

#[test]
fn a_histogram_rises_to_its_count() {
    let world = measured();
    for _ in 0..5 {
        world.guest().get("/api/").ok();
    }
    let figures = figures(&world);
    let mut buckets: Vec<(f64, f64)> = figures
        .iter()
        .filter_map(|(key, value)| {
            let edge = key.strip_prefix("tinytales_request_duration_seconds_bucket{le=\"")?;
            let edge = edge.strip_suffix("\"}")?.replace("+Inf", "inf");
            Some((edge.parse().unwrap(), *value))
        })
        .collect();
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert!(
        buckets.len() > 8 && buckets.is_sorted_by(|a, b| a.1 <= b.1),
        "{buckets:?}"
    );
    assert_eq!(
        buckets.last().map(|(_, count)| *count),
        figures.get("tinytales_request_duration_seconds_count").copied()
    );
}

#[test]
fn a_slow_upload_does_not_make_the_server_slow() {
    let world = World::new();
    let body = json!({"email": "nobody@example.org", "password": "a lighthouse keeps its lamp"}).to_string();
    let (first, rest) = body.split_at(10);
    let mut phone = world.connect();
    phone.send(post("/api/auth/login/", body.len()).as_bytes());
    phone.send(first.as_bytes());
    let deadline = Instant::now() + Duration::from_secs(60);
    while world.app.traffic.snapshot(0).in_flight == 0 {
        assert!(Instant::now() < deadline, "the server does not see the head");
        thread::yield_now();
    }
    world.advance(10 * SECOND);
    phone.send(rest.as_bytes());
    assert_eq!(phone.answer().status, 401);
    let now = world.app.clock.now();
    let longest = world.app.traffic.snapshot(now).p99.unwrap();
    assert!(longest < 1_000, "{longest} µs");
}

/// The head of a request whose body is so long.
fn post(path: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: tales\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
}

#[test]
fn the_body_of_an_answer_is_counted_when_it_has_left() {
    let world = measured();
    let before = world.app.traffic.bytes_out();
    let answer = world.guest().get("/api/openapi.json");
    let sent = world.app.traffic.bytes_out() - before;
    let body = answer.body.len() as u64;
    assert!((body + 100..body + 2000).contains(&sent), "{sent} for {body}");
}

#[test]
fn memory_and_queues_are_told() {
    let world = measured();
    world.uses(10);
    let figures = figures(&world);
    for name in [
        "process_resident_memory_bytes",
        "tinytales_memory_limit_bytes",
        "tinytales_connections",
    ] {
        assert!(figures[name] > 0.0, "{name}");
    }
    for name in [
        "tinytales_memory_level",
        "tinytales_hashing_waiting",
        "tinytales_permits_waiting{of=\"bodies\"}",
        "tinytales_database_waiting{kind=\"read\"}",
        "tinytales_sockets{kind=\"notifications\"}",
        "tinytales_unclean_ends",
        "tinytales_log_lines_last_minute",
    ] {
        assert!(figures[name].abs() < 1e-9, "{name} is {}", figures[name]);
    }
}

#[test]
fn nothing_personal_is_a_label() {
    let world = measured();
    let mira = world.child("Zebulonia");
    mira.get(&format!("/api/stories/user/{}/", mira.id())).ok();
    let text = world
        .guest()
        .with_token(TOKEN)
        .get("/metrics")
        .text()
        .to_lowercase();
    let id = mira.id().to_string();
    for private in ["zebulonia", "example.org", "/api/", id.as_str()] {
        assert!(!text.contains(private), "{private}");
    }
}

#[test]
fn a_slow_answer_is_a_warning_with_its_route() {
    let world = World::new();
    let mira = world.child("Mira");
    let sign_in = serde_json::json!({"email": mira.email(), "password": crate::support::PASSWORD});
    let answer = world.while_hashing_waits(
        || world.guest().post("/api/auth/login/", sign_in),
        |world| world.advance(900_000),
    );
    answer.ok();
    let snapshot = world.app.traffic.snapshot(world.app.clock.now());
    assert!(snapshot.p99 > Some(700_000), "{snapshot:?}");
    world.app.log.flush();
    let warnings = world.app.log.warnings();
    let said = warnings
        .iter()
        .find(|warning| warning.message.contains("/api/auth/login/"));
    assert!(said.is_some(), "{warnings:?}");
}

#[test]
fn health_is_told_without_the_database_and_readiness_with_it() {
    let world = World::new();
    assert_eq!(world.guest().get("/healthz").ok()["status"], "ok");
    let ready = world.guest().get("/readyz").ok();
    assert_eq!(
        (ready["status"].as_str(), ready["disk"].as_str()),
        (Some("ready"), Some("lasting"))
    );
    assert_eq!(world.queries(|| world.guest().get("/healthz").ok()), 0);
    assert_eq!(world.queries(|| world.guest().get("/readyz").ok()), 1);
    world.app.database.close();
    world.guest().get("/healthz").ok();
    world.guest().get("/readyz").refused(503);
}

#[test]
fn an_instance_that_forgets_says_so() {
    // In memory on every machine, whatever /tmp is.
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let world = World::with(|config| {
        config.on_render = true;
        if let Target::Sqlite(file) = &mut config.database {
            *file = folder.path().join("tinytales.db");
        }
    });
    let disk = world.guest().get("/readyz").ok()["disk"].clone();
    // On PostgreSQL nothing is forgotten.
    let expected = match world.app.database.dialect() {
        Dialect::Sqlite => "ephemeral",
        Dialect::Postgres => "lasting",
    };
    assert_eq!(disk, expected);
}

#[test]
fn faults_of_ours_are_counted_and_refusals_are_not_among_them() {
    let world = measured();
    let now = world.app.clock.now();
    for status in [200, 404, 429, 500, 502, 503, 507] {
        let (area, micros) = (Area::Api, 1_000);
        world.app.traffic.answered(now, Answered { area, status, micros });
    }
    let errors = figures(&world)["tinytales_errors_total"];
    assert!((errors - 2.0).abs() < 1e-9, "500 and 502: {errors}");
}

#[test]
fn more_log_than_usual_is_seen_whatever_made_it_so() {
    let world = measured();
    let debug = || figures(&world)["tinytales_debug"];
    assert!(debug().abs() < 1e-9);
    world.app.log.raise(Duration::from_secs(600));
    assert!((debug() - 1.0).abs() < 1e-9, "raised for a while");
    world.app.log.restore();
    assert!(debug().abs() < 1e-9);
}

#[test]
fn a_backup_is_told_with_its_age_and_failures() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backups");
    let world = World::with(|config| {
        config.metrics_token = Some(Secret::new(TOKEN));
        config.backup.folder = Some(path.clone());
    });
    let before = figures(&world);
    assert!((before["tinytales_backup_every_seconds"] - 86_400.0).abs() < 1e-9);
    assert!(!before.contains_key("tinytales_backup_last_success_seconds"));
    world.child("Mira");
    std::fs::write(&path, "a file where the folder should be").unwrap();
    assert!(matches!(world.back_up(), Round::Failed(_)));
    std::fs::remove_file(&path).unwrap();
    world.advance(10 * MINUTE);
    assert!(matches!(world.back_up(), Round::Made(..)));
    let after = figures(&world);
    assert!((after["tinytales_backup_failures_total"] - 1.0).abs() < 1e-9);
    let age = world.app.clock.now() as f64 / 1e6 - after["tinytales_backup_last_success_seconds"];
    assert!((0.0..1.1).contains(&age), "{age}");
}

/// Rules that name a figure which does not exist never fire.
#[test]
fn every_figure_that_the_documents_name_exists() {
    let source = concat!(
        include_str!("../../src/ops/metrics/mod.rs"),
        include_str!("../../src/ops/metrics/live.rs")
    );
    let documents = [
        include_str!("../../docs/CONSOLE.md"),
        include_str!("../../docs/OPERATIONS.md"),
        include_str!("../../docs/BACKUPS.md"),
    ];
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = documents
        .iter()
        .flat_map(|text| text.split(|letter| !is_letter(letter)));
    let named: BTreeSet<&str> = words
        .filter(|word| word.starts_with("tinytales_") || word.starts_with("process_"))
        .collect();
    assert!(named.len() > 10, "{named:?}");
    for name in named {
        let family = ["_bucket", "_sum", "_count"]
            .iter()
            .find_map(|suffix| name.strip_suffix(suffix))
            .unwrap_or(name);
        assert!(
            source.contains(&format!("\"{family}\"")),
            "there is no figure {name}"
        );
    }
}
