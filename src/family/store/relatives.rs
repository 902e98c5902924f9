//! Who is whose parent.

use database::{Conn, Error, ToValue, placeholders};

/// People whose links are looked up together at most.
pub const MOST_LOOKED_UP: usize = 100;

/// Somebody at an end of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Relative {
    pub id: i64,
    pub username: String,
    pub display_name: String,
}

/// An active link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The parent.
    pub parent: Relative,
    /// The child.
    pub child: Relative,
    /// When it was made.
    pub created_at: i64,
}

/// The active links of some people, as parents or as children, by names. At most [`MOST_LOOKED_UP`] people; one query.
pub fn of(conn: &mut Conn<'_>, people: &[i64]) -> Result<Vec<Link>, Error> {
    // Filled up with an id that nobody has, so that there is one statement for every number of people.
    let mut ids = people.to_vec();
    ids.resize(MOST_LOOKED_UP, 0);
    let params: Vec<&dyn ToValue> = ids.iter().map(|id| id as &dyn ToValue).collect();
    let links = conn.query(&of_sql(), &params)?.into_iter().map(|mut row| {
        Ok(Link {
            parent: Relative {
                id: row.take()?,
                username: row.take()?,
                display_name: row.take()?,
            },
            child: Relative {
                id: row.take()?,
                username: row.take()?,
                display_name: row.take()?,
            },
            created_at: row.take()?,
        })
    });
    links.collect()
}

fn of_sql() -> String {
    let people = placeholders(1, MOST_LOOKED_UP);
    format!(
        "SELECT p.id, p.username, p.display_name, c.id, c.username, c.display_name, l.created_at
         FROM (SELECT parent_id, child_id, created_at FROM family_links
               WHERE parent_id IN ({people}) AND status = 'active'
               UNION SELECT parent_id, child_id, created_at FROM family_links
               WHERE child_id IN ({people}) AND status = 'active') l
         JOIN users p ON p.id = l.parent_id JOIN users c ON c.id = l.child_id
         ORDER BY c.display_name_folded, c.id, p.display_name_folded, p.id"
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    vec![of_sql()]
}
