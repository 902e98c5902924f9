//! What comes over a notification socket.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A message that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// Whether we live.
    Ping,
    /// A notification was read.
    MarkRead(i64),
    /// Something that newer or older apps say: nothing follows from it.
    Other,
}

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    notification_id: Option<&'a RawValue>,
}

/// Reads a message; otherwise a sentence for whoever sent it.
pub(super) fn parse(text: &[u8]) -> Result<Message, &'static str> {
    // A list would be taken for the members in their order.
    let is_object = text.trim_ascii_start().starts_with(b"{");
    let fields = serde_json::from_slice::<Fields<'_>>(text)
        .ok()
        .filter(|_| is_object);
    let fields = fields.ok_or("A message has to be one JSON object with a type.")?;
    match fields.kind.as_ref() {
        "ping" => Ok(Message::Ping),
        "mark_read" => fields
            .notification_id
            .and_then(|id| id.get().trim_matches('"').parse().ok())
            .map(Message::MarkRead)
            .ok_or("The id of a notification has to be a whole number."),
        _ => Ok(Message::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_objects_with_a_type() {
        let read = |text: &str| parse(text.as_bytes());
        assert_eq!(read(r#" {"type":"ping"}"#), Ok(Message::Ping));
        assert_eq!(read(r#"{"type":"pi\u006eg","more":[{}]}"#), Ok(Message::Ping));
        for id in ["7", r#""7""#] {
            let text = format!(r#"{{"type":"mark_read","notification_id":{id}}}"#);
            assert_eq!(read(&text), Ok(Message::MarkRead(7)));
        }
        assert_eq!(read(r#"{"type":"dance"}"#), Ok(Message::Other));
        assert_eq!(read("{}"), Ok(Message::Other));
        for bad in [
            "",
            "{",
            "null",
            "7",
            r#"["ping"]"#,
            r#"{"type":7}"#,
            r#"{"type":null}"#,
            r#"{"type":"mark_read"}"#,
            r#"{"type":"mark_read","notification_id":null}"#,
            r#"{"type":"mark_read","notification_id":1.5}"#,
            r#"{"type":"mark_read","notification_id":{}}"#,
            r#"{"type":"mark_read","notification_id":99999999999999999999}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let deep = format!(r#"{{"type":"ping","deep":{}"#, "[".repeat(10_000));
        assert!(read(&deep).is_err());
    }
}
