//! Who looks after a child's account, and who does when they are gone.

use std::collections::BTreeMap;

use database::Conn;

use super::Relation;
use super::store::{codes, links};
use crate::accounts::sessions::Account;
use crate::accounts::store::{managed, people, sessions};
use crate::admin::audit::{self, Entry};
use crate::admin::standing;
use crate::classroom::store::classes as class_list;
use crate::classroom::store::links as classes;
use crate::live::sign_outs::SignOut;
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

/// The same for all children whom `leaver` looked after; which of them are archived, so that the caller ends their sign-ins
/// after the commit. Nine queries at most, however many they are.
fn pass_all_on(
    conn: &mut Conn<'_>,
    (leaver, relation): (i64, Relation),
    by: Option<i64>,
    reason: &str,
    now: i64,
) -> Result<Vec<i64>, Error> {
    if managed::kept_by(conn, leaver)?.is_empty() {
        return Ok(Vec::new());
    }
    let mut heirs = BTreeMap::new();
    if relation == Relation::Teacher {
        heirs.extend(classes::first_teachers(conn, leaver)?);
    }
    // Parents go before teachers.
    heirs.extend(links::first_parents(conn, leaver)?);
    let heirs: Vec<(i64, i64)> = heirs.into_iter().collect();
    managed::hand_over_all(conn, &heirs)?;
    standing::archive_kept_by(conn, leaver, by, reason, now)
}

/// Prepares an adult's leaving: each child whose account they look after goes to another adult who is linked to it. Those
/// for whom there is nobody are archived; which, so that the caller ends their sign-ins after the commit. The caller
/// deletes the account.
pub fn forget_adult(conn: &mut Conn<'_>, adult: i64, now: i64) -> Result<Vec<i64>, Error> {
    match people::user_type(conn, adult)?.as_deref().and_then(Relation::of) {
        Some(relation) => {
            let reason = "Nobody looks after it any more.";
            pass_all_on(conn, (adult, relation), None, reason, now)
        }
        None => Ok(Vec::new()),
    }
}

/// An account becomes one of another kind, by `by`'s decision: what linked it to others as one of the kind `was` ends, and
/// children whose account it looked after go to others as if it had left. A child looks after itself from then on. What
/// the caller is to announce after the commit; the caller writes the new kind.
pub fn change_kind(
    conn: &mut Conn<'_>,
    user_id: i64,
    was: &str,
    by: i64,
    now: i64,
) -> Result<Vec<SignOut>, Error> {
    let mut ended = Vec::new();
    if let Some(relation) = Relation::of(was) {
        let reason = "Who looked after it has another kind of account now.";
        let archived = pass_all_on(conn, (user_id, relation), Some(by), reason, now)?;
        ended.extend(archived.into_iter().map(SignOut::everywhere));
        class_list::take_codes_away(conn, user_id, now)?;
    } else {
        codes::take(conn, user_id)?;
        managed::release(conn, user_id)?;
    }
    links::end_all(conn, user_id, now)?;
    classes::end_all(conn, user_id)?;
    let mut views = sessions::close_all_views(conn, user_id)?;
    views.extend(sessions::close_views_of(conn, user_id)?);
    ended.extend(views.into_iter().map(|session| SignOut::Session { session }));
    Ok(ended)
}
