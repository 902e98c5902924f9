//! The only reader of the environment: every setting with its default, its meaning and its check.
//!
//! [`SETTINGS`] is the one source of the README's table, of `serve --help` and of what is read here.

use std::path::PathBuf;

use database::Target;

use crate::mail::MailSettings;
use crate::wire::origin::TrustedProxies;

/// One environment variable.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The variable.
    pub name: &'static str,
    /// What holds when it is not set, as the table shows it.
    pub default: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
}

const fn setting(name: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting {
        name,
        default,
        meaning,
    }
}

/// Every variable that the program reads.
pub const SETTINGS: &[Setting] = &[
    setting("HOST", "127.0.0.1; 0.0.0.0 on Render", "Address to listen on."),
    setting("PORT", "8000", "Port to listen on; 0 takes a free one."),
    setting(
        "SECRET_KEY",
        "none",
        "Signs tokens and e-mail codes; at least 32 characters. Required, except with `--demo`.",
    ),
    setting(
        "DATABASE_URL",
        "a SQLite file in `DATA_DIR`",
        "`sqlite:///relative.db`, `sqlite:////absolute.db` or `postgres://…`.",
    ),
    setting(
        "CONN_MAX_AGE",
        "600",
        "Seconds after which a PostgreSQL connection is renewed.",
    ),
    setting(
        "DB_CONNECT_TIMEOUT",
        "10",
        "Seconds to wait for a PostgreSQL connection.",
    ),
    setting(
        "DATA_DIR",
        "./data",
        "Folder for the SQLite file and the demo's secret.",
    ),
    setting(
        "DATABASE_SIZE_LIMIT",
        "none",
        "Bytes the database may take (`900M`, `1G`); at 90 % new pictures are refused, text still saves.",
    ),
    setting(
        "PUBLIC_URL",
        "`RENDER_EXTERNAL_URL`, else from the request",
        "How the world reaches this server; used in links and picture addresses. Mails have links only where it is known.",
    ),
    setting(
        "RENDER_EXTERNAL_URL",
        "unset",
        "Set by the hosting platform: stands in for `PUBLIC_URL`.",
    ),
    setting(
        "CORS_ORIGINS",
        "any",
        "Origins of web apps that may call, separated by commas; native shells may always.",
    ),
    setting(
        "TRUSTED_PROXIES",
        "none; `hops:1` on Render",
        "Addresses of proxies whose `X-Forwarded-For` is believed, or `hops:N` for the N-th entry from the right; `*` is `hops:1`. Verify it on the live host: with too many hops a client can name its own address, with too few many clients share one.",
    ),
    setting(
        "RENDER",
        "unset",
        "Set by the hosting platform: listen on all addresses behind its proxy.",
    ),
    setting("RATE_LIMITS", "on", "`off` for tests and load runs only."),
    setting(
        "DEBUG",
        "false",
        "More log, and the `log` mail transport. Never in production.",
    ),
    setting("IO_THREADS", "1", "Threads that serve connections."),
    setting(
        "MAX_CONNECTIONS",
        "4096",
        "Connections at a time; the next ones wait to be accepted.",
    ),
    setting("ACCESS_TOKEN_DAYS", "30", "Lifetime of an access token."),
    setting("REFRESH_TOKEN_DAYS", "365", "Lifetime of a sign-in."),
    setting("EMAIL_CODE_MINUTES", "15", "Lifetime of an e-mail code."),
    setting(
        "PASSWORD_UPGRADE",
        "on",
        "Stores imported Django passwords as Argon2id at the next sign-in; `off` keeps the way back to Django open.",
    ),
    setting(
        "OWN_LIST_MIB",
        "24",
        "Pictures in one's own story list, in MiB; never fewer than 12 stories.",
    ),
    setting(
        "MAIL_PROVIDER",
        "what is configured",
        "`file`, `log` (with DEBUG), `brevo`, `sendgrid`, `smtp`, or several with commas, tried in order.",
    ),
    setting("MAIL_DIR", "none", "Folder that gets one JSON file per mail."),
    setting(
        "MAIL_FROM",
        "none",
        "The sender's address; needed for Brevo, SendGrid and SMTP.",
    ),
    setting("BREVO_API_KEY", "none", "Sends by Brevo's HTTPS API."),
    setting("SENDGRID_API_KEY", "none", "Sends by SendGrid's HTTPS API."),
    setting(
        "SMTP_HOST",
        "none",
        "Sends by this SMTP server; many free hosts block SMTP.",
    ),
    setting("SMTP_PORT", "587; 465 implicit; 25 without TLS", "Its port."),
    setting("SMTP_TLS", "starttls", "`starttls`, `implicit` or `none`."),
    setting("SMTP_USER", "none", "Sign-in at the SMTP server."),
    setting("SMTP_PASSWORD", "none", "And its password."),
    setting(
        "ADMIN_PASSWORD",
        "asked for",
        "The password for `create-admin`, where nobody can type one.",
    ),
];

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
    /// Whether passwords in an older form are stored anew at sign-in.
    pub password_upgrade: bool,
    /// Pictures in one's own story list, in bytes.
    pub own_list_bytes: u64,
    /// Password for `create-admin`.
    pub admin_password: Option<Secret>,
    /// The demo world is shown.
    pub demo: bool,
}

