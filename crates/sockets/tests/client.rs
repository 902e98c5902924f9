//! The server's side against a client that others wrote.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use futures_util::{SinkExt, StreamExt};
use sockets::{Class, End, Frame, Outbox, Outboxes, Owner, Refused, accept_key, serve};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use tokio_tungstenite::tungstenite::{Message, protocol::frame::Frame as RawFrame};

/// Sends back what comes.
struct Echo(Outbox);

impl Owner for Echo {
    type Room = ();

    fn longest(&self) -> u64 {
        1 << 20
    }

    async fn room(&self, _: u64, _: Option<()>) -> Option<()> {
        Some(())
    }

    async fn receive(&self, text: Vec<u8>, _: Option<()>) {
        let text = String::from_utf8(text).unwrap();
        self.0.push(Frame::text(text), Class::Durable).unwrap();
    }

    fn refused(&self, why: Refused) {
        self.0
            .push(Frame::text(format!("{why:?}")), Class::Durable)
            .unwrap();
    }
}

type Client = WebSocketStream<TcpStream>;

async fn with_client(talk: impl AsyncFnOnce(&mut Client)) -> End {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = async {
        let (stream, _) = listener.accept().await.unwrap();
        let outbox = Outboxes::new(1 << 25).open();
        serve(stream, &[], &outbox, &Echo(outbox.clone())).await
    };
    let client = async {
        let stream = TcpStream::connect(address).await.unwrap();
        let mut client = WebSocketStream::from_raw_socket(stream, Role::Client, None).await;
        talk(&mut client).await;
        // Whatever is left, the close among it.
        while client.next().await.is_some_and(|message| message.is_ok()) {}
    };
    tokio::join!(server, client).0
}

async fn next(client: &mut Client) -> Message {
    client.next().await.unwrap().unwrap()
}

#[tokio::test]
async fn messages_of_all_sizes_come_back() {
    let end = with_client(async |client| {
        for bytes in [0, 1, 125, 126, 8_192, 65_535, 65_536, 1 << 19] {
            let text = Message::text("ä".repeat(bytes / 2) + &"a".repeat(bytes % 2));
            client.send(text.clone()).await.unwrap();
            assert_eq!(next(client).await, text);
        }
        client.close(None).await.unwrap();
    })
    .await;
    assert_eq!(end, End::ByPeer(None));
}

#[tokio::test]
async fn parts_come_back_whole_and_pings_in_between_are_answered() {
    with_client(async |client| {
        let part = |text: &'static str, opcode, is_last| {
            Message::Frame(RawFrame::message(text, OpCode::Data(opcode), is_last))
        };
        client.send(part("once ", Data::Text, false)).await.unwrap();
        client.send(Message::Ping("alive?".into())).await.unwrap();
        client.send(part("upon ", Data::Continue, false)).await.unwrap();
        client.send(part("a time", Data::Continue, true)).await.unwrap();
        assert_eq!(next(client).await, Message::Pong("alive?".into()));
        assert_eq!(next(client).await, Message::text("once upon a time"));
        client.close(None).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_is_too_long_or_no_text_is_dropped_and_the_socket_stays() {
    with_client(async |client| {
        client.send(Message::text("a".repeat(10 << 20))).await.unwrap();
        assert_eq!(next(client).await, Message::text("TooLong(10485760)"));
        client.send(Message::binary(vec![1, 2, 3])).await.unwrap();
        assert_eq!(next(client).await, Message::text("Binary"));
        client.send(Message::text("still here")).await.unwrap();
        assert_eq!(next(client).await, Message::text("still here"));
        client.close(None).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_close_is_answered_with_its_code() {
    let end = with_client(async |client| {
        let close = CloseFrame {
            code: 3001.into(),
            reason: "bye".into(),
        };
        client.close(Some(close)).await.unwrap();
        let Message::Close(Some(answer)) = next(client).await else {
            panic!("a close");
        };
        assert_eq!(u16::from(answer.code), 3001);
    })
    .await;
    assert_eq!(end, End::ByPeer(Some(3001)));
}

#[test]
fn the_handshake_is_the_one_that_clients_know() {
    for _ in 0..100 {
        let key = generate_key();
        assert_eq!(accept_key(&key), Some(derive_accept_key(key.as_bytes())));
    }
}
