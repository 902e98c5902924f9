//! Live sockets as attackers use them: a handshake, frames as they should not be, and of what comes back only its kind.

use std::io;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Arena, Tally, wire};

pub(super) const NOTIFICATIONS: &str = "/ws/notifications/";
/// How long an attacker waits for an answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest answer that is read.
const LONGEST: u64 = 64 * 1024;
/// People of a room.
const ROOM: usize = 5;

/// Asks for a socket at this path; what the answer was if it is none.
pub(super) async fn open(arena: &Arena, number: usize, path: &str, token: &str) -> Result<TcpStream, String> {
    let stream = wire::connect(number, arena.port).await;
    shake_hands(stream.map_err(|_| "not connected")?, path, token).await
}

/// The same for one who takes little at a time.
pub(super) async fn open_narrow(
    arena: &Arena,
    number: usize,
    path: &str,
    token: &str,
) -> Result<TcpStream, String> {
    let stream = wire::connect_narrow(number, arena.port).await;
    shake_hands(stream.map_err(|_| "not connected")?, path, token).await
}

async fn shake_hands(mut stream: TcpStream, path: &str, token: &str) -> Result<TcpStream, String> {
    if stream.write_all(&handshake(path, token)).await.is_err() {
        return Err("closed without an answer".to_owned());
    }
    match wire::answer_alone(&mut stream).await {
        status if status == "101" => Ok(stream),
        status => Err(status),
    }
}

/// The bytes of a handshake.
pub(super) fn handshake(path: &str, token: &str) -> Vec<u8> {
    format!(
        "GET {path}?token={token} HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .into_bytes()
}

/// The head of a frame of this first byte (0x81: a whole text) whose payload is that long. Its mask is zero: what follows
/// is the payload as it is.
pub(super) fn head(first: u8, length: usize) -> Vec<u8> {
    let mut head = vec![first];
    match length {
        0..126 => head.push(0x80 | u8::try_from(length).expect("seven bits")),
        126..0x1_0000 => {
            head.push(0x80 | 0x7e);
            head.extend(u16::try_from(length).expect("sixteen bits").to_be_bytes());
        }
        _ => {
            head.push(0x80 | 0x7f);
            head.extend((length as u64).to_be_bytes());
        }
    }
    head.extend([0; 4]);
    head
}

/// A whole text.
pub(super) fn text(payload: &str) -> Vec<u8> {
    let mut frame = head(0x81, payload.len());
    frame.extend(payload.as_bytes());
    frame
}

/// Reads until the server closes, or says `error`, or nothing for so long; which of it.
pub(super) async fn reaction(stream: &mut (impl AsyncRead + Unpin), at_most: Duration) -> String {
    let read = async {
        loop {
            match frame(stream).await {
                Ok((0x8, payload)) => {
                    let code = payload
                        .first_chunk()
                        .map_or(1005, |code| u16::from_be_bytes(*code));
                    return format!("closed with {code}");
                }
                Ok((_, payload)) if payload.starts_with(br#"{"type":"error""#) => {
                    return "an error".to_owned();
                }
                Ok(_) => {}
                Err(_) => return "closed without a farewell".to_owned(),
            }
        }
    };
    timeout(at_most, read)
        .await
        .unwrap_or_else(|_| "kept open".to_owned())
}

/// The next frame of the server: its kind, and its first few bytes.
async fn frame(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<(u8, Vec<u8>)> {
    let kind = stream.read_u8().await? & 0x0f;
    let length = match stream.read_u8().await? & 0x7f {
        126 => u64::from(stream.read_u16().await?),
        127 => stream.read_u64().await?,
        short => u64::from(short),
    };
    let mut payload = vec![0; usize::try_from(length.min(32)).expect("32 at most")];
    stream.read_exact(&mut payload).await?;
    let mut rest = stream.take(length.saturating_sub(32));
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
    Ok((kind, payload))
}

/// A call of the API; nothing when it was not answered with JSON and a 2xx.
pub(super) async fn call(arena: &Arena, number: usize, path: &str, body: &Value) -> Option<Value> {
    let mut stream = wire::connect(number, arena.port).await.ok()?;
    let body = body.to_string();
    let close = "connection: close\r\n";
    let head = wire::head("POST", path, Some(arena.token(number)), body.len(), close);
    stream.write_all(&head).await.ok()?;
    stream.write_all(body.as_bytes()).await.ok()?;
    let mut answer = Vec::new();
    let mut stream = stream.take(LONGEST);
    timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .ok()?
        .ok()?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let is_well = head.starts_with("HTTP/1.1 2");
    is_well.then(|| serde_json::from_str(body).ok()).flatten()
}

/// The path of the room in which attacker `number` sits with four others, who must come in any order; nothing when it
/// could not be had.
pub(super) async fn seat(
    arena: &Arena,
    rooms: &[Option<Room>],
    number: usize,
    tally: &Tally,
) -> Option<String> {
    let Some(room) = rooms.get(number / ROOM)?.as_ref() else {
        tally.add("(no session)");
        return None;
    };
    if !number.is_multiple_of(ROOM) {
        let code = serde_json::json!({"join_code": room.join_code});
        let joined = call(arena, number, "/api/collaborate/join-by-code/", &code);
        if joined.await.is_none() {
            // May be a refusal, and the attack goes on without this one.
            tally.add("not let into a session");
            return None;
        }
    }
    Some(room.path.clone())
}

/// A session of drawing together.
#[derive(Debug)]
pub(super) struct Room {
    path: String,
    join_code: String,
}

impl Room {
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

/// Sessions for so many attackers, each made by the first of its five.
pub(super) async fn rooms(arena: &Arena, people: usize) -> Vec<Option<Room>> {
    let mut rooms = Vec::new();
    for host in (0..people).step_by(ROOM) {
        let form =
            serde_json::json!({"canvas_name": "Trouble", "max_participants": ROOM, "duration_hours": 1});
        let made = call(arena, host, "/api/collaborate/create/", &form).await;
        rooms.push(made.and_then(|made| {
            let text = |name: &str| Some(made["session"][name].as_str()?.to_owned());
            Some(Room {
                path: format!("/ws/collaborate/{}/", text("session_id")?),
                join_code: text("join_code")?,
            })
        }));
    }
    rooms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_say_how_long_they_are() {
        assert_eq!(text("hi"), [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
        assert_eq!(head(0x81, 300)[..4], [0x81, 0xfe, 1, 44]);
        assert_eq!(
            head(0x82, 10 << 20)[..10],
            [0x82, 0xff, 0, 0, 0, 0, 0, 0xa0, 0, 0]
        );
    }

    #[tokio::test]
    async fn what_the_server_does_about_it_is_said_in_a_word() {
        let error = [&[0x81, 16][..], br#"{"type":"error"}"#].concat();
        let cases: [(&[u8], &str); 4] = [
            (&[0x81, 2, b'{', b'}', 0x88, 2, 3, 0xf5], "closed with 1013"),
            (&error, "an error"),
            (&[0x88, 0], "closed with 1005"),
            (&[0x81, 9, 1], "closed without a farewell"),
        ];
        for (bytes, expected) in cases {
            let mut stream = bytes;
            assert_eq!(reaction(&mut stream, PATIENCE).await, expected);
        }
    }
}
