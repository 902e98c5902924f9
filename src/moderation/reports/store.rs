//! The SQL of reports. The page of the queue reads stories, comments and accounts, too, to say what a report is about.

use database::{Conn, Error, Row};

use super::rules::{Object, Status};

/// What somebody reports.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct New<'a> {
    pub reporter_id: i64,
    pub object: Object,
    pub reason: &'a str,
    pub details: &'a str,
}

/// Somebody's open report about something; its id.
pub fn open_of(conn: &mut Conn<'_>, reporter: i64, object: Object) -> Result<Option<i64>, Error> {
    let [story, comment, user] = object.ids();
    let row = conn.first(
        "SELECT id FROM reports
         WHERE reporter_id = $1 AND status = 'open' AND (story_id = $2 OR comment_id = $3 OR user_id = $4)",
        &[&reporter, &story, &comment, &user],
    )?;
    row.map(|mut row| row.take()).transpose()
}

/// How many reports somebody has made since an instant.
pub fn count_since(conn: &mut Conn<'_>, reporter: i64, since: i64) -> Result<i64, Error> {
    conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM reports WHERE reporter_id = $1 AND created_at > $2",
        &[&reporter, &since],
    )?
    .take()
}

/// Notes a report; its id.
pub fn insert(conn: &mut Conn<'_>, new: &New<'_>, now: i64) -> Result<i64, Error> {
    let [story, comment, user] = new.object.ids();
    conn.one(
        "INSERT INTO reports (reporter_id, story_id, comment_id, user_id, reason, details, status, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'open', $7) RETURNING id",
        &[
            &new.reporter_id,
            &story,
            &comment,
            &user,
            &new.reason,
            &new.details,
            &now,
        ],
    )?
    .take()
}

/// What a report is about, and whether it waits for a decision; nothing when there is no such report.
pub fn object(conn: &mut Conn<'_>, id: i64) -> Result<Option<(Object, bool)>, Error> {
    let row = conn.first(
        "SELECT story_id, comment_id, user_id, status FROM reports WHERE id = $1",
        &[&id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let object = Object::of([row.take()?, row.take()?, row.take()?]).ok_or(Error::Missing)?;
    Ok(Some((object, row.take::<String>()? == Status::Open.as_str())))
}

/// Decides all open reports about something; how many. In somebody's name, or in that of the command line.
pub fn close(
    conn: &mut Conn<'_>,
    object: Object,
    status: Status,
    by: Option<i64>,
    now: i64,
) -> Result<u64, Error> {
    let [story, comment, user] = object.ids();
    conn.execute(
        "UPDATE reports SET status = $4, handled_at = $5, handled_by_id = $6
         WHERE status = 'open' AND (story_id = $1 OR comment_id = $2 OR user_id = $3)",
        &[&story, &comment, &user, &status.as_str(), &now, &by],
    )
}

/// Whether a report about something was right.
pub fn was_upheld(conn: &mut Conn<'_>, object: Object) -> Result<bool, Error> {
    let [story, comment, user] = object.ids();
    let found = conn.first(
        "SELECT id FROM reports
         WHERE status = 'upheld' AND (story_id = $1 OR comment_id = $2 OR user_id = $3) LIMIT 1",
        &[&story, &comment, &user],
    )?;
    Ok(found.is_some())
}

/// What waits for a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Open reports.
    pub reports: i64,
    /// When the oldest of them was made.
    pub oldest: Option<i64>,
}

/// What waits for a decision. One query.
pub fn waiting(conn: &mut Conn<'_>) -> Result<Waiting, Error> {
    let mut row = conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT), MIN(created_at) FROM reports WHERE status = 'open'",
        &[],
    )?;
    Ok(Waiting {
        reports: row.take()?,
        oldest: row.take()?,
    })
}

/// Which reports a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Those of one status: open ones oldest first, others newest first.
    Of(Status),
    /// All of them, newest first.
    All,
}

