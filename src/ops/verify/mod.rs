//! The checklist after a deploy: a running server seen from outside, over HTTP alone.
//!
//! A look is gathered first ([`look`]: what was answered, how fast), and judged by pure functions afterwards ([`judge`]). It
//! asks the one address that the operator named, at most some 200 times, reads what guests may read, and changes nothing
//! but the number of views of a few public stories.

mod client;
mod judge;
mod metrics;
mod probes;
mod socket;
mod visitors;

use std::net::IpAddr;
use std::time::Duration;

use axum::http::Uri;

pub use self::client::{Answer, Trouble};
pub use self::judge::judge;
pub use self::metrics::Metrics;
pub use self::probes::{Look, is_healthy, look};
pub use self::socket::{Opened, Sockets};
use crate::config::Secret;

/// Visitors at most, so that a look stays a look.
pub const MOST_VISITORS: usize = 20;
/// How long a sleeping instance may take to wake.
const WAKING: Duration = Duration::from_secs(90);
/// How long any other answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// What to look at.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The server's address, without a trailing slash: `https://tales.example.org`.
    pub base: String,
    /// Opens `/metrics`.
    pub metrics_token: Option<Secret>,
    /// Visitors at the same time, at most [`MOST_VISITORS`].
    pub visitors: usize,
}

impl Visit {
    /// Reads an address as an operator types it: with `http://` or `https://`, without path and user.
    pub fn parse(address: &str, metrics_token: Option<Secret>, visitors: usize) -> Result<Self, String> {
        let wrong = || format!("{address:?} is not an address such as https://tales.example.org");
        let uri: Uri = address.parse().map_err(|_| wrong())?;
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        let bare = uri.path() == "/" && uri.query().is_none();
        let authority = uri
            .authority()
            .filter(|authority| !authority.as_str().contains('@'));
        let (true, true, Some(authority)) = (web, bare, authority) else {
            return Err(wrong());
        };
        Ok(Self {
            base: format!("{}://{authority}", uri.scheme_str().unwrap_or_default()),
            metrics_token,
            visitors: visitors.min(MOST_VISITORS),
        })
    }

    /// Whether nobody on the way can read along: by TLS, or on this machine.
    pub fn is_private(&self) -> bool {
        let host = self.base.parse::<Uri>().ok();
        let host = host.as_ref().and_then(Uri::host).unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        self.base.starts_with("https:")
            || host == "localhost"
            || address.is_ok_and(|address| address.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_and_a_host() {
        let base = |address: &str| Visit::parse(address, None, 1).map(|visit| visit.base);
        assert_eq!(
            base("https://tales.example.org/").unwrap(),
            "https://tales.example.org"
        );
        assert_eq!(base("http://127.0.0.1:8000").unwrap(), "http://127.0.0.1:8000");
        for wrong in [
            "tales.example.org",
            "ftp://tales.example.org",
            "https://",
            "https://tales.example.org/api",
            "https://tales.example.org/?x",
            "https://me:secret@tales.example.org",
            "",
        ] {
            assert!(base(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nobody_reads_along_by_tls_or_on_this_machine() {
        let private = |address: &str| Visit::parse(address, None, 1).unwrap().is_private();
        for address in [
            "https://tales.example.org",
            "http://localhost:1",
            "http://127.0.0.9",
            "http://[::1]:8000",
        ] {
            assert!(private(address), "{address}");
        }
        for address in [
            "http://tales.example.org",
            "http://10.0.0.1",
            "http://localhost.example.org",
        ] {
            assert!(!private(address), "{address}");
        }
    }

    #[test]
    fn visitors_are_few() {
        assert_eq!(
            Visit::parse("http://localhost", None, 5000).unwrap().visitors,
            MOST_VISITORS
        );
    }
}
