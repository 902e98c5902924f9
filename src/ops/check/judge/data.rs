//! Where the data is, and whether it stays.

use std::time::Duration;

use database::InspectError;

use crate::backup::spelled;
use crate::config::ChannelLayer;
use crate::ops::check::DATABASE_PATIENCE;
use crate::ops::check::disk::Lifetime;
use crate::ops::check::facts::Facts;
use crate::ops::checklist::{Finding, readable_bytes};
use crate::pictures;

/// What a school can bear to lose.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Room below which a class fills the disk within a lesson.
const TOO_LITTLE_ROOM: u64 = 100 << 20;
const LITTLE_ROOM: u64 = 500 << 20;
/// A PostgreSQL of this size or smaller is filled by drawings.
const SMALL_DATABASE: u64 = 1 << 30;

const KEEP_ELSEWHERE: &str =
    "set DATABASE_URL to a PostgreSQL database, or put DATA_DIR on a disk that lasts";

pub(super) fn database(facts: &Facts) -> Finding {
    let database = &facts.database;
    let place = &database.place;
    match &database.seen {
        Ok(_) if database.took > DATABASE_PATIENCE => Finding::fail(
            "database",
            format!("{place} took {} s to answer", database.took.as_secs()),
            "use a database in the same region as the server",
        ),
        Ok(seen) => Finding::ok(
            "database",
            format!(
                "{place} answers within {} ms and holds {}",
                database.took.as_millis(),
                readable_bytes(seen.bytes)
            ),
        ),
        Err(InspectError::Absent) => Finding::ok(
            "database",
            format!("{place} does not exist yet; the first start makes it"),
        ),
        Err(InspectError::Unreachable(why)) => Finding::fail(
            "database",
            format!("{place}: {why}"),
            "correct DATABASE_URL, or start the database",
        ),
        Err(InspectError::Schema(_)) => Finding::ok("database", format!("{place} answers")),
    }
}

pub(super) fn schema(facts: &Facts) -> Finding {
    let seen = match &facts.database.seen {
        Ok(seen) => seen,
        Err(InspectError::Schema(error)) => {
            return Finding::fail(
                "schema",
                error.to_string(),
                "use a version of the program that knows this schema",
            );
        }
        Err(InspectError::Absent) => return Finding::ok("schema", "the first start makes the tables"),
        Err(InspectError::Unreachable(_)) => {
            return Finding::note("schema", "not seen, because the database was not");
        }
    };
    if seen.pending.is_empty() {
        return Finding::ok("schema", "the schema is up to date");
    }
    if seen.applied == 0 {
        return Finding::ok(
            "schema",
            "the database is empty; the first start makes the tables",
        );
    }
    let names: Vec<String> = seen
        .pending
        .iter()
        .map(|migration| format!("{} ({})", migration.number, migration.name))
        .collect();
    Finding::warn(
        "schema",
        format!("the next start changes the schema: {}", names.join(", ")),
        "make a backup, then deploy; tinytales migrate does it apart",
    )
}

/// A server that does not get its connections answers 503, and that is seen under load alone.
pub(super) fn connections(facts: &Facts) -> Finding {
    const ID: &str = "connections";
    if facts.database.is_file {
        return Finding::ok(ID, "a file needs none");
    }
    let Some(allowed) = facts
        .database
        .seen
        .as_ref()
        .ok()
        .and_then(|seen| seen.connections)
    else {
        return Finding::note(ID, "not counted, because the database was not looked into");
    };
    let (all, in_a_deploy) = wanted_connections(facts);
    let servers = match facts.instances {
        0 | 1 => "the server takes".to_owned(),
        instances => format!("{instances} servers take"),
    };
    let message = format!(
        "the database allows {allowed} connections; {servers} up to {all}, in a deploy {in_a_deploy}"
    );
    if allowed < all {
        return Finding::fail(
            ID,
            message,
            "raise max_connections, or the CONNECTION LIMIT of the role or the database",
        );
    }
    if allowed < in_a_deploy {
        return Finding::warn(
            ID,
            message,
            "raise what the database allows, or stop the old servers before the new ones start",
        );
    }
    Finding::ok(ID, message)
}

/// What all servers take together; and in a deploy, when the old ones are still there and somebody types a command.
fn wanted_connections(facts: &Facts) -> (i64, i64) {
    let taken = i64::try_from(facts.database.taken).unwrap_or(i64::MAX);
    let listening = i64::from(facts.channel_layer == ChannelLayer::Postgres);
    let backing_up = i64::from(facts.backup_every.is_some());
    let all = (taken + listening + backing_up) * i64::from(facts.instances.max(1));
    (all, all * 2 + taken)
}

