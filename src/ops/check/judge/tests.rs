use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use database::{InspectError, Inspection, Migration, MigrationError};
use envelope::limits::Source;

use super::judge;
use crate::config::ChannelLayer;
use crate::logging::Level;
use crate::ops::check::disk::{Folder, Mount};
use crate::ops::check::facts::{DatabaseFacts, Facts, MailWay};
use crate::ops::checklist::{Finding, State};

const MIB: u64 = 1 << 20;
const NOW: i64 = 1_800_000_000_000_000;

static MIGRATIONS: [Migration; 1] = [Migration {
    number: 7,
    name: "kites",
    sql: "",
}];

/// A deployment on PostgreSQL that nothing is wrong with.
fn good() -> Facts {
    Facts {
        debug: false,
        log_level: Level::Warn,
        weak_secret: None,
        database: DatabaseFacts {
            is_file: false,
            place: "postgres://db.example.org/tales".to_owned(),
            seen: Ok(inspection()),
            took: Duration::from_millis(12),
            taken: 9,
        },
        folder: Folder {
            path: PathBuf::from("/data"),
            writable: true,
            free: Some(4096 * MIB),
            mount: Some(mount("ext4", "/data")),
        },
        on_render: false,
        any_host: false,
        public_url: Some("https://tales.example.org".to_owned()),
        rate_limits: true,
        trusts_proxies: true,
        instances: 1,
        channel_layer: ChannelLayer::Memory,
        channel_trouble: None,
        memory: (512 * MIB, Source::CgroupV2),
        now: NOW,
        mail: vec![way("brevo", Some("api.brevo.com"), None)],
        size_limit: Some(1024 * MIB),
        bucket: true,
        comes_back: false,
        backup_every: Some(Duration::from_secs(24 * 3600)),
        metrics_token: true,
    }
}

fn on_file() -> Facts {
    let mut facts = good();
    facts.database.is_file = true;
    facts.database.place = "/data/tinytales.db".to_owned();
    facts.size_limit = None;
    facts
}

fn inspection() -> Inspection {
    Inspection {
        applied: 1,
        pending: Vec::new(),
        bytes: 40 * MIB,
        clock: Some(NOW + 2_000_000),
        connections: Some(97),
    }
}

fn mount(kind: &str, point: &str) -> Mount {
    Mount {
        point: PathBuf::from(point),
        kind: kind.to_owned(),
    }
}

fn way(name: &'static str, host: Option<&str>, trouble: Option<&str>) -> MailWay {
    MailWay {
        name,
        server: host.map(|host| (host.to_owned(), 443)),
        trouble: trouble.map(str::to_owned),
    }
}

fn line(id: &str, facts: &Facts) -> Finding {
    let mut lines = judge(facts).0;
    lines.retain(|line| line.id == id);
    lines.pop().unwrap_or_else(|| panic!("no line {id}"))
}

/// One change to a good deployment, the line that notices it, and a word of what is said.
type Case = (&'static str, State, &'static str, fn(&mut Facts));

fn assert_cases(base: fn() -> Facts, cases: &[Case]) {
    for (id, state, word, spoil) in cases {
        let mut facts = base();
        assert_eq!(line(id, &facts).state, State::Ok, "{id} before {word}");
        spoil(&mut facts);
        let line = line(id, &facts);
        let said = format!("{} {}", line.message, line.mend.clone().unwrap_or_default());
        assert_eq!(line.state, *state, "{said}");
        assert!(said.contains(word), "{word:?} is missing in: {said}");
        assert_eq!(line.mend.is_some(), matches!(state, State::Warn | State::Fail));
    }
}

