//! Where the server is, and from where people come to it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use hyper::Uri;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpSocket;

use crate::plan::Misuse;

/// A server that may be called.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The `Host` header.
    pub(crate) host: String,
    network: Network,
}

#[derive(Clone, Debug)]
pub(crate) enum Network {
    Tcp(SocketAddr),
    /// A server in the test itself, so that time can be the test's.
    #[cfg(test)]
    Memory(tokio::sync::mpsc::Sender<tokio::io::DuplexStream>),
}

/// A connection's bytes.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Target {
    /// Resolves `http://host[:port]`; refuses what is not on this machine, unless it is the caller's own.
    pub(crate) async fn find(url: &str, is_my_server: bool) -> Result<Self, Misuse> {
        let misspelt = || Misuse(format!("{url:?} is no address like http://127.0.0.1:8000"));
        let uri: Uri = url.parse().map_err(|_| misspelt())?;
        if uri.scheme_str() == Some("https") {
            return Err(Misuse(
                "visitors speak plain HTTP: run them beside the server, not in front of its proxy".to_owned(),
            ));
        }
        let authority = uri.authority().ok_or_else(misspelt)?;
        if uri.scheme_str() != Some("http")
            || !matches!(uri.path(), "" | "/")
            || authority.as_str().contains('@')
        {
            return Err(misspelt());
        }
        let host = authority.host().trim_matches(['[', ']']);
        let port = authority.port_u16().unwrap_or(80);
        let found = tokio::net::lookup_host((host, port)).await;
        let addresses: Vec<SocketAddr> = found
            .map_err(|error| Misuse(format!("{host} is not found: {error}")))?
            .collect();
        let outside = addresses.iter().find(|address| !address.ip().is_loopback());
        if let Some(outside) = outside
            && !is_my_server
        {
            let ip = outside.ip();
            return Err(Misuse(format!(
                "{ip} is not this machine; visitors load a server, so say --i-run-this-server if it is yours"
            )));
        }
        let address = addresses.iter().find(|address| address.is_ipv4());
        let address = address.or(addresses.first()).ok_or_else(misspelt)?;
        Ok(Self {
            host: authority.to_string(),
            network: Network::Tcp(*address),
        })
    }

    #[cfg(test)]
    pub(crate) fn in_memory(server: tokio::sync::mpsc::Sender<tokio::io::DuplexStream>) -> Self {
        Self {
            host: "memory".to_owned(),
            network: Network::Memory(server),
        }
    }

    /// Connects, from this address of 127/8 where the server is on this machine.
    pub(crate) async fn connect(&self, from: Ipv4Addr) -> io::Result<Box<dyn Stream>> {
        match &self.network {
            Network::Tcp(address) => {
                let socket = if address.is_ipv4() {
                    TcpSocket::new_v4()?
                } else {
                    TcpSocket::new_v6()?
                };
                if cfg!(target_os = "linux") && address.is_ipv4() && address.ip().is_loopback() {
                    socket.bind(SocketAddrV4::new(from, 0).into())?;
                }
                let stream = socket.connect(*address).await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            #[cfg(test)]
            Network::Memory(server) => {
                let (near, far) = tokio::io::duplex(64 * 1024);
                let gone = |_| io::Error::from(io::ErrorKind::ConnectionRefused);
                server.send(far).await.map_err(gone)?;
                Ok(Box::new(near))
            }
        }
    }
}

/// The address of person `number` when there are so many addresses: 127.1.0.1 and its followers.
pub(crate) fn address_of(number: usize, addresses: u32) -> Ipv4Addr {
    const FIRST: u32 = 0x7f01_0001;
    let number = u32::try_from(number).unwrap_or_default() % addresses.max(1);
    // Each person has one of 65,000 at most: 127.1.0.1 to 127.1.255.255.
    Ipv4Addr::from_bits(FIRST + number % 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_this_machine_is_a_target() {
        for url in [
            "http://127.0.0.1:8000",
            "http://127.9.9.9/",
            "http://localhost:1",
            "http://[::1]:8000",
        ] {
            assert!(Target::find(url, false).await.is_ok(), "{url}");
        }
        let refused = Target::find("http://192.0.2.7:8000", false).await.unwrap_err();
        assert!(refused.0.contains("--i-run-this-server"), "{refused}");
        assert!(Target::find("http://192.0.2.7:8000", true).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_no_plain_address_is_refused() {
        for url in [
            "",
            "127.0.0.1:8000",
            "https://127.0.0.1",
            "ftp://127.0.0.1",
            "http://127.0.0.1/api",
            "http://a@127.0.0.1",
        ] {
            assert!(Target::find(url, true).await.is_err(), "{url}");
        }
    }

    #[test]
    fn addresses_are_spread_and_shared() {
        assert_eq!(address_of(0, 30), Ipv4Addr::new(127, 1, 0, 1));
        assert_eq!(address_of(299, 300), Ipv4Addr::new(127, 1, 1, 44));
        assert_eq!(address_of(31, 30), address_of(1, 30));
        assert_eq!(address_of(7, 1), address_of(0, 1));
        assert!(address_of(usize::MAX, u32::MAX).is_loopback());
    }
}
