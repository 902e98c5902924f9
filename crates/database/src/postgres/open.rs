//! How a connection to PostgreSQL is made: encrypted as the URL asks, and given up when the network or the server is
//! silent.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::errors::NoConnection;
use super::tls;
use crate::target::PostgresTarget;

/// How long data may stay unacknowledged before the connection counts as broken.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection stays idle before the network is asked whether it still stands.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Moves the bytes of a connection. Whoever waits for its client's answers has to poll it meanwhile.
pub type PostgresTransport = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

impl PostgresTarget {
    /// Opens a connection beside those of the [`Database`](crate::Database), for what it has no use for, such as
    /// `LISTEN`. The error is a line for the log, without the password.
    pub async fn open(&self, time: Duration) -> Result<(Client, PostgresTransport), String> {
        open(self, time).await.map_err(|none| none.reason)
    }
}

/// Connects within `time`.
pub(super) async fn open(
    target: &PostgresTarget,
    time: Duration,
) -> Result<(Client, PostgresTransport), NoConnection> {
    let mut config = target.config.clone();
    config.connect_timeout(time).tcp_user_timeout(TCP_USER_TIMEOUT);
    config
        .keepalives_idle(KEEPALIVE)
        .keepalives_interval(TCP_USER_TIMEOUT)
        .keepalives_retries(3);
    let tls = tls::connector(&target.trust).map_err(NoConnection::settings)?;
    // The library's own limit ends with the TCP handshake; a server may accept and then stay silent.
    match timeout(time, config.connect(tls)).await {
        Ok(Ok(connected)) => Ok(connected),
        Ok(Err(failure)) => Err(NoConnection::from_failure(&failure)),
        Err(_) => Err(NoConnection::silence()),
    }
}
