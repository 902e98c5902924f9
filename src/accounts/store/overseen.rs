//! Accounts as administrators see and change them: lists, one in full, and what they write back.

use database::{Conn, Dialect, Error, Row, ToValue};

use crate::text::{BROAD, Strategy, fold, fts_phrase, like_anywhere};

/// An account counts as active: it can sign in.
const ACTIVE: &str = "(u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL)";

/// The first 17 columns of an account `u` whose archiver is `b`.
const COLUMNS: &str = "u.id, u.username, COALESCE(u.email, ''), u.display_name, u.user_type, u.created_at, u.last_login,
    (u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL), u.is_admin, u.is_superuser,
    u.is_flagged, u.violation_count, u.archived_at, COALESCE(u.archive_reason, ''), b.username,
    (SELECT CAST(COUNT(*) AS BIGINT) FROM stories s WHERE s.author_id = u.id), u.published_count";

/// Somebody in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Seen {
    pub id: i64,
    pub username: String,
    /// Empty for an account that no mail reaches.
    pub email: String,
    pub display_name: String,
    pub user_type: String,
    pub created_at: i64,
    pub last_login: Option<i64>,
    /// Verified, neither suspended nor archived.
    pub is_active: bool,
    pub is_admin: bool,
    pub is_superuser: bool,
    pub is_flagged: bool,
    pub violation_count: i64,
    pub archived_at: Option<i64>,
    pub archive_reason: String,
    /// The user name of who archived it; nothing: the server, or somebody who is gone.
    pub archived_by: Option<String>,
    /// Drafts, too.
    pub story_count: i64,
    pub published_count: i64,
}

impl Seen {
    /// The next columns of a row: [`COLUMNS`].
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            username: row.take()?,
            email: row.take()?,
            display_name: row.take()?,
            user_type: row.take()?,
            created_at: row.take()?,
            last_login: row.take()?,
            is_active: row.take()?,
            is_admin: row.take()?,
            is_superuser: row.take()?,
            is_flagged: row.take()?,
            violation_count: row.take()?,
            archived_at: row.take()?,
            archive_reason: row.take()?,
            archived_by: row.take()?,
            story_count: row.take()?,
            published_count: row.take()?,
        })
    }
}

/// Somebody in full.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Person {
    pub seen: Seen,
    pub bio: Option<String>,
    pub date_of_birth: Option<String>,
    pub flagged_reason: String,
    pub last_violation_at: Option<i64>,
    pub is_verified: bool,
    pub is_suspended: bool,
}

/// Which accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Those that are not archived and keep no order, the newest first.
    Usual,
    /// The archived ones, those of administrators too, in the order in which they were archived, the last first.
    Archived,
}

/// A list as it was asked for.
#[derive(Clone, Debug)]
pub struct PeopleQuery {
    /// Which accounts.
    pub shelf: Shelf,
    /// Child, parent or teacher; empty: all.
    pub user_type: String,
    /// Found in user name, address or display name; empty: all.
    pub search: String,
    /// Rows at most.
    pub limit: i64,
    /// Rows to leave out at the start.
    pub offset: i64,
}

/// The condition; `$2` is the list of ids that were found before, as JSON, `$3` the pattern for those who look at each.
fn condition(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Everything => "$2 = '' AND $3 = ''",
        Strategy::FullText => "u.id IN (SELECT value FROM json_each($2)) AND $3 = ''",
        Strategy::Like => {
            "$2 = '' AND (u.username_folded LIKE $3 ESCAPE '\\' OR u.display_name_folded LIKE $3 ESCAPE '\\'
                          OR u.email_folded LIKE $3 ESCAPE '\\')"
        }
    }
}

impl Shelf {
    fn condition(self) -> &'static str {
        match self {
            Self::Usual => "u.archived_at IS NULL AND u.is_admin = FALSE",
            Self::Archived => "u.archived_at IS NOT NULL",
        }
    }

    fn order(self) -> &'static str {
        match self {
            Self::Usual => "u.created_at DESC, u.id DESC",
            Self::Archived => "u.archived_at DESC, u.id DESC",
        }
    }
}

