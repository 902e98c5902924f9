//! What commands need before they can work: the settings, the folder, the database, the runtime.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use database::{Database, InspectError, Target, inspect};
use rustix::fs::{Access, access};
use tokio::runtime::{Builder, Runtime};

use super::Failure;
use crate::app::{self, database_options};
use crate::backup::Backups;
use crate::config::Config;
use crate::migrations;

/// The settings of the environment.
pub(super) fn settings(demo: bool) -> Result<Config, Failure> {
    Config::from_environment(demo).map_err(Failure::Settings)
}

/// What stands in the way of the data folder and of the database's file, in sentences. Makes nothing.
pub(super) fn unfit_folders(config: &Config) -> Vec<String> {
    let mut faults = Vec::new();
    let folder = nearest_that_exists(&config.data_dir);
    if let Err(why) = takes_files(folder) {
        faults.push(format!("DATA_DIR {}: {why}", config.data_dir.display()));
    }
    if let Target::Sqlite(file) = &config.database
        && let Err(why) = takes_database(file, &config.data_dir)
    {
        let fault = format!("DATABASE_URL {}: {why}", file.display());
        // The usual file stands in the data folder, which says enough.
        if faults.is_empty() || !file.starts_with(&config.data_dir) {
            faults.push(fault);
        }
    }
    faults
}

/// The folder itself, or the one in which it would be made.
fn nearest_that_exists(folder: &Path) -> &Path {
    let mut folders = folder.ancestors().filter(|folder| !folder.as_os_str().is_empty());
    folders
        .find(|folder| fs::symlink_metadata(folder).is_ok())
        .unwrap_or(Path::new("."))
}

fn takes_files(folder: &Path) -> Result<(), String> {
    if !fs::metadata(folder).map_err(|error| error.to_string())?.is_dir() {
        return Err(format!("{} is not a folder", folder.display()));
    }
    access(folder, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|error| format!("{} cannot be written to: {error}", folder.display()))
}

fn takes_database(file: &Path, data_dir: &Path) -> Result<(), String> {
    match fs::metadata(file) {
        Ok(found) if !found.is_file() => return Err("this is not a file".to_owned()),
        Ok(_) => access(file, Access::READ_OK | Access::WRITE_OK)
            .map_err(|error| format!("it cannot be read and written: {error}"))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error.to_string()),
    }
    // SQLite keeps its log beside the file. A data folder is made by us, any other one is not.
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    if folder == data_dir {
        Ok(())
    } else {
        takes_files(folder)
    }
}

/// The folder of our own files: made when missing, readable by its owner alone.
pub(super) fn prepare_data_dir(folder: &Path) -> Result<(), Failure> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Failure::Settings(vec![format!("DATA_DIR {}: {error}", folder.display())]))
}

/// The database of the settings, whose schema is brought up to date, and the folder that it may stand in.
pub(super) fn open_database(config: &Config) -> Result<Database, Failure> {
    prepare_folders(config)?;
    Ok(app::open_database(config)?)
}

/// The same for a command that works beside a server: a new database gets its schema, one that is older than this program
/// stays as it is. Its server may be running.
pub(super) fn open_beside_a_server(config: &Config) -> Result<Database, Failure> {
    prepare_folders(config)?;
    match inspect(&config.database, &database_options(config), &migrations::ALL) {
        Err(InspectError::Absent) => {}
        Ok(seen) if seen.applied == 0 || seen.pending.is_empty() => {}
        Ok(_) => {
            let sentence = "the database's schema is older than this program: run tinytales migrate first, or start the new server";
            return Err(sentence.into());
        }
        Err(why) => return Err(Failure::Failed(format!("the database: {why}"))),
    }
    Ok(app::open_database(config)?)
}

fn prepare_folders(config: &Config) -> Result<(), Failure> {
    let faults = unfit_folders(config);
    if !faults.is_empty() {
        return Err(Failure::Settings(faults));
    }
    prepare_data_dir(&config.data_dir)
}

/// The backups of the settings, which may name a bucket that cannot be one.
pub(super) fn backups_of(config: &Config) -> Result<Backups, Failure> {
    Backups::new(config).map_err(|failure| Failure::Settings(vec![failure.to_string()]))
}

/// The runtime: one thread unless the settings say otherwise, because a fraction of a core has no parallelism to offer.
pub(super) fn runtime(io_threads: usize) -> Result<Runtime, Failure> {
    let mut builder = if io_threads > 1 {
        Builder::new_multi_thread()
    } else {
        Builder::new_current_thread()
    };
    if io_threads > 1 {
        builder.worker_threads(io_threads);
    }
    builder
        .max_blocking_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("the runtime: {error}")))
}
