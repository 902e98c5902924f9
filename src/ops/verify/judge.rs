//! What is right, worth a look or wrong in what was seen: pure functions, a line each.

use std::time::Duration;

use super::metrics::Metrics;
use super::probes::{APP, Look, Rest, Unseen};
use super::socket::Opened;
use super::{Answer, Trouble};
use crate::ops::checklist::{Checklist, Finding, readable_bytes};

/// An awake server answers its health within this time, wherever it is.
const AWAKE: Duration = Duration::from_secs(2);
/// What feels immediate: the goal for 95 of 100 answers.
const QUICK: Duration = Duration::from_millis(500);
/// Where an instance of 512 MB has come near its end.
const MUCH_MEMORY: u64 = 400 << 20;
/// Log lines a minute: a quiet log, and a log that nobody reads any more.
const QUIET: u64 = 20;
const NOISY: u64 = 100;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const TOKEN: &str =
    "set METRICS_TOKEN at the server, and the same here, or look at the memory graph and the log of the host";

/// Judges what was seen. A server that does not answer gets the lines about that alone.
pub fn judge(look: &Look) -> Checklist {
    let mut lines = vec![tls(look), health(look)];
    if let (Ok(health), Some(rest)) = (&look.health, &look.rest) {
        lines.extend([
            version(health),
            ready(rest),
            debug(rest),
            log(rest),
            memory(rest),
            speed(rest),
            errors(rest),
            sockets(rest),
            cors(rest),
            headers(health, look.base.starts_with("https:")),
            missing(rest),
            hosts(rest),
        ]);
    }
    Checklist(lines)
}

fn tls(look: &Look) -> Finding {
    let by_https = look.base.starts_with("https:");
    match (by_https, &look.health) {
        (true, Err(Trouble::Tls)) => Finding::fail(
            "tls",
            "the certificate is not valid for this name, or nothing speaks TLS there",
            "let the proxy or the host renew it (a free certificate lasts 90 days)",
        ),
        (true, Err(_)) => Finding::note("tls", "not seen, because nothing answered"),
        (true, Ok(_)) => Finding::ok("tls", "the certificate is valid"),
        (false, _) if look.private => Finding::note("tls", "not looked at: this is the server's own machine"),
        (false, _) => Finding::fail(
            "tls",
            "http: passwords can be read on the way",
            "put TLS before the server, and verify the https address",
        ),
    }
}

fn health(look: &Look) -> Finding {
    let answer = match &look.health {
        Ok(answer) => answer,
        Err(trouble) => {
            return Finding::fail(
                "health",
                format!("/healthz: {}", trouble.words()),
                "look whether the service runs, and what its log says last",
            );
        }
    };
    let took = readable(answer.took);
    match answer.status {
        200 if answer.took <= AWAKE => Finding::ok("health", format!("alive, after {took}")),
        200 => Finding::warn(
            "health",
            format!("alive, after {took}"),
            "nothing, if a free instance was asleep; else look at its CPU and your network",
        ),
        300..=399 => Finding::fail(
            "health",
            format!("this address leads to another one: {}", answer.header("location")),
            "verify that address",
        ),
        status => Finding::fail(
            "health",
            format!("/healthz answered {status}"),
            "look whether the service runs, and whether this is its address",
        ),
    }
}

fn version(health: &Answer) -> Finding {
    let body = health.json();
    match body["version"].as_str() {
        Some(VERSION) => Finding::ok("version", format!("version {VERSION}, like this program")),
        Some(other) => Finding::warn(
            "version",
            format!("version {other} runs there, and this program is {VERSION}"),
            "deploy once more, or use that version to verify",
        ),
        None => Finding::fail(
            "version",
            "what answers there is not Tinytales",
            "look whether this is its address",
        ),
    }
}

fn ready(rest: &Rest) -> Finding {
    match &rest.ready {
        Ok(answer) if answer.status == 200 => Finding::ok(
            "ready",
            format!("the database answers, after {}", readable(answer.took)),
        ),
        other => Finding::fail(
            "ready",
            format!("/readyz {}", outcome(other)),
            "look whether the database runs, and at DATABASE_URL (tinytales check)",
        ),
    }
}

