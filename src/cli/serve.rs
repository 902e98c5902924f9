//! `serve`: serves until SIGTERM or SIGINT.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;
use std::{process, thread};

use lexopt::Parser;
use lexopt::prelude::*;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::start::{backups_of, prepare_data_dir, runtime, settings, unfit_folders};
use super::{Command, Failure, Work, restore, say};
use crate::accounts::first_admin::{self, Outcome};
use crate::accounts::tokens::random_hex;
use crate::app::{self, App};
use crate::clock::Clock;
use crate::config::{Config, Secret, settings_as_text};
use crate::demo::fill::{as_text, fill};
use crate::logging::{Log, control};

/// How long the end waits for a call that cannot be given up.
const LEFT_BEHIND: Duration = Duration::from_millis(500);

pub(super) const COMMAND: Command = Command {
    name: "serve",
    arguments: "[--demo]",
    meaning: "serve; --demo fills a small world of its own",
    details: Some(|| format!("Settings:\n{}", settings_as_text())),
    parse,
};

fn parse(arguments: &mut Parser) -> Result<Work, lexopt::Error> {
    let mut demo = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("demo") => demo = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Box::new(move || serve(settings(demo)?)))
}

fn serve(mut config: Config) -> Result<(), Failure> {
    let log = Log::start(&config);
    for caution in &config.cautions {
        tracing::warn!("{caution}");
    }
    let runtime = runtime(config.io_threads)?;
    let served = runtime.block_on(async {
        // From here on a signal is heard: process 1 of a container is not ended by one that nobody listens to.
        let stop = stop_signal()?;
        let starting = end_when_stopped()?;
        // Nothing is made before all that could be wrong has been looked at.
        let listener = listen(&config).await;
        let mut faults = unfit_folders(&config);
        faults.extend(listener.as_ref().err().cloned());
        let (Ok(listener), []) = (listener, &faults[..]) else {
            return Err(Failure::Settings(faults));
        };
        prepare_data_dir(&config.data_dir)?;
        if config.secret.reveal().is_empty() {
            config.secret = own_secret(&config.data_dir.join("own-secret"))?;
        }
        let backups = if config.demo {
            String::new()
        } else {
            prepare_backups(&config).await?
        };
        let app = App::new(config, Clock::system(), log)
            .await
            .map_err(Failure::from)?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        if app.config.demo {
            let accounts = fill(&app)
                .await
                .map_err(|error| format!("the demo world: {error}"))?;
            say(&as_text(&accounts))?;
        } else {
            make_first_admin(&app).await?;
        }
        control::start(&app.config.data_dir, &app.log, &app.tasks, &app.look_around);
        // What is heard from here on is an orderly end.
        drop(starting);
        say(&format!(
            "Tinytales is listening on http://{address}\n{}\n{backups}",
            app.envelope
        ))?;
        app::serve(app, listener, stop).await;
        Ok(())
    });
    // A mail server that hangs holds a thread that cannot be ended: it is left behind.
    runtime.shutdown_timeout(LEFT_BEHIND);
    served
}

async fn listen(config: &Config) -> Result<TcpListener, String> {
    let (host, port) = &config.listen;
    let listener = TcpListener::bind((host.as_str(), *port)).await;
    listener.map_err(|error| format!("cannot listen on HOST {host}, PORT {port}: {error}"))
}

/// Brings an empty database back from the bucket, if there is one; what is to be said of that, and of what backups promise.
async fn prepare_backups(config: &Config) -> Result<String, Failure> {
    let backups = backups_of(config)?;
    let restored = backups.restore_if_empty().await;
    let restored = restored.map_err(|failure| {
        format!("the database is empty and was not restored: {failure} (RESTORE_IF_EMPTY=off starts without)")
    })?;
    let restored = restored.map(|(stored, contents)| {
        let sentence = restore::sentence(&contents);
        format!("Restored {} from the bucket: {sentence}\n", stored.name)
    });
    let promise = backups.promise().map(|promise| format!("{promise}\n"));
    Ok(restored.into_iter().chain(promise).collect())
}

async fn make_first_admin(app: &App) -> Result<(), Failure> {
    let outcome = first_admin::make(app).await;
    match outcome.map_err(|error| format!("the administrator of ADMIN_EMAIL: {error}"))? {
        Outcome::Unneeded => Ok(()),
        Outcome::Made => say("The administrator of ADMIN_EMAIL can sign in now.\n"),
        Outcome::Taken => {
            tracing::warn!(
                "ADMIN_EMAIL belongs to an account that is no administrator; name another address"
            );
            Ok(())
        }
    }
}

/// The secret of a demo, or of development: made once and kept, readable by its owner alone.
fn own_secret(file: &Path) -> Result<Secret, Failure> {
    let fail = |error: io::Error| format!("{}: {error}", file.display());
    match fs::read_to_string(file) {
        Ok(text) if text.trim().len() >= 32 => return Ok(Secret::new(text.trim())),
        Ok(_) => {
            return Err(Failure::Failed(format!(
                "{} holds no secret; delete it to get a new one",
                file.display()
            )));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(fail(error).into()),
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

/// Ends the process at once when it is told to stop before the sender that this answers is dropped. A start waits for
/// others and blocks while it does, so a thread of its own listens; what a start leaves half done the database undoes, as
/// after a crash.
fn end_when_stopped() -> Result<oneshot::Sender<()>, Failure> {
    let fail = |error: io::Error| format!("signals: {error}");
    let runtime = Builder::new_current_thread().enable_io().build().map_err(fail)?;
    let stop = {
        let _inside = runtime.enter();
        stop_signal()?
    };
    let (starting, over) = oneshot::channel();
    let listen = move || {
        runtime.block_on(async {
            tokio::select! {
                biased;
                _ = over => {}
                () = stop => process::exit(0),
            }
        });
    };
    let listening = thread::Builder::new().name("start".to_owned()).spawn(listen);
    listening.map_err(fail)?;
    Ok(starting)
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
