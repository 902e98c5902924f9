//! `serve`: serves until SIGTERM or SIGINT.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use lexopt::Parser;
use lexopt::prelude::*;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::start::{prepare_data_dir, runtime, settings};
use super::{Command, Failure, Work, say};
use crate::accounts::tokens::random_hex;
use crate::app::{self, App};
use crate::clock::Clock;
use crate::config::{Config, Secret, settings_as_text};
use crate::demo::fill::{as_text, fill};
use crate::logging::Log;

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
    prepare_data_dir(&config.data_dir)?;
    if config.demo && config.secret.reveal().is_empty() {
        config.secret = demo_secret(&config.data_dir.join("demo-secret"))?;
    }
    runtime(config.io_threads)?.block_on(async {
        let app = App::new(config, Clock::system(), log)
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
        say(&format!("Tinytales is listening on http://{address}\n"))?;
        app::serve(app, listener, stop_signal()?).await;
        Ok(())
    })
}

/// The secret of a demo: made once and kept, readable by its owner alone.
fn demo_secret(file: &Path) -> Result<Secret, Failure> {
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
