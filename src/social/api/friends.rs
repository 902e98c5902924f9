//! Friends, and those who would like to be.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SocialDone;
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::clock::DAY;
use crate::rewards::{self, Action, Award, Count, Counts, Earned, Share};
use crate::social::rules::{self, Asked, Status};
use crate::social::shapes::{FriendShape, FriendshipShape};
use crate::social::store::friends::{self, Friendship};
use crate::social::{limits, telling};
use crate::wire::{Body, Error, Fields, Id, respond};

/// The largest request, in bytes.
const LARGEST: usize = 1024;
/// How long an invitation to draw together waits for an answer.
const INVITED_FOR: i64 = DAY;

/// One's friends.
#[derive(Serialize, ToSchema)]
pub struct FriendList {
    success: bool,
    friends: Vec<FriendShape>,
}

/// One's friends by name, all of them. Friends whose accounts are suspended or archived are left out.
#[utoipa::path(get, path = "/api/friends/", tag = "friends",
    responses((status = 200, body = FriendList), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let invited_since = app.clock.now() - INVITED_FOR;
    let found = app
        .read(move |conn| Ok(friends::list(conn, caller.id, invited_since)?))
        .await?;
    let list = FriendList {
        success: true,
        friends: found.into_iter().map(Into::into).collect(),
    };
    Ok(respond::polled(&headers, &list))
}

/// Who would like to be friends.
#[derive(Serialize, ToSchema)]
pub struct RequestList {
    success: bool,
    requests: Vec<FriendshipShape>,
}

/// The requests that wait for one's answer, the newest first, 200 at most. The apps ask every half minute.
#[utoipa::path(get, path = "/api/friends/requests/", tag = "friends",
    responses((status = 200, body = RequestList), (status = 304, description = "Nothing changed.")))]
pub async fn requests(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let found = app
        .read(move |conn| Ok(friends::requests(conn, caller.id)?))
        .await?;
    let list = RequestList {
        success: true,
        requests: found.into_iter().map(Into::into).collect(),
    };
    Ok(respond::polled(&headers, &list))
}

/// Whom to ask.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct NewFriendRequest {
    receiver_id: i64,
}

/// A friendship as an act left it.
#[derive(Serialize, ToSchema)]
pub struct FriendshipAnswer {
    success: bool,
    message: &'static str,
    friendship: FriendshipShape,
}

/// Asks somebody to be friends; when they have asked already, that is the answer to it.
///
/// Who was turned down may ask the same person again after seven days, and who turned somebody down at any time.
/// Accounts that are not active or keep order are 404. Nobody has more than 500 friends.
#[utoipa::path(post, path = "/api/friends/send-request/", tag = "friends", request_body = NewFriendRequest,
    responses((status = 201, body = FriendshipAnswer)))]
pub async fn send_request(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::FRIEND_REQUEST, caller.id)?;
    let mut fields = Fields::new(body);
    let receiver = fields.integer("receiver_id");
    if receiver == Some(caller.id) {
        fields.refuse("receiver_id", "You cannot be your own friend.");
    }
    fields.finish()?;
    let receiver = receiver.ok_or_else(|| Error::field("receiver_id", "This field is required."))?;
    let now = app.clock.now();
    let (friendship, earned) = app.write(move |conn| ask(conn, caller.id, receiver, now)).await?;
    let is_accepted = friendship.status == Status::Accepted;
    let friendship = FriendshipShape::from(friendship);
    let message = if is_accepted {
        telling::accepted(&app, &friendship);
        "You are friends now."
    } else {
        telling::asked(&app, &friendship);
        "Your request is on its way."
    };
    telling::earned(&app, earned);
    Ok(respond::created(&FriendshipAnswer {
        success: true,
        message,
        friendship,
    }))
}

