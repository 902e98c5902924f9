//! Bodies that are slow, large, packed, or not what they seem.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep};

use super::{Arena, Tally, wire};

const CREATE: &str = "/api/stories/create/";
const SIGN_IN: &str = "/api/auth/login/";
const GIANT: usize = 32 << 20;
/// What is sent at a time.
const BLOCK: usize = 64 * 1024;
/// Blocks of one drawing: 2 MiB of base64, which is below the largest that is taken.
const BLOCKS: usize = 32;
/// What a gzip bomb becomes.
const UNPACKED: usize = 256 << 20;
/// Between two bytes of a slow body.
const A_BYTE: Duration = Duration::from_secs(1);

/// Signed-in bodies of a mebibyte that come a byte a second.
pub(super) async fn slow(arena: &Arena, count: usize, tally: &Tally) {
    let attack = async |number: usize| {
        let Ok(mut stream) = wire::connect(number, arena.port).await else {
            return tally.add("not connected");
        };
        let head = wire::head("POST", CREATE, Some(arena.token(number)), 1 << 20, "");
        let end = arena.end();
        if stream.write_all(&head).await.is_ok() && stream.write_all(br#"{"title":""#).await.is_ok() {
            while Instant::now() < end && stream.write_all(b"a").await.is_ok() {
                sleep(A_BYTE).await;
            }
        }
        if Instant::now() >= end {
            return tally.add("still taken at the end");
        }
        tally.add(wire::answer(&mut stream).await);
    };
    super::all_at_once((0..count).map(attack)).await;
}

/// Signed-in stories of 32 MiB, as many drawings as that is, sent as fast as they are taken.
pub(super) async fn giant(arena: &Arena, count: usize, tally: &Tally) {
    let block = vec![b'A'; BLOCK];
    let heads: Vec<Vec<u8>> = (0..GIANT / (BLOCKS * BLOCK)).map(giant_page).collect();
    let mut parts: Vec<&[u8]> = vec![br#"{"title":"Big","content":"x","canvas_data":"["#];
    for (number, head) in heads.iter().enumerate() {
        parts.push(head);
        // The last page leaves room for everything that is no drawing.
        let blocks = BLOCKS - usize::from(number + 1 == heads.len());
        parts.extend((0..blocks).map(|_| block.as_slice()));
    }
    parts.push(br#"\"}]"}"#);
    post_all(arena, count, tally, CREATE, &parts, "", true).await;
}

/// What stands before the drawing of page `number`, and the beginning of that drawing, which is another one for each.
fn giant_page(number: usize) -> Vec<u8> {
    let before = if number == 0 { "" } else { r#"\"},"# };
    format!(
        r#"{before}{{\"id\":\"g{number}\",\"order\":{number},\"canvasData\":\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAfQAAAH0{number:08}"#
    )
    .into_bytes()
}

/// A small body that says that it is packed; unpacked it would be 256 MiB.
pub(super) async fn bombs(arena: &Arena, count: usize, tally: &Tally) {
    let Ok(bomb) = bomb() else {
        return tally.add("(no bomb could be made)");
    };
    let packed = "content-encoding: gzip\r\n";
    post_all(arena, count, tally, CREATE, &[&bomb], packed, true).await;
    post_all(arena, count, tally, SIGN_IN, &[&bomb], packed, false).await;
}

fn bomb() -> std::io::Result<Vec<u8>> {
    let zeros = vec![b' '; 1 << 20];
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..UNPACKED >> 20 {
        packer.write_all(&zeros)?;
    }
    packer.finish()
}

/// JSON that is deep, and JSON that does not end for long, to those who are signed in and to those who are not.
pub(super) async fn wild(arena: &Arena, count: usize, tally: &Tally) {
    let mut deep = br#"{"title":"#.to_vec();
    deep.resize(5 << 20, b'[');
    let nested = br#"{"a":"#.repeat(1 << 20);
    let mut endless = br#"{"email":""#.to_vec();
    endless.resize(30 << 20, b'a');
    let mut number = br#"{"is_published":"#.to_vec();
    number.resize(5 << 20, b'9');
    let mut escapes = br#"{"content":""#.to_vec();
    escapes.extend(br"\u0000".repeat(1 << 20));
    for body in [&deep, &nested, &endless, &number, &escapes] {
        post_all(arena, count, tally, CREATE, &[body], "", true).await;
        post_all(arena, count, tally, SIGN_IN, &[body], "", false).await;
    }
}

/// The same body by many at once.
async fn post_all(
    arena: &Arena,
    count: usize,
    tally: &Tally,
    path: &str,
    parts: &[&[u8]],
    more: &str,
    is_signed_in: bool,
) {
    let length = parts.iter().map(|part| part.len()).sum();
    let attack = async |number: usize| {
        let Ok(mut stream) = wire::connect(number, arena.port).await else {
            return tally.add("not connected");
        };
        let token = is_signed_in.then(|| arena.token(number));
        let head = wire::head("POST", path, token, length, more);
        let mut all = vec![head.as_slice()];
        all.extend_from_slice(parts);
        tally.add(wire::send(&mut stream, &all).await);
    };
    super::all_at_once((0..count).map(attack)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_giant_body_is_json_with_drawings_and_not_too_large() {
        let (before, after) = (br#"{"title":"Big","content":"x","canvas_data":"["#, br#"\"}]"}"#);
        let pages: Vec<u8> = (0..3)
            .flat_map(|number| [giant_page(number), vec![b'A'; 64]].concat())
            .collect();
        let body = [&before[..], &pages, after].concat();
        let story: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let canvas: serde_json::Value = serde_json::from_str(story["canvas_data"].as_str().unwrap()).unwrap();
        assert_eq!(canvas[2]["order"], 2);
        let drawing = canvas[2]["canvasData"].as_str().unwrap();
        assert_eq!(drawing.split_once(',').unwrap().1.len() % 4, 0);
    }

    #[test]
    fn a_bomb_is_small() {
        assert!(bomb().unwrap().len() < 4 << 20);
    }
}