const ON_POSTGRES: &[Case] = &[
    ("debug", State::Warn, "LOG_LEVEL=info", |facts| {
        facts.log_level = Level::Info;
    }),
    ("debug", State::Fail, "tinytales debug", |facts| {
        facts.debug = true;
    }),
    ("secret", State::Fail, "SECRET_KEY is too short", |facts| {
        facts.weak_secret = Some("is too short");
    }),
    ("secret", State::Fail, "openssl", |facts| {
        facts.weak_secret = Some("is not set");
    }),
    ("database", State::Fail, "refused", |facts| {
        facts.database.seen = Err(InspectError::Unreachable("connection refused".to_owned()));
    }),
    ("database", State::Fail, "11 s", |facts| {
        facts.database.took = Duration::from_secs(11);
    }),
    ("schema", State::Warn, "7 (kites)", |facts| {
        facts.database.seen.as_mut().unwrap().pending = vec![&MIGRATIONS[0]];
    }),
    ("schema", State::Fail, "schema 9", |facts| {
        facts.database.seen = Err(InspectError::Schema(MigrationError::Newer { found: 9, known: 7 }));
    }),
    ("schema", State::Note, "not seen", |facts| {
        facts.database.seen = Err(InspectError::Unreachable("no".to_owned()));
    }),
    ("connections", State::Note, "not counted", |facts| {
        facts.database.seen = Err(InspectError::Unreachable("no".to_owned()));
    }),
    // Nine, and one for backups.
    ("connections", State::Fail, "CONNECTION LIMIT", |facts| {
        facts.database.seen.as_mut().unwrap().connections = Some(9);
    }),
    ("connections", State::Warn, "in a deploy 29", |facts| {
        facts.database.seen.as_mut().unwrap().connections = Some(28);
    }),
    ("connections", State::Fail, "up to 110", |facts| {
        (facts.instances, facts.channel_layer) = (10, ChannelLayer::Postgres);
    }),
    ("folder", State::Fail, "/data", |facts| {
        facts.folder.writable = false;
    }),
    ("size-limit", State::Warn, "1G", |facts| facts.size_limit = None),
    ("size-limit", State::Warn, "800 MB", |facts| {
        facts.database.seen.as_mut().unwrap().bytes = 800 * MIB;
    }),
    ("size-limit", State::Fail, "refused", |facts| {
        facts.database.seen.as_mut().unwrap().bytes = 930 * MIB;
    }),
    ("backups", State::Warn, "BACKUP_DIR", |facts| {
        facts.backup_every = None;
    }),
    ("backups", State::Warn, "BACKUP_EVERY=24h", |facts| {
        facts.backup_every = Some(Duration::from_secs(7 * 24 * 3600));
    }),
    ("bucket", State::Warn, "BUCKET_URL", |facts| facts.bucket = false),
    ("bucket", State::Warn, "unknown size", |facts| {
        (facts.bucket, facts.size_limit) = (false, None);
    }),
    ("hosts", State::Warn, "ALLOWED_HOSTS=tales.example.org", |facts| {
        facts.any_host = true;
    }),
    ("public-url", State::Warn, "PUBLIC_URL", |facts| {
        facts.public_url = None;
    }),
    ("public-url", State::Fail, "not https", |facts| {
        facts.public_url = Some("http://tales.example.org".to_owned());
    }),
    ("public-url", State::Warn, "at home", |facts| {
        facts.public_url = Some("http://192.168.1.20:8000".to_owned());
    }),
    ("proxies", State::Fail, "hops:1", |facts| {
        facts.trusts_proxies = false;
    }),
    ("proxies", State::Warn, "claim any address", |facts| {
        facts.public_url = None;
    }),
    ("rate-limits", State::Fail, "passwords", |facts| {
        facts.rate_limits = false;
    }),
    ("channels", State::Fail, "do not hear each other", |facts| {
        facts.instances = 2;
    }),
    (
        "channels",
        State::Fail,
        "Redis, which cannot be reached",
        |facts| {
            facts.channel_layer = ChannelLayer::Redis;
            facts.channel_trouble = Some("WRONGPASS".to_owned());
        },
    ),
    ("memory", State::Fail, "31 MB", |facts| facts.memory.0 = 31 * MIB),
    ("memory", State::Warn, "MEMORY_LIMIT", |facts| {
        facts.memory.1 = Source::Machine;
    }),
    ("memory", State::Warn, "assumed", |facts| {
        facts.memory.1 = Source::Assumed;
    }),
    ("clock", State::Fail, "1970", |facts| facts.now = 1),
    ("clock", State::Fail, "33 s", |facts| facts.now = NOW - 31_000_000),
    ("mail", State::Warn, "tinytales confirm", |facts| {
        facts.mail = Vec::new();
    }),
    ("mail", State::Warn, "stays", |facts| {
        facts.mail = vec![way("file", None, None)];
    }),
    ("mail", State::Fail, "25, 465 and 587", |facts| {
        facts.mail = vec![way("smtp", Some("smtp.example.org"), Some("no answer"))];
    }),
    ("mail", State::Warn, "leaves by sendgrid", |facts| {
        facts.mail = vec![
            way("brevo", Some("api.brevo.com"), Some("no answer")),
            way("sendgrid", Some("api.sendgrid.com"), None),
        ];
    }),
    ("metrics", State::Warn, "openssl", |facts| {
        facts.metrics_token = false;
    }),
];

