//! `backup`: makes a backup now, beside a server that may be running.

use std::path::{Path, PathBuf};

use lexopt::Parser;
use lexopt::prelude::*;

use super::start::{backups_of, runtime, settings};
use super::{Command, Failure, Work, say};
use crate::backup::{Backups, Brake, Contents, Folder, Stored};
use crate::clock::Clock;
use crate::config::Config;
use crate::logging::Log;

pub(super) const COMMAND: Command = Command {
    name: "backup",
    arguments: "[FILE | --to DIR] [--keep N]",
    meaning: "make a backup now, beside a running server",
    details: Some(details),
    parse,
};

/// What is asked for: a file, or one more in a folder.
#[derive(Default)]
struct Wanted {
    file: Option<PathBuf>,
    folder: Option<PathBuf>,
    keep: Option<usize>,
}

fn details() -> String {
    "\
FILE        a new file for this backup
--to DIR    one more in this folder; without FILE and --to it goes to BACKUP_DIR, and to the bucket if there is one
--keep N    keep the N newest of the folder and the newest of N days, instead of BACKUP_KEEP

A backup holds everything that people have entrusted to the server: keep it private.
More: docs/BACKUPS.md
"
    .to_owned()
}

fn parse(arguments: &mut Parser) -> Result<Work, lexopt::Error> {
    let mut wanted = Wanted::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("to") => wanted.folder = Some(arguments.value()?.into()),
            Long("keep") => wanted.keep = Some(arguments.value()?.parse()?),
            Value(file) if wanted.file.is_none() => wanted.file = Some(file.into()),
            other => return Err(other.unexpected()),
        }
    }
    if wanted.file.is_some() && (wanted.folder.is_some() || wanted.keep.is_some()) {
        return Err("a FILE stands for itself: --to and --keep are for folders".into());
    }
    if wanted.keep == Some(0) {
        return Err("--keep is at least 1".into());
    }
    Ok(Box::new(move || backup(&settings(false)?, wanted)))
}

fn backup(config: &Config, wanted: Wanted) -> Result<(), Failure> {
    Log::start(config);
    let backups = backups_of(config)?;
    let done = match wanted {
        Wanted { file: Some(file), .. } => into_file(&backups, &file),
        Wanted {
            folder: Some(folder),
            keep,
            ..
        } => into_folder(&backups, &folder, keep.unwrap_or(config.backup.keep)).map(|(_, made)| made),
        Wanted { keep, .. } => where_settings_say(config, &backups, keep.unwrap_or(config.backup.keep)),
    };
    say(&done?)
}

fn into_file(backups: &Backups, file: &Path) -> Result<String, Failure> {
    if file.exists() {
        return Err(format!("{} is there already, and was left alone", file.display()).into());
    }
    let made = backups
        .place()
        .back_up(file, Clock::system().now(), &mut Brake::released());
    let contents = made.map_err(|failure| failure.to_string())?;
    Ok(sentence(file, &contents))
}

fn into_folder(backups: &Backups, folder: &Path, keep: usize) -> Result<(Stored, String), Failure> {
    let made = Folder::open(folder).and_then(|folder| {
        let now = Clock::system().now();
        let (stored, contents) = folder.add(backups.place(), now, keep, &mut Brake::released())?;
        let said = sentence(&folder.path(&stored), &contents);
        Ok((stored, said))
    });
    made.map_err(|failure| failure.to_string().into())
}

fn where_settings_say(config: &Config, backups: &Backups, keep: usize) -> Result<String, Failure> {
    let Some(folder) = &config.backup.folder else {
        return Err(Failure::Settings(vec![
            "say where: tinytales backup FILE, --to DIR, or set BACKUP_DIR".to_owned(),
        ]));
    };
    let (stored, said) = into_folder(backups, folder, keep)?;
    let file = folder.join(&stored.name);
    let shipped = runtime(1)?.block_on(backups.ship(&stored, &file));
    shipped.map_err(|failure| failure.to_string())?;
    Ok(said)
}

fn sentence(file: &Path, contents: &Contents) -> String {
    format!(
        "{}: {} rows of {} tables, {} KiB.\n",
        file.display(),
        contents.rows(),
        contents.counts.len(),
        contents.bytes.div_ceil(1024)
    )
}
