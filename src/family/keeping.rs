//! Who looks after a child's account, and who does when they are gone.

use database::Conn;

use super::Relation;
use super::store::links;
use crate::accounts::sessions::Account;
use crate::accounts::store::{managed, people};
use crate::admin::audit::{self, Entry};
use crate::admin::standing;
use crate::classroom::store::links as classes;
use crate::wire::Error;

/// Where a request comes from, for the record.
#[derive(Clone, Debug)]
pub struct Place {
    /// The network.
    pub network: String,
    /// What the client says it is.
    pub user_agent: String,
}

/// Notes that an adult looks at the world as a child, in the transaction in which that begins. One query.
pub fn audit_switch(
    conn: &mut Conn<'_>,
    adult: &Account,
    child: i64,
    place: &Place,
    now: i64,
) -> Result<(), Error> {
    let entry = Entry {
        at: now,
        admin_id: Some(adult.id),
        admin_username: &adult.username,
        action: "switch_view",
        resource: "user",
        target_id: Some(child),
        details: "A parent looks at the world as this child.",
        network: &place.network,
        user_agent: &place.user_agent,
        is_success: true,
    };
    Ok(audit::note(conn, &entry)?)
}

/// Finds somebody else for a child whom `leaver` looked after: a parent who is linked to it, or, after a teacher, another
/// teacher. A parent's child goes to no teacher. False, and the account is archived and signed out, where there is nobody.
pub fn pass_on(
    conn: &mut Conn<'_>,
    child: i64,
    (leaver, relation): (i64, Relation),
    by: Option<i64>,
    reason: &str,
    now: i64,
) -> Result<bool, Error> {
    let mut heir = links::first_parent(conn, child, leaver)?;
    if heir.is_none() && relation == Relation::Teacher {
        heir = classes::first_teacher(conn, child, leaver)?;
    }
    if let Some(heir) = heir {
        managed::hand_over(conn, child, heir)?;
        return Ok(true);
    }
    standing::archive(conn, child, by, reason, now)?;
    Ok(false)
}

/// Prepares an adult's leaving: each child whose account they look after goes to another adult who is linked to it. Those
/// for whom there is nobody are archived; which, so that the caller ends their sign-ins after the commit. The caller
/// deletes the account.
pub fn forget_adult(conn: &mut Conn<'_>, adult: i64, now: i64) -> Result<Vec<i64>, Error> {
    let mut archived = Vec::new();
    let Some(relation) = people::user_type(conn, adult)?.as_deref().and_then(Relation::of) else {
        return Ok(archived);
    };
    for child in managed::kept_by(conn, adult)? {
        if !pass_on(
            conn,
            child,
            (adult, relation),
            None,
            "Nobody looks after it any more.",
            now,
        )? {
            archived.push(child);
        }
    }
    Ok(archived)
}
