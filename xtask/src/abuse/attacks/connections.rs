//! Connections that are no use to anybody.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep_until, timeout_at};

use super::{Arena, Tally, wire};

/// Every so manieth idle connection begins a request and does not end it.
const HALF_A_HEAD: usize = 5;
/// Bytes of one piece of garbage.
const GARBAGE: usize = 64 * 1024;

/// Opens them all, says nothing, and counts which of them the server gave up.
pub(super) async fn idle(arena: &Arena, count: usize, tally: &Tally) {
    let end = arena.end();
    let attack = async |number: usize| {
        let mut stream = match timeout_at(end, wire::connect(number, arena.port)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return tally.add(format!("not connected: {}", error.kind())),
            Err(_) => return tally.add("not connected in time"),
        };
        if number.is_multiple_of(HALF_A_HEAD) {
            // One that is closed already is counted below.
            let _ = stream
                .write_all(b"GET /api/stories/ HTTP/1.1\r\nhost: local")
                .await;
        }
        sleep_until(end).await;
        tally.add(state(&stream));
    };
    super::all_at_once((0..count).map(attack)).await;
}

fn state(stream: &TcpStream) -> &'static str {
    let mut byte = [0];
    match stream.try_read(&mut byte) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => "kept open",
        Ok(1..) => "answered",
        _ => "closed without an answer",
    }
}

/// Sends what is no request: noise, an endless line, endless headers, half a request and then noise.
pub(super) async fn garbage(arena: &Arena, count: usize, tally: &Tally) {
    let pieces = pieces();
    let attack = async |number: usize| {
        let Ok(mut stream) = wire::connect(number, arena.port).await else {
            return tally.add("not connected");
        };
        let piece = &pieces[number % pieces.len()];
        tally.add(wire::send(&mut stream, &[piece]).await);
        // Whatever else comes is taken, so that nothing is reset.
        let _ = timeout_at(arena.end(), stream.read(&mut [0; 1024])).await;
    };
    super::all_at_once((0..count).map(attack)).await;
}

fn pieces() -> Vec<Vec<u8>> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut noise = |bytes: usize| -> Vec<u8> {
        (0..bytes / 8)
            .flat_map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_le_bytes()
            })
            .collect()
    };
    let line = [b"GET /".to_vec(), vec![b'a'; GARBAGE]].concat();
    let headers = (0..4_000).flat_map(|number| format!("x-{number}: y\r\n").into_bytes());
    let headers = [b"GET / HTTP/1.1\r\n".to_vec(), headers.collect()].concat();
    let half = [
        b"POST /api/auth/login/ HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n".to_vec(),
        noise(4_096),
    ]
    .concat();
    vec![
        noise(GARBAGE),
        noise(16),
        line,
        headers,
        half,
        b"\r\n".repeat(2_000),
    ]
}
