//! Messages, and the conversations that they make. Whatever happens to a message changes both people's row of the
//! conversation in the same transaction.

use database::{Conn, Error};

/// The most messages that are shown at once.
pub const MOST_MESSAGES: i64 = 200;
/// Their text at most, in bytes; the newest one is shown however long it is.
const MOST_TEXT: i64 = 64 * 1024;
/// The most conversations that are shown, the newest first.
const MOST_CONVERSATIONS: i64 = 150;
/// What a list of conversations shows of the last message, in code points.
pub const PREVIEW: i64 = 200;

/// Somebody's names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Named {
    pub id: i64,
    pub username: String,
    pub display_name: String,
}

/// A message.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Message {
    pub id: i64,
    pub sender: Named,
    pub receiver: Named,
    pub content: String,
    pub is_read: bool,
    pub created_at: i64,
}

/// Who writes, who is written to, and whether they may.
#[derive(Clone, Debug)]
pub struct Correspondents {
    /// The one who writes.
    pub sender: Named,
    /// The one who is written to.
    pub receiver: Named,
    /// Whether they are friends.
    pub are_friends: bool,
}

/// The two who are to write and to be written to; nothing when there is no such receiver, or none that is active. One query.
pub fn correspondents(
    conn: &mut Conn<'_>,
    sender: i64,
    receiver: i64,
) -> Result<Option<Correspondents>, Error> {
    let row = conn.first(
        "SELECT s.username, s.display_name, r.username, r.display_name, EXISTS (
             SELECT 1 FROM friendships f WHERE f.low_id = $3 AND f.high_id = $4 AND f.status = 'accepted')
         FROM users s JOIN users r ON r.id = $2
         WHERE s.id = $1 AND r.suspended_at IS NULL AND r.archived_at IS NULL",
        &[&sender, &receiver, &sender.min(receiver), &sender.max(receiver)],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let mut named = |id| {
        Ok::<_, Error>(Named {
            id,
            username: row.take()?,
            display_name: row.take()?,
        })
    };
    let (sender, receiver) = (named(sender)?, named(receiver)?);
    Ok(Some(Correspondents {
        sender,
        receiver,
        are_friends: row.take()?,
    }))
}

/// Writes a message; its id. Two queries.
pub fn insert(
    conn: &mut Conn<'_>,
    sender: i64,
    receiver: i64,
    content: &str,
    now: i64,
) -> Result<i64, Error> {
    let id: i64 = conn
        .one(
            "INSERT INTO messages (sender_id, receiver_id, content, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
            &[&sender, &receiver, &content, &now],
        )?
        .take()?;
    conn.execute(
        "INSERT INTO conversations (user_id, other_id, last_message_id, last_message_at, unread_count)
         VALUES ($1, $2, $3, $4, 0), ($2, $1, $3, $4, 1)
         ON CONFLICT (user_id, other_id) DO UPDATE
         SET last_message_id = excluded.last_message_id, last_message_at = excluded.last_message_at,
             unread_count = conversations.unread_count + excluded.unread_count, version = conversations.version + 1",
        &[&sender, &receiver, &id, &now],
    )?;
    Ok(id)
}

/// What one person sees of a conversation, without its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The one who looks.
    pub me: Named,
    /// The other one.
    pub other: Named,
    /// What the other one wrote that has not been read.
    pub unread_count: i64,
    /// The newest message; 0 when there is none.
    last_message_id: i64,
    version: i64,
    /// What the other one has read of mine.
    read_by_other: i64,
    /// What I have read of the other one's.
    read_by_me: i64,
}

impl Head {
    /// What a version of the messages depends on, besides the names.
    pub fn version(&self) -> [i64; 2] {
        [self.last_message_id, self.version]
    }
}

