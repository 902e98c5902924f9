//! Stored notifications.

pub mod announcements;
pub mod preferences;

use database::{Conn, Error, Row, ToValue};
use serde_json::Value;

/// The kind of an invitation to draw together. It waits for an answer as long as it is unread.
pub const COLLABORATION_INVITE: &str = "collaboration_invite";

/// The kind that tells of an achievement or a level.
pub const ACHIEVEMENT_EARNED: &str = "achievement_earned";

/// Alerts that are stored by one statement.
const MOST_ALERTS: usize = 8;

/// A notification to be stored.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Whom it is for.
    pub recipient_id: i64,
    /// Who did what it tells of; nothing: the server itself.
    pub sender_id: Option<i64>,
    /// One word, such as [`COLLABORATION_INVITE`]; 30 characters at most.
    pub kind: &'a str,
    /// 200 characters at most.
    pub title: &'a str,
    /// A sentence or two.
    pub message: &'a str,
    /// An object, or null.
    pub data: &'a Value,
    /// The story that it tells of.
    pub story_id: Option<i64>,
}

/// A stored notification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Notification {
    pub id: i64,
    pub recipient_id: i64,
    pub sender_id: Option<i64>,
    /// The display name of the sender, if there is one.
    pub sender_name: Option<String>,
    pub kind: String,
    pub title: String,
    pub message: String,
    /// An object, or null.
    pub data: Value,
    pub story_id: Option<i64>,
    pub is_read: bool,
    pub created_at: i64,
}

impl Notification {
    /// The next eleven columns of a row.
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            recipient_id: row.take()?,
            sender_id: row.take()?,
            sender_name: row.take()?,
            kind: row.take()?,
            title: row.take()?,
            message: row.take()?,
            data: data(row.take()?),
            story_id: row.take()?,
            is_read: row.take()?,
            created_at: row.take()?,
        })
    }
}

/// Data as stored. What is no JSON was not written by us, and says nothing.
fn data(text: Option<String>) -> Value {
    text.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or(Value::Null)
}

/// Stores an unread notification; its id.
pub fn insert(conn: &mut Conn<'_>, new: &New<'_>, now: i64) -> Result<i64, Error> {
    let data = (!new.data.is_null()).then(|| new.data.to_string());
    let mut row = conn.one(
        "INSERT INTO notifications
             (recipient_id, sender_id, notification_type, title, message, data, story_id, is_read, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, $8)
         RETURNING id",
        &[
            &new.recipient_id,
            &new.sender_id,
            &new.kind,
            &new.title,
            &new.message,
            &data,
            &new.story_id,
            &now,
        ],
    )?;
    row.take()
}

/// What an alert says.
#[derive(Clone, Debug)]
pub struct Notice {
    /// 200 characters at most.
    pub title: String,
    /// A sentence or two.
    pub message: String,
    /// An object.
    pub data: Value,
}

/// Stores alerts of achievements and levels, unless their recipient has switched those off; what was stored. One query
/// for each eight.
pub fn insert_alerts(
    conn: &mut Conn<'_>,
    recipient: i64,
    notices: &[Notice],
    now: i64,
) -> Result<Vec<Notification>, Error> {
    let mut stored = Vec::new();
    for some in notices.chunks(MOST_ALERTS) {
        let texts: Vec<String> = some.iter().map(|notice| notice.data.to_string()).collect();
        let mut params: Vec<&dyn ToValue> = vec![&recipient, &now];
        for (notice, data) in some.iter().zip(&texts) {
            params.extend([&notice.title as &dyn ToValue, &notice.message, data]);
        }
        let rows = conn.query(&alerts_sql(some.len()), &params)?;
        let mut ids = rows
            .into_iter()
            .map(|mut row| row.take())
            .collect::<Result<Vec<i64>, Error>>()?;
        ids.sort_unstable();
        stored.extend(ids.into_iter().zip(some).map(|(id, notice)| Notification {
            id,
            recipient_id: recipient,
            sender_id: None,
            sender_name: None,
            kind: ACHIEVEMENT_EARNED.to_owned(),
            title: notice.title.clone(),
            message: notice.message.clone(),
            data: notice.data.clone(),
            story_id: None,
            is_read: false,
            created_at: now,
        }));
    }
    Ok(stored)
}