fn debug(rest: &Rest) -> Finding {
    match metric(rest, |metrics| metrics.debug) {
        Ok(false) => Finding::ok("debug", "only warnings are logged: DEBUG is off"),
        Ok(true) => Finding::fail(
            "debug",
            "more than warnings is logged",
            "remove DEBUG and LOG_LEVEL and deploy again, or end what was raised for a while (tinytales debug --off)",
        ),
        Err(why) => Finding::warn("debug", format!("not seen: {why}"), TOKEN),
    }
}

fn log(rest: &Rest) -> Finding {
    let lines = match metric(rest, |metrics| metrics.log_lines) {
        Ok(lines) => lines,
        Err(why) => return Finding::warn("log", format!("not seen: {why}"), TOKEN),
    };
    let message = format!("{lines} log lines a minute");
    match lines {
        0..=QUIET => Finding::ok("log", message),
        _ if lines <= NOISY => Finding::warn("log", message, "look which warning comes again and again"),
        _ => Finding::fail(
            "log",
            message,
            "look which warning comes again and again, and whether DEBUG or LOG_LEVEL is set",
        ),
    }
}

fn memory(rest: &Rest) -> Finding {
    let memory = match metric(rest, |metrics| metrics.memory) {
        Ok(memory) => memory,
        Err(why) => return Finding::warn("memory", format!("not seen: {why}"), TOKEN),
    };
    let message = format!(
        "{} with {} visitors",
        readable_bytes(memory),
        rest.visits.visitors
    );
    if memory >= MUCH_MEMORY {
        return Finding::fail(
            "memory",
            message,
            "set MEMORY_LIMIT to what the plan has, and tell the authors: this should not be",
        );
    }
    Finding::ok("memory", message)
}

fn speed(rest: &Rest) -> Finding {
    let visits = &rest.visits;
    if visits.visitors == 0 {
        return Finding::note("speed", "not measured without visitors");
    }
    let (Some(half), Some(most)) = (visits.within(50), visits.within(95)) else {
        return Finding::fail("speed", "no visitor was answered", "look at the log");
    };
    let message = format!(
        "{} visitors: half of their {} requests within {}, 95 % within {}, as felt from here",
        visits.visitors,
        visits.times.len(),
        readable(half),
        readable(most)
    );
    if most < QUICK {
        return Finding::ok("speed", message);
    }
    Finding::fail(
        "speed",
        message,
        "look at the console of the server: if it is quick there, the way to it is slow; else its CPU or database is",
    )
}

fn errors(rest: &Rest) -> Finding {
    let visits = &rest.visits;
    if visits.failed > 0 {
        return Finding::fail(
            "errors",
            format!("{} requests of visitors failed", visits.failed),
            "look at the log: each has its line",
        );
    }
    if visits.refused > 0 {
        return Finding::warn(
            "errors",
            format!(
                "{} requests of visitors were refused (429 or 503)",
                visits.refused
            ),
            "look at the console whether the server is full, or whether all people count as one address \
             (TRUSTED_PROXIES)",
        );
    }
    Finding::ok("errors", "no request of a visitor failed or was refused")
}

fn sockets(rest: &Rest) -> Finding {
    let proxy = "let the proxy pass on Upgrade and Connection (nginx: proxy_http_version 1.1, and both by proxy_set_header)";
    let open = match rest.sockets.open {
        Ok(Opened::Well) => "a live socket opens",
        Ok(Opened::Silent) => {
            return Finding::fail(
                "sockets",
                "a live socket opens, and then nothing comes through",
                proxy,
            );
        }
        Ok(Opened::Refused(status @ (429 | 503))) => {
            return Finding::warn(
                "sockets",
                format!("a live socket was answered {status}: not now"),
                "look at the console whether the server is full, and verify again in a minute",
            );
        }
        Ok(Opened::Refused(status)) => {
            return Finding::fail(
                "sockets",
                format!("a live socket does not open: it was answered {status}"),
                proxy,
            );
        }
        Err(trouble) => {
            return Finding::fail(
                "sockets",
                format!("a live socket does not open: {}", trouble.words()),
                proxy,
            );
        }
    };
    match rest.sockets.without_token {
        Ok(403) => Finding::ok("sockets", format!("{open}, and one without a token is refused")),
        Ok(status @ (429 | 503)) => Finding::warn(
            "sockets",
            format!("{open}, but one without a token was answered {status}"),
            "look at the console whether the server is full, and verify again in a minute",
        ),
        Ok(status) => Finding::fail(
            "sockets",
            format!("a live socket without a token is answered {status}, not 403"),
            "look whether a proxy answers for /ws/ itself",
        ),
        Err(trouble) => Finding::fail(
            "sockets",
            format!(
                "a live socket without a token is not answered: {}",
                trouble.words()
            ),
            "look whether a proxy answers for /ws/ itself",
        ),
    }
}

