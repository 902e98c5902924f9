//! What else happens when a story is made, published or liked: the one place from which other nouns are told.

use database::{Conn, Error};
use serde::Serialize;
use utoipa::ToSchema;

/// XP that an act earned, as its answer shows them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct XpEarned {
    pub xp_gained: i64,
    pub total_xp: i64,
    pub level: i64,
    pub leveled_up: bool,
}

/// A story was made. Rewards are paid from here once they exist; until then nothing is earned.
pub fn created(_conn: &mut Conn<'_>, _author: i64, _story: i64) -> Result<Option<XpEarned>, Error> {
    Ok(None)
}

/// A story was published by its author. Rewards are paid and games are made from here once they exist.
pub fn published(_conn: &mut Conn<'_>, _author: i64, _story: i64) -> Result<Option<XpEarned>, Error> {
    Ok(None)
}

/// Somebody liked a story. Its author is paid from here once rewards exist.
pub fn liked(_conn: &mut Conn<'_>, _author: i64, _liker: i64) -> Result<(), Error> {
    Ok(())
}
