//! The search for people: indexed, in a stable order.

use database::{Conn, Dialect, Error};

use crate::text::{Strategy, fold};

/// What is searched for.
#[derive(Clone, Debug)]
pub struct PeopleQuery {
    /// Folded; empty: everybody.
    pub needle: String,
    /// Who searches, and is not found.
    pub searcher: i64,
    /// Rows to leave out at the start.
    pub offset: i64,
    /// Rows at most.
    pub limit: i64,
}

/// Somebody found.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Found {
    pub id: i64,
    pub username: String,
    pub name: String,
    pub avatar: String,
    pub border: String,
    pub bio: String,
    pub story_count: i64,
}

/// The condition; `$2` is the pattern.
fn condition(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Everything => "$2 = ''",
        Strategy::FullText => "u.id IN (SELECT rowid FROM users_fts WHERE users_fts MATCH $2)",
        Strategy::Like => {
            "(u.username_folded LIKE $2 ESCAPE '\\' OR u.display_name_folded LIKE $2 ESCAPE '\\')"
        }
    }
}

/// How many there are: `$1` the searcher, `$2` the pattern.
fn count_sql(strategy: Strategy) -> String {
    format!(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM users u WHERE {FINDABLE} AND {}",
        condition(strategy)
    )
}

/// A page of them: and `$3` the needle, `$4` its end as a prefix, `$5` the limit, `$6` the offset.
/// Exact names come first, then names that begin so, then by display name.
fn page_sql(strategy: Strategy) -> String {
    let (rank, order) = match strategy {
        Strategy::Everything => ("CASE WHEN $3 = $4 THEN 0 ELSE 1 END", ""),
        Strategy::FullText | Strategy::Like => (
            "CASE WHEN u.username_folded = $3 OR u.display_name_folded = $3 THEN 0
                  WHEN u.username_folded >= $3 AND u.username_folded < $4 THEN 1
                  WHEN u.display_name_folded >= $3 AND u.display_name_folded < $4 THEN 1
                  ELSE 2 END",
            "rank, ",
        ),
    };
    format!(
        "SELECT u.id, u.username, u.display_name, u.avatar_emoji, u.selected_avatar_border,
                COALESCE(u.bio, ''), u.published_count, {rank} AS rank
         FROM users u WHERE {FINDABLE} AND {}
         ORDER BY {order}u.display_name_folded, u.id LIMIT $5 OFFSET $6",
        condition(strategy)
    )
}

/// Active children and teachers other than the searcher.
const FINDABLE: &str = "u.id <> $1 AND u.user_type <> 'parent' AND u.is_admin = FALSE
    AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL";

/// A page of people and how many there are in all: two queries.
pub fn people(conn: &mut Conn<'_>, query: &PeopleQuery) -> Result<(Vec<Found>, i64), Error> {
    let needle = fold(query.needle.trim());
    let strategy = Strategy::of(&needle, conn.dialect());
    let pattern = strategy.pattern(&needle);
    let total = conn
        .one(&count_sql(strategy), &[&query.searcher, &pattern])?
        .take()?;
    let prefix_end = format!("{needle}\u{10FFFF}");
    let rows = conn.query(
        &page_sql(strategy),
        &[
            &query.searcher,
            &pattern,
            &needle,
            &prefix_end,
            &query.limit,
            &query.offset,
        ],
    )?;
    let found = rows.into_iter().map(|mut row| {
        Ok(Found {
            id: row.take()?,
            username: row.take()?,
            name: row.take()?,
            avatar: row.take()?,
            border: row.take()?,
            bio: row.take()?,
            story_count: row.take()?,
        })
    });
    Ok((found.collect::<Result<_, Error>>()?, total))
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements(dialect: Dialect) -> Vec<String> {
    Strategy::all(dialect)
        .iter()
        .flat_map(|strategy| [count_sql(*strategy), page_sql(*strategy)])
        .collect()
}
