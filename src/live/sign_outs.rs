//! Sign-outs: what makes a session worthless on one server is felt on all of them, by their sockets too.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use channels::{Event, Member, Membership};
use serde::{Deserialize, Serialize};
use sockets::code;

use crate::accounts::store::sessions;
use crate::app::App;
use crate::clock::MINUTE;

const GROUP: &str = "accounts";
/// How often it is looked whether whoever has a socket is still signed in.
const LOOKED_EVERY: i64 = 5 * MINUTE;

/// Whose sign-ins have ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SignOut {
    /// One session.
    Session {
        /// Its id.
        session: String,
    },
    /// All sessions of an account, and all in which its owner looks at the world as a child.
    Account {
        /// Its id.
        user: i64,
        /// But this one, if it is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<String>,
    },
}

impl SignOut {
    /// All sessions of an account.
    pub fn everywhere(user: i64) -> Self {
        Self::Account { user, kept: None }
    }
}

/// Says on all servers that sign-ins have ended. When this returns, this server has forgotten them and closes their
/// sockets.
pub fn announce(app: &App, sign_out: &SignOut) {
    let message = serde_json::to_vec(sign_out).expect("plain JSON");
    app.live.channels.publish(GROUP, message.into());
}

/// What a server knows of sign-outs elsewhere.
#[derive(Debug)]
pub(super) struct SignOuts {
    membership: OnceLock<Membership>,
    /// Some may have been missed.
    has_missed: AtomicBool,
    looked_at: AtomicI64,
}

impl Default for SignOuts {
    fn default() -> Self {
        Self {
            membership: OnceLock::new(),
            has_missed: AtomicBool::new(false),
            looked_at: AtomicI64::new(i64::MIN),
        }
    }
}

impl SignOuts {
    /// Listens from now on.
    pub(super) fn listen(&self, app: &Arc<App>) {
        let listener = Arc::new(Listener(Arc::downgrade(app)));
        self.membership
            .get_or_init(|| app.live.channels.join(GROUP, listener));
        self.looked_at.store(app.clock.now(), Ordering::Relaxed);
    }

    /// Whether it is to be looked now who is still signed in.
    fn is_due(&self, now: i64) -> bool {
        let is_due = self.has_missed.swap(false, Ordering::Relaxed)
            || now - self.looked_at.load(Ordering::Relaxed) >= LOOKED_EVERY;
        if is_due {
            self.looked_at.store(now, Ordering::Relaxed);
        }
        is_due
    }
}

struct Listener(Weak<App>);

impl Member for Listener {
    fn deliver(&self, _group: &str, event: &Event) {
        let Some(app) = self.0.upgrade() else {
            return;
        };
        match event {
            Event::Message(message) => {
                let Ok(sign_out) = serde_json::from_slice(message) else {
                    return tracing::warn!("a sign-out of another server cannot be read");
                };
                end(&app, &sign_out);
            }
            Event::Resync => app.live.sign_outs.has_missed.store(true, Ordering::Relaxed),
        }
    }
}

/// Forgets sign-ins that have ended, and closes their sockets: on this server alone. Others are told by [`announce`].
pub fn end(app: &App, sign_out: &SignOut) {
    let live = &app.live.sockets;
    match sign_out {
        SignOut::Session { session } => {
            app.sessions.forget(session);
            live.close_where(code::NORMAL, |handle| handle.session() == session);
        }
        SignOut::Account { user, kept } => {
            app.sessions.forget_account(*user);
            live.close_user(*user, code::NORMAL, |handle| {
                Some(handle.session()) != kept.as_deref()
            });
            // Whoever looks at the world as a child stops doing so.
            live.close_where(code::NORMAL, |handle| handle.acting() == Some(*user));
        }
    }
}

/// Has it looked soon whether whoever has a socket is still signed in: somebody's sign-ins have ended without a word.
pub fn doubt(app: &App) {
    app.live.sign_outs.has_missed.store(true, Ordering::Relaxed);
}

/// Looks whether whoever has a socket is still signed in: after news may have been missed, and from time to time, for what
/// ends a sign-in without a word. A part of [`super::beat`].
pub(super) async fn beat(app: &App) {
    let now = app.clock.now();
    if !app.live.sign_outs.is_due(now) {
        return;
    }
    let sessions = app.live.sockets.sessions();
    for some in sessions.chunks(sessions::MOST_LOOKED_UP) {
        let asked = some.to_vec();
        let open = app
            .read(move |conn| Ok(sessions::still_open(conn, &asked, now)?))
            .await;
        match open {
            Ok(open) => {
                for session in some.iter().filter(|session| !open.contains(*session)) {
                    let session = session.clone();
                    end(app, &SignOut::Session { session });
                }
            }
            Err(error) => {
                tracing::debug!(%error, "it was not looked who is still signed in");
                app.live.sign_outs.has_missed.store(true, Ordering::Relaxed);
                return;
            }
        }
    }
}
