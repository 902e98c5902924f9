//! Friendships: one row per pair, whoever asked.

use std::collections::HashMap;

use database::{Conn, Error, Row, placeholders};

use crate::live::presence;
use crate::notifications;
use crate::rewards::{self, Count};
use crate::social::rules::{Standing, Status};

/// The most friends that one person can have: their list is sent whole.
pub const MOST_FRIENDS: i64 = 500;
/// The most requests that are shown, the newest first.
const MOST_REQUESTS: i64 = 200;
/// The most people whose standing is looked up together.
pub const MOST_STANDINGS: usize = 50;

/// Somebody in a friendship.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Person {
    pub id: i64,
    pub username: String,
    pub display_name: String,
    pub avatar_emoji: String,
    pub selected_avatar_border: String,
    pub is_online: bool,
    pub story_count: i64,
}

impl Person {
    /// The next seven columns of a row: `person_columns`.
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            username: row.take()?,
            display_name: row.take()?,
            avatar_emoji: row.take()?,
            selected_avatar_border: row.take()?,
            is_online: row.take()?,
            story_count: row.take()?,
        })
    }
}

/// What [`Person`] is read from, for the row `u` of users.
fn person_columns(u: &str) -> String {
    format!(
        "{u}.id, {u}.username, {u}.display_name, {u}.avatar_emoji, {u}.selected_avatar_border, {}, {u}.published_count",
        presence::online(&format!("{u}.id"))
    )
}

/// A friendship, wished for or made.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Friendship {
    pub id: i64,
    pub sender: Person,
    pub receiver: Person,
    pub status: Status,
    /// When it was asked.
    pub date_created: i64,
}

impl Friendship {
    /// The columns of [`FRIENDSHIP`].
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            status: Status::from_name(&row.take::<String>()?),
            date_created: row.take()?,
            sender: Person::from(row)?,
            receiver: Person::from(row)?,
        })
    }
}

/// Friendships with both people.
fn friendship_sql(condition: &str) -> String {
    format!(
        "SELECT f.id, f.status, f.date_created, {}, {}
         FROM friendships f JOIN users s ON s.id = f.sender_id JOIN users r ON r.id = f.receiver_id
         WHERE {condition}",
        person_columns("s"),
        person_columns("r")
    )
}

fn one_sql() -> String {
    friendship_sql("f.id = $1")
}

fn requests_sql() -> String {
    friendship_sql(
        "f.receiver_id = $1 AND f.status = 'pending' AND s.suspended_at IS NULL AND s.archived_at IS NULL
         ORDER BY f.date_created DESC, f.id DESC LIMIT $2",
    )
}

/// One friendship. One query.
pub fn one(conn: &mut Conn<'_>, friendship_id: i64) -> Result<Friendship, Error> {
    Friendship::from(&mut conn.one(&one_sql(), &[&friendship_id])?)
}

/// Who would like to be friends with a person, the newest first, 200 at most. One query.
pub fn requests(conn: &mut Conn<'_>, user_id: i64) -> Result<Vec<Friendship>, Error> {
    let rows = conn.query(&requests_sql(), &[&user_id, &MOST_REQUESTS])?;
    rows.into_iter()
        .map(|mut row| Friendship::from(&mut row))
        .collect()
}

/// A friend as the list shows them.
#[derive(Clone, Debug)]
pub struct Friend {
    /// Who it is.
    pub person: Person,
    /// When one of the two last wrote, if ever.
    pub last_message_at: Option<i64>,
    /// What they wrote that has not been read.
    pub unread_messages: i64,
    /// Their newest invitation to draw together that waits for an answer: its id, its data and its instant.
    pub invite: Option<Invite>,
}

/// An invitation that waits for an answer.
#[derive(Clone, Debug)]
pub struct Invite {
    /// The id of the notification.
    pub id: i64,
    /// Its data, a JSON object as text.
    pub data: Option<String>,
    /// When it was made.
    pub created_at: i64,
}

fn list_sql() -> String {
    format!(
        "SELECT {}, c.last_message_at, COALESCE(c.unread_count, 0), n.id, n.data, n.created_at
         FROM (SELECT receiver_id AS friend_id FROM friendships WHERE sender_id = $1 AND status = 'accepted'
               UNION ALL
               SELECT sender_id FROM friendships WHERE receiver_id = $1 AND status = 'accepted') f
         JOIN users u ON u.id = f.friend_id
         LEFT JOIN conversations c ON c.user_id = $1 AND c.other_id = u.id
         LEFT JOIN notifications n ON n.id = ({})
         WHERE u.suspended_at IS NULL AND u.archived_at IS NULL
         ORDER BY u.display_name_folded, u.id",
        person_columns("u"),
        notifications::store::newest_invite("$1", "u.id", "$2"),
    )
}

