//! Live: sockets, who is there, and what is sent to them.
//!
//! Owns the door through which every socket comes ([`door`]), the task of each ([`socket`]), the register of all of them
//! ([`sockets`]), and presence over all servers ([`presence`]). Must not know what a room does with its messages:
//! whoever opens a socket brings a [`socket::Conversation`].

pub mod check;
pub mod collaboration;
pub mod door;
pub mod notifications;
pub mod notify;
pub mod presence;
pub mod sign_outs;
pub mod socket;
pub mod sockets;

use std::sync::Arc;
use std::time::Duration;

use channels::Channels;
use envelope::Envelope;

use self::collaboration::room::{self, Rooms};
use self::notifications::Departures;
pub use self::notify::notify;
use self::presence::Presence;
use self::sign_outs::SignOuts;
use self::sockets::Sockets;
use crate::app::App;
use crate::background::pause;
use crate::config::Config;

/// How often it is looked who is silent, whose token has expired, and who has left.
const BEAT: Duration = Duration::from_secs(2);

/// What a running server owns of all this.
#[derive(Debug)]
pub struct Live {
    /// Groups and messages, over all servers.
    pub channels: Channels,
    /// Every open socket.
    pub sockets: Sockets,
    /// Who is where.
    pub presence: Presence,
    /// Rooms in which stories are made together.
    pub rooms: Rooms,
    departures: Departures,
    sign_outs: SignOuts,
}

impl Live {
    /// Nobody is here yet.
    pub fn new(config: &Config, envelope: &Envelope) -> Result<Self, channels::StartError> {
        Ok(Self {
            channels: config.channels()?,
            sockets: Sockets::new(config, envelope),
            presence: Presence::default(),
            rooms: Rooms::default(),
            departures: Departures::default(),
            sign_outs: SignOuts::default(),
        })
    }
}

/// Starts what live does by itself.
pub fn start(app: &Arc<App>) {
    app.live.sign_outs.listen(app);
    let talking = Arc::clone(app);
    app.tasks.spawn("talk to other servers", async move {
        talking.live.channels.run(talking.tasks.stopping()).await;
    });
    let beating = Arc::clone(app);
    app.tasks.spawn("look after the sockets", async move {
        while pause(&beating, BEAT).await {
            beat(&beating).await;
        }
        beating.live.sockets.stop();
        beating.live.presence.stop(&beating).await;
    });
    room::start(app);
    let writing = Arc::clone(app);
    app.tasks.spawn("send what may wait a moment", async move {
        tokio::select! {
            () = writing.live.sockets.outboxes().beat() => {}
            () = writing.tasks.stopping() => {}
        }
    });
}

/// One look at everything that passes with time; a running server does it every two seconds. For tests, whose clock
/// stands still.
pub async fn beat(app: &Arc<App>) {
    let now = app.clock.now();
    app.live.sockets.beat(now, app.envelope.level());
    sign_outs::beat(app).await;
    notifications::beat(app).await;
    // Who was on a server that has died has left without a word.
    let left = app.live.presence.beat(app).await;
    let (from_home, from_rooms): (Vec<_>, Vec<_>) =
        left.into_iter().partition(|(place, _)| place == presence::HOME);
    let from_home = from_home.into_iter().map(|(_, user_id)| user_id);
    notifications::tell_offline(app, from_home.collect()).await;
    room::left_behind(app, from_rooms).await;
}
