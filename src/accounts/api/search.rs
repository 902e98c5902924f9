//! Finding people.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::auth::Caller;
use crate::accounts::limits;
use crate::accounts::store::search::{self, PeopleQuery};
use crate::app::App;
use crate::social::rules::Status;
use crate::social::store::friends;
use crate::text::SEARCH_DEADLINE;
use crate::wire::{Error, Query, respond};

/// The longest text that is searched for, in code points.
const LONGEST_NEEDLE: usize = 100;

/// People found.
#[derive(Serialize, ToSchema)]
pub struct PeopleFound {
    success: bool,
    users: Vec<PersonFound>,
    total: i64,
    offset: i64,
    limit: i64,
    has_more: bool,
}

/// Somebody found.
#[derive(Serialize, ToSchema)]
pub struct PersonFound {
    id: i64,
    username: String,
    name: String,
    avatar: String,
    selected_avatar_border: String,
    bio: String,
    is_friend: bool,
    request_sent: bool,
    request_received: bool,
    story_count: i64,
}

/// Children and teachers whose user name or display name holds `q`, the best matches first; everybody for an empty `q`.
#[utoipa::path(get, path = "/api/users/search/", tag = "accounts", responses((status = 200, body = PeopleFound)),
    params(("q" = Option<String>, Query), ("offset" = Option<i64>, Query), ("limit" = Option<i64>, Query, description = "1 to 50, 10 when absent")))]
pub async fn search(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    query: Query,
) -> Result<Response, Error> {
    app.limit(&limits::SEARCH, caller.id)?;
    let (offset, limit) = (
        query.clamped("offset", 0, 0..=1_000_000),
        query.clamped("limit", 10, 1..=50),
    );
    let needle = query
        .get("q")
        .unwrap_or_default()
        .chars()
        .take(LONGEST_NEEDLE)
        .collect();
    let wanted = PeopleQuery {
        needle,
        searcher: caller.id,
        offset,
        limit,
    };
    let found: Result<_, Error> = app
        .database
        .read_within(SEARCH_DEADLINE, move |conn| {
            let (found, total) = search::people(conn, &wanted)?;
            let ids: Vec<i64> = found.iter().map(|person| person.id).collect();
            let standings = friends::standings(conn, caller.id, &ids)?;
            Ok((found, total, standings))
        })
        .await;
    let (found, total, standings) = found?;
    let stands = |id: i64, wanted: (bool, Status)| standings.get(&id) == Some(&wanted);
    let users = found.into_iter().map(|person| PersonFound {
        is_friend: standings
            .get(&person.id)
            .is_some_and(|(_, status)| *status == Status::Accepted),
        request_sent: stands(person.id, (true, Status::Pending)),
        request_received: stands(person.id, (false, Status::Pending)),
        id: person.id,
        username: person.username,
        name: person.name,
        avatar: person.avatar,
        selected_avatar_border: person.border,
        bio: person.bio,
        story_count: person.story_count,
    });
    let users: Vec<_> = users.collect();
    Ok(respond::ok(&PeopleFound {
        success: true,
        users,
        total,
        offset,
        limit,
        has_more: offset + limit < total,
    }))
}
