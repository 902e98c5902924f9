use std::collections::BTreeSet;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::*;
use crate::ops::checklist::State;
use crate::ops::verify::Sockets;
use crate::ops::verify::visitors::Visits;

fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
    let headers = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    Answer {
        status,
        headers: headers.collect::<HeaderMap>(),
        body: body.to_owned(),
        took: Duration::from_millis(40),
    }
}

/// A server that nothing is wrong with.
fn good() -> Look {
    let secure = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000"),
    ];
    let allowed = [
        ("access-control-allow-origin", "*"),
        (
            "access-control-allow-methods",
            "DELETE,GET,OPTIONS,PATCH,POST,PUT",
        ),
        (
            "access-control-allow-headers",
            "accept, authorization, content-type",
        ),
    ];
    Look {
        base: "https://tales.example.org".to_owned(),
        private: true,
        health: Ok(answer(200, &secure, &format!(r#"{{"version": "{VERSION}"}}"#))),
        rest: Some(Rest {
            ready: Ok(answer(200, &[], "")),
            preflight: Ok(answer(200, &allowed, "")),
            missing: Ok(answer(404, &[], r#"{"code": "not_found"}"#)),
            stranger: Ok(answer(400, &[], "")),
            sockets: Sockets {
                without_token: Ok(403),
                open: Ok(Opened::Well),
            },
            metrics: Ok(Metrics {
                memory: Some(30 << 20),
                log_lines: Some(2),
                debug: Some(false),
            }),
            visits: Visits {
                visitors: 10,
                times: vec![Duration::from_millis(60); 80],
                refused: 0,
                failed: 0,
            },
        }),
    }
}

fn line(id: &str, look: &Look) -> Finding {
    let mut lines = judge(look).0;
    lines.retain(|line| line.id == id);
    lines.pop().unwrap_or_else(|| panic!("no line {id}"))
}

/// One change to a good server, the line that notices it, and a word of what is said.
type Case = (&'static str, State, &'static str, fn(&mut Look));

fn rest(look: &mut Look) -> &mut Rest {
    look.rest.as_mut().unwrap()
}

fn health(look: &mut Look) -> &mut Answer {
    look.health.as_mut().unwrap()
}

fn metrics(look: &mut Look) -> &mut Metrics {
    rest(look).metrics.as_mut().unwrap()
}

const CASES: &[Case] = &[
    ("tls", State::Fail, "certificate", |look| {
        look.health = Err(Trouble::Tls);
    }),
    ("tls", State::Fail, "on the way", |look| {
        (look.base, look.private) = ("http://tales.example.org".to_owned(), false);
    }),
    ("health", State::Fail, "nobody answers", |look| {
        look.health = Err(Trouble::Unreachable);
    }),
    ("health", State::Fail, "502", |look| health(look).status = 502),
    ("health", State::Warn, "asleep", |look| {
        health(look).took = Duration::from_secs(40);
    }),
    ("health", State::Fail, "https://tales.example.org/", |look| {
        *health(look) = answer(301, &[("location", "https://tales.example.org/")], "");
    }),
    ("version", State::Warn, "0.0.1", |look| {
        health(look).body = r#"{"version": "0.0.1"}"#.to_owned();
    }),
    ("version", State::Fail, "not Tinytales", |look| {
        health(look).body = "<html>".to_owned();
    }),
    ("ready", State::Fail, "503", |look| {
        rest(look).ready = Ok(answer(503, &[], ""));
    }),
    ("ready", State::Fail, "in time", |look| {
        rest(look).ready = Err(Trouble::TooSlow);
    }),
    ("debug", State::Fail, "remove DEBUG", |look| {
        metrics(look).debug = Some(true);
    }),
    ("debug", State::Warn, "does not say", |look| {
        metrics(look).debug = None;
    }),
    ("log", State::Warn, "50 log lines", |look| {
        metrics(look).log_lines = Some(50);
    }),
    ("log", State::Fail, "400 log lines", |look| {
        metrics(look).log_lines = Some(400);
    }),
    ("log", State::Warn, "not set here", |look| {
        rest(look).metrics = Err(Unseen::NoToken);
    }),
    ("log", State::Warn, "over http", |look| {
        rest(look).metrics = Err(Unseen::InTheClear);
    }),
    ("memory", State::Fail, "400 MB with 10", |look| {
        metrics(look).memory = Some(400 << 20);
    }),
    ("memory", State::Warn, "no METRICS_TOKEN", |look| {
        rest(look).metrics = Err(Unseen::Refused(404));
    }),
    ("memory", State::Warn, "401", |look| {
        rest(look).metrics = Err(Unseen::Refused(401));
    }),
    ("speed", State::Fail, "700 ms", |look| {
        rest(look).visits.times[70..].fill(Duration::from_millis(700));
    }),
    ("speed", State::Fail, "no visitor", |look| {
        rest(look).visits.times.clear();
    }),
    ("errors", State::Fail, "2 requests", |look| {
        rest(look).visits.failed = 2;
    }),
    ("errors", State::Warn, "TRUSTED_PROXIES", |look| {
        rest(look).visits.refused = 1;
    }),
    ("sockets", State::Fail, "proxy_set_header", |look| {
        rest(look).sockets.open = Ok(Opened::Refused(403));
    }),
    ("sockets", State::Fail, "nothing comes", |look| {
        rest(look).sockets.open = Ok(Opened::Silent);
    }),
    ("sockets", State::Fail, "in time", |look| {
        rest(look).sockets.open = Err(Trouble::TooSlow);
    }),
    ("sockets", State::Warn, "503", |look| {
        rest(look).sockets.open = Ok(Opened::Refused(503));
    }),
    ("sockets", State::Fail, "not 403", |look| {
        rest(look).sockets.without_token = Ok(101);
    }),
    ("sockets", State::Warn, "429", |look| {
        rest(look).sockets.without_token = Ok(429);
    }),
    ("sockets", State::Fail, "not answered", |look| {
        rest(look).sockets.without_token = Err(Trouble::Unreachable);
    }),
    ("cors", State::Fail, "405", |look| {
        rest(look).preflight = Ok(answer(405, &[], ""));
    }),
    ("cors", State::Fail, "may not call", |look| {
        let headers = &mut rest(look).preflight.as_mut().unwrap().headers;
        headers.remove("access-control-allow-origin");
    }),
    ("cors", State::Fail, "all that they send", |look| {
        let headers = &mut rest(look).preflight.as_mut().unwrap().headers;
        headers.insert(
            "access-control-allow-methods",
            HeaderValue::from_static("GET,POST"),
        );
    }),
    ("headers", State::Fail, "x-frame-options", |look| {
        health(look).headers.remove("x-frame-options");
    }),
    ("headers", State::Warn, "PUBLIC_URL", |look| {
        health(look).headers.remove("strict-transport-security");
    }),
    ("missing", State::Fail, "200", |look| {
        rest(look).missing = Ok(answer(200, &[], "<html>"));
    }),
    ("missing", State::Fail, "404", |look| {
        rest(look).missing = Ok(answer(404, &[], "<html>"));
    }),
    ("hosts", State::Warn, "ALLOWED_HOSTS", |look| {
        rest(look).stranger = Ok(answer(200, &[], ""));
    }),
];

#[test]
fn a_good_server_is_all_right() {
    let mut lines = judge(&good()).0;
    lines.retain(|line| line.state != State::Ok);
    assert!(lines.is_empty(), "{lines:?}");
}

#[test]
fn each_fault_is_noticed_with_its_mend() {
    for (id, state, word, spoil) in CASES {
        let mut look = good();
        spoil(&mut look);
        let line = line(id, &look);
        let said = format!("{} {}", line.message, line.mend.clone().unwrap_or_default());
        assert_eq!(line.state, *state, "{said}");
        assert!(said.contains(word), "{word:?} is missing in: {said}");
        assert!(line.mend.is_some(), "{said}");
    }
}

#[test]
fn every_line_can_be_red() {
    let all: BTreeSet<&str> = judge(&good()).0.iter().map(|line| line.id).collect();
    let spoiled: BTreeSet<&str> = CASES.iter().map(|(id, ..)| *id).collect();
    assert_eq!(all, spoiled);
}

#[test]
fn who_does_not_answer_gets_no_other_lines() {
    let mut look = good();
    (look.health, look.rest) = (Err(Trouble::NoSuchHost), None);
    let lines = judge(&look).0;
    assert_eq!(lines.len(), 2);
    assert!(judge(&look).fails());
}

#[test]
fn without_visitors_nothing_is_measured() {
    let mut look = good();
    rest(&mut look).visits = Visits::default();
    assert_eq!(line("speed", &look).state, State::Note);
}

#[test]
fn on_the_own_machine_http_is_no_fault() {
    let mut look = good();
    look.base = "http://127.0.0.1:8000".to_owned();
    health(&mut look).headers.remove("strict-transport-security");
    assert_eq!(line("tls", &look).state, State::Note);
    assert_eq!(line("headers", &look).state, State::Ok);
}
