//! `/ws/check/`: a socket for nobody, which says one word and closes. Whether sockets reach this server at all, past every
//! proxy before it, can be seen by it without an account (`tinytales verify`).

use std::sync::Arc;

use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Response;
use envelope::Kind as Admission;
use hyper::upgrade::OnUpgrade;
use serde_json::json;
use sockets::{Class, Owner, Refused, code, serve};

use super::door;
use super::notify::json;
use super::socket::stream_of;
use super::sockets::Place;
use crate::app::{App, ClientAddress};
use crate::clock::MINUTE;
use crate::wire::Error;
use crate::wire::limits::{Limit, limit};

/// From one network.
const CHECKS: Limit = limit("socket_check", 20, MINUTE);

/// Opens a socket for anybody, says `{"type": "hello"}`, and closes it with 1000.
pub async fn check(
    State(app): State<Arc<App>>,
    ClientAddress(network): ClientAddress,
    mut request: Parts,
) -> Result<Response, Error> {
    let upgrade = request.extensions.remove::<OnUpgrade>();
    let (Some(accept), Some(upgrade)) = (door::handshake(&request), upgrade) else {
        return Err(door::refused());
    };
    app.limit(&CHECKS, network)?;
    if !app.envelope.admits(Admission::Socket) {
        return Err(Error::unavailable(door::COME_AGAIN));
    }
    let place = door::place(&app, &request)?;
    app.tasks
        .spawn("check of a socket", greet(Arc::clone(&app), upgrade, place));
    Ok(door::switch(accept))
}

async fn greet(app: Arc<App>, upgrade: OnUpgrade, _place: Place) {
    let Some((stream, rest)) = stream_of(upgrade).await else {
        return;
    };
    let outbox = app.live.sockets.outboxes().open();
    // A new outbox has room for a word.
    let _ = outbox.push(json(&json!({"type": "hello"})), Class::Durable);
    outbox.close(code::NORMAL, "");
    serve(stream, &rest, &outbox, &Nobody(&app)).await;
}

/// Hears nothing.
struct Nobody<'a>(&'a App);

impl Owner for Nobody<'_> {
    type Room = ();

    fn sent(&self, bytes: usize) {
        self.0.traffic.sent(bytes);
    }

    fn longest(&self) -> u64 {
        0
    }

    async fn room(&self, _bytes: u64, _held: Option<()>) -> Option<()> {
        None
    }

    async fn receive(&self, _text: Vec<u8>, _room: Option<()>) {}

    fn refused(&self, _why: Refused) {}

    fn patience(&self) -> std::time::Duration {
        self.0.live.sockets.patience()
    }
}
