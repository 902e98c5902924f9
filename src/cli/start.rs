//! What commands need before they can work: the settings, the folder, the database, the runtime.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use database::Database;
use tokio::runtime::{Builder, Runtime};

use super::Failure;
use crate::app;
use crate::config::Config;

/// The settings of the environment.
pub(super) fn settings(demo: bool) -> Result<Config, Failure> {
    Config::from_environment(demo).map_err(Failure::Settings)
}

/// The folder of our own files: made when missing, readable by its owner alone.
pub(super) fn prepare_data_dir(folder: &Path) -> Result<(), Failure> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Failure::Settings(vec![format!("DATA_DIR {}: {error}", folder.display())]))
}

/// The database of the settings with an up-to-date schema, and the folder that it may stand in.
pub(super) fn open_database(config: &Config) -> Result<Database, Failure> {
    prepare_data_dir(&config.data_dir)?;
    app::open_database(config).map_err(|error| Failure::Failed(error.to_string()))
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