/// The friends of a person by name, with invitations that were made at `invited_since` or later. One query.
pub fn list(conn: &mut Conn<'_>, user_id: i64, invited_since: i64) -> Result<Vec<Friend>, Error> {
    let rows = conn.query(&list_sql(), &[&user_id, &invited_since])?;
    let friends = rows.into_iter().map(|mut row| {
        let person = Person::from(&mut row)?;
        let (last_message_at, unread_messages) = (row.take()?, row.take()?);
        let (id, data, created_at): (Option<i64>, _, Option<i64>) = (row.take()?, row.take()?, row.take()?);
        Ok(Friend {
            person,
            last_message_at,
            unread_messages,
            invite: id
                .zip(created_at)
                .map(|(id, created_at)| Invite { id, data, created_at }),
        })
    });
    friends.collect()
}

/// Whether two people are friends. One query.
pub fn are_friends(conn: &mut Conn<'_>, one: i64, other: i64) -> Result<bool, Error> {
    let row = conn.first(
        "SELECT id FROM friendships WHERE low_id = $1 AND high_id = $2 AND status = 'accepted'",
        &[&one.min(other), &one.max(other)],
    )?;
    Ok(row.is_some())
}

/// The friends of a person whose accounts are active, with their user names, by id; at most [`MOST_FRIENDS`]. One query.
pub fn friends_of(conn: &mut Conn<'_>, user_id: i64) -> Result<Vec<(i64, String)>, Error> {
    let rows = conn.query(
        "SELECT u.id, u.username
         FROM (SELECT receiver_id AS friend_id FROM friendships WHERE sender_id = $1 AND status = 'accepted'
               UNION ALL
               SELECT sender_id FROM friendships WHERE receiver_id = $1 AND status = 'accepted') f
         JOIN users u ON u.id = f.friend_id
         WHERE u.suspended_at IS NULL AND u.archived_at IS NULL
         ORDER BY u.id",
        &[&user_id],
    )?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// A query for the ids of somebody's friends, whoever of the two asked.
pub fn ids_of(user: &str) -> String {
    format!(
        "SELECT receiver_id FROM friendships WHERE sender_id = {user} AND status = 'accepted'
         UNION ALL
         SELECT sender_id FROM friendships WHERE receiver_id = {user} AND status = 'accepted'"
    )
}

/// Prepares an account's leaving: its friends have one less. The caller deletes the account. One query.
pub fn forget_friend(conn: &mut Conn<'_>, user_id: i64) -> Result<(), Error> {
    rewards::store::take_one(conn, Count::Friends, &ids_of("$1"), user_id)
}

/// Somebody who may be asked to be friends.
#[derive(Clone, Copy, Debug)]
pub struct Askable {
    /// What stands between them and the caller already.
    pub standing: Option<Standing>,
}

/// Somebody who may be asked: an active account that does not keep order. Nothing when there is no such account. One query.
pub fn askable(conn: &mut Conn<'_>, caller: i64, other: i64) -> Result<Option<Askable>, Error> {
    let row = conn.first(
        "SELECT f.id, f.sender_id, f.status, f.answered_at
         FROM users u LEFT JOIN friendships f ON f.low_id = $2 AND f.high_id = $3
         WHERE u.id = $1 AND u.is_admin = FALSE
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL",
        &[&other, &caller.min(other), &caller.max(other)],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let (id, sender_id, status, answered_at): (Option<i64>, Option<i64>, Option<String>, _) =
        (row.take()?, row.take()?, row.take()?, row.take()?);
    let (Some(id), Some(status)) = (id, status) else {
        return Ok(Some(Askable { standing: None }));
    };
    let standing = Standing {
        id,
        asked_by_caller: sender_id == Some(caller),
        status: Status::from_name(&status),
        answered_at,
    };
    Ok(Some(Askable {
        standing: Some(standing),
    }))
}

/// Whether each of the two can have one more friend. One query.
pub fn have_room(conn: &mut Conn<'_>, one: i64, other: i64) -> Result<bool, Error> {
    let mut row = conn.one(
        "SELECT CAST((SELECT COUNT(*) FROM friendships WHERE sender_id = $1 AND status = 'accepted')
              + (SELECT COUNT(*) FROM friendships WHERE receiver_id = $1 AND status = 'accepted') AS BIGINT),
                CAST((SELECT COUNT(*) FROM friendships WHERE sender_id = $2 AND status = 'accepted')
              + (SELECT COUNT(*) FROM friendships WHERE receiver_id = $2 AND status = 'accepted') AS BIGINT)",
        &[&one, &other],
    )?;
    let (ones, others): (i64, i64) = (row.take()?, row.take()?);
    Ok(ones.max(others) < MOST_FRIENDS)
}

/// Notes a first request; its id. Nothing when the other one's came between: then this is to be looked at anew.
pub fn insert(conn: &mut Conn<'_>, sender: i64, receiver: i64, now: i64) -> Result<Option<i64>, Error> {
    let row = conn.first(
        "INSERT INTO friendships (sender_id, receiver_id, low_id, high_id, status, date_created)
         VALUES ($1, $2, $3, $4, 'pending', $5)
         ON CONFLICT (low_id, high_id) DO NOTHING
         RETURNING id",
        &[
            &sender,
            &receiver,
            &sender.min(receiver),
            &sender.max(receiver),
            &now,
        ],
    )?;
    row.map(|mut row| row.take()).transpose()
}

/// Puts a new request in the place of one that was turned down.
pub fn ask_again(
    conn: &mut Conn<'_>,
    friendship_id: i64,
    sender: i64,
    receiver: i64,
    now: i64,
) -> Result<(), Error> {
    conn.execute(
        "UPDATE friendships
         SET sender_id = $2, receiver_id = $3, status = 'pending', date_created = $4, answered_at = NULL
         WHERE id = $1",
        &[&friendship_id, &sender, &receiver, &now],
    )?;
    Ok(())
}

/// Who asked, in a request that waits for the answer of `receiver`; nothing when there is none, or none that is shown:
/// the account may have been suspended or archived since. One query.
pub fn asked_by(conn: &mut Conn<'_>, friendship_id: i64, receiver: i64) -> Result<Option<i64>, Error> {
    let row = conn.first(
        "SELECT f.sender_id FROM friendships f JOIN users s ON s.id = f.sender_id
         WHERE f.id = $1 AND f.receiver_id = $2 AND f.status = 'pending'
           AND s.suspended_at IS NULL AND s.archived_at IS NULL",
        &[&friendship_id, &receiver],
    )?;
    row.map(|mut row| row.take()).transpose()
}

/// Answers a request.
pub fn answer(conn: &mut Conn<'_>, friendship_id: i64, status: Status, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE friendships SET status = $2, answered_at = $3 WHERE id = $1",
        &[&friendship_id, &status.as_str(), &now],
    )?;
    Ok(())
}

