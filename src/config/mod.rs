//! The only reader of the environment: every setting with its default, its meaning and its check.
//!
//! [`SETTINGS`] is the one source of the README's table, of `serve --help` and of what is read here.

mod channels;
mod dotenv;
mod reader;
mod secret;
mod settings;

use std::path::{Path, PathBuf};

use database::Target;

pub use self::channels::ChannelLayer;
use self::dotenv::Environment;
use self::reader::Reader;
pub use self::secret::Secret;
pub use self::settings::{SETTINGS, Setting, settings_as_markdown, settings_as_text};
use crate::backup::BackupSettings;
use crate::logging::Level;
use crate::mail::MailSettings;
use crate::wire::hosts::AllowedHosts;
use crate::wire::origin::TrustedProxies;

/// What the smallest hosting plan lets out in a month.
const DEFAULT_BANDWIDTH: u64 = 5 << 30;

/// What the settings say.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: (String, u16),
    /// Signs tokens and codes.
    pub secret: Secret,
    /// Where the data is.
    pub database: Target,
    /// Seconds after which a PostgreSQL connection is renewed.
    pub conn_max_age: u64,
    /// Seconds to wait for a PostgreSQL connection.
    pub db_connect_timeout: u64,
    /// Folder for files of our own.
    pub data_dir: PathBuf,
    /// Bytes the database may take.
    pub database_size_limit: Option<u64>,
    /// Bytes of memory to stay inside, where the operator says it.
    pub memory_limit: Option<u64>,
    /// Bytes that may go out in a month.
    pub bandwidth_budget: u64,
    /// Opens `/metrics`.
    pub metrics_token: Option<Secret>,
    /// Our own base URL, when it is known beforehand.
    pub public_url: Option<String>,
    /// Where the web app is, for letters that lead there.
    pub frontend_url: Option<String>,
    /// Names under which we answer.
    pub allowed_hosts: AllowedHosts,
    /// Origins that may call; empty: any.
    pub cors_origins: Vec<String>,
    /// Whose word about addresses is believed.
    pub trusted_proxies: TrustedProxies,
    /// Whether the hosting platform says that it runs us: behind its proxy, on a disk that it erases.
    pub on_render: bool,
    /// Whether rates are limited.
    pub rate_limits: bool,
    /// For development: more log, and the `log` mail transport.
    pub debug: bool,
    /// How much is logged.
    pub log_level: Level,
    /// How events get from one server to another.
    pub channel_layer: ChannelLayer,
    /// The Redis server of the channel layer.
    pub redis_url: Option<Secret>,
    /// Threads that serve connections.
    pub io_threads: usize,
    /// Connections at a time.
    pub max_connections: usize,
    /// Sockets of one person, of each kind.
    pub max_sockets_per_user: usize,
    /// Sockets of one address; 0: a quarter of the places.
    pub max_sockets_per_address: usize,
    /// Lifetime of an access token, in days.
    pub access_token_days: i64,
    /// Lifetime of a sign-in, in days.
    pub refresh_token_days: i64,
    /// Lifetime of an e-mail code, in minutes.
    pub email_code_minutes: u32,
    /// The ways out for mail.
    pub mail: MailSettings,
    /// When and where backups are made.
    pub backup: BackupSettings,
    /// Whether passwords in an older form are stored anew at sign-in.
    pub password_upgrade: bool,
    /// Pictures in one's own story list, in bytes.
    pub own_list_bytes: u64,
    /// Address of the first administrator, which `serve` makes; its password stands beside it.
    pub admin_email: Option<String>,
    /// Password for the first administrator, and for `create-admin`.
    pub admin_password: Option<Secret>,
    /// The demo world is shown.
    pub demo: bool,
    /// What fits together but should not be so, in sentences for the log.
    pub cautions: Vec<String>,
}

/// The folder of our own files, for commands that need no other setting.
pub fn data_dir() -> Result<PathBuf, Vec<String>> {
    let environment = environment()?;
    let read = Reader {
        lookup: |name: &str| environment.get(name),
        faults: Vec::new(),
    };
    Ok(read.data_dir())
}

fn environment() -> Result<Environment<impl Fn(&str) -> Option<String>>, Vec<String>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    let process = |name: &str| std::env::var(name).ok();
    Environment::read(process, Path::new(""))
}

