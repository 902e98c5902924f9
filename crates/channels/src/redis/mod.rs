//! Groups over a Redis server: a channel for each group, subscribed to while it has members here.
//!
//! Two connections, as the protocol's second version wants it: one publishes, one listens. Either one's end is the end
//! of both. The client is our own, because the crate `redis` puts what it hears into a queue without a bound, starts
//! tasks that nobody owns, and makes the program 0.7 MB larger; of the protocol we need five commands.

mod address;
mod connection;
mod listener;
mod publisher;
mod reply;

use bytes::Bytes;

use crate::groups::Groups;
use crate::incoming::Origin;
use crate::link::{Link, Lost};
use crate::{RedisOptions, StartError};

use address::Address;
use connection::Connection;

/// Before each message: its kind, the instance, its number.
const HEADER: usize = 17;
const MESSAGE: u8 = b'm';
const LOSS: u8 = b'l';

pub(crate) struct Redis {
    address: Address,
    /// Before the name of a group it makes the name of its channel. Alone it is the channel that concerns all.
    prefix: String,
}

impl Redis {
    pub(crate) fn new(options: &RedisOptions) -> Result<Self, StartError> {
        let address = Address::parse(&options.url)?;
        // Channels know no databases. Who tells products apart by the database's number means it.
        let prefix = match address.database {
            0 => options.prefix.clone(),
            number => format!("{}{number}:", options.prefix),
        };
        Ok(Self { address, prefix })
    }

    pub(crate) async fn try_server(&self) -> Result<(), Lost> {
        Connection::open(&self.address).await.map(drop)
    }

    /// One connection's life.
    pub(crate) async fn serve(&self, groups: &Groups, link: &Link) -> Lost {
        let connecting =
            async { tokio::try_join!(Connection::open(&self.address), Connection::open(&self.address)) };
        let (publisher, listener) = match connecting.await {
            Ok(connections) => connections,
            Err(lost) => return lost,
        };
        let ended = tokio::select! {
            ended = self.publish(publisher, link) => ended,
            ended = self.listen(listener, groups, link) => ended,
        };
        match ended {
            Err(lost) => lost,
            Ok(never) => match never {},
        }
    }
}

/// What stands before a message.
fn header(kind: u8, origin: Origin) -> [u8; HEADER] {
    let mut header = [kind; HEADER];
    header[1..9].copy_from_slice(&origin.instance.to_be_bytes());
    header[9..].copy_from_slice(&origin.number.to_be_bytes());
    header
}

/// What a channel carried: where it comes from, and the message, or none for a loss. None if it is not ours.
fn open(payload: &[u8]) -> Option<(Origin, Option<Bytes>)> {
    let (header, body) = payload.split_at_checked(HEADER)?;
    let origin = Origin {
        instance: u64::from_be_bytes(header[1..9].try_into().ok()?),
        number: u64::from_be_bytes(header[9..].try_into().ok()?),
    };
    match header[0] {
        // Copied: a slice would keep all that was read with it for as long as a slow member keeps the message.
        MESSAGE => Some((origin, Some(Bytes::copy_from_slice(body)))),
        LOSS => Some((origin, None)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_what_is_heard() {
        let origin = Origin {
            instance: u64::MAX - 1,
            number: 7,
        };
        let mut payload = header(MESSAGE, origin).to_vec();
        payload.extend(b"a\r\nb\0");
        let message = Bytes::from_static(b"a\r\nb\0");
        assert_eq!(open(&payload), Some((origin, Some(message))));
        assert_eq!(open(&header(LOSS, origin)), Some((origin, None)));
        assert_eq!(open(b"hello from somebody else"), None);
        assert_eq!(open(b""), None);
    }
}
