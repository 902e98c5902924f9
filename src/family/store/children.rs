//! The children whom an adult looks after, with a few figures of each.

use database::{Conn, Error};

use crate::family::Relation;
use crate::live::presence;

/// The most children that are listed: more than a parent can have. A teacher finds the others among their students.
const MOST_LISTED: i64 = 250;

/// A child in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Child {
    pub id: i64,
    pub username: String,
    pub name: String,
    pub avatar: String,
    pub is_online: bool,
    pub last_seen: i64,
    pub total_stories: i64,
    pub total_reads: i64,
    pub achievements_count: i64,
    /// When the link was confirmed last.
    pub date_added: i64,
    /// Nothing for an account that an adult made.
    pub email: Option<String>,
    pub date_of_birth: Option<String>,
    /// Whether an adult made the account.
    pub is_managed: bool,
}

/// The children whom an adult is linked to as what they are, in the order in which they came. Archived ones are left out,
/// and teachers see no addresses. One query.
pub fn of(conn: &mut Conn<'_>, adult: i64, relation: Relation) -> Result<Vec<Child>, Error> {
    let rows = conn.query(&list_sql(relation), &[&adult, &MOST_LISTED])?;
    let children = rows.into_iter().map(|mut row| {
        let child = Child {
            id: row.take()?,
            username: row.take()?,
            name: row.take()?,
            avatar: row.take()?,
            is_online: row.take()?,
            last_seen: row.take()?,
            total_stories: row.take()?,
            total_reads: row.take()?,
            achievements_count: row.take()?,
            date_added: row.take()?,
            email: row.take()?,
            date_of_birth: row.take()?,
            is_managed: row.take()?,
        };
        Ok(match relation {
            Relation::Parent => child,
            Relation::Teacher => Child { email: None, ..child },
        })
    });
    children.collect()
}

fn list_sql(relation: Relation) -> String {
    let (table, adult, child) = match relation {
        Relation::Parent => ("family_links", "parent_id", "child_id"),
        Relation::Teacher => ("class_links", "teacher_id", "student_id"),
    };
    format!(
        "SELECT u.id, u.username, u.display_name, u.avatar_emoji, {}, u.last_seen, u.published_count,
                COALESCE(c.stories_read, 0),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards a
                 WHERE a.user_id = u.id AND a.action = 'achievement_earned'),
                COALESCE(l.confirmed_at, l.created_at), u.email, u.date_of_birth, u.managed_by_id IS NOT NULL
         FROM {table} l JOIN users u ON u.id = l.{child} LEFT JOIN reward_counts c ON c.user_id = u.id
         WHERE l.{adult} = $1 AND l.status = 'active' AND u.archived_at IS NULL
         ORDER BY COALESCE(l.confirmed_at, l.created_at), u.id LIMIT $2",
        presence::online("u.id")
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    [Relation::Parent, Relation::Teacher].map(list_sql).to_vec()
}
