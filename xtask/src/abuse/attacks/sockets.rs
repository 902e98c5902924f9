//! What attackers do with live sockets.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::live::{self, NOTIFICATIONS};
use super::{Arena, Tally, wire};

/// A frame that is as long as any may be, and one that is longer.
const GIANT: usize = 10 << 20;
const TOO_LONG: usize = 64 << 20;
const BLOCK: usize = 64 * 1024;
/// How long somebody waits for what the server does about a message.
const REACTION: Duration = Duration::from_secs(10);
/// A session that nobody has.
const NOWHERE: &str = "/ws/collaborate/5b1d516d-0000-4b9c-81cf-799119ad6c09/";

/// Every kind of message that costs something, as often as the server takes it, and each sender takes all that comes.
pub(super) async fn floods(arena: &Arena, count: usize, tally: &Tally) {
    let rooms = live::rooms(arena, count).await;
    let end = arena.end();
    let batch: Vec<u8> = flood().iter().flat_map(|message| live::text(message)).collect();
    let attack = async |number: usize| {
        let Some(path) = live::seat(arena, &rooms, number, tally).await else {
            return;
        };
        match live::open(arena, number, &path, arena.token(number)).await {
            Ok(stream) => tally.add(pour(stream, &batch, end).await),
            Err(why) => tally.add(why),
        }
    };
    super::all_at_once((0..count).map(attack)).await;
}