/// The head of a conversation, empty where nobody has written yet; nothing when there is no such account. One query.
pub fn head(conn: &mut Conn<'_>, me: i64, other: i64) -> Result<Option<Head>, Error> {
    let row = conn.first(
        "SELECT m.username, m.display_name, o.username, o.display_name, COALESCE(c.unread_count, 0),
                COALESCE(c.last_message_id, 0), COALESCE(c.version, 0), COALESCE(t.read_id, 0), COALESCE(c.read_id, 0)
         FROM users m JOIN users o ON o.id = $2
         LEFT JOIN conversations c ON c.user_id = $1 AND c.other_id = $2
         LEFT JOIN conversations t ON t.user_id = $2 AND t.other_id = $1
         WHERE m.id = $1",
        &[&me, &other],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let mut named = |id| {
        Ok::<_, Error>(Named {
            id,
            username: row.take()?,
            display_name: row.take()?,
        })
    };
    let (me, other) = (named(me)?, named(other)?);
    Ok(Some(Head {
        me,
        other,
        unread_count: row.take()?,
        last_message_id: row.take()?,
        version: row.take()?,
        read_by_other: row.take()?,
        read_by_me: row.take()?,
    }))
}

/// Marks all that the other one wrote as read. Two queries.
pub fn mark_read(conn: &mut Conn<'_>, me: i64, other: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE conversations SET unread_count = 0, read_id = last_message_id, version = version + 1
         WHERE user_id = $1 AND other_id = $2",
        &[&me, &other],
    )?;
    // Whoever wrote them sees that they were read.
    conn.execute(
        "UPDATE conversations SET version = version + 1 WHERE user_id = $2 AND other_id = $1",
        &[&me, &other],
    )?;
    Ok(())
}

/// The messages of a conversation that are older than `before`, the newest 200 of them and 64 KiB of text at most, oldest
/// first. One query.
pub fn history(conn: &mut Conn<'_>, head: &Head, before: i64) -> Result<Vec<Message>, Error> {
    let rows = conn.query(
        "SELECT id, is_mine, content, created_at
         FROM (SELECT id, is_mine, content, created_at,
                      SUM(OCTET_LENGTH(content)) OVER (ORDER BY id DESC) - OCTET_LENGTH(content) AS bytes_ahead
               FROM (SELECT * FROM (
                         SELECT id, TRUE AS is_mine, content, created_at FROM messages
                         WHERE sender_id = $1 AND receiver_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4) mine
                     UNION ALL
                     SELECT * FROM (
                         SELECT id, FALSE AS is_mine, content, created_at FROM messages
                         WHERE sender_id = $2 AND receiver_id = $1 AND id < $3 ORDER BY id DESC LIMIT $4) theirs
                     ORDER BY id DESC LIMIT $4) newest) page
         WHERE bytes_ahead < $5
         ORDER BY id",
        &[&head.me.id, &head.other.id, &before, &MOST_MESSAGES, &MOST_TEXT],
    )?;
    let messages = rows.into_iter().map(|mut row| {
        let (id, is_mine): (i64, bool) = (row.take()?, row.take()?);
        let (sender, receiver, read_id) = if is_mine {
            (&head.me, &head.other, head.read_by_other)
        } else {
            (&head.other, &head.me, head.read_by_me)
        };
        Ok(Message {
            id,
            sender: sender.clone(),
            receiver: receiver.clone(),
            content: row.take()?,
            is_read: id <= read_id,
            created_at: row.take()?,
        })
    });
    messages.collect()
}

/// A conversation in the list of them.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// The other one.
    pub other: Named,
    /// The beginning of the last message.
    pub preview: String,
    /// When it was written.
    pub last_message_at: i64,
    /// Whether it was written by the one who looks.
    pub is_from_me: bool,
    /// What the other one wrote that has not been read.
    pub unread_count: i64,
}

