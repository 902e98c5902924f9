//! `restore`: brings a backup back into an empty database.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::Parser;
use lexopt::prelude::*;

use super::start::{backups_of, prepare_data_dir, runtime, settings};
use super::{Command, Failure, Work, say};
use crate::backup::{self, Backups, Contents};
use crate::config::Config;
use crate::logging::Log;

pub(super) const COMMAND: Command = Command {
    name: "restore",
    arguments: "FILE | --from-bucket [--if-empty]",
    meaning: "bring a backup back into an empty database",
    details: Some(details),
    parse,
};

/// How long a process that is just ending may still have the file.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is restored.
enum From {
    File(PathBuf),
    Bucket,
}

fn details() -> String {
    "\
FILE           a backup, from whichever of SQLite and PostgreSQL it came
--from-bucket  the newest one in BUCKET_URL
--if-empty     a database that is not empty is left alone, and that is no failure

It is restored whole or not at all, and only into a database in which nobody has an account; a SQLite file must not be
in use. The schema is brought up to date afterwards. More: docs/BACKUPS.md
"
    .to_owned()
}

fn parse(arguments: &mut Parser) -> Result<Work, lexopt::Error> {
    let (mut from, mut if_empty) = (None, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("if-empty") => if_empty = true,
            Long("from-bucket") if from.is_none() => from = Some(From::Bucket),
            Value(file) if from.is_none() => from = Some(From::File(file.into())),
            other => return Err(other.unexpected()),
        }
    }
    let from = from.ok_or("name the FILE of a backup, or say --from-bucket")?;
    Ok(Box::new(move || restore(&settings(false)?, from, if_empty)))
}

fn restore(config: &Config, from: From, if_empty: bool) -> Result<(), Failure> {
    Log::start(config);
    prepare_data_dir(&config.data_dir)?;
    let backups = backups_of(config)?;
    let full = |failure: &backup::Failure| if_empty && matches!(failure, backup::Failure::NotEmpty);
    match run(&backups, from) {
        Ok(contents) => say(&format!("Restored {}.\n", sentence(&contents))),
        Err(failure) if full(&failure) => say("The database is not empty: nothing was restored.\n"),
        Err(failure) => Err(failure.to_string().into()),
    }
}

fn run(backups: &Backups, from: From) -> Result<Contents, backup::Failure> {
    // Before anything is fetched, and while a server may be running.
    if !backups.place().is_empty()? {
        return Err(backup::Failure::NotEmpty);
    }
    let file = match from {
        From::File(file) => file,
        From::Bucket => {
            let runtime = runtime(1).map_err(|failure| backup::Failure::File(failure.to_string()))?;
            runtime.block_on(async {
                let newest = backups.in_bucket().await?.pop();
                let nothing = || backup::Failure::Bucket("there is no backup in it".to_owned());
                backups.fetch(&newest.ok_or_else(nothing)?).await
            })?
        }
    };
    backups.place().restore(&file, PATIENCE)
}

/// What was restored, for the operator.
pub(super) fn sentence(contents: &Contents) -> String {
    format!(
        "{} rows of {} tables as of {} (schema {}, from {})",
        contents.rows(),
        contents.counts.len(),
        contents.header.created_at,
        contents.header.schema,
        contents.header.engine
    )
}
