//! Where the database is, as `DATABASE_URL` says it.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// A file, or a server.
#[derive(Clone, Debug)]
pub enum Target {
    /// The file of an embedded database; it is made when it is missing, its folder is not.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(PostgresTarget),
}

/// A server's address and how to speak to it. Its `Debug` and `Display` leave user and password out.
#[derive(Clone)]
pub struct PostgresTarget {
    pub(crate) config: Box<Config>,
    pub(crate) trust: Trust,
}

/// What an encrypted connection has to prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Nothing: it only keeps listeners out.
    Anyone,
    /// That its certificate comes from a known authority.
    Authority(Roots),
    /// And that it was made out to this host.
    Host(Roots),
}

/// The authorities that are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Roots {
    /// Those that browsers trust.
    Public,
    /// Those in a PEM file.
    File(PathBuf),
}

impl Target {
    /// Reads `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgres://user:password@host:port/name`.
    ///
    /// A server's URL takes libpq's parameters: `sslmode` (`disable`, `allow`, `prefer`, `require`, `verify-ca`,
    /// `verify-full`), `sslrootcert` (a PEM file, or `system`), `connect_timeout`, `application_name`, `options`, ….
    /// The error is one line without the password.
    pub fn parse(url: &str) -> Result<Self, String> {
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err("the database's URL has no scheme, such as sqlite: or postgres:".to_owned());
        };
        match scheme {
            "sqlite" | "sqlite3" => sqlite_path(rest).map(Self::Sqlite),
            "postgres" | "postgresql" => PostgresTarget::parse(url).map(Self::Postgres),
            _ => Err("the database's URL begins with neither sqlite: nor postgres:".to_owned()),
        }
    }
}

fn sqlite_path(rest: &str) -> Result<PathBuf, String> {
    // After the empty host, one more slash separates it from a relative path, two begin an absolute one.
    match rest.strip_prefix("///") {
        Some("" | ":memory:") | None => {
            Err("a SQLite URL names a file: sqlite:///relative.db or sqlite:////absolute.db".to_owned())
        }
        Some(path) => Ok(PathBuf::from(path)),
    }
}

impl PostgresTarget {
    /// Whether every host is this machine.
    pub fn is_local(&self) -> bool {
        self.config.get_hosts().iter().all(|host| match host {
            Host::Unix(_) => true,
            Host::Tcp(name) if name == "localhost" => true,
            Host::Tcp(name) => name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        })
    }

    fn parse(url: &str) -> Result<Self, String> {
        // A password may hold a question mark, so the parameters begin after the host.
        let host = url.rfind('@').unwrap_or_default();
        let (address, parameters) = match url[host..].split_once('?') {
            Some((rest, parameters)) => (&url[..host + rest.len()], parameters),
            None => (url, ""),
        };
        let (mut mode, mut roots) = ("prefer", None);
        let mut others = Vec::new();
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("sslmode", value)) => mode = value,
                Some(("sslrootcert", value)) => roots = Some(decode(value)?),
                _ => others.push(parameter),
            }
        }
        let mut config: Config = format!("{address}?{}", others.join("&"))
            .parse()
            .map_err(|error| format!("the PostgreSQL URL cannot be read: {}", reason(&error)))?;
        if config.get_hosts().is_empty() {
            return Err("the PostgreSQL URL names no host".to_owned());
        }
        let (ssl_mode, trust) = security(mode, roots.as_deref())?;
        config.ssl_mode(ssl_mode);
        Ok(Self {
            config: Box::new(config),
            trust,
        })
    }
}

/// What libpq makes of `sslmode` and `sslrootcert`; with a root certificate, `require` means `verify-ca` there.
fn security(mode: &str, roots: Option<&str>) -> Result<(SslMode, Trust), String> {
    let known = roots.is_some();
    let roots = match roots {
        None | Some("system") => Roots::Public,
        Some(path) => Roots::File(PathBuf::from(path)),
    };
    match mode {
        "disable" => Ok((SslMode::Disable, Trust::Anyone)),
        "allow" | "prefer" => Ok((SslMode::Prefer, Trust::Anyone)),
        "require" if !known => Ok((SslMode::Require, Trust::Anyone)),
        "require" | "verify-ca" => Ok((SslMode::Require, Trust::Authority(roots))),
        "verify-full" => Ok((SslMode::Require, Trust::Host(roots))),
        _ => Err("sslmode is disable, allow, prefer, require, verify-ca or verify-full".to_owned()),
    }
}

/// The library's reason names the parameter, never its value.
fn reason(error: &tokio_postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// Undoes percent encoding.
fn decode(text: &str) -> Result<String, String> {
    let invalid = || "sslrootcert is not well encoded".to_owned();
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .ok_or_else(invalid)?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| invalid())?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).map_err(|_| invalid())
}

impl fmt::Display for PostgresTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        for (place, host) in self.config.get_hosts().iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            match host {
                Host::Tcp(name) => write!(f, "{comma}{name}")?,
                Host::Unix(folder) => write!(f, "{comma}{}", folder.display())?,
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for PostgresTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresTarget({self})")
    }
}