fn count_sql(shelf: Shelf, strategy: Strategy) -> String {
    format!(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM users u
         WHERE {} AND (CAST($1 AS TEXT) = '' OR u.user_type = $1) AND {}",
        shelf.condition(),
        condition(strategy)
    )
}

/// The ids of the page first: only its rows are counted for.
fn page_sql(shelf: Shelf, strategy: Strategy) -> String {
    let order = shelf.order();
    format!(
        "SELECT {COLUMNS} FROM (
             SELECT u.id FROM users u
             WHERE {} AND (CAST($1 AS TEXT) = '' OR u.user_type = $1) AND {}
             ORDER BY {order} LIMIT $4 OFFSET $5) page
         JOIN users u ON u.id = page.id LEFT JOIN users b ON b.id = u.archived_by_id
         ORDER BY {order}",
        shelf.condition(),
        condition(strategy)
    )
}

/// Whom SQLite finds by name, by its trigram index, and by address, for which it looks at all of them once. `$1` is the
/// phrase, `$2` the pattern; `$3` of either at most.
fn found_sql() -> String {
    let names = "rowid AS id FROM users_fts WHERE users_fts MATCH $1 LIMIT $3";
    let addresses = "id FROM users WHERE email_folded LIKE $2 ESCAPE '\\' LIMIT $3";
    format!("SELECT id FROM (SELECT {names}) UNION SELECT id FROM (SELECT {addresses})")
}

/// The ids of those who are found, as JSON; nothing when they are so many that a look at everybody is sooner. One query.
fn found(conn: &mut Conn<'_>, needle: &str) -> Result<Option<String>, Error> {
    let params: [&dyn ToValue; 3] = [&fts_phrase(needle), &like_anywhere(needle), &BROAD];
    let rows = conn.query(&found_sql(), &params)?;
    if rows.len() as i64 >= BROAD {
        return Ok(None);
    }
    let ids = rows.into_iter().map(|mut row| row.take());
    let ids = ids.collect::<Result<Vec<i64>, _>>()?;
    Ok(Some(format!("{ids:?}")))
}

/// A page of people and how many there are in all, which is `known` or counted. Three queries.
pub fn page(conn: &mut Conn<'_>, query: &PeopleQuery, known: Option<i64>) -> Result<(Vec<Seen>, i64), Error> {
    let needle = fold(query.search.trim());
    let mut strategy = Strategy::of(&needle, conn.dialect());
    let (mut ids, mut pattern) = (String::new(), String::new());
    if strategy == Strategy::FullText {
        match found(conn, &needle)? {
            Some(found) => ids = found,
            None => strategy = Strategy::Like,
        }
    }
    if strategy == Strategy::Like {
        pattern = like_anywhere(&needle);
    }
    let total = match known {
        Some(total) => total,
        None => conn
            .one(
                &count_sql(query.shelf, strategy),
                &[&query.user_type, &ids, &pattern],
            )?
            .take()?,
    };
    let rows = conn.query(
        &page_sql(query.shelf, strategy),
        &[&query.user_type, &ids, &pattern, &query.limit, &query.offset],
    )?;
    let people = rows.into_iter().map(|mut row| Seen::from(&mut row));
    Ok((people.collect::<Result<_, _>>()?, total))
}

/// Somebody in full; nothing when there is no such account. One query.
pub fn person(conn: &mut Conn<'_>, user_id: i64) -> Result<Option<Person>, Error> {
    let row = conn.first(&person_sql(), &[&user_id])?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Person {
        seen: Seen::from(&mut row)?,
        bio: row.take()?,
        date_of_birth: row.take()?,
        flagged_reason: row.take()?,
        last_violation_at: row.take()?,
        is_verified: row.take()?,
        is_suspended: row.take()?,
    }))
}

fn person_sql() -> String {
    format!(
        "SELECT {COLUMNS}, u.bio, u.date_of_birth, u.flagged_reason, u.last_violation_at,
                u.email_verified_at IS NOT NULL, u.suspended_at IS NOT NULL
         FROM users u LEFT JOIN users b ON b.id = u.archived_by_id WHERE u.id = $1"
    )
}

