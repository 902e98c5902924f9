//! Who a child's parents are: all that classes need to know of families.

use database::{Conn, Error};

/// Parents who are told of a class at most.
const MOST_PARENTS: i64 = 10;

/// The parents of a child whose accounts are active. One query.
pub fn parents(conn: &mut Conn<'_>, child_id: i64) -> Result<Vec<i64>, Error> {
    let rows = conn.query(
        "SELECT f.parent_id FROM family_links f JOIN users p ON p.id = f.parent_id
         WHERE f.child_id = $1 AND f.status = 'active'
           AND p.email_verified_at IS NOT NULL AND p.suspended_at IS NULL AND p.archived_at IS NULL
         ORDER BY f.parent_id LIMIT $2",
        &[&child_id, &MOST_PARENTS],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}
