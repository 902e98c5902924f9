//! The notification socket, `/ws/notifications/`: what happened to somebody, and which of their friends are online.
//!
//! What is sent by it are the messages of [`crate::notifications::events`]; other nouns send theirs by
//! [`super::notify()`]. Who has such a socket is online, on all servers; they are offline when the last one is gone and
//! none has come for ten seconds.

mod departures;
mod message;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::extract::State;
use axum::http::request::Parts;
use axum::response::Response;
use channels::{Event, Member, Membership};
use envelope::permits::BytesPermit;
use sockets::{Class, Frame, Outbox, code};

pub(super) use self::departures::Departures;
use self::message::Message;
use super::door;
use super::notify::{group, json};
use super::presence::{self, HOME};
use super::socket::{Conversation, Handle, Kind};
use crate::accounts::store::people;
use crate::app::App;
use crate::clock::SECOND;
use crate::notifications::events::{
    Connection, FriendOffline, FriendOnline, InitialOnlineStatus, OnlineFriend, Pong, Problem,
};
use crate::notifications::store;
use crate::social;
use crate::wire::Error;

/// The longest message: a ping, or the id of a notification.
const LONGEST: usize = 16 * 1024;
/// Messages that may come in a row, and how many more each second. Those beyond are dropped.
const BURST: i64 = 20;
const EACH: i64 = SECOND / 5;
/// Out of the order of others: a newer pong makes an older one that still waits needless.
const PONG: Class = Class::Ephemeral(1);

/// Opens a notification socket.
pub async fn open(State(app): State<Arc<App>>, request: Parts) -> Result<Response, Error> {
    let visitor = door::knock(&app, request, Kind::Notifications).await?;
    Ok(visitor.enter(&app, |handle| {
        Arc::new(Notifications {
            app: Arc::clone(&app),
            handle,
            ear: OnceLock::new(),
            has_entered: AtomicBool::new(false),
            pace: Mutex::default(),
        })
    }))
}

/// One socket.
struct Notifications {
    app: Arc<App>,
    handle: Handle,
    /// Hears what is for its owner.
    ear: OnceLock<Membership>,
    /// Its owner counts as there.
    has_entered: AtomicBool,
    /// The instant up to which messages are paid for.
    pace: Mutex<i64>,
}

/// Puts what is published for somebody into the outbox of their socket.
struct Ear(Outbox);

impl Member for Ear {
    fn deliver(&self, _group: &str, event: &Event) {
        // What was missed elsewhere is fetched by the apps themselves, which ask every half minute.
        let Event::Message(message) = event else {
            return;
        };
        let Some(frame) = Frame::from_bytes(message.clone()) else {
            return tracing::warn!("an event of another server is no frame");
        };
        // A socket that is being closed hears no more.
        let _ = self.0.push(frame, Class::Durable);
    }
}

impl Conversation for Notifications {
    async fn opened(self: Arc<Self>) {
        let ear = Arc::new(Ear(self.handle.outbox().clone()));
        let membership = self.app.live.channels.join(&group(self.handle.user_id()), ear);
        self.ear.get_or_init(|| membership);
        if let Err(error) = self.greet().await {
            tracing::debug!(%error, "a notification socket could not be greeted");
            self.handle.close(code::TRY_AGAIN, "come again in a moment");
        }
    }

    async fn receive(self: Arc<Self>, text: Vec<u8>, _room: Option<BytesPermit>) {
        if !self.is_in_pace() {
            return;
        }
        match message::parse(&text) {
            Ok(Message::Ping) => {
                let _ = self.handle.outbox().push(json(&Pong {}), PONG);
            }
            Ok(Message::MarkRead(id)) => self.mark_read(id).await,
            Ok(Message::Other) => {}
            Err(sentence) => self.complain(sentence),
        }
    }

    fn longest(&self) -> usize {
        LONGEST
    }

    fn oversize(&self, _bytes: u64) {
        self.complain("This message is too long.");
    }

    fn binary(&self) {
        self.complain("Messages have to be text.");
    }

    async fn ended(self: Arc<Self>) {
        if self.has_entered.load(Ordering::Relaxed) {
            let (app, handle) = (&self.app, &self.handle);
            app.live.departures.add(handle.user_id(), app.clock.now());
        }
    }
}

