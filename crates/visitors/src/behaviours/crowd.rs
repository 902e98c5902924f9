//! Live sockets that are open and do nothing: the app in the background, on so many devices.

use std::time::Duration;

use tokio::time::Instant;

use super::{Crowd, session};
use crate::person::Person;
use crate::socket::{Closed, Door, Socket};
use crate::visit::Over;

/// The kinds of handshakes, as the report calls them.
pub(super) const NOTIFICATIONS: &str = "notifications";
pub(super) const COLLABORATION: &str = "collaboration";
const NOTIFICATIONS_PATH: &str = "/ws/notifications/";
/// What the notification client sends by itself.
const PING: &str = r#"{"type":"ping"}"#;
const PING_EVERY: Duration = Duration::from_secs(30);
/// After how long the apps open a socket again that has broken.
const NOTIFICATIONS_AGAIN: Duration = Duration::from_secs(2);
pub(super) const COLLABORATION_AGAIN: Duration = Duration::from_secs(1);

impl Crowd {
    /// Opens its socket and keeps it open.
    pub(super) async fn visit(&self, person: &mut Person) -> Result<(), Over> {
        person.token = person.account().map(|account| account.access.clone());
        let Some(mut door) = person.door() else {
            return Ok(());
        };
        let Some(room) = self.room else {
            let Some(socket) = door.open(NOTIFICATIONS, NOTIFICATIONS_PATH).await? else {
                return Ok(());
            };
            person.enter();
            return keep_notified(&mut door, socket).await;
        };
        let Some(session) = session::enter(person, person.seat(room)).await? else {
            return Ok(());
        };
        // Ten thousand people with two connections each are too many for many machines.
        person.hang_up();
        let path = collaboration_path(&session.id);
        let Some(socket) = door.open(COLLABORATION, &path).await? else {
            return Ok(());
        };
        person.enter();
        keep_seated(&mut door, socket, &path).await
    }
}

pub(super) fn collaboration_path(session: &str) -> String {
    format!("/ws/collaborate/{session}/")
}

/// The app's notification socket, until the run is over.
pub(super) async fn notifications(door: &mut Door) -> Result<(), Over> {
    match door.open(NOTIFICATIONS, NOTIFICATIONS_PATH).await? {
        Some(socket) => keep_notified(door, socket).await,
        None => Ok(()),
    }
}

async fn keep_notified(door: &mut Door, mut socket: Socket) -> Result<(), Over> {
    loop {
        match listen(door, &mut socket, Some(PING_EVERY)).await {
            Ok(Over) => {
                socket.leave().await;
                return Err(Over);
            }
            // Signed out, or one too many.
            Err(Closed { code: 1000 }) => return Ok(()),
            Err(_) => {}
        }
        door.visit
            .pause_until(Instant::now() + NOTIFICATIONS_AGAIN)
            .await?;
        match door.open(NOTIFICATIONS, NOTIFICATIONS_PATH).await? {
            Some(again) => socket = again,
            None => return Ok(()),
        }
    }
}

async fn keep_seated(door: &mut Door, mut socket: Socket, path: &str) -> Result<(), Over> {
    loop {
        match listen(door, &mut socket, None).await {
            Ok(Over) => {
                socket.leave().await;
                return Err(Over);
            }
            Err(closed) if !closed.calls_back() => return Ok(()),
            Err(_) => {}
        }
        door.visit
            .pause_until(Instant::now() + COLLABORATION_AGAIN)
            .await?;
        match door.open(COLLABORATION, path).await? {
            Some(again) => socket = again,
            None => return Ok(()),
        }
    }
}

/// Hears whatever comes until the run is over or the socket ends; sends the app's ping, if it sends any.
async fn listen(door: &Door, socket: &mut Socket, pings: Option<Duration>) -> Result<Over, Closed> {
    let over = door.visit.is_over();
    tokio::pin!(over);
    let far = Duration::from_secs(24 * 60 * 60);
    let every = pings.map_or(far, |every| door.visit.paced(every));
    let mut due = Instant::now() + every;
    loop {
        tokio::select! {
            biased;
            () = &mut over => return Ok(Over),
            heard = socket.hear() => drop(heard?),
            () = tokio::time::sleep_until(due) => {
                due += every;
                socket.say(PING.to_owned()).await?;
            }
        }
    }
}
