//! An event for one person, to all their notification sockets on all servers.

use serde::Serialize;
use sockets::Frame;

use crate::app::App;

/// Sends an event to everybody who listens for `user_id`. Never waits; if nobody is there it is gone. To be called after
/// the commit of what it tells.
pub fn notify(app: &App, user_id: i64, event: &impl Serialize) {
    app.live
        .channels
        .publish(&group(user_id), json(event).into_bytes());
}

/// A frame with this value as JSON.
pub fn json(value: &impl Serialize) -> Frame {
    const USUAL: usize = 256;
    Frame::write(USUAL, |buffer| {
        serde_json::to_writer(buffer, value).expect("an event is plain JSON");
    })
}

/// The group of a person's notification sockets. Its messages are whole frames.
pub(super) fn group(user_id: i64) -> String {
    format!("user:{user_id}")
}
