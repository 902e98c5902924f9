//! The log of a session, as its people may read it.

use database::{Conn, Error};

/// Operations that are read at a time …
const MOST: i64 = 200;
/// … and bytes of their data, after which no further one is taken.
const MOST_BYTES: i64 = 64 * 1024;
/// Data that is shown at all.
const LONGEST: i64 = 64 * 1024;

/// An operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Logged {
    pub number: i64,
    pub user_id: i64,
    /// Empty when the account is gone.
    pub username: String,
    pub kind: String,
    /// From 0; -1 is the cover.
    pub page: i64,
    /// JSON; nothing when it is too long to be shown.
    pub data: Option<String>,
    pub created_at: i64,
}

/// How many operations the log has, of one page or of all. One query.
pub fn count(conn: &mut Conn<'_>, collaboration_id: i64, page: Option<i64>) -> Result<i64, Error> {
    conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM operations
         WHERE collaboration_id = $1 AND (CAST($2 AS BIGINT) IS NULL OR page = $2) AND kind <> 'canvas_saved'",
        &[&collaboration_id, &page],
    )?
    .take()
}

/// The operations behind a number, of one page or of all, as many as have so many bytes. One query.
pub fn slice(
    conn: &mut Conn<'_>,
    collaboration_id: i64,
    page: Option<i64>,
    after: i64,
) -> Result<Vec<Logged>, Error> {
    let rows = conn.query(
        "SELECT number, user_id, username, kind, page, data, created_at
         FROM (SELECT o.number, o.user_id, COALESCE(u.username, '') AS username, o.kind, o.page,
                      CASE WHEN OCTET_LENGTH(o.data) <= $5 THEN o.data END AS data, o.created_at,
                      SUM(o.bytes) OVER (ORDER BY o.number) - o.bytes AS bytes_ahead
               FROM (SELECT number, user_id, kind, page, data, created_at,
                            CASE WHEN OCTET_LENGTH(data) <= $5 THEN OCTET_LENGTH(data) ELSE 0 END AS bytes
                     FROM operations
                     WHERE collaboration_id = $1 AND number > $3 AND kind <> 'canvas_saved'
                       AND (CAST($2 AS BIGINT) IS NULL OR page = $2)
                     ORDER BY number LIMIT $4) o
               LEFT JOIN users u ON u.id = o.user_id) found
         WHERE bytes_ahead < $6
         ORDER BY number",
        &[&collaboration_id, &page, &after, &MOST, &LONGEST, &MOST_BYTES],
    )?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Logged {
                number: row.take()?,
                user_id: row.take()?,
                username: row.take()?,
                kind: row.take()?,
                page: row.take()?,
                data: row.take()?,
                created_at: row.take()?,
            })
        })
        .collect()
}
