//! Sign-outs: what makes a session worthless on one server is felt on all of them, by their sockets too.

use std::sync::{Arc, Weak};

use channels::{Event, Member, Membership};
use serde::{Deserialize, Serialize};
use sockets::code;

use crate::app::App;

const GROUP: &str = "accounts";

/// Whose sign-ins have ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SignOut {
    /// One session.
    Session {
        /// Its id.
        session: String,
    },
    /// All sessions of an account.
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

/// Listens for sign-outs until the membership is dropped.
pub(super) fn listen(app: &Arc<App>) -> Membership {
    app.live
        .channels
        .join(GROUP, Arc::new(Listener(Arc::downgrade(app))))
}

struct Listener(Weak<App>);

impl Member for Listener {
    fn deliver(&self, _group: &str, event: &Event) {
        let Some(app) = self.0.upgrade() else {
            return;
        };
        // What was missed is felt half a minute later, when nothing is remembered any more.
        let Event::Message(message) = event else {
            return;
        };
        match serde_json::from_slice(message) {
            Ok(SignOut::Session { session }) => {
                app.sessions.forget(&session);
                app.live
                    .sockets
                    .close_where(code::NORMAL, |handle| handle.session() == session);
            }
            Ok(SignOut::Account { user, kept }) => {
                app.sessions.forget_account(user);
                app.live.sockets.close_user(user, code::NORMAL, |handle| {
                    Some(handle.session()) != kept.as_deref()
                });
            }
            Err(_) => tracing::warn!("a sign-out of another server cannot be read"),
        }
    }
}
