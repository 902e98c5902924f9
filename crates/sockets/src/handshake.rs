//! The answer to `Sec-WebSocket-Key`.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha1::{Digest, Sha1};

const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// A key is 16 bytes.
const KEY_BYTES: usize = 16;

/// The value of `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`; nothing when that is no key.
///
/// ```
/// let accept = sockets::accept_key("dGhlIHNhbXBsZSBub25jZQ==");
/// assert_eq!(accept.as_deref(), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
/// ```
pub fn accept_key(key: &str) -> Option<String> {
    let is_key = BASE64_STANDARD
        .decode(key)
        .is_ok_and(|bytes| bytes.len() == KEY_BYTES);
    if !is_key {
        return None;
    }
    let hash = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    Some(BASE64_STANDARD.encode(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_key_is_answered() {
        for no_key in [
            "",
            "abc",
            "AAAA",
            "dGhlIHNhbXBsZSBub25jZQ",
            "dGhlIHNhbXBsZSBub25jZSBh",
        ] {
            assert_eq!(accept_key(no_key), None, "{no_key}");
        }
    }
}