fn flood() -> Vec<String> {
    let place = r#""page_id":"p","page_index":0,"is_cover_image":false"#;
    let mut messages = vec![
        format!(r#"{{"type":"cursor","position":{{"x":1,"y":2}},{place}}}"#),
        format!(
            r#"{{"type":"draw_batch","batch":[{{"type":"draw_batch_progress","strokeId":"s"}}],{place}}}"#
        ),
        r#"{"type":"presence_update","cursor_position":null,"activity":"idle"}"#.to_owned(),
        r#"{"type":"title_edit","title":"Again and again"}"#.to_owned(),
        r#"{"type":"get_page_viewers"}"#.to_owned(),
        r#"{"type":"page_change","page_number":0}"#.to_owned(),
        format!(r#"{{"type":"request_sync",{place}}}"#),
        format!(r#"{{"type":"clear",{place}}}"#),
    ];
    let stroke = "[1,2],".repeat(500);
    for number in 0..8 {
        messages.push(format!(
            r#"{{"type":"draw","data":{{"itemId":"item_{number}","points":[{stroke}[0,0]]}},{place}}}"#
        ));
    }
    let words = "a word and another ".repeat(500);
    messages.push(format!(
        r#"{{"type":"text_edit","page_id":"p","page_index":0,"text":"{words}"}}"#
    ));
    messages
}

/// Sends these bytes again and again and takes what comes, until the end or until the server has had enough.
async fn pour(stream: TcpStream, bytes: &[u8], end: Instant) -> String {
    let (mut from, mut to) = stream.into_split();
    let send = async {
        while to.write_all(bytes).await.is_ok() {}
        // The farewell may still be on its way.
        std::future::pending::<()>().await;
    };
    let take = async {
        loop {
            let reaction = live::reaction(&mut from, Duration::from_secs(3_600)).await;
            // To be told that it is too much is right, and no reason to stop.
            if reaction != "an error" {
                return reaction;
            }
        }
    };
    let both = async {
        tokio::select! {
            () = send => "not reached".to_owned(),
            reaction = take => reaction,
        }
    };
    timeout_at(end, both)
        .await
        .unwrap_or_else(|_| "slowed down, and open at the end".to_owned())
}

/// Rooms in which one draws as the apps do, and four do not read.
pub(super) async fn slow_readers(arena: &Arena, count: usize, tally: &Tally) {
    let rooms = live::rooms(arena, count).await;
    let end = arena.end();
    let stroke = "[1,2],".repeat(2_000);
    let draw = live::text(&format!(
        r#"{{"type":"draw","data":{{"itemId":"item_1","points":[{stroke}[0,0]]}},"page_id":"p","page_index":0}}"#
    ));
    let attack = async |number: usize| {
        let Some(path) = live::seat(arena, &rooms, number, tally).await else {
            return;
        };
        let is_busy = number.is_multiple_of(5);
        let opened = if is_busy {
            live::open(arena, number, &path, arena.token(number)).await
        } else {
            live::open_narrow(arena, number, &path, arena.token(number)).await
        };
        match opened {
            Err(why) => tally.add(why),
            Ok(stream) if is_busy => tally.add(format!("drawing: {}", draw_on(stream, &draw, end).await)),
            Ok(mut stream) => {
                sleep_until(end).await;
                let reaction = live::reaction(&mut stream, REACTION).await;
                tally.add(format!("not reading: {reaction}"));
            }
        }
    };
    super::all_at_once((0..count).map(attack)).await;
}

/// Forty strokes a second of 12 KB each, and whatever comes is taken.
async fn draw_on(stream: TcpStream, draw: &[u8], end: Instant) -> String {
    let (mut from, mut to) = stream.into_split();
    let mut beats = tokio::time::interval(Duration::from_millis(25));
    let send = async {
        while to.write_all(draw).await.is_ok() {
            beats.tick().await;
        }
        "took no more".to_owned()
    };
    let take = async {
        let mut block = vec![0; BLOCK];
        while matches!(from.read(&mut block).await, Ok(1..)) {}
        "closed".to_owned()
    };
    let both = async {
        tokio::select! {
            state = send => state,
            state = take => state,
        }
    };
    timeout_at(end, both)
        .await
        .unwrap_or_else(|_| "open at the end".to_owned())
}

/// Messages of 10 MiB, and the announcement of longer ones, on both kinds of sockets.
pub(super) async fn giant_frames(arena: &Arena, count: usize, tally: &Tally) {
    let rooms = live::rooms(arena, count).await;
    let block = vec![b'a'; BLOCK];
    let attack = async |number: usize| {
        let path = if number.is_multiple_of(2) {
            NOTIFICATIONS.to_owned()
        } else {
            match live::seat(arena, &rooms, number, tally).await {
                Some(path) => path,
                None => return,
            }
        };
        let mut stream = match live::open(arena, number, &path, arena.token(number)).await {
            Ok(stream) => stream,
            Err(why) => return tally.add(why),
        };
        let length = if number.is_multiple_of(3) { TOO_LONG } else { GIANT };
        let mut is_taken = stream.write_all(&live::head(0x81, length)).await.is_ok();
        let mut sent = 0;
        while is_taken && sent < length {
            is_taken = stream.write_all(&block).await.is_ok();
            sent += BLOCK;
        }
        let reaction = live::reaction(&mut stream, REACTION).await;
        tally.add(format!("{} MiB: {reaction}", length >> 20));
    };
    super::all_at_once((0..count).map(attack)).await;
}

/// Messages that are no JSON, or deep, or of wrong types; frames that the protocol forbids.
pub(super) async fn wild(arena: &Arena, count: usize, tally: &Tally) {
    let rooms = live::rooms(arena, count).await;
    let pieces = wild_pieces();
    let attack = async |number: usize| {
        let Some(path) = live::seat(arena, &rooms, number, tally).await else {
            return;
        };
        for (name, bytes) in &pieces {
            // One broken socket must not spoil the next piece.
            let mut stream = match live::open(arena, number, &path, arena.token(number)).await {
                Ok(stream) => stream,
                Err(why) => {
                    tally.add(why);
                    continue;
                }
            };
            if stream.write_all(bytes).await.is_err() {
                tally.add(format!("{name}: closed"));
                continue;
            }
            let reaction = live::reaction(&mut stream, Duration::from_secs(2)).await;
            tally.add(format!("{name}: {reaction}"));
        }
    };
    super::all_at_once((0..count).map(attack)).await;
}

fn wild_pieces() -> Vec<(&'static str, Vec<u8>)> {
    let deep = format!(r#"{{"type":"draw","data":{}"#, "[".repeat(200_000));
    let unmasked = [&[0x81, 2][..], b"{}"].concat();
    let fragments: Vec<u8> = std::iter::once(live::head(0x01, 1))
        .chain((0..2_000).map(|_| live::head(0x00, 1)))
        .flat_map(|head| [head, vec![b'a']].concat())
        .collect();
    let not_utf8 = [live::head(0x81, 2), vec![0xc3, 0x28]].concat();
    let long_ping = [live::head(0x89, 200), vec![b'a'; 200]].concat();
    vec![
        ("half JSON", live::text(r#"{"type":"#)),
        ("an array", live::text("[1,2,3]")),
        ("deep JSON", live::text(&deep)),
        (
            "wrong types",
            live::text(r#"{"type":"text_edit","page_index":{},"text":[]}"#),
        ),
        (
            "a huge index",
            live::text(r#"{"type":"add_page","page_data":{},"page_index":4000000000}"#),
        ),
        ("no UTF-8", not_utf8),
        ("a binary message", [live::head(0x82, 4), vec![0; 4]].concat()),
        ("no mask", unmasked),
        ("a reserved kind", live::head(0x83, 0)),
        ("reserved bits", live::head(0xf1, 0)),
        ("a ping that is too long", long_ping),
        ("thousands of fragments", fragments),
    ]
}

/// Handshakes on sessions that are not theirs, or that nobody has, with tokens that are none.
pub(super) async fn strangers(arena: &Arena, count: usize, tally: &Tally) {
    let rooms = live::rooms(arena, 5).await;
    let Some(Some(foreign)) = rooms.first() else {
        return tally.add("(no session)");
    };
    let foreign = foreign.path();
    let attack = async |number: usize| {
        let (path, token) = match number % 4 {
            // The first five could be members.
            0 => (foreign, arena.token(number + 5)),
            1 => (NOWHERE, arena.token(number)),
            2 => (foreign, "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"),
            _ => (NOTIFICATIONS, ""),
        };
        let answer = live::open(arena, number, path, token).await;
        tally.add(answer.map_or_else(|why| why, |_| "500: LET IN".to_owned()));
    };
    super::all_at_once((0..count).map(attack)).await;
}

/// Handshakes, all at once: most are whole and keep what they get, some end in the middle.
pub(super) async fn handshakes(arena: &Arena, count: usize, tally: &Tally) {
    let end = arena.end();
    let attack = async |number: usize| {
        let Ok(mut stream) = wire::connect(number, arena.port).await else {
            return tally.add("not connected");
        };
        let bytes = live::handshake(NOTIFICATIONS, arena.token(number));
        if number.is_multiple_of(5) {
            let half = &bytes[..bytes.len() / 2];
            let _ = stream.write_all(half).await;
            sleep_until(end).await;
            return tally.add("half a handshake");
        }
        if stream.write_all(&bytes).await.is_err() {
            return tally.add("closed without an answer");
        }
        let status = wire::answer(&mut stream).await;
        if status == "101" {
            sleep_until(end).await;
        }
        tally.add(status);
    };
    super::all_at_once((0..count).map(attack)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_json() {
        for message in flood() {
            assert!(
                serde_json::from_str::<serde_json::Value>(&message).is_ok(),
                "{message}"
            );
        }
        assert!(wild_pieces().iter().all(|(_, bytes)| bytes.len() < 300_000));
    }
}