const ON_A_FILE: &[Case] = &[
    (
        "disk",
        State::Fail,
        "erased at every restart: stories are lost",
        |facts| {
            facts.on_render = true;
            facts.folder.mount = Some(mount("overlay", "/"));
        },
    ),
    ("backups", State::Warn, "erased at every restart", |facts| {
        facts.bucket = false;
        facts.folder.mount = Some(mount("tmpfs", "/data"));
    }),
    ("disk", State::Warn, "bucket brings it back", |facts| {
        (facts.on_render, facts.comes_back) = (true, true);
        facts.folder.mount = Some(mount("overlay", "/"));
    }),
    ("disk", State::Fail, "in memory", |facts| {
        facts.folder.mount = Some(mount("tmpfs", "/data"));
    }),
    ("disk", State::Warn, "volume", |facts| {
        facts.folder.mount = Some(mount("overlay", "/"));
    }),
    ("room", State::Fail, "99 MB", |facts| {
        facts.folder.free = Some(99 * MIB);
    }),
    ("room", State::Warn, "300 MB", |facts| {
        facts.folder.free = Some(300 * MIB);
    }),
    ("room", State::Warn, "cannot be seen", |facts| {
        facts.folder.free = None;
    }),
    ("bucket", State::Warn, "erased disk", |facts| {
        (facts.on_render, facts.bucket) = (true, false);
    }),
    ("channels", State::Fail, "SQLite", |facts| facts.instances = 3),
];

#[test]
fn a_good_deployment_is_all_right() {
    for facts in [good(), on_file()] {
        let off: Vec<Finding> = judge(&facts)
            .0
            .into_iter()
            .filter(|line| line.state != State::Ok)
            .collect();
        assert_eq!(off, []);
    }
}

#[test]
fn each_fault_is_noticed_with_its_mend() {
    assert_cases(good, ON_POSTGRES);
    assert_cases(on_file, ON_A_FILE);
}

#[test]
fn every_line_can_be_red() {
    let all: BTreeSet<&str> = judge(&good()).0.iter().map(|line| line.id).collect();
    let cases = ON_POSTGRES.iter().chain(ON_A_FILE);
    let spoiled: BTreeSet<&str> = cases
        .filter(|(_, state, ..)| matches!(state, State::Warn | State::Fail))
        .map(|(id, ..)| *id)
        .collect();
    assert_eq!(all, spoiled);
}

#[test]
fn what_does_not_exist_yet_is_no_fault() {
    let mut facts = on_file();
    facts.database.seen = Err(InspectError::Absent);
    assert!(line("database", &facts).message.contains("first start makes it"));
    assert_eq!(line("schema", &facts).state, State::Ok);

    let mut facts = good();
    let seen = facts.database.seen.as_mut().unwrap();
    (seen.applied, seen.pending) = (0, vec![&MIGRATIONS[0]]);
    assert_eq!(line("schema", &facts).state, State::Ok);
}

#[test]
fn a_large_postgres_needs_no_bucket() {
    let mut facts = good();
    (facts.bucket, facts.size_limit) = (false, Some(10 << 30));
    assert_eq!(line("bucket", &facts).state, State::Ok);
}

#[test]
fn several_instances_need_a_layer_that_connects_them() {
    let mut facts = good();
    assert!(line("channels", &facts).message.contains("a second one needs"));
    facts.instances = 4;
    for (layer, name) in [
        (ChannelLayer::Redis, "Redis"),
        (ChannelLayer::Postgres, "PostgreSQL"),
    ] {
        facts.channel_layer = layer;
        let line = line("channels", &facts);
        assert!(line.state == State::Ok && line.message.contains(name), "{line:?}");
    }
}

/// A later run that no longer keeps what is said makes this red.
#[test]
fn what_is_said_of_one_instance_has_been_measured() {
    let document = include_str!("../../../../docs/CAPACITY.md");
    let said = line("channels", &good()).message;
    let (number, name) = (
        between(&said, "holds: ", " children"),
        between(&said, "(", " in docs"),
    );
    let bound = between(&said, "within ", " ms");
    let row = |start: String| {
        let found = document.lines().find_map(|row| row.strip_prefix(&start));
        found.unwrap_or_else(|| panic!("no row begins with {start}"))
    };
    row(format!("| {name} | {number} of {number} |"));
    let gate = row(format!("| {name}: p95 of strokes | < {bound} ms |"));
    let milliseconds = |text: &str| text.parse::<u32>().unwrap();
    assert!(
        milliseconds(between(gate, " ", " ms")) < milliseconds(bound),
        "{gate}"
    );
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

#[test]
fn without_tls_and_proxy_people_connect_directly() {
    let mut facts = good();
    (facts.public_url, facts.trusts_proxies) = (None, false);
    assert_eq!(line("proxies", &facts).state, State::Ok);
    facts.on_render = true;
    assert_eq!(line("proxies", &facts).state, State::Fail);
}
