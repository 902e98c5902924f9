//! The machine and the network around it.

use envelope::limits::Source;
use envelope::shares::LEAST;
use time::OffsetDateTime;

use crate::config::ChannelLayer;
use crate::ops::check::facts::{Facts, MailWay};
use crate::ops::checklist::{Finding, readable_bytes};

/// A clock that says an earlier year was never set.
const FIRST_YEAR: i32 = 2025;
/// How far two clocks may be apart, in microseconds.
const SKEW: u64 = 30_000_000;

/// What one instance holds on live sockets, with its source: the one place that quotes docs/CAPACITY.md. It is the bound of
/// a gate there, which the next run does not contradict, and not a figure of the last one.
const MEASURED: &str = "100 children who draw together in 512 MB and a tenth of a core see 95 of 100 strokes within 250 ms (co-drawing-100 in docs/CAPACITY.md)";

pub(super) fn channels(facts: &Facts) -> Finding {
    let layer = facts.channel_layer;
    if facts.instances > 1 && facts.database.is_file {
        return Finding::fail(
            "channels",
            format!("{} instances cannot share a SQLite file", facts.instances),
            "run one instance, or set DATABASE_URL to a PostgreSQL database",
        );
    }
    if let Some(trouble) = &facts.channel_trouble {
        return Finding::fail(
            "channels",
            format!("live events go over {layer}, which cannot be reached: {trouble}"),
            "correct REDIS_URL or DATABASE_URL; for a single instance CHANNEL_LAYER=memory is enough",
        );
    }
    match (layer, facts.instances) {
        (ChannelLayer::Memory, 0 | 1) => one_instance(),
        (ChannelLayer::Memory, instances) => Finding::fail(
            "channels",
            format!("{instances} instances that pass live events on in memory alone do not hear each other"),
            "set REDIS_URL, or CHANNEL_LAYER=postgres to use the database; see docs/OPERATIONS.md, several servers",
        ),
        _ => Finding::ok(
            "channels",
            format!("live events reach every instance over {layer}, which answers"),
        ),
    }
}

/// When memory alone stops being enough: with a second instance, not with a number of people.
fn one_instance() -> Finding {
    Finding::ok(
        "channels",
        format!(
            "one instance passes everything on in its own memory, which is enough for as many people as it holds: {MEASURED}; a second one needs REDIS_URL or CHANNEL_LAYER=postgres"
        ),
    )
}

pub(super) fn memory(facts: &Facts) -> Finding {
    let (bytes, source) = facts.memory;
    let message = format!("{} of memory, says {}", readable_bytes(bytes), who(source));
    if bytes < LEAST {
        return Finding::fail("memory", message, "give the server at least 32 MB");
    }
    match source {
        Source::Setting | Source::CgroupV2 | Source::CgroupV1 => Finding::ok("memory", message),
        Source::Machine | Source::Assumed => Finding::warn(
            "memory",
            format!("{message}; no limit of a container is seen"),
            "set MEMORY_LIMIT to what the plan has, such as 512M",
        ),
    }
}

fn who(source: Source) -> &'static str {
    match source {
        Source::Setting => "MEMORY_LIMIT",
        Source::CgroupV2 | Source::CgroupV1 => "the container",
        Source::Machine => "the machine",
        Source::Assumed => "nobody (assumed)",
    }
}

pub(super) fn clock(facts: &Facts) -> Finding {
    let mend = "set the clock, and keep it right by NTP (timedatectl set-ntp true)";
    let here = OffsetDateTime::from_unix_timestamp_nanos(i128::from(facts.now) * 1000);
    let year = here.map_or(0, OffsetDateTime::year);
    if year < FIRST_YEAR {
        return Finding::fail("clock", format!("the clock says that it is {year}"), mend);
    }
    let database = facts.database.seen.as_ref().ok().and_then(|seen| seen.clock);
    match database.map(|clock| clock.abs_diff(facts.now)) {
        Some(apart) if apart > SKEW => Finding::fail(
            "clock",
            format!("the clock is {} s apart from the database's", apart / 1_000_000),
            mend,
        ),
        Some(_) => Finding::ok("clock", "the clock agrees with the database's"),
        None => Finding::ok("clock", format!("the clock says that it is {year}")),
    }
}

pub(super) fn mail(facts: &Facts) -> Finding {
    let ways = &facts.mail;
    let Some(first) = ways.first() else {
        return Finding::warn(
            "mail",
            "no mail can leave: new accounts wait until somebody runs tinytales confirm",
            "set BREVO_API_KEY or SENDGRID_API_KEY, and MAIL_FROM",
        );
    };
    if ways.iter().all(|way| way.server.is_none()) {
        return Finding::warn(
            "mail",
            format!("mail stays on this machine ({})", first.name),
            "set BREVO_API_KEY or SENDGRID_API_KEY, and MAIL_FROM",
        );
    }
    match ways.iter().find(|way| way.trouble.is_none()) {
        Some(open) if open.name == first.name => Finding::ok(
            "mail",
            format!("mail can leave by {}; nothing was sent", described(open)),
        ),
        Some(open) => Finding::warn(
            "mail",
            format!("{}; mail leaves by {}", blocked(first), described(open)),
            "correct or remove the first way: every mail tries it",
        ),
        None => Finding::fail(
            "mail",
            blocked(first),
            "use an HTTPS API, which passes: set BREVO_API_KEY or SENDGRID_API_KEY, and MAIL_FROM",
        ),
    }
}

fn described(way: &MailWay) -> String {
    match &way.server {
        Some((host, port)) => format!("{} ({host}:{port})", way.name),
        None => way.name.to_owned(),
    }
}

fn blocked(way: &MailWay) -> String {
    let why = way.trouble.as_deref().unwrap_or("it is closed");
    let message = format!("{} cannot be reached: {why}", described(way));
    if way.name == "smtp" {
        return message + " (many free hosts block the ports 25, 465 and 587)";
    }
    message
}
