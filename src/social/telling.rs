//! What is told to people who are online, after the commit.

use crate::app::App;
use crate::social::shapes::{FriendshipShape, MessageShape};

/// Tells the receiver of a request that somebody would like to be friends.
pub(super) fn asked(_app: &App, _friendship: &FriendshipShape) {}

/// Tells who asked that the other one said yes.
pub(super) fn accepted(_app: &App, _friendship: &FriendshipShape) {}

/// Tells the receiver of a message.
pub(super) fn written(_app: &App, _message: &MessageShape) {}