fn ask(
    conn: &mut Conn<'_>,
    caller: i64,
    receiver: i64,
    now: i64,
) -> Result<(Friendship, Vec<Earned>), Error> {
    let mut earned = Vec::new();
    let askable = friends::askable(conn, caller, receiver)?.ok_or_else(Error::not_found)?;
    let id = match rules::ask(askable.standing, now) {
        Asked::Refused(why) => return Err(Error::bad_request(why)),
        // Theirs came at the same moment, by another server: the next try meets it.
        Asked::First => friends::insert(conn, caller, receiver, now)?.ok_or_else(|| Error::unavailable(1))?,
        Asked::Again(id) => {
            friends::ask_again(conn, id, caller, receiver, now)?;
            id
        }
        Asked::Accepts(id) => {
            earned = accept(conn, id, caller, receiver, now)?;
            id
        }
    };
    Ok((friends::one(conn, id)?, earned))
}

/// Makes friends of two people: what that brings each of them.
fn accept(conn: &mut Conn<'_>, id: i64, caller: i64, other: i64, now: i64) -> Result<Vec<Earned>, Error> {
    if !friends::have_room(conn, caller, other)? {
        return Err(Error::bad_request("One of you has no room for more friends."));
    }
    friends::answer(conn, id, Status::Accepted, now)?;
    let shares = [(caller, other), (other, caller)].map(|(one, friend)| {
        let act = Award::of(Action::FriendAdded, friend);
        Share::again(one, act, Counts::of(Count::Friends, 1))
    });
    Ok(rewards::share_out(conn, shares.to_vec(), now)?)
}

/// An answer to a request.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct FriendRequestAnswer {
    /// `accept` or `reject`.
    action: String,
}

/// Answers somebody who asked to be friends.
#[utoipa::path(put, path = "/api/friends/respond/{id}/", tag = "friends", params(("id" = i64, Path)),
    request_body = FriendRequestAnswer, responses((status = 200, body = FriendshipAnswer)))]
pub async fn answer(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(friendship_id): Id,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::FRIEND_CHANGE, caller.id)?;
    let mut fields = Fields::new(body);
    let action = fields.choice("action", &["accept", "reject"]);
    fields.finish()?;
    let action = action.ok_or_else(|| Error::field("action", "This field is required."))?;
    let (is_accepted, now) = (action == "accept", app.clock.now());
    let (friendship, earned) = app
        .write(move |conn| {
            let sender = friends::asked_by(conn, friendship_id, caller.id)?.ok_or_else(Error::not_found)?;
            let earned = if is_accepted {
                accept(conn, friendship_id, caller.id, sender, now)?
            } else {
                friends::answer(conn, friendship_id, Status::Rejected, now)?;
                Vec::new()
            };
            Ok((friends::one(conn, friendship_id)?, earned))
        })
        .await?;
    let friendship = FriendshipShape::from(friendship);
    let message = if is_accepted {
        telling::accepted(&app, &friendship);
        "You are friends now."
    } else {
        "The request is declined."
    };
    telling::earned(&app, earned);
    Ok(respond::ok(&FriendshipAnswer {
        success: true,
        message,
        friendship,
    }))
}

/// Ends a friendship. What the two wrote to each other stays readable.
#[utoipa::path(delete, path = "/api/friends/unfriend/{id}/", tag = "friends",
    params(("id" = i64, Path, description = "the friend's account")),
    responses((status = 200, body = SocialDone)))]
pub async fn unfriend(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Id(friend_id): Id,
) -> Result<Response, Error> {
    app.limit(&limits::FRIEND_CHANGE, caller.id)?;
    let now = app.clock.now();
    let were_friends = app
        .write(move |conn| {
            let were_friends = friends::unfriend(conn, caller.id, friend_id)?;
            if were_friends {
                let one_less = |person| Share::counted(person, Counts::of(Count::Friends, -1));
                rewards::share_out(conn, vec![one_less(caller.id), one_less(friend_id)], now)?;
            }
            Ok(were_friends)
        })
        .await?;
    if !were_friends {
        return Err(Error::not_found());
    }
    Ok(respond::ok(&SocialDone::new("You are no longer friends.")))
}
