//! Gathers the facts: from the settings, the machine, the database and the network. Judges nothing.

use std::time::{Duration, Instant};

use database::{Options, Target};
use envelope::limits::Limits;
use futures_util::future::join_all;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::disk::{Folder, data_folder};
use super::facts::{DatabaseFacts, Facts, MailWay};
use super::{DATABASE_PATIENCE, MAIL_PATIENCE, comes_back};
use crate::clock::Clock;
use crate::config::Config;
use crate::mail::Way;
use crate::migrations;
use crate::wire::origin::TrustedProxies;

/// Looks at everything that the checks need; takes up to 25 s where nothing answers.
pub async fn gather(config: &Config, clock: &Clock, instances: u32) -> Facts {
    let database = look_at_database(config);
    let limits = Limits::read(config.memory_limit);
    Facts {
        debug: config.debug,
        log_level: config.log_level,
        weak_secret: config.secret.weakness(),
        database,
        folder: Folder::look(&data_folder(config)),
        on_render: config.on_render,
        any_host: config.allowed_hosts.is_any(),
        public_url: config.public_url.clone(),
        rate_limits: config.rate_limits,
        trusts_proxies: config.trusted_proxies != TrustedProxies::None,
        instances,
        channel_layer: config.channel_layer,
        channel_trouble: try_channels(config).await,
        memory: (limits.memory_bytes, limits.memory_source),
        now: clock.now(),
        mail: try_mail(config).await,
        size_limit: config.database_size_limit,
        bucket: config.backup.bucket.is_some(),
        comes_back: comes_back(config),
        backup_every: config.backup.folder.is_some().then_some(config.backup.every),
        metrics_token: config.metrics_token.is_some(),
    }
}

fn look_at_database(config: &Config) -> DatabaseFacts {
    let (is_file, place) = match &config.database {
        Target::Sqlite(file) => (true, file.display().to_string()),
        Target::Postgres(server) => (false, server.to_string()),
    };
    let patience = Duration::from_secs(config.db_connect_timeout).min(DATABASE_PATIENCE);
    let options = Options {
        connect_timeout: patience,
        ..Options::default()
    };
    let begin = Instant::now();
    let seen = database::inspect(&config.database, &options, &migrations::ALL);
    DatabaseFacts {
        is_file,
        place,
        seen,
        took: begin.elapsed(),
        taken: options.all_connections(),
    }
}

/// Why the server of the channel layer cannot be reached, if there is one and it cannot.
async fn try_channels(config: &Config) -> Option<String> {
    let channels = match config.channels() {
        Ok(channels) => channels,
        Err(error) => return Some(error.to_string()),
    };
    channels.try_server().await.err()
}

async fn try_mail(config: &Config) -> Vec<MailWay> {
    let ways = config.mail.ways();
    let ways = ways.expect("settings that were read fit together");
    join_all(ways.iter().map(try_way)).await
}

async fn try_way(way: &Way) -> MailWay {
    let outcome = tokio::time::timeout(MAIL_PATIENCE, knock(way)).await;
    let silence = || Err(format!("no answer within {} s", MAIL_PATIENCE.as_secs()));
    MailWay {
        name: way.name(),
        server: way.server().map(|(host, port)| (host.to_owned(), port)),
        trouble: outcome.unwrap_or_else(|_| silence()).err(),
    }
}

/// Connects, says nothing, and hangs up. A firewall may take any connection, so a server that speaks first is heard.
async fn knock(way: &Way) -> Result<(), String> {
    let Some(server) = way.server() else {
        return Ok(());
    };
    let connected = TcpStream::connect(server).await;
    let mut stream = connected.map_err(|error| error.to_string())?;
    if !way.is_greeted() {
        return Ok(());
    }
    let mut greeting = [0; 3];
    match stream.read_exact(&mut greeting).await {
        Ok(_) if greeting == *b"220" => Ok(()),
        _ => Err("it does not greet as a mail server does".to_owned()),
    }
}