fn alerts_sql(count: usize) -> String {
    let rows: Vec<String> = (0..count)
        .map(|number| {
            let first = 3 + 3 * number;
            format!(
                "(CAST(${first} AS TEXT), CAST(${} AS TEXT), CAST(${} AS TEXT))",
                first + 1,
                first + 2
            )
        })
        .collect();
    format!(
        "INSERT INTO notifications (recipient_id, notification_type, title, message, data, is_read, created_at)
         SELECT CAST($1 AS BIGINT), 'achievement_earned', a.column1, a.column2, a.column3, FALSE, CAST($2 AS BIGINT)
         FROM (VALUES {}) a
         WHERE NOT EXISTS (
             SELECT 1 FROM notification_preferences p WHERE p.user_id = $1 AND p.achievement_alerts = FALSE)
         RETURNING id",
        rows.join(", ")
    )
}

/// One notification of a recipient, read or not; nothing when there is none of that id for them. One query.
pub fn get(conn: &mut Conn<'_>, id: i64, recipient: i64) -> Result<Option<Notification>, Error> {
    let row = conn.first(
        "SELECT n.id, n.recipient_id, n.sender_id, u.display_name, n.notification_type, n.title, n.message, n.data,
                n.story_id, n.is_read, n.created_at
         FROM notifications n LEFT JOIN users u ON u.id = n.sender_id
         WHERE n.id = $1 AND n.recipient_id = $2",
        &[&id, &recipient],
    )?;
    row.map(|mut row| Notification::from(&mut row)).transpose()
}

/// How many notifications a recipient has.
pub fn count(conn: &mut Conn<'_>, recipient: i64) -> Result<i64, Error> {
    conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM notifications WHERE recipient_id = $1",
        &[&recipient],
    )?
    .take()
}

/// A stretch of the notifications of a recipient, newest first. One query.
pub fn page(
    conn: &mut Conn<'_>,
    recipient: i64,
    limit: i64,
    offset: i64,
) -> Result<Vec<Notification>, Error> {
    let rows = conn.query(
        "SELECT n.id, n.recipient_id, n.sender_id, u.display_name, n.notification_type, n.title, n.message, n.data,
                n.story_id, n.is_read, n.created_at
         FROM notifications n LEFT JOIN users u ON u.id = n.sender_id
         WHERE n.recipient_id = $1
         ORDER BY n.id DESC LIMIT $2 OFFSET $3",
        &[&recipient, &limit, &offset],
    )?;
    rows.into_iter()
        .map(|mut row| Notification::from(&mut row))
        .collect()
}

/// Marks all notifications of a recipient as read, but for invitations that wait for an answer.
pub fn mark_all_read(conn: &mut Conn<'_>, recipient: i64) -> Result<u64, Error> {
    conn.execute(
        "UPDATE notifications SET is_read = TRUE
         WHERE recipient_id = $1 AND is_read = FALSE AND notification_type <> 'collaboration_invite'",
        &[&recipient],
    )
}

/// Marks a notification of a recipient as read: false when there is none of that id for them.
pub fn mark_read(conn: &mut Conn<'_>, id: i64, recipient: i64) -> Result<bool, Error> {
    let changed = conn.execute(
        "UPDATE notifications SET is_read = TRUE WHERE id = $1 AND recipient_id = $2",
        &[&id, &recipient],
    )?;
    Ok(changed == 1)
}

/// Deletes a notification of a recipient: false when there is none of that id for them.
pub fn delete(conn: &mut Conn<'_>, id: i64, recipient: i64) -> Result<bool, Error> {
    let deleted = conn.execute(
        "DELETE FROM notifications WHERE id = $1 AND recipient_id = $2",
        &[&id, &recipient],
    )?;
    Ok(deleted == 1)
}

/// The expression for the id of the newest invitation to draw together that waits for an answer: for the recipient and
/// by the sender of these expressions, made at `since` or later.
pub fn newest_invite(recipient: &str, sender: &str, since: &str) -> String {
    format!(
        "SELECT MAX(i.id) FROM notifications i
         WHERE i.recipient_id = {recipient} AND i.notification_type = 'collaboration_invite' AND i.is_read = FALSE
           AND i.sender_id = {sender} AND i.created_at >= {since}"
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    let mut all: Vec<String> = (1..=MOST_ALERTS).map(alerts_sql).collect();
    all.push(newest_invite("$1", "$2", "$3"));
    all
}
