//! Answers that nobody takes, and answers that cost much to give.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep};

use super::{Arena, Tally, wire};

/// What a slow reader takes at a time, and how long it rests then.
const A_SIP: usize = 512;
const REST: Duration = Duration::from_secs(1);

/// Asks for a big own list and takes half a kilobyte a second of it.
pub(super) async fn slow(arena: &Arena, count: usize, tally: &Tally) {
    let attack = async |number: usize| {
        let Ok(mut stream) = wire::connect_narrow(number, arena.port).await else {
            return tally.add("not connected");
        };
        let token = &arena.drawn[number % arena.drawn.len()];
        let head = wire::head("GET", "/api/stories/", Some(token), 0, "");
        if stream.write_all(&head).await.is_err() {
            return tally.add("closed without an answer");
        }
        let status = wire::answer(&mut stream).await;
        if status != "200" {
            return tally.add(status);
        }
        let (end, mut sip) = (arena.end(), [0; A_SIP]);
        while Instant::now() < end {
            if !matches!(stream.read(&mut sip).await, Ok(1..)) {
                return tally.add("200, then given up");
            }
            sleep(REST).await;
        }
        tally.add("200, still sent to at the end");
    };
    super::all_at_once((0..count).map(attack)).await;
}

/// Signs in, all in the same moment, every second one with a wrong password.
pub(super) async fn sign_ins(arena: &Arena, count: usize, tally: &Tally) {
    let attack = async |number: usize| {
        let Ok(mut stream) = wire::connect(number, arena.port).await else {
            return tally.add("not connected");
        };
        let email = &arena.emails[number % arena.emails.len()];
        let wrong = if number.is_multiple_of(2) { "" } else { " or not" };
        let body = json!({"email": email, "password": format!("{}{wrong}", arena.password)}).to_string();
        let head = wire::head("POST", "/api/auth/login/", None, body.len(), "");
        tally.add(wire::send(&mut stream, &[&head, body.as_bytes()]).await);
    };
    super::all_at_once((0..count).map(attack)).await;
}