/// A text that no log and no `Debug` shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Secrets that stand in tutorials and templates.
const WELL_KNOWN_SECRETS: [&str; 4] = ["secret", "changeme", "django-insecure", "your-secret-key"];
const SHORTEST_SECRET: usize = 32;

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
        let config = Self {
            listen: (host, read.number("PORT", 8000)),
            secret: read.secret(demo),
            database: read.database(&data_dir),
            conn_max_age: read.number("CONN_MAX_AGE", 600),
            db_connect_timeout: read.number("DB_CONNECT_TIMEOUT", 10_u64).clamp(1, 60),
            database_size_limit: read.bytes("DATABASE_SIZE_LIMIT"),
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
            admin_password: read.untrimmed("ADMIN_PASSWORD").map(Secret),
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

struct Reader<L> {
    lookup: L,
    faults: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    fn text(&self, name: &str) -> Option<String> {
        self.untrimmed(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    }

    /// As it stands: the blanks of a password count.
    fn untrimmed(&self, name: &str) -> Option<String> {
        debug_assert!(
            SETTINGS.iter().any(|setting| setting.name == name),
            "{name} is missing in SETTINGS"
        );
        (self.lookup)(name).filter(|text| !text.is_empty())
    }

    fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.text(name).map(|text| text.to_ascii_lowercase()).as_deref() {
            None => default,
            Some("true" | "1" | "on" | "yes") => true,
            Some("false" | "0" | "off" | "no") => false,
            Some(other) => {
                self.faults
                    .push(format!("{name} is {other:?}; say true or false"));
                default
            }
        }
    }

    fn number<T: std::str::FromStr>(&mut self, name: &str, default: T) -> T {
        let Some(text) = self.text(name) else {
            return default;
        };
        text.parse().unwrap_or_else(|_| {
            self.faults
                .push(format!("{name} is {text:?}; a whole number is needed"));
            default
        })
    }

    fn bytes(&mut self, name: &str) -> Option<u64> {
        let text = self.text(name)?;
        let bytes = parse_bytes(&text);
        if bytes.is_none() {
            self.faults.push(format!(
                "{name} is {text:?}; say bytes, or use K, M or G as in 900M"
            ));
        }
        bytes
    }

    fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        let parts = text.split(',').map(|part| part.trim().trim_end_matches('/'));
        parts
            .filter(|part| !part.is_empty() && *part != "*")
            .map(str::to_owned)
            .collect()
    }

    /// With `--demo` an absent secret is empty here; `serve` then makes one in the data folder.
    fn secret(&mut self, demo: bool) -> Secret {
        let secret = self.text("SECRET_KEY").unwrap_or_default();
        let advice = "set SECRET_KEY to 32 random characters or more (try: openssl rand -hex 32)";
        if secret.is_empty() {
            if !demo {
                self.faults.push(format!("SECRET_KEY is not set; {advice}"));
            }
        } else if secret.len() < SHORTEST_SECRET {
            self.faults.push(format!("SECRET_KEY is too short; {advice}"));
        } else if WELL_KNOWN_SECRETS
            .iter()
            .any(|known| secret.to_ascii_lowercase().starts_with(known))
        {
            self.faults
                .push(format!("SECRET_KEY is a well-known one; {advice}"));
        }
        Secret(secret)
    }

    fn database(&mut self, data_dir: &std::path::Path) -> Target {
        let file = Target::Sqlite(data_dir.join("tinytales.db"));
        let Some(url) = self.text("DATABASE_URL") else {
            return file;
        };
        Target::parse(&url).unwrap_or_else(|fault| {
            self.faults.push(format!("DATABASE_URL: {fault}"));
            file
        })
    }

    fn mail(&mut self, debug: bool) -> MailSettings {
        MailSettings {
            provider: self.text("MAIL_PROVIDER"),
            folder: self.text("MAIL_DIR"),
            from: self.text("MAIL_FROM"),
            brevo_key: self.text("BREVO_API_KEY"),
            sendgrid_key: self.text("SENDGRID_API_KEY"),
            smtp_host: self.text("SMTP_HOST"),
            smtp_port: self.text("SMTP_PORT"),
            smtp_tls: self.text("SMTP_TLS"),
            smtp_user: self.text("SMTP_USER"),
            smtp_password: self.untrimmed("SMTP_PASSWORD"),
            debug,
        }
    }

    fn public_url(&mut self) -> Option<String> {
        let url = self
            .text("PUBLIC_URL")
            .or_else(|| self.text("RENDER_EXTERNAL_URL"))?;
        if !url.starts_with("http://") && !url.starts_with("https://") {
            self.faults.push(format!(
                "PUBLIC_URL is {url:?}; it begins with http:// or https://"
            ));
        }
        Some(url.trim_end_matches('/').to_owned())
    }

    fn proxies(&mut self, on_render: bool) -> TrustedProxies {
        let Some(text) = self.text("TRUSTED_PROXIES") else {
            return if on_render {
                TrustedProxies::Hops(1)
            } else {
                TrustedProxies::None
            };
        };
        TrustedProxies::parse(&text).unwrap_or_else(|fault| {
            self.faults.push(format!("TRUSTED_PROXIES: {fault}"));
            TrustedProxies::None
        })
    }
}

/// Reads `1048576`, `900K`, `900M` or `1G`.
fn parse_bytes(text: &str) -> Option<u64> {
    let text = text.to_ascii_uppercase();
    let number = text.trim_end_matches('B').trim_end_matches('I');
    let (digits, shift) = match number.chars().last()? {
        'K' => (&number[..number.len() - 1], 10),
        'M' => (&number[..number.len() - 1], 20),
        'G' => (&number[..number.len() - 1], 30),
        _ => (number, 0),
    };
    digits.trim().parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// The table of the README.
pub fn settings_as_markdown() -> String {
    let mut table = "| Variable | Default | Meaning |\n|---|---|---|\n".to_owned();
    for Setting {
        name,
        default,
        meaning,
    } in SETTINGS
    {
        table += &format!("| `{name}` | {default} | {meaning} |\n");
    }
    table
}

/// The table of `serve --help`.
pub fn settings_as_text() -> String {
    let mut table = String::new();
    for Setting {
        name,
        default,
        meaning,
    } in SETTINGS
    {
        table += &format!("  {name:<20} {meaning} [{default}]\n");
    }
    table
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
