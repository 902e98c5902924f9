//! Where a request came from and under which name it found us.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, header};

/// Our own base URL as the client knows it, without a trailing slash: `https://tales.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// From a configured URL.
    pub fn new(url: &str) -> Self {
        Self(url.trim_end_matches('/').to_owned())
    }

    /// From the request, when no public URL is configured: `Host`, and the scheme that a trusted proxy tells.
    pub fn of_request(headers: &HeaderMap, behind_proxy: bool) -> Self {
        let host = headers
            .get(header::HOST)
            .and_then(|value| value.to_str().ok())
            .filter(|host| is_host(host));
        let forwarded = headers
            .get("x-forwarded-proto")
            .and_then(|value| value.to_str().ok());
        let scheme = if behind_proxy && forwarded == Some("https") {
            "https"
        } else {
            "http"
        };
        Self(format!("{scheme}://{}", host.unwrap_or("localhost")))
    }

    /// Whether the client reaches us by https.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Host names go into links: only what a host name can be.
fn is_host(host: &str) -> bool {
    host.len() <= 253
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte))
}

/// Which proxies may tell us the client's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustedProxies {
    /// None: the peer is the client.
    None,
    /// Whoever connects (a platform whose edge is the only way in), with so many proxies in a row: that many entries
    /// from the right are theirs, the farthest of them is the client.
    Hops(usize),
    /// These addresses.
    Listed(Vec<IpAddr>),
}

impl TrustedProxies {
    /// Reads the setting: empty, `*` (one hop), `hops:N`, or addresses separated by commas.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(hops) = text.strip_prefix("hops:") {
            return match hops.parse() {
                Ok(hops @ 1..=16) => Ok(Self::Hops(hops)),
                _ => Err(format!("{hops:?} is not a number of proxies, 1 to 16")),
            };
        }
        match text {
            "" => Ok(Self::None),
            "*" => Ok(Self::Hops(1)),
            _ => text
                .split(',')
                .map(|part| {
                    part.trim()
                        .parse()
                        .map_err(|_| format!("{part:?} is not an address"))
                })
                .collect::<Result<_, _>>()
                .map(Self::Listed),
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        match self {
            Self::None => false,
            Self::Hops(_) => true,
            Self::Listed(list) => list.contains(&address),
        }
    }

    /// Whether this peer speaks for others.
    pub fn is_proxy(&self, peer: SocketAddr) -> bool {
        self.trusts(peer.ip().to_canonical())
    }

    /// The client's address: the nearest entry of `X-Forwarded-For` that is not itself a trusted proxy. Entries beyond
    /// the hops are what a client claims; where there are fewer entries than hops, the farthest one counts.
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.ip().to_canonical();
        if !self.trusts(client) {
            return client;
        }
        let forwarded: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        let believed = match self {
            Self::Hops(hops) => *hops,
            Self::None | Self::Listed(_) => usize::MAX,
        };
        for entry in forwarded.iter().rev().take(believed) {
            let Ok(address) = entry.trim().parse::<IpAddr>() else {
                return client;
            };
            client = address.to_canonical();
            if !self.trusts(client) {
                return client;
            }
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn client(proxies: &str, forwarded: &'static str) -> String {
        let headers = HeaderMap::from_iter([(
            "x-forwarded-for".parse().unwrap(),
            HeaderValue::from_static(forwarded),
        )]);
        let peer = "10.0.0.1:4000".parse().unwrap();
        TrustedProxies::parse(proxies)
            .unwrap()
            .client(peer, &headers)
            .to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_its_own_word() {
        assert_eq!(client("", "9.9.9.9"), "10.0.0.1");
        assert_eq!(client("*", "6.6.6.6, 9.9.9.9"), "9.9.9.9");
        assert_eq!(client("10.0.0.1", "6.6.6.6, 9.9.9.9"), "9.9.9.9");
        assert_eq!(client("10.0.0.1, 9.9.9.9", "6.6.6.6, 9.9.9.9"), "6.6.6.6");
        assert_eq!(client("10.0.0.1", "9.9.9.9, junk"), "10.0.0.1");
        assert!(TrustedProxies::parse("nowhere").is_err());
    }

    #[test]
    fn behind_two_hops_the_second_entry_from_the_right_is_the_client() {
        assert_eq!(client("hops:2", "6.6.6.6, 9.9.9.9, 104.22.0.1"), "9.9.9.9");
        assert_eq!(client("hops:2", "9.9.9.9"), "9.9.9.9");
        assert_eq!(client("hops:2", "6.6.6.6, junk, 104.22.0.1"), "104.22.0.1");
        assert_eq!(client("hops:2", ""), "10.0.0.1");
        for wrong in ["hops:0", "hops:", "hops:x", "hops:17"] {
            assert!(TrustedProxies::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_host_header_cannot_smuggle_anything_into_links() {
        let origin = |host: &'static str| {
            Origin::of_request(
                &HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]),
                false,
            )
            .0
        };
        assert_eq!(origin("tales.example:8000"), "http://tales.example:8000");
        assert_eq!(origin("evil\"<script>"), "http://localhost");
    }
}