impl Notifications {
    /// The first words, in the order of the contract: friends are told first.
    async fn greet(&self) -> Result<(), Error> {
        let (app, user_id) = (&self.app, self.handle.user_id());
        // Counted from here on, even if it cannot be written.
        self.has_entered.store(true, Ordering::Relaxed);
        let has_come = app.live.presence.enter(app, HOME, user_id).await?;
        let now = app.clock.now();
        let (friends, online) = app
            .read(move |conn| {
                let friends = social::store::friends_of(conn, user_id)?;
                let ids: Vec<i64> = friends.iter().map(|(id, _)| *id).collect();
                let online = presence::present(conn, &ids, now)?;
                Ok((friends, online))
            })
            .await?;
        if has_come {
            let event = FriendOnline {
                user_id,
                username: self.handle.username(),
            };
            tell_all(app, &friends, &json(&event));
        }
        let online_friends: Vec<OnlineFriend> = friends
            .into_iter()
            .filter(|(id, _)| online.contains(id))
            .map(|(user_id, username)| OnlineFriend { user_id, username })
            .collect();
        if !online_friends.is_empty() {
            // Closed already: then nobody waits for the first words.
            let _ = self.handle.send(json(&InitialOnlineStatus { online_friends }));
        }
        let _ = self.handle.send(json(&Connection::of(user_id)));
        Ok(())
    }

    /// Marks one of their own notifications as read. Says nothing, whatever becomes of it.
    async fn mark_read(&self, id: i64) {
        let user_id = self.handle.user_id();
        let marked = self
            .app
            .write(move |conn| Ok(store::mark_read(conn, id, user_id)?))
            .await;
        if let Err(error) = marked {
            tracing::debug!(%error, "a notification could not be marked as read");
            self.complain("This could not be done just now.");
        }
    }

    fn complain(&self, message: &str) {
        let _ = self
            .handle
            .outbox()
            .push(json(&Problem { message }), Class::Ephemeral(0));
    }

    /// Counts a message; false when too many have come.
    fn is_in_pace(&self) -> bool {
        let now = self.app.clock.now();
        let mut paid = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let next = (*paid).max(now - BURST * EACH) + EACH;
        let is_in_pace = next <= now;
        if is_in_pace {
            *paid = next;
        }
        is_in_pace
    }
}

/// One frame to all of these people.
fn tell_all(app: &App, people: &[(i64, String)], frame: &Frame) {
    for (user_id, _) in people {
        app.live
            .channels
            .publish(&group(*user_id), frame.clone().into_bytes());
    }
}

/// Lets those leave whose sockets are gone for long enough, many at a time. A part of [`super::beat`].
pub(super) async fn beat(app: &App) {
    let departures = &app.live.departures;
    loop {
        let due = departures.due(app.clock.now());
        if due.is_empty() {
            return;
        }
        match app.live.presence.leave_all(app, HOME, &due).await {
            Ok(left) => tell_offline(app, left).await,
            Err(error) => {
                tracing::debug!(%error, "those who left stay until the database takes it");
                return departures.put_back(due);
            }
        }
    }
}

/// These people are not online any more: their friends are told.
pub(super) async fn tell_offline(app: &App, people: Vec<i64>) {
    if people.is_empty() {
        return;
    }
    let now = app.clock.now();
    let told = app
        .read(move |conn| {
            let mut told = Vec::new();
            // Whoever has come again meanwhile has been told of as online, or is about to be.
            let back = presence::present(conn, &people, now)?;
            for user_id in people.iter().filter(|user_id| !back.contains(user_id)) {
                let friends = social::store::friends_of(conn, *user_id)?;
                if friends.is_empty() {
                    continue;
                }
                if let Some(username) = people::username(conn, *user_id)? {
                    told.push((*user_id, username, friends));
                }
            }
            Ok(told)
        })
        .await;
    match told {
        Ok(told) => {
            for (user_id, username, friends) in &told {
                let event = FriendOffline {
                    user_id: *user_id,
                    username,
                };
                tell_all(app, friends, &json(&event));
            }
        }
        Err(error) => tracing::debug!(%error, "friends were not told who is offline"),
    }
}