fn cors(rest: &Rest) -> Finding {
    let mend = "remove CORS_ORIGINS, or name the apps' origins in it; and look whether a proxy answers OPTIONS itself";
    let answer = match &rest.preflight {
        Ok(answer) if (200..300).contains(&answer.status) => answer,
        other => return Finding::fail("cors", format!("OPTIONS {}", outcome(other)), mend),
    };
    let lists = |name: &str, wanted: &[&str]| {
        let listed = answer.header(name).to_ascii_lowercase();
        wanted
            .iter()
            .all(|wanted| listed.split(',').any(|word| word.trim() == *wanted))
    };
    let origin = answer.header("access-control-allow-origin");
    let headers = lists("access-control-allow-headers", &["authorization", "content-type"]);
    let methods = lists(
        "access-control-allow-methods",
        &["get", "post", "put", "patch", "delete"],
    );
    if !["*", APP].contains(&origin) {
        return Finding::fail("cors", "the phone apps may not call", mend);
    }
    if !(headers && methods) {
        return Finding::fail("cors", "the apps may call, but not with all that they send", mend);
    }
    Finding::ok("cors", "the apps may call")
}

fn headers(health: &Answer, by_https: bool) -> Finding {
    let wanted = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
    ];
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|(name, value)| !health.header(name).eq_ignore_ascii_case(value))
        .map(|(name, _)| *name)
        .collect();
    if !missing.is_empty() {
        return Finding::fail(
            "headers",
            format!("missing or changed: {}", missing.join(", ")),
            "look whether a proxy removes them",
        );
    }
    if by_https && health.header("strict-transport-security").is_empty() {
        return Finding::warn(
            "headers",
            "strict-transport-security is missing: browsers may still try http",
            "set PUBLIC_URL to the https address",
        );
    }
    Finding::ok("headers", "the security headers are there")
}

fn missing(rest: &Rest) -> Finding {
    match &rest.missing {
        Ok(answer) if answer.status == 404 && answer.json()["code"] == "not_found" => {
            Finding::ok("missing", "an address that does not exist answers 404 in JSON")
        }
        other => Finding::fail(
            "missing",
            format!(
                "an address that does not exist {}, not 404 in JSON",
                outcome(other)
            ),
            "look whether a proxy shows pages of its own",
        ),
    }
}

fn hosts(rest: &Rest) -> Finding {
    match &rest.stranger {
        Ok(answer) if answer.status < 400 => Finding::warn(
            "hosts",
            "a request under somebody else's name is answered",
            "set ALLOWED_HOSTS to the server's own name",
        ),
        Ok(answer) => Finding::ok(
            "hosts",
            format!("a request under somebody else's name gets {}", answer.status),
        ),
        Err(_) => Finding::ok("hosts", "a request under somebody else's name gets no answer"),
    }
}

/// A number of the metrics, or why it was not seen.
fn metric<T>(rest: &Rest, of: impl Fn(&Metrics) -> Option<T>) -> Result<T, String> {
    match &rest.metrics {
        Ok(metrics) => of(metrics).ok_or_else(|| "/metrics does not say it".to_owned()),
        Err(Unseen::NoToken) => Err("METRICS_TOKEN is not set here".to_owned()),
        Err(Unseen::InTheClear) => Err("the token is not sent over http".to_owned()),
        Err(Unseen::Refused(404)) => Err("the server has no METRICS_TOKEN".to_owned()),
        Err(Unseen::Refused(status)) => Err(format!("/metrics answered {status} to this METRICS_TOKEN")),
        Err(Unseen::NoAnswer) => Err("/metrics did not answer".to_owned()),
    }
}

fn outcome(answer: &Result<Answer, Trouble>) -> String {
    match answer {
        Ok(answer) => format!("answered {}", answer.status),
        Err(trouble) => format!("was not answered ({})", trouble.words()),
    }
}

fn readable(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..10_000 => format!("{millis} ms"),
        _ => format!("{} s", time.as_secs()),
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
