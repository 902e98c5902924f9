//! The record of what administrators did and tried. It is only ever added to; the database refuses everything else.

use database::{Conn, Error, ToValue};

/// The longest texts of a line, in characters; longer ones are cut.
const LONGEST_NAME: usize = 150;
const LONGEST_WORD: usize = 40;
const LONGEST_DETAILS: usize = 1_000;
const LONGEST_NETWORK: usize = 64;
const LONGEST_AGENT: usize = 200;

/// Stands for whoever was not recognised.
pub const NOBODY: &str = "unknown";

/// A line to be written.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Who; nothing: the command line, or somebody who was not recognised.
    pub admin_id: Option<i64>,
    /// The user name, or what stands for it.
    pub admin_username: &'a str,
    /// One word: `login`, `update`, `archive`, ….
    pub action: &'a str,
    /// What it was done to, in one word: `user`, `story`, `word`, ….
    pub resource: &'a str,
    /// The id of that.
    pub target_id: Option<i64>,
    /// What exactly.
    pub details: &'a str,
    /// Where it came from.
    pub network: &'a str,
    /// What the client calls itself.
    pub user_agent: &'a str,
    /// Whether it was done; else it was only tried.
    pub is_success: bool,
}

/// Adds a line, in the transaction of what it tells. One query.
pub fn note(conn: &mut Conn<'_>, entry: &Entry<'_>) -> Result<(), Error> {
    let status = if entry.is_success { "success" } else { "failed" };
    conn.execute(
        "INSERT INTO audit_log
             (at, admin_id, admin_username, action, resource, target_id, details, network, user_agent, status)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &[
            &entry.at,
            &entry.admin_id,
            &cut(entry.admin_username, LONGEST_NAME),
            &cut(entry.action, LONGEST_WORD),
            &cut(entry.resource, LONGEST_WORD),
            &entry.target_id,
            &cut(entry.details, LONGEST_DETAILS),
            &cut(entry.network, LONGEST_NETWORK),
            &cut(entry.user_agent, LONGEST_AGENT),
            &status,
        ],
    )?;
    Ok(())
}

/// A text as the log takes it: so long at most, and without the character that PostgreSQL refuses.
fn cut(text: &str, longest: usize) -> String {
    text.chars().filter(|c| *c != '\0').take(longest).collect()
}

/// A line that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Line {
    pub id: i64,
    pub at: i64,
    pub admin_username: String,
    pub action: String,
    pub resource: String,
    pub target_id: Option<i64>,
    pub details: String,
    pub network: String,
    pub user_agent: String,
    /// `success` or `failed`.
    pub status: String,
}

/// A page of the log, the newest first, and how many lines it has in all; of one `action`, or of all when that is empty.
/// Two queries.
pub fn page(conn: &mut Conn<'_>, action: &str, limit: i64, offset: i64) -> Result<(Vec<Line>, i64), Error> {
    let of_one: [&dyn ToValue; 1] = [&action];
    // A statement for each, so that both are answered by an index of ids.
    let (filter, params) = if action.is_empty() {
        ("", &of_one[..0])
    } else {
        (OF_AN_ACTION, &of_one[..])
    };
    let total = conn.one(&count_sql(filter), params)?.take()?;
    let params: Vec<&dyn ToValue> = params
        .iter()
        .copied()
        .chain([&limit as &dyn ToValue, &offset])
        .collect();
    let rows = conn.query(&page_sql(filter), &params)?;
    let lines = rows.into_iter().map(|mut row| {
        Ok(Line {
            id: row.take()?,
            at: row.take()?,
            admin_username: row.take()?,
            action: row.take()?,
            resource: row.take()?,
            target_id: row.take()?,
            details: row.take()?,
            network: row.take()?,
            user_agent: row.take()?,
            status: row.take()?,
        })
    });
    Ok((lines.collect::<Result<_, Error>>()?, total))
}

/// What a list of one action leaves out.
const OF_AN_ACTION: &str = "WHERE action = $1";

fn count_sql(filter: &str) -> String {
    format!("SELECT CAST(COUNT(*) AS BIGINT) FROM audit_log {filter}")
}

/// The ids of the page first: of the lines before it nothing else is read.
fn page_sql(filter: &str) -> String {
    let (limit, offset) = if filter.is_empty() {
        ("$1", "$2")
    } else {
        ("$2", "$3")
    };
    format!(
        "SELECT l.id, l.at, l.admin_username, l.action, l.resource, l.target_id, l.details, l.network, l.user_agent,
                l.status
         FROM (SELECT id FROM audit_log {filter} ORDER BY id DESC LIMIT {limit} OFFSET {offset}) page
         JOIN audit_log l ON l.id = page.id ORDER BY l.id DESC"
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    ["", OF_AN_ACTION]
        .iter()
        .flat_map(|filter| [count_sql(filter), page_sql(filter)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(cut("a\0bc", 2), "ab");
        assert_eq!(cut(&"é".repeat(2_000), LONGEST_DETAILS).chars().count(), 1_000);
    }
}
