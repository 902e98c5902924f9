//! The settings that decide who may do what.

use std::net::IpAddr;

use axum::http::Uri;

use crate::logging::Level;
use crate::ops::check::facts::Facts;
use crate::ops::checklist::Finding;

pub(super) fn debug(facts: &Facts) -> Finding {
    if facts.debug {
        return Finding::fail(
            "debug",
            "DEBUG is on: hundreds of log lines a minute, and mail codes may stand among them",
            "remove DEBUG; to see more for a while, use tinytales debug --for 10m on the running server",
        );
    }
    if facts.log_level > Level::Warn {
        return Finding::warn(
            "debug",
            format!(
                "DEBUG is off, and LOG_LEVEL={} fills the log all the same",
                facts.log_level.name()
            ),
            "remove LOG_LEVEL; to see more for a while, use tinytales debug --for 10m on the running server",
        );
    }
    Finding::ok("debug", "DEBUG is off")
}

pub(super) fn secret(facts: &Facts) -> Finding {
    match facts.weak_secret {
        Some(weakness) => Finding::fail(
            "secret",
            format!("SECRET_KEY {weakness}"),
            "set SECRET_KEY to the output of: openssl rand -hex 32 (everybody signs in again)",
        ),
        None => Finding::ok("secret", "SECRET_KEY is long and irregular"),
    }
}

pub(super) fn hosts(facts: &Facts) -> Finding {
    if facts.any_host {
        let name = facts.public_url.as_deref().and_then(host_of);
        let name = name.unwrap_or_else(|| "tales.example.org".to_owned());
        return Finding::warn(
            "hosts",
            "ALLOWED_HOSTS is not set: the server answers to any name",
            format!("set ALLOWED_HOSTS={name}"),
        );
    }
    Finding::ok("hosts", "only the names of ALLOWED_HOSTS are answered")
}

pub(super) fn public_url(facts: &Facts) -> Finding {
    let mend = "set PUBLIC_URL to the https address that people use";
    let Some(url) = &facts.public_url else {
        return Finding::warn(
            "public-url",
            "PUBLIC_URL is not set: mails carry no links, and picture addresses follow what each request claims",
            mend,
        );
    };
    if url.starts_with("https://") {
        return Finding::ok("public-url", format!("people reach it at {url}"));
    }
    if host_of(url).is_some_and(|host| is_at_home(&host)) {
        return Finding::warn(
            "public-url",
            format!("{url} is not https: passwords can be read on the way, which is bearable at home only"),
            mend,
        );
    }
    Finding::fail(
        "public-url",
        format!("{url} is not https: passwords can be read on the way"),
        mend,
    )
}

pub(super) fn proxies(facts: &Facts) -> Finding {
    let by_https = facts
        .public_url
        .as_ref()
        .is_some_and(|url| url.starts_with("https://"));
    match (facts.on_render || by_https, facts.trusts_proxies) {
        // This server speaks no TLS itself, so https means that something stands before it.
        (true, false) => Finding::fail(
            "proxies",
            "a proxy stands before the server, and TRUSTED_PROXIES is not set: all people count as one address, \
             and its limits as everybody's",
            "set TRUSTED_PROXIES to the proxy's address, or to hops:1",
        ),
        (false, true) => Finding::warn(
            "proxies",
            "TRUSTED_PROXIES is set, and nothing says that a proxy is there: without one, anybody can claim any address",
            "remove TRUSTED_PROXIES, or set PUBLIC_URL to the https address of the proxy",
        ),
        (true, true) => Finding::ok("proxies", "the proxy's word about addresses is believed"),
        (false, false) => Finding::ok("proxies", "people connect directly"),
    }
}

pub(super) fn rate_limits(facts: &Facts) -> Finding {
    if !facts.rate_limits {
        return Finding::fail(
            "rate-limits",
            "RATE_LIMITS is off: anybody can try passwords as fast as the server answers",
            "remove RATE_LIMITS",
        );
    }
    Finding::ok("rate-limits", "rates are limited")
}

pub(super) fn metrics(facts: &Facts) -> Finding {
    if !facts.metrics_token {
        return Finding::warn(
            "metrics",
            "METRICS_TOKEN is not set: there is no /metrics, and tinytales verify cannot see memory and log",
            "set METRICS_TOKEN to the output of: openssl rand -hex 16",
        );
    }
    Finding::ok("metrics", "/metrics is open to whoever has the token")
}

/// The host of a URL, without its port.
fn host_of(url: &str) -> Option<String> {
    let url: Uri = url.parse().ok()?;
    Some(url.host()?.trim_matches(['[', ']']).to_ascii_lowercase())
}

/// This machine, or one of a network at home or in a school.
fn is_at_home(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return match address {
            IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
            IpAddr::V6(address) => {
                address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
            }
        };
    }
    host.rsplit_once('.').is_none_or(|(_, domain)| domain == "local")
}
