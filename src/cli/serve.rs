//! `serve` and `migrate`.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::LevelFilter;

use super::{Failure, say};
use crate::accounts::tokens::random_hex;
use crate::app::{self, App};
use crate::clock::Clock;
use crate::config::{Config, Secret};
use crate::demo::fill::{as_text, fill};

/// How long the end waits for a call that cannot be given up.
const LEFT_BEHIND: Duration = Duration::from_millis(500);

/// Serves until SIGTERM or SIGINT.
pub(super) fn serve(mut config: Config) -> Result<(), Failure> {
    start_log(&config);
    prepare_data_dir(&config.data_dir)?;
    if config.demo && config.secret.reveal().is_empty() {
        config.secret = demo_secret(&config.data_dir.join("demo-secret"))?;
    }
    let runtime = runtime(config.io_threads)?;
    let served = runtime.block_on(async {
        let app = App::new(config, Clock::system())
            .await
            .map_err(|error| error.to_string())?;
        let (host, port) = &app.config.listen;
        let listener = TcpListener::bind((host.as_str(), *port)).await;
        let listener = listener.map_err(|error| format!("listening on {host}:{port}: {error}"))?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        if app.config.demo {
            let accounts = fill(&app)
                .await
                .map_err(|error| format!("the demo world: {error}"))?;
            say(&as_text(&accounts))?;
        }
        say(&format!(
            "Tinytales is listening on http://{address}\n{}\n",
            app.envelope
        ))?;
        app::serve(app, listener, stop_signal()?).await;
        Ok(())
    });
    // A mail server that hangs holds a thread that cannot be ended: it is left behind.
    runtime.shutdown_timeout(LEFT_BEHIND);
    served
}

/// Brings the schema up to date and says what was done.
pub(super) fn migrate(config: &Config) -> Result<(), Failure> {
    start_log(config);
    prepare_data_dir(&config.data_dir)?;
    let database = app::open_database(config).map_err(|error| error.to_string())?;
    database.close();
    say("The schema is up to date.\n")
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
        .map_err(|error| format!("the runtime: {error}"))
}

/// Warnings and worse as JSON lines; text on a terminal; everything with `DEBUG`.
fn start_log(config: &Config) {
    let level = if config.debug {
        LevelFilter::DEBUG
    } else {
        LevelFilter::WARN
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr);
    // A second start in one process (a test) keeps the first log.
    let _ = if io::stderr().is_terminal() {
        log.try_init()
    } else {
        log.json().try_init()
    };
}

/// The folder of our own files: made when missing, readable by its owner alone.
pub(super) fn prepare_data_dir(folder: &Path) -> Result<(), Failure> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| format!("DATA_DIR {}: {error}", folder.display()))
}

/// The secret of a demo: made once and kept, readable by its owner alone.
fn demo_secret(file: &Path) -> Result<Secret, Failure> {
    let fail = |error: io::Error| format!("{}: {error}", file.display());
    match fs::read_to_string(file) {
        Ok(text) if text.trim().len() >= 32 => return Ok(Secret::new(text.trim())),
        Ok(_) => {
            return Err(format!(
                "{} holds no secret; delete it to get a new one",
                file.display()
            ));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(fail(error)),
    }
    let secret = format!("{}{}", random_hex(), random_hex());
    let mut options = fs::OpenOptions::new();
    let mut made = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(fail)?;
    made.write_all(secret.as_bytes())
        .and_then(|()| made.sync_all())
        .map_err(fail)?;
    Ok(Secret::new(secret))
}

fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| signal(kind).map_err(|error| format!("signals: {error}"));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
