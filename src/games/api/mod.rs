//! The addresses of games, by what people come for.

pub mod lists;
pub mod making;
pub mod playing;
pub mod results;

use std::sync::Arc;

use database::Conn;

use super::making::soon;
use super::rules::may_see;
use super::store::makings::MAKER;
use super::store::{self, Game};
use crate::accounts::sessions::Account;
use crate::app::App;
use crate::stories::store::known::{self, Known};
use crate::wire::Error;

/// Who looks, as far as it matters to games.
#[derive(Clone, Copy, Debug)]
struct Looker {
    id: Option<i64>,
    is_staff: bool,
}

impl From<Option<&Account>> for Looker {
    fn from(account: Option<&Account>) -> Self {
        Self {
            id: account.map(|account| account.id),
            is_staff: account.is_some_and(|account| account.is_admin),
        }
    }
}

impl From<&Account> for Looker {
    fn from(account: &Account) -> Self {
        Some(account).into()
    }
}

/// What a look at games found.
struct Seen<T> {
    found: T,
    /// The story, if its games are those of an older text, or none were made yet.
    outdated: Option<i64>,
}

/// Looks, and once more after games were made that are outdated. Where they cannot be made now, what is there is shown.
async fn look<T, F>(app: &Arc<App>, look: F) -> Result<T, Error>
where
    F: Fn(&mut Conn<'_>) -> Result<Seen<T>, Error> + Copy + Send + 'static,
    T: Send + 'static,
{
    let seen = app.read(look).await?;
    if let Some(story_id) = seen.outdated
        && soon(app, story_id).await.is_some()
    {
        return Ok(app.read(look).await?.found);
    }
    Ok(seen.found)
}

/// A story whose games this person may see; 404 for all others: a draft does not exist for them. One query.
fn story(conn: &mut Conn<'_>, story_id: i64, looker: Looker) -> Result<Known, Error> {
    let story = known::one(conn, story_id, looker.id)?;
    story
        .filter(|story| may_see(story.role, story.is_published, looker.is_staff))
        .ok_or_else(Error::not_found)
}

/// A game that this person may see, and its story. Two queries.
fn game(conn: &mut Conn<'_>, game_id: i64, looker: Looker) -> Result<(Game, Known), Error> {
    let game = store::game(conn, game_id)?.ok_or_else(Error::not_found)?;
    let story = story(conn, game.story_id, looker)?;
    Ok((game, story))
}

/// The story, if its games were made of another revision of it (`made` is that, and the maker), by an older maker, or
/// never.
fn outdated(story_id: i64, story: &Known, made: Option<(i64, i64)>) -> Option<i64> {
    let is_right = made.is_some_and(|(revision, maker)| revision == story.revision && maker >= MAKER);
    (story.is_published && !is_right).then_some(story_id)
}

/// What went between two statements is as good as none.
fn deleted_meanwhile(error: database::Error) -> Error {
    match error {
        database::Error::Foreign | database::Error::Missing => Error::not_found(),
        other => other.into(),
    }
}
