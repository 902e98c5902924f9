//! Who is whose student, and in which class. A link that is pending or ended grants nothing.

use database::{Conn, Error};

/// The most classes of one teacher.
const MOST_CLASSES: i64 = 100;

/// Whether a child is this teacher's student. One query.
pub fn is_linked(conn: &mut Conn<'_>, teacher: i64, child: i64) -> Result<bool, Error> {
    let row = conn.first(
        "SELECT id FROM class_links WHERE teacher_id = $1 AND student_id = $2 AND status = 'active'",
        &[&teacher, &child],
    )?;
    Ok(row.is_some())
}

/// The teacher whose student a child has been for longest; nothing when it is nobody's. One query.
pub fn first_teacher(conn: &mut Conn<'_>, child: i64) -> Result<Option<i64>, Error> {
    let row = conn.first(
        "SELECT l.teacher_id FROM class_links l JOIN users t ON t.id = l.teacher_id
         WHERE l.student_id = $1 AND l.status = 'active' AND t.archived_at IS NULL
         ORDER BY l.created_at, l.teacher_id LIMIT 1",
        &[&child],
    )?;
    row.map(|mut row| row.take()).transpose()
}

/// How many students a teacher has or would like to have. One query.
pub fn count(conn: &mut Conn<'_>, teacher: i64) -> Result<i64, Error> {
    conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM class_links WHERE teacher_id = $1 AND status <> 'ended'",
        &[&teacher],
    )?
    .take()
}

/// A child is this teacher's student from now on, in this class or in none. One query.
pub fn link(
    conn: &mut Conn<'_>,
    teacher: i64,
    child: i64,
    class_id: Option<i64>,
    now: i64,
) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO class_links (teacher_id, student_id, class_id, status, created_at, confirmed_at)
         VALUES ($1, $2, $3, 'active', $4, $4)
         ON CONFLICT (teacher_id, student_id) DO UPDATE
         SET class_id = excluded.class_id, status = 'active', confirmed_at = excluded.confirmed_at",
        &[&teacher, &child, &class_id, &now],
    )?;
    Ok(())
}

/// A student goes to another class of their teacher. One query.
pub fn assign(conn: &mut Conn<'_>, teacher: i64, child: i64, class_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE class_links SET class_id = $3 WHERE teacher_id = $1 AND student_id = $2 AND status = 'active'",
        &[&teacher, &child, &class_id],
    )?;
    Ok(())
}

/// A child is not this teacher's student any more: false when it was none. One query.
pub fn unlink(conn: &mut Conn<'_>, teacher: i64, child: i64) -> Result<bool, Error> {
    let ended = conn.execute(
        "UPDATE class_links SET status = 'ended', class_id = NULL
         WHERE teacher_id = $1 AND student_id = $2 AND status = 'active'",
        &[&teacher, &child],
    )?;
    Ok(ended == 1)
}

/// The class of this name that a teacher has, or makes with it; nothing when there is no room for one more. One query,
/// two for a new one.
pub fn class_named(conn: &mut Conn<'_>, teacher: i64, name: &str, now: i64) -> Result<Option<i64>, Error> {
    let known = conn.first(
        "SELECT id FROM classes WHERE teacher_id = $1 AND name = $2 ORDER BY is_active DESC, id LIMIT 1",
        &[&teacher, &name],
    )?;
    if let Some(mut row) = known {
        return row.take().map(Some);
    }
    let row = conn.first(
        "INSERT INTO classes (teacher_id, name, date_created, date_updated)
         SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS BIGINT), CAST($3 AS BIGINT)
         WHERE (SELECT COUNT(*) FROM classes WHERE teacher_id = $1) < $4
         RETURNING id",
        &[&teacher, &name, &now, &MOST_CLASSES],
    )?;
    row.map(|mut row| row.take()).transpose()
}