impl Shelf {
    /// Every one of them.
    pub const EVERY: [Self; 4] = [
        Self::Of(Status::Open),
        Self::Of(Status::Upheld),
        Self::Of(Status::Dismissed),
        Self::All,
    ];

    fn filter(self) -> &'static str {
        match self {
            Self::Of(Status::Open) => "status = 'open'",
            Self::Of(Status::Upheld) => "status = 'upheld'",
            Self::Of(Status::Dismissed) => "status = 'dismissed'",
            Self::All => "TRUE",
        }
    }

    fn order(self) -> &'static str {
        match self {
            Self::Of(Status::Open) => "ASC",
            _ => "DESC",
        }
    }
}

/// A report as the queue shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Report {
    pub id: i64,
    pub status: String,
    pub reason: String,
    pub details: String,
    pub created_at: i64,
    pub handled_at: Option<i64>,
    pub handled_by: Option<String>,
    pub object: Object,
    /// Nobody: they have left.
    pub reporter_id: Option<i64>,
    pub reporter_username: Option<String>,
    /// The story that it is about, or under which the comment stands.
    pub story_id: Option<i64>,
    pub story_title: Option<String>,
    pub is_published: Option<bool>,
    /// Of the comment; the first 500 characters.
    pub comment: Option<String>,
    /// Whose doing it is.
    pub author_id: i64,
    pub author_username: String,
    pub author_name: String,
    pub violation_count: i64,
}

/// How many reports a list has. One query.
pub fn count(conn: &mut Conn<'_>, shelf: Shelf) -> Result<i64, Error> {
    conn.one(&count_sql(shelf), &[])?.take()
}

fn count_sql(shelf: Shelf) -> String {
    format!(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM reports WHERE {}",
        shelf.filter()
    )
}

/// A stretch of a list. One query.
pub fn page(conn: &mut Conn<'_>, shelf: Shelf, limit: i64, offset: i64) -> Result<Vec<Report>, Error> {
    let rows = conn.query(&page_sql(shelf), &[&limit, &offset])?;
    rows.into_iter().map(|mut row| report(&mut row)).collect()
}

fn page_sql(shelf: Shelf) -> String {
    format!(
        "SELECT r.id, r.status, r.reason, r.details, r.created_at, r.handled_at, h.username, r.story_id, r.comment_id,
                r.user_id, r.reporter_id, p.username, s.id, s.title, s.is_published, SUBSTR(c.body, 1, 500), a.id,
                a.username, a.display_name, a.violation_count
         FROM (SELECT id FROM reports WHERE {filter} ORDER BY id {order} LIMIT $1 OFFSET $2) page
         JOIN reports r ON r.id = page.id
         LEFT JOIN story_comments c ON c.id = r.comment_id
         LEFT JOIN stories s ON s.id = COALESCE(r.story_id, c.story_id)
         JOIN users a ON a.id = COALESCE(r.user_id, c.author_id, s.author_id)
         LEFT JOIN users p ON p.id = r.reporter_id
         LEFT JOIN users h ON h.id = r.handled_by_id
         ORDER BY r.id {order}",
        filter = shelf.filter(),
        order = shelf.order()
    )
}

fn report(row: &mut Row) -> Result<Report, Error> {
    let (id, status, reason, details) = (row.take()?, row.take()?, row.take()?, row.take()?);
    let (created_at, handled_at, handled_by) = (row.take()?, row.take()?, row.take()?);
    let object = Object::of([row.take()?, row.take()?, row.take()?]).ok_or(Error::Missing)?;
    Ok(Report {
        id,
        status,
        reason,
        details,
        created_at,
        handled_at,
        handled_by,
        object,
        reporter_id: row.take()?,
        reporter_username: row.take()?,
        story_id: row.take()?,
        story_title: row.take()?,
        is_published: row.take()?,
        comment: row.take()?,
        author_id: row.take()?,
        author_username: row.take()?,
        author_name: row.take()?,
        violation_count: row.take()?,
    })
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    let both = |shelf| [count_sql(shelf), page_sql(shelf)];
    Shelf::EVERY.into_iter().flat_map(both).collect()
}