/// The conversations of a person, the newest first, 150 at most. One query, which looks at one message of each.
pub fn conversations(conn: &mut Conn<'_>, me: i64) -> Result<Vec<Conversation>, Error> {
    let rows = conn.query(
        "SELECT u.id, u.username, u.display_name, SUBSTR(m.content, 1, $2), m.created_at, m.sender_id = $1,
                c.unread_count
         FROM (SELECT other_id, last_message_id, unread_count FROM conversations
               WHERE user_id = $1 ORDER BY last_message_id DESC LIMIT $3) c
         JOIN users u ON u.id = c.other_id
         JOIN messages m ON m.id = c.last_message_id
         ORDER BY c.last_message_id DESC",
        &[&me, &PREVIEW, &MOST_CONVERSATIONS],
    )?;
    let conversations = rows.into_iter().map(|mut row| {
        Ok(Conversation {
            other: Named {
                id: row.take()?,
                username: row.take()?,
                display_name: row.take()?,
            },
            preview: row.take()?,
            last_message_at: row.take()?,
            is_from_me: row.take()?,
            unread_count: row.take()?,
        })
    });
    conversations.collect()
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Standing {
    pub sender_id: i64,
    pub receiver_id: i64,
    pub created_at: i64,
    /// Whether its receiver has read it.
    pub is_read: bool,
}

/// A message that the caller wrote or received; nothing when there is none of that id for them. One query.
pub fn standing(conn: &mut Conn<'_>, message_id: i64, caller: i64) -> Result<Option<Standing>, Error> {
    let row = conn.first(
        "SELECT m.sender_id, m.receiver_id, m.created_at, COALESCE(c.read_id >= m.id, FALSE)
         FROM messages m LEFT JOIN conversations c ON c.user_id = m.receiver_id AND c.other_id = m.sender_id
         WHERE m.id = $1 AND (m.sender_id = $2 OR m.receiver_id = $2)",
        &[&message_id, &caller],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Standing {
        sender_id: row.take()?,
        receiver_id: row.take()?,
        created_at: row.take()?,
        is_read: row.take()?,
    }))
}

/// Replaces the text of a message. Two queries.
pub fn edit(conn: &mut Conn<'_>, message_id: i64, standing: &Standing, content: &str) -> Result<(), Error> {
    conn.execute(
        "UPDATE messages SET content = $2 WHERE id = $1",
        &[&message_id, &content],
    )?;
    conn.execute(
        "UPDATE conversations SET version = version + 1
         WHERE (user_id = $1 AND other_id = $2) OR (user_id = $2 AND other_id = $1)",
        &[&standing.sender_id, &standing.receiver_id],
    )?;
    Ok(())
}

/// Deletes a message, and the conversation when it was the last one. Three queries.
pub fn delete(conn: &mut Conn<'_>, message_id: i64, standing: &Standing) -> Result<(), Error> {
    let (sender, receiver) = (standing.sender_id, standing.receiver_id);
    conn.execute("DELETE FROM messages WHERE id = $1", &[&message_id])?;
    let newest = conn.first(
        "SELECT id, created_at FROM messages WHERE id = (SELECT MAX(id) FROM (
             SELECT MAX(id) AS id FROM messages WHERE sender_id = $1 AND receiver_id = $2
             UNION ALL
             SELECT MAX(id) FROM messages WHERE sender_id = $2 AND receiver_id = $1) ends)",
        &[&sender, &receiver],
    )?;
    let Some(mut newest) = newest else {
        conn.execute(
            "DELETE FROM conversations
             WHERE (user_id = $1 AND other_id = $2) OR (user_id = $2 AND other_id = $1)",
            &[&sender, &receiver],
        )?;
        return Ok(());
    };
    let (id, at): (i64, i64) = (newest.take()?, newest.take()?);
    conn.execute(
        "UPDATE conversations
         SET last_message_id = $3, last_message_at = $4, version = version + 1,
             unread_count = unread_count - CASE WHEN user_id = $2 AND read_id < $5 THEN 1 ELSE 0 END
         WHERE (user_id = $1 AND other_id = $2) OR (user_id = $2 AND other_id = $1)",
        &[&sender, &receiver, &id, &at, &message_id],
    )?;
    Ok(())
}