impl Config {
    /// Reads the process's environment, in development with the help of `.env`.
    pub fn from_environment(demo: bool) -> Result<Self, Vec<String>> {
        let environment = environment()?;
        Self::read(demo, |name| environment.get(name)).map_err(|mut faults| {
            if environment.is_file_ignored {
                faults.push("(.env was not read: it is for development, with DEBUG=true)".to_owned());
            }
            faults
        })
    }

    /// Reads the settings from `lookup`. All faults are told at once, one sentence each.
    pub fn read(demo: bool, lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let mut read = Reader {
            lookup,
            faults: Vec::new(),
        };
        let on_render = read.flag("RENDER", false);
        let debug = read.flag("DEBUG", false);
        let data_dir = read.data_dir();
        let database = read.database(&data_dir);
        let public_url = read.public_url();
        let backup = read.backup(&data_dir, &database);
        let signs = signs_of_production(on_render, public_url.as_deref(), &database);
        let is_development = debug && signs.is_empty();
        let admin_password = read.untrimmed("ADMIN_PASSWORD").map(Secret::new);
        let redis_url = read.redis_url();
        let usual_level = if debug { Level::Debug } else { Level::Warn };
        let config = Self {
            listen: read.listen(on_render),
            secret: read.secret(!demo && !is_development),
            conn_max_age: read.number("CONN_MAX_AGE", 600, 0..=86_400),
            db_connect_timeout: read.number("DB_CONNECT_TIMEOUT", 10, 1..=60),
            database_size_limit: read.bytes("DATABASE_SIZE_LIMIT"),
            memory_limit: read.memory_limit(),
            bandwidth_budget: read.bytes("BANDWIDTH_BUDGET").unwrap_or(DEFAULT_BANDWIDTH),
            metrics_token: read.metrics_token(),
            allowed_hosts: read.allowed_hosts(public_url.as_deref()),
            cors_origins: read.list("CORS_ORIGINS"),
            trusted_proxies: read.proxies(on_render),
            on_render,
            rate_limits: read.flag("RATE_LIMITS", true),
            log_level: read.log_level(usual_level),
            channel_layer: read.channel_layer(redis_url.as_ref(), &database),
            redis_url,
            io_threads: read.number("IO_THREADS", 1, 1..=64),
            max_connections: read.number("MAX_CONNECTIONS", 4096, 8..=1_000_000),
            max_sockets_per_user: read.number("MAX_SOCKETS_PER_USER", 5, 1..=1000),
            max_sockets_per_address: read.number("MAX_SOCKETS_PER_ADDRESS", 0, 0..=1_000_000),
            access_token_days: read.number("ACCESS_TOKEN_DAYS", 30, 1..=3650),
            refresh_token_days: read.number("REFRESH_TOKEN_DAYS", 365, 1..=3650),
            email_code_minutes: read.number("EMAIL_CODE_MINUTES", 15, 1..=24 * 60),
            password_upgrade: read.flag("PASSWORD_UPGRADE", true),
            own_list_bytes: read.number("OWN_LIST_MIB", 24_u64, 1..=4096) << 20,
            mail: read.mail(debug),
            backup,
            admin_email: read.admin_email(admin_password.as_ref()),
            admin_password,
            cautions: if debug { caution(&signs) } else { Vec::new() },
            frontend_url: read.frontend_url(),
            database,
            debug,
            public_url,
            data_dir,
            demo,
        };
        if read.faults.is_empty() {
            Ok(config)
        } else {
            Err(read.faults)
        }
    }
}

/// What tells that other people rely on this server.
fn signs_of_production(on_render: bool, public_url: Option<&str>, database: &Target) -> Vec<&'static str> {
    let by_https = public_url.is_some_and(|url| url.starts_with("https://"));
    let elsewhere = matches!(database, Target::Postgres(server) if !server.is_local());
    let signs = [
        (on_render, "RENDER is set"),
        (by_https, "PUBLIC_URL is https"),
        (elsewhere, "the database is on another machine"),
    ];
    signs
        .into_iter()
        .filter(|(is_seen, _)| *is_seen)
        .map(|(_, sign)| sign)
        .collect()
}

fn caution(signs: &[&str]) -> Vec<String> {
    if signs.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "DEBUG IS ON, AND THIS LOOKS LIKE PRODUCTION ({}). Take DEBUG away; to look closer for a while there is: tinytales debug --for 10m",
        signs.join(", ")
    )]
}

#[cfg(test)]
mod tests;