/// Writes back somebody whom an administrator changed: names, address, kind, what they may do, and what is held against
/// them. Whether they are active is `admin::standing`'s.
pub fn save(conn: &mut Conn<'_>, person: &Person, now: i64) -> Result<(), Error> {
    let seen = &person.seen;
    let email = Some(&seen.email).filter(|email| !email.is_empty());
    let email_folded = email.map(|email| fold(email));
    conn.execute(
        "UPDATE users SET username = $2, username_folded = $3, email = $4, email_folded = $5, display_name = $6,
                display_name_folded = $7, user_type = $8, bio = $9, is_admin = $10, is_superuser = $11,
                is_flagged = $12, flagged_reason = $13, violation_count = $14, last_violation_at = $15,
                updated_at = $16, profile_version = profile_version + 1,
                email_unproven_since = CASE WHEN email_folded = $5 THEN email_unproven_since
                    WHEN $5 IS NULL THEN NULL ELSE CAST($16 AS BIGINT) END,
                email_proven = CASE WHEN email_proven = $5 THEN email_proven END
         WHERE id = $1",
        &[
            &seen.id,
            &seen.username,
            &fold(&seen.username),
            &email,
            &email_folded,
            &seen.display_name,
            &fold(&seen.display_name),
            &seen.user_type,
            &person.bio,
            &seen.is_admin,
            &seen.is_superuser,
            &seen.is_flagged,
            &person.flagged_reason,
            &seen.violation_count,
            &person.last_violation_at,
            &now,
        ],
    )?;
    Ok(())
}

/// What an administrator may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    /// Makes administrators, and deletes for good.
    pub is_superuser: bool,
}

/// What the administrator of a session may do now; nothing when that is over, or they are none any more. One query.
pub fn rank(conn: &mut Conn<'_>, session: &str, now: i64) -> Result<Option<Rank>, Error> {
    let row = conn.first(
        "SELECT u.is_superuser FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.id = $1 AND s.expires_at > $2 AND u.is_admin = TRUE
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL",
        &[&session, &now],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Rank {
        is_superuser: row.take()?,
    }))
}

/// Somebody in an export.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Exported {
    pub seen: Seen,
    pub last_seen: i64,
}

/// The accounts after an id, in the order of their ids. One query.
pub fn after(conn: &mut Conn<'_>, id: i64, limit: i64) -> Result<Vec<Exported>, Error> {
    let rows = conn.query(&after_sql(), &[&id, &limit])?;
    let people = rows.into_iter().map(|mut row| {
        Ok(Exported {
            seen: Seen::from(&mut row)?,
            last_seen: row.take()?,
        })
    });
    people.collect()
}

fn after_sql() -> String {
    format!(
        "SELECT {COLUMNS}, u.last_seen FROM users u LEFT JOIN users b ON b.id = u.archived_by_id
         WHERE u.id > $1 ORDER BY u.id LIMIT $2"
    )
}

/// How many active accounts of a kind there are (empty: of all), and the highest of their ids. One query.
pub fn active_of(conn: &mut Conn<'_>, user_type: &str) -> Result<(i64, i64), Error> {
    let mut row = conn.one(&active_of_sql(), &[&user_type])?;
    Ok((row.take()?, row.take()?))
}

fn active_of_sql() -> String {
    format!(
        "SELECT CAST(COUNT(*) AS BIGINT), COALESCE(MAX(u.id), 0) FROM users u
         WHERE (CAST($1 AS TEXT) = '' OR u.user_type = $1) AND {ACTIVE}"
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements(dialect: Dialect) -> Vec<String> {
    let mut all = vec![person_sql(), after_sql(), active_of_sql()];
    for shelf in [Shelf::Usual, Shelf::Archived] {
        for strategy in Strategy::all(dialect) {
            all.extend([count_sql(shelf, *strategy), page_sql(shelf, *strategy)]);
        }
    }
    if dialect == Dialect::Sqlite {
        all.push(found_sql());
    }
    all
}
