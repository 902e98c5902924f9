//! What is told to people who are online, after the commit.

use crate::app::App;
use crate::live::notify;
use crate::notifications::events::{FriendOnline, FriendRequest, FriendRequestAccepted, NewMessage};
use crate::rewards::Earned;
use crate::social::shapes::{FriendshipShape, MessageShape};

/// Tells the receiver of a request that somebody would like to be friends.
pub(super) fn asked(app: &App, friendship: &FriendshipShape) {
    notify(app, friendship.receiver.id, &FriendRequest { friendship });
}

/// Tells who asked that the other one said yes, and each of the two that the other one is online: until now they were
/// not told when that came or went.
pub(super) fn accepted(app: &App, friendship: &FriendshipShape) {
    let (sender, receiver) = (&friendship.sender, &friendship.receiver);
    notify(app, sender.id, &FriendRequestAccepted { friendship });
    for (listener, friend) in [(sender, receiver), (receiver, sender)] {
        if friend.profile.is_online {
            let event = FriendOnline {
                user_id: friend.id,
                username: &friend.username,
            };
            notify(app, listener.id, &event);
        }
    }
}

/// Tells each of two new friends what they got for it.
pub(super) fn earned(app: &App, earned: Vec<Earned>) {
    for one in earned {
        one.announce(app);
    }
}

/// Tells the receiver of a message.
pub(super) fn written(app: &App, message: &MessageShape) {
    notify(app, message.receiver.id, &NewMessage { message });
}
