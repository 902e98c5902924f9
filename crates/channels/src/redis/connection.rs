//! One connection to the server, with a time limit around every wait.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::sync::Arc;

use bytes::{Buf as _, BytesMut};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::address::Address;
use super::reply::{self, Reply};
use crate::link::{CONNECT, Lost, PATIENCE};

/// What is read at once, at most.
const CHUNK: usize = 16 * 1024;
/// A buffer that had to grow beyond this is given back when it is empty.
const LARGE: usize = 64 * 1024;

pub(super) struct Connection {
    wire: Box<dyn Wire>,
    arrived: BytesMut,
}

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl Connection {
    /// Connects and is let in.
    pub(super) async fn open(address: &Address) -> Result<Self, Lost> {
        let opening = async {
            let mut connection = Self {
                wire: reach(address).await?,
                arrived: BytesMut::new(),
            };
            connection.enter(address).await?;
            Ok(connection)
        };
        timeout(CONNECT, opening).await.unwrap_or_else(|_| Err(silence()))
    }

    async fn enter(&mut self, address: &Address) -> Result<(), Lost> {
        let mut out = Vec::new();
        if let Some(password) = &address.password {
            let user = address.user.as_deref().map(str::as_bytes);
            let words: Vec<&[u8]> = [Some(&b"AUTH"[..]), user, Some(password.as_bytes())]
                .into_iter()
                .flatten()
                .collect();
            reply::command(&mut out, &words);
        }
        // Says at once whether it lets us in.
        reply::command(&mut out, &[b"PING"]);
        self.send(&out).await?;
        for _ in 0..=usize::from(address.password.is_some()) {
            self.answer(accepted).await??;
        }
        Ok(())
    }

    /// Sends commands.
    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        let sending = async {
            self.wire.write_all(bytes).await?;
            self.wire.flush().await
        };
        match timeout(PATIENCE, sending).await {
            Ok(sent) => sent.map_err(|error| Lost(error.to_string())),
            Err(_) => Err(silence()),
        }
    }

    /// Waits for the next reply and looks at it.
    pub(super) async fn answer<T>(&mut self, look: impl Fn(&Reply<'_>) -> T) -> Result<T, Lost> {
        loop {
            if let Some(answer) = self.next(&look)? {
                return Ok(answer);
            }
            timeout(PATIENCE, self.fill())
                .await
                .unwrap_or_else(|_| Err(silence()))?;
        }
    }

    /// Looks at the next reply that has arrived whole, and forgets it.
    pub(super) fn next<T>(&mut self, look: impl FnOnce(&Reply<'_>) -> T) -> Result<Option<T>, Lost> {
        let parsed = reply::parse(&self.arrived)
            .map_err(|_| Lost("the server does not speak as Redis does".to_owned()))?;
        let Some((reply, length)) = parsed else {
            return Ok(None);
        };
        let seen = look(&reply);
        self.arrived.advance(length);
        if self.arrived.is_empty() && self.arrived.capacity() > LARGE {
            self.arrived = BytesMut::new();
        }
        Ok(Some(seen))
    }

    /// Waits until more has arrived. Nothing is lost when it is given up.
    pub(super) async fn fill(&mut self) -> Result<(), Lost> {
        self.arrived.reserve(CHUNK);
        match self.wire.read_buf(&mut self.arrived).await {
            Ok(0) => Err(Lost("the server closed the connection".to_owned())),
            Ok(_) => Ok(()),
            Err(error) => Err(Lost(error.to_string())),
        }
    }
}

async fn reach(address: &Address) -> Result<Box<dyn Wire>, Lost> {
    let failed = |error: io::Error| Lost(error.to_string());
    let stream = TcpStream::connect((address.host.as_str(), address.port))
        .await
        .map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    if !address.is_encrypted {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(address.host.clone()).map_err(|error| Lost(error.to_string()))?;
    let encryption = encryption(address.roots.as_deref())?;
    let stream = encryption.connect(name, stream).await.map_err(failed)?;
    Ok(Box::new(stream))
}

/// Trusts whom browsers trust, or the given authorities alone.
fn encryption(roots: Option<&Path>) -> Result<TlsConnector, Lost> {
    let mut known = RootCertStore::empty();
    match roots {
        None => known.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let failed = |error: &dyn Display| Lost(format!("{}: {error}", path.display()));
            for certificate in CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))? {
                let certificate = certificate.map_err(|error| failed(&error))?;
                known.add(certificate).map_err(|error| failed(&error))?;
            }
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Lost(error.to_string()))?
        .with_root_certificates(known)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// An error's text names no password: Redis does not repeat what it was sent for AUTH and PING.
pub(super) fn accepted(reply: &Reply<'_>) -> Result<(), Lost> {
    match reply {
        Reply::Error(error) => Err(Lost(String::from_utf8_lossy(error).into_owned())),
        _ => Ok(()),
    }
}

pub(super) fn silence() -> Lost {
    Lost("the server does not answer".to_owned())
}
