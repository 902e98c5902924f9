//! The names under which we answer.

use axum::extract::Request;
use axum::http::{Version, header};

/// Which `Host` headers are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHosts(Vec<Pattern>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Any,
    /// This name.
    Name(String),
    /// What ends in this, which begins with a dot.
    Under(String),
    /// This name and all under it.
    NameAndUnder(String),
}

impl AllowedHosts {
    /// All names.
    pub fn any() -> Self {
        Self(vec![Pattern::Any])
    }

    /// Reads names separated by commas: `tales.example`, `*.tales.example` for all names under one,
    /// `.tales.example` for these and the name itself, `*` for any. Ports do not matter.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(Pattern::parse).collect::<Result<_, _>>().map(Self)
    }

    /// One more name: the host of a URL of ours.
    pub fn and_of_url(&mut self, url: &str) {
        let (_, after) = url.split_once("://").unwrap_or(("", url));
        let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
        if let Some(name) = name_of(authority) {
            self.0.push(Pattern::Name(name));
        }
    }

    /// Whether every name is allowed.
    pub fn is_any(&self) -> bool {
        self.0.contains(&Pattern::Any)
    }

    /// Whether this request names a host that is allowed, in the one way in which it should. Only clients of HTTP/1.0
    /// may leave the name out, where any is allowed.
    pub fn allows(&self, request: &Request) -> bool {
        let mut headers = request.headers().get_all(header::HOST).iter();
        let (first, second) = (headers.next(), headers.next());
        if second.is_some() {
            return false;
        }
        // A request for a whole URL, as proxies are asked, means its host and not that of the header.
        let authority = request.uri().authority().map(axum::http::uri::Authority::as_str);
        let named = authority.or_else(|| first.map(|host| host.to_str().unwrap_or_default()));
        match named {
            None => request.version() == Version::HTTP_10 && self.is_any(),
            Some(host) => name_of(host).is_some_and(|name| self.0.iter().any(|pattern| pattern.fits(&name))),
        }
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, String> {
        let fault = || format!("{text:?} is not a host name such as tales.example or *.tales.example");
        if text == "*" {
            return Ok(Self::Any);
        }
        let (make, rest): (fn(String) -> Self, _) = if let Some(rest) = text.strip_prefix("*.") {
            (|name| Self::Under(format!(".{name}")), rest)
        } else if let Some(rest) = text.strip_prefix('.') {
            (Self::NameAndUnder, rest)
        } else {
            (Self::Name, text)
        };
        name_of(rest).map(make).ok_or_else(fault)
    }

    fn fits(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Name(own) => name == own,
            Self::Under(end) => name.ends_with(end.as_str()),
            Self::NameAndUnder(own) => name
                .strip_suffix(own.as_str())
                .is_some_and(|before| before.is_empty() || before.ends_with('.')),
        }
    }
}

/// The name of `name:port` or `[address]:port`, in lower case and without the dot of the root; none when it is no name.
fn name_of(host: &str) -> Option<String> {
    let (name, port) = match host.strip_prefix('[') {
        Some(_) => host.split_at(host.find(']')? + 1),
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let is_port = port.is_empty() || port[1..].bytes().all(|byte| byte.is_ascii_digit());
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let is_name = match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => name.bytes().all(is_part),
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    let fits =
        (1..=253).contains(&name.len()) && is_name && is_port && (port.is_empty() || port.starts_with(':'));
    fits.then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn allows(hosts: &str, host: &str) -> bool {
        let request = Request::builder().uri("/api/").header("host", host);
        AllowedHosts::parse(hosts)
            .unwrap()
            .allows(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn names_are_compared_without_case_port_and_last_dot() {
        for host in [
            "tales.example",
            "TALES.example:8000",
            "tales.example.",
            "tales.example.:80",
        ] {
            assert!(allows("other.example, Tales.Example", host), "{host}");
        }
        for host in [
            "example",
            "tales.example.org",
            "xtales.example",
            "tales.example@evil",
            "",
            ":80",
            "a b",
        ] {
            assert!(!allows("tales.example", host), "{host}");
        }
        assert!(allows("[::1], 127.0.0.1", "[::1]:8000") && allows("127.0.0.1", "127.0.0.1:1"));
        assert!(!allows("[::1]", "[::2]") && !allows("*", "[::1") && !allows("*", "tales.example:x"));
    }

    #[test]
    fn a_pattern_covers_what_stands_under_it() {
        for (hosts, host, is_allowed) in [
            ("*.example", "tales.example", true),
            ("*.example", "a.b.example", true),
            ("*.example", "example", false),
            ("*.example", "badexample", false),
            (".example", "tales.example", true),
            (".example", "example", true),
            (".example", "badexample", false),
            ("*", "anything.at.all", true),
        ] {
            assert_eq!(allows(hosts, host), is_allowed, "{hosts} {host}");
        }
    }

    #[test]
    fn our_own_url_is_one_of_us() {
        let mut hosts = AllowedHosts::parse("tales.example").unwrap();
        hosts.and_of_url("https://tales-4x.onrender.com:443/path");
        let request = Request::builder().header("host", "tales-4x.onrender.com");
        assert!(hosts.allows(&request.body(Body::empty()).unwrap()));
    }

    #[test]
    fn a_request_names_one_host() {
        let with = |version, hosts: &[&str]| {
            let mut request = Request::builder().version(version).uri("/");
            for host in hosts {
                request = request.header("host", *host);
            }
            AllowedHosts::any().allows(&request.body(Body::empty()).unwrap())
        };
        assert!(with(Version::HTTP_11, &["a.example"]));
        assert!(!with(Version::HTTP_11, &[]) && with(Version::HTTP_10, &[]));
        assert!(!with(Version::HTTP_11, &["a.example", "a.example"]));
        let whole = Request::builder()
            .uri("http://evil.example/")
            .header("host", "tales.example");
        let whole = whole.body(Body::empty()).unwrap();
        assert!(!AllowedHosts::parse("tales.example").unwrap().allows(&whole));
    }

    #[test]
    fn urls_are_no_names() {
        for wrong in [
            "https://tales.example",
            "tales.example/api",
            "*tales.example",
            "*.",
            ".",
        ] {
            assert!(AllowedHosts::parse(wrong).is_err(), "{wrong}");
        }
    }
}