pub(super) fn disk(facts: &Facts) -> Finding {
    if !facts.database.is_file {
        return Finding::ok("disk", "the data is in PostgreSQL, this disk may be erased");
    }
    let folder = facts.folder.path.display();
    let kind = facts.folder.mount.as_ref().map_or("unknown", |mount| &mount.kind);
    match facts.folder.lifetime(facts.on_render) {
        Lifetime::UntilRestart if facts.comes_back => Finding::warn(
            "disk",
            "the disk is erased at every restart, and the bucket brings it back: what came after the last copy is lost",
            "set DATABASE_URL to a PostgreSQL database, or BACKUP_EVERY=15m",
        ),
        Lifetime::UntilRestart if facts.on_render => Finding::fail(
            "disk",
            "this instance's disk is erased at every restart: stories are lost",
            KEEP_ELSEWHERE,
        ),
        Lifetime::UntilRestart => Finding::fail(
            "disk",
            format!("{folder} is in memory ({kind}): stories are lost at every restart"),
            KEEP_ELSEWHERE,
        ),
        Lifetime::OfTheContainer => Finding::warn(
            "disk",
            format!(
                "{folder} is inside the container ({kind}): stories are lost when the container is replaced"
            ),
            "mount a volume at DATA_DIR, or set DATABASE_URL to a PostgreSQL database",
        ),
        Lifetime::Lasting => Finding::ok("disk", format!("{folder} is on a disk that lasts ({kind})")),
    }
}

pub(super) fn folder(facts: &Facts) -> Finding {
    let folder = facts.folder.path.display();
    if facts.folder.writable {
        return Finding::ok("folder", format!("{folder} can be written"));
    }
    Finding::fail(
        "folder",
        format!("{folder} cannot be written by this user"),
        "give it to the server's user, or set DATA_DIR to another folder",
    )
}

pub(super) fn room(facts: &Facts) -> Finding {
    let Some(free) = facts.folder.free else {
        return Finding::warn(
            "room",
            "the free room of the disk cannot be seen",
            "look with df, and keep 500 MB free",
        );
    };
    let message = format!("{} free at {}", readable_bytes(free), facts.folder.path.display());
    let mend = "make room, or set DATA_DIR to a larger disk";
    match free {
        // Beside PostgreSQL the folder holds next to nothing.
        _ if !facts.database.is_file => Finding::ok("room", message),
        0..TOO_LITTLE_ROOM => Finding::fail("room", message, mend),
        TOO_LITTLE_ROOM..LITTLE_ROOM => Finding::warn("room", message, mend),
        _ => Finding::ok("room", message),
    }
}

pub(super) fn size_limit(facts: &Facts) -> Finding {
    let Some(limit) = facts.size_limit else {
        if facts.database.is_file {
            return Finding::ok("size-limit", "the database may grow as far as the disk does");
        }
        return Finding::warn(
            "size-limit",
            "DATABASE_SIZE_LIMIT is not set: a full PostgreSQL refuses everything, text as well as drawings",
            "set DATABASE_SIZE_LIMIT to what the plan has (a free one: 1G)",
        );
    };
    let used = facts.database.seen.as_ref().map_or(0, |seen| seen.bytes);
    let message = format!("{} of {} are used", readable_bytes(used), readable_bytes(limit));
    let mend = "take a larger plan and raise DATABASE_SIZE_LIMIT, or delete old stories";
    if pictures::is_full(used, limit) {
        return Finding::fail("size-limit", format!("{message}: new drawings are refused"), mend);
    }
    if used >= limit / 4 * 3 {
        return Finding::warn("size-limit", message, mend);
    }
    Finding::ok("size-limit", message)
}

pub(super) fn backups(facts: &Facts) -> Finding {
    let erased = facts.folder.lifetime(facts.on_render) == Lifetime::UntilRestart;
    match facts.backup_every {
        Some(_) if erased && !facts.bucket => Finding::warn(
            "backups",
            "backups are made on a disk that is erased at every restart",
            "set BUCKET_URL, or fetch them with tinytales backup to another machine",
        ),
        Some(every) if every <= DAY => {
            Finding::ok("backups", format!("a backup is made every {}", spelled(every)))
        }
        Some(every) => Finding::warn(
            "backups",
            format!(
                "a backup is made every {}: so much is lost with the disk",
                spelled(every)
            ),
            "set BACKUP_EVERY=24h or less",
        ),
        None => Finding::warn(
            "backups",
            "the server makes no backups by itself",
            "set BACKUP_DIR or BUCKET_URL, or run tinytales backup from a timer",
        ),
    }
}

pub(super) fn bucket(facts: &Facts) -> Finding {
    if facts.bucket {
        return Finding::ok("bucket", "backups go to a bucket as well");
    }
    // Without a limit nobody has said what the plan is like.
    let may_be_small = facts.size_limit.is_none_or(|limit| limit <= SMALL_DATABASE);
    if !facts.database.is_file && may_be_small {
        return Finding::warn(
            "bucket",
            "the PostgreSQL plan is small or of unknown size, and small ones keep no backups and may end after a month",
            "set BUCKET_URL, so that backups are kept apart from it",
        );
    }
    if facts.on_render && facts.database.is_file {
        return Finding::warn(
            "bucket",
            "nothing outside of this instance keeps a copy",
            "set BUCKET_URL, so that an erased disk comes back",
        );
    }
    Finding::ok("bucket", "no bucket is needed")
}