/// Makes friends of two people, whatever stood between them: for worlds that begin with friends.
pub fn befriend(conn: &mut Conn<'_>, sender: i64, receiver: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO friendships (sender_id, receiver_id, low_id, high_id, status, date_created, answered_at)
         VALUES ($1, $2, $3, $4, 'accepted', $5, $5)
         ON CONFLICT (low_id, high_id) DO NOTHING",
        &[
            &sender,
            &receiver,
            &sender.min(receiver),
            &sender.max(receiver),
            &now,
        ],
    )?;
    Ok(())
}

/// Ends a friendship: false when the two are no friends.
pub fn unfriend(conn: &mut Conn<'_>, one: i64, other: i64) -> Result<bool, Error> {
    let deleted = conn.execute(
        "DELETE FROM friendships WHERE low_id = $1 AND high_id = $2 AND status = 'accepted'",
        &[&one.min(other), &one.max(other)],
    )?;
    Ok(deleted == 1)
}

fn standings_sql() -> String {
    let others = placeholders(2, MOST_STANDINGS);
    format!(
        "SELECT receiver_id, TRUE, status FROM friendships WHERE sender_id = $1 AND receiver_id IN ({others})
         UNION ALL
         SELECT sender_id, FALSE, status FROM friendships WHERE receiver_id = $1 AND sender_id IN ({others})"
    )
}

/// What stands between the caller and each of up to [`MOST_STANDINGS`] others: whether the caller asked, and what became
/// of it. Those with whom there is nothing are left out. One query, whatever their number.
pub fn standings(
    conn: &mut Conn<'_>,
    caller: i64,
    others: &[i64],
) -> Result<HashMap<i64, (bool, Status)>, Error> {
    // Filled up with an id that nobody has, so that there is one statement for every number of people.
    let mut ids = others.to_vec();
    ids.resize(MOST_STANDINGS, 0);
    let mut params: Vec<&dyn database::ToValue> = vec![&caller];
    params.extend(ids.iter().map(|id| id as &dyn database::ToValue));
    let rows = conn.query(&standings_sql(), &params)?;
    let standings = rows.into_iter().map(|mut row| {
        let (other, asked_by_caller): (i64, bool) = (row.take()?, row.take()?);
        Ok((
            other,
            (asked_by_caller, Status::from_name(&row.take::<String>()?)),
        ))
    });
    standings.collect()
}

/// Every statement that this module puts together, for the test that prepares them all.
pub(super) fn all_statements() -> Vec<String> {
    vec![
        one_sql(),
        requests_sql(),
        list_sql(),
        standings_sql(),
        ids_of("$1"),
    ]
}
