//! The only reader of the environment: every setting with its default, its meaning and its check.
//!
//! [`SETTINGS`] is the one source of the README's table, of `serve --help` and of what is read here.

mod reader;
mod secret;
mod settings;

use std::path::PathBuf;

use database::Target;

use self::reader::Reader;
pub use self::secret::Secret;
pub use self::settings::{SETTINGS, Setting, settings_as_markdown, settings_as_text};
use crate::backup::BackupSettings;
use crate::mail::MailSettings;
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
    /// Origins that may call; empty: any.
    pub cors_origins: Vec<String>,
    /// Whose word about addresses is believed.
    pub trusted_proxies: TrustedProxies,
    /// Whether rates are limited.
    pub rate_limits: bool,
    /// More log.
    pub debug: bool,
    /// Threads that serve connections.
    pub io_threads: usize,
    /// Connections at a time.
    pub max_connections: usize,
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
    /// Password for `create-admin`.
    pub admin_password: Option<Secret>,
    /// The demo world is shown.
    pub demo: bool,
}

impl Config {
    /// Reads the process's environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn from_environment(demo: bool) -> Result<Self, Vec<String>> {
        Self::read(demo, |name| std::env::var(name).ok())
    }

    /// Reads the settings from `lookup`. All faults are told at once, one sentence each.
    pub fn read(demo: bool, lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Vec<String>> {
        let mut read = Reader {
            lookup,
            faults: Vec::new(),
        };
        let on_render = read.flag("RENDER", false);
        let host = read
            .text("HOST")
            .unwrap_or_else(|| if on_render { "0.0.0.0" } else { "127.0.0.1" }.to_owned());
        let debug = read.flag("DEBUG", false);
        let data_dir = PathBuf::from(read.text("DATA_DIR").unwrap_or_else(|| "./data".to_owned()));
        let database = read.database(&data_dir);
        let backup = read.backup(&data_dir, &database);
        let config = Self {
            listen: (host, read.number("PORT", 8000)),
            secret: read.secret(demo),
            database,
            conn_max_age: read.number("CONN_MAX_AGE", 600),
            db_connect_timeout: read.number("DB_CONNECT_TIMEOUT", 10_u64).clamp(1, 60),
            database_size_limit: read.bytes("DATABASE_SIZE_LIMIT"),
            memory_limit: read.memory_limit(),
            bandwidth_budget: read.bytes("BANDWIDTH_BUDGET").unwrap_or(DEFAULT_BANDWIDTH),
            metrics_token: read.metrics_token(),
            public_url: read.public_url(),
            cors_origins: read.list("CORS_ORIGINS"),
            trusted_proxies: read.proxies(on_render),
            rate_limits: read.flag("RATE_LIMITS", true),
            debug,
            io_threads: read.number("IO_THREADS", 1_usize).clamp(1, 64),
            max_connections: read.number("MAX_CONNECTIONS", 4096_usize).max(8),
            access_token_days: read.number("ACCESS_TOKEN_DAYS", 30_i64).clamp(1, 3650),
            refresh_token_days: read.number("REFRESH_TOKEN_DAYS", 365_i64).clamp(1, 3650),
            email_code_minutes: read.number("EMAIL_CODE_MINUTES", 15_u32).clamp(1, 24 * 60),
            password_upgrade: read.flag("PASSWORD_UPGRADE", true),
            own_list_bytes: read.number("OWN_LIST_MIB", 24_u64).clamp(1, 4096) << 20,
            mail: read.mail(debug),
            backup,
            admin_password: read.untrimmed("ADMIN_PASSWORD").map(Secret::new),
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

#[cfg(test)]
mod tests;
