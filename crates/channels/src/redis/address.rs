//! Where the server is and how it lets us in, as `REDIS_URL` says it.

use std::borrow::Cow;
use std::fmt::Display;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use crate::StartError;

const PORT: u16 = 6379;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) is_encrypted: bool,
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) database: u32,
    /// The authorities that may have signed the server's certificate: a PEM file, else those that browsers trust.
    pub(super) roots: Option<PathBuf>,
}

impl Address {
    /// Reads `redis://[[user]:password@]host[:port][/database]`; `rediss:` encrypts, and then `?ssl_ca_certs=` may name a
    /// PEM file of authorities. The error is one line without the password.
    pub(super) fn parse(url: &str) -> Result<Self, StartError> {
        let (scheme, rest) = url
            .split_once("://")
            .ok_or_else(|| wrong("begins with neither redis:// nor rediss://"))?;
        let is_encrypted = match scheme {
            "redis" => false,
            "rediss" => true,
            _ => return Err(wrong("begins with neither redis:// nor rediss://")),
        };
        // A password may hold any sign but is often not encoded, so the host begins after the last @.
        let (credentials, place) = match rest.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, rest),
        };
        let (place, parameters) = place.split_once('?').unwrap_or((place, ""));
        let roots = match parameters.split_once('=') {
            None if parameters.is_empty() => None,
            Some(("ssl_ca_certs", path)) if is_encrypted && !path.is_empty() => Some(decoded(path)?.into()),
            _ => {
                return Err(wrong(
                    "takes one parameter, ssl_ca_certs, and only with rediss://",
                ));
            }
        };
        let (authority, database) = place.split_once('/').unwrap_or((place, ""));
        let (host, port) = host_and_port(authority)?;
        let (user, password) = credentials.map_or(Ok((None, None)), user_and_password)?;
        Ok(Self {
            host,
            port,
            is_encrypted,
            user,
            password,
            database: match database {
                "" => 0,
                number => number.parse().map_err(|_| {
                    wrong("has something after the host that is not the number of a database")
                })?,
            },
            roots,
        })
    }
}

fn host_and_port(authority: &str) -> Result<(String, u16), StartError> {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, after)) => (host, after.strip_prefix(':').unwrap_or(after)),
        None => authority.rsplit_once(':').unwrap_or((authority, "")),
    };
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(wrong("names no host"));
    }
    let port = match port {
        "" => PORT,
        port => port
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| wrong("has a port that is not a number from 1 to 65535"))?,
    };
    Ok((host.to_owned(), port))
}

fn user_and_password(credentials: &str) -> Result<(Option<String>, Option<String>), StartError> {
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let (user, password) = (some(decoded(user)?), some(decoded(password)?));
    if user.is_some() && password.is_none() {
        return Err(wrong(
            "has a user but no password; write redis://user:password@host",
        ));
    }
    Ok((user, password))
}

/// Undoes percent encoding.
fn decoded(text: &str) -> Result<String, StartError> {
    let text = percent_decode_str(text).decode_utf8();
    text.map(Cow::into_owned)
        .map_err(|_| wrong("has something that is encoded, but not as UTF-8"))
}

/// What the URL does wrong, as a predicate.
fn wrong(reason: impl Display) -> StartError {
    StartError(format!("the Redis URL {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> Address {
        Address::parse(url).unwrap()
    }

    #[test]
    fn urls_of_all_hosts_are_read() {
        let plain = parsed("redis://red-abc123");
        assert_eq!((plain.host.as_str(), plain.port), ("red-abc123", 6379));
        assert_eq!((plain.user, plain.password, plain.database), (None, None, 0));
        let full = parsed("rediss://default:p%40ss:w@rd@eu1.example.com:6380/2");
        assert!(full.is_encrypted);
        assert_eq!(
            (full.host.as_str(), full.port, full.database),
            ("eu1.example.com", 6380, 2)
        );
        assert_eq!(full.user.as_deref(), Some("default"));
        assert_eq!(full.password.as_deref(), Some("p@ss:w@rd"));
        let old = parsed("redis://:secret@localhost:6379/0");
        assert_eq!((old.user, old.password.as_deref()), (None, Some("secret")));
        let six = parsed("redis://[::1]:7000/");
        assert_eq!((six.host.as_str(), six.port), ("::1", 7000));
        assert_eq!(parsed("redis://[::1]").port, 6379);
        let private = parsed("rediss://host?ssl_ca_certs=/etc/my%20ca.pem");
        assert_eq!(private.roots, Some("/etc/my ca.pem".into()));
    }

    #[test]
    fn others_are_refused_in_one_line_without_the_password() {
        for url in [
            "",
            "localhost:6379",
            "http://:secret@localhost",
            "redis://:secret@",
            "redis://:secret@:6379",
            "redis://:secret@host:0",
            "redis://:secret@host:99999",
            "redis://:secret@host/name",
            "redis://:secret@host/0?ssl_cert_reqs=none",
            "rediss://:secret@host/0?ssl_ca_certs=",
            "redis://:secret@host/0?ssl_ca_certs=ca.pem",
            "redis://secret@host",
            "redis://:secret%ff@host",
        ] {
            let error = Address::parse(url).unwrap_err().to_string();
            assert!(!error.contains("secret") && !error.contains('\n'), "{error}");
        }
    }
}
