//! Links between teachers and students.

use database::{Conn, Error, Row};

use crate::classroom::rules::links::{Standing, Status};

pub use super::classes::class_named;

/// Links that a family is shown at most, the newest first.
const MOST_SHOWN: i64 = 200;

/// Whether somebody is a student of a teacher: what was only asked grants nothing. One query.
pub fn is_linked(conn: &mut Conn<'_>, teacher_id: i64, student_id: i64) -> Result<bool, Error> {
    let row = conn.first(
        "SELECT id FROM class_links WHERE teacher_id = $1 AND student_id = $2 AND status = 'active'",
        &[&teacher_id, &student_id],
    )?;
    Ok(row.is_some())
}

/// The teacher with an active account whose student a child has been for longest, `but` left out. One query.
pub fn first_teacher(conn: &mut Conn<'_>, student_id: i64, but: i64) -> Result<Option<i64>, Error> {
    let row = conn.first(
        "SELECT l.teacher_id FROM class_links l JOIN users t ON t.id = l.teacher_id
         WHERE l.student_id = $1 AND l.status = 'active' AND l.teacher_id <> $2
           AND t.email_verified_at IS NOT NULL AND t.suspended_at IS NULL AND t.archived_at IS NULL
         ORDER BY l.created_at, l.teacher_id LIMIT 1",
        &[&student_id, &but],
    )?;
    row.map(|mut row| row.take()).transpose()
}

/// The same for every child whose account `keeper` looks after: the child, and whose student it has been for longest,
/// `keeper` left out. One query.
pub fn first_teachers(conn: &mut Conn<'_>, keeper: i64) -> Result<Vec<(i64, i64)>, Error> {
    let rows = conn.query(
        "SELECT student_id, teacher_id FROM (
             SELECT l.student_id, l.teacher_id,
                    ROW_NUMBER() OVER (PARTITION BY l.student_id ORDER BY l.created_at, l.teacher_id) AS place
             FROM users c JOIN class_links l ON l.student_id = c.id JOIN users t ON t.id = l.teacher_id
             WHERE c.managed_by_id = $1 AND l.status = 'active' AND l.teacher_id <> $1
               AND t.email_verified_at IS NOT NULL AND t.suspended_at IS NULL AND t.archived_at IS NULL) teachers
         WHERE place = 1 ORDER BY student_id",
        &[&keeper],
    )?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// Ends all links of somebody, as a teacher and as a student, those that wait for an answer, too. No family has said no by
/// that. One query.
pub fn end_all(conn: &mut Conn<'_>, user_id: i64) -> Result<u64, Error> {
    conn.execute(
        "UPDATE class_links SET status = 'ended', class_id = NULL
         WHERE (teacher_id = $1 OR student_id = $1) AND status <> 'ended'",
        &[&user_id],
    )
}

/// The next five columns of a row: `id`, `status`, `class_id`, whether it was confirmed, `declined_at`; all empty where there
/// is no link.
fn standing(row: &mut Row) -> Result<Option<Standing>, Error> {
    let (id, status, class_id): (Option<i64>, Option<String>, _) = (row.take()?, row.take()?, row.take()?);
    let (was_confirmed, declined_at) = (row.take()?, row.take()?);
    Ok(id.zip(status).map(|(id, status)| Standing {
        id,
        status: Status::from_name(&status),
        class_id,
        was_confirmed,
        declined_at,
    }))
}

/// Somebody whom a teacher would like to have as a student.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The display name.
    pub name: String,
    /// Whether it is a child.
    pub is_child: bool,
    /// Whether the teacher looks after the account.
    pub is_kept: bool,
    /// What stands between the two already.
    pub standing: Option<Standing>,
}

/// An active account, as a teacher finds it; nothing when there is none of that id. One query.
pub fn wanted(conn: &mut Conn<'_>, teacher_id: i64, student_id: i64) -> Result<Option<Wanted>, Error> {
    let row = conn.first(
        "SELECT u.display_name, u.user_type = 'child' AND u.is_admin = FALSE, COALESCE(u.managed_by_id = $1, FALSE),
                l.id, l.status, l.class_id, l.confirmed_at IS NOT NULL, l.declined_at
         FROM users u LEFT JOIN class_links l ON l.teacher_id = $1 AND l.student_id = u.id
         WHERE u.id = $2
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL",
        &[&teacher_id, &student_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Wanted {
        name: row.take()?,
        is_child: row.take()?,
        is_kept: row.take()?,
        standing: standing(&mut row)?,
    }))
}

/// How many students a teacher has, those among them whose families have not answered yet. One query.
pub fn count(conn: &mut Conn<'_>, teacher_id: i64) -> Result<i64, Error> {
    tally(conn, teacher_id).map(|(count, _)| count)
}

/// The same, and the newest link that there ever was. One query.
pub fn tally(conn: &mut Conn<'_>, teacher_id: i64) -> Result<(i64, i64), Error> {
    let mut row = conn.one(
        "SELECT CAST(COALESCE(SUM(CASE WHEN status <> 'ended' THEN 1 ELSE 0 END), 0) AS BIGINT), COALESCE(MAX(id), 0)
         FROM class_links WHERE teacher_id = $1",
        &[&teacher_id],
    )?;
    Ok((row.take()?, row.take()?))
}

/// Makes somebody a teacher's student, in this class, or in none, or where they were; the link. One query.
pub fn link(
    conn: &mut Conn<'_>,
    teacher_id: i64,
    student_id: i64,
    class_id: Option<i64>,
    now: i64,
) -> Result<i64, Error> {
    let mut row = conn.one(
        "INSERT INTO class_links (teacher_id, student_id, class_id, status, created_at, confirmed_at)
         VALUES ($1, $2, $3, 'active', $4, $4)
         ON CONFLICT (teacher_id, student_id) DO UPDATE
         SET class_id = COALESCE(excluded.class_id, class_links.class_id), status = excluded.status,
             confirmed_at = COALESCE(class_links.confirmed_at, excluded.confirmed_at), declined_at = NULL
         RETURNING id",
        &[&teacher_id, &student_id, &class_id, &now],
    )?;
    row.take()
}

/// Puts a student of a teacher into another of their classes. One query.
pub fn assign(conn: &mut Conn<'_>, teacher_id: i64, student_id: i64, class_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE class_links SET class_id = $3 WHERE teacher_id = $1 AND student_id = $2 AND status = 'active'",
        &[&teacher_id, &student_id, &class_id],
    )?;
    Ok(())
}

/// Notes that a family is asked; the link. One query.
pub fn ask(
    conn: &mut Conn<'_>,
    teacher_id: i64,
    student_id: i64,
    class_id: Option<i64>,
    now: i64,
) -> Result<i64, Error> {
    let mut row = conn.one(
        "INSERT INTO class_links (teacher_id, student_id, class_id, status, created_at)
         VALUES ($1, $2, $3, 'pending', $4)
         ON CONFLICT (teacher_id, student_id) DO UPDATE
         SET class_id = excluded.class_id, status = excluded.status, created_at = excluded.created_at,
             confirmed_at = NULL, declined_at = NULL
         RETURNING id",
        &[&teacher_id, &student_id, &class_id, &now],
    )?;
    row.take()
}

/// Changes the class that a family is asked about. One query.
pub fn ask_about(conn: &mut Conn<'_>, link_id: i64, class_id: Option<i64>) -> Result<(), Error> {
    conn.execute(
        "UPDATE class_links SET class_id = $2 WHERE id = $1 AND status = 'pending'",
        &[&link_id, &class_id],
    )?;
    Ok(())
}

/// The family says yes. One query.
pub fn accept(conn: &mut Conn<'_>, link_id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE class_links SET status = 'active', confirmed_at = $2, declined_at = NULL WHERE id = $1",
        &[&link_id, &now],
    )?;
    Ok(())
}

/// The family says no, at once or later. The class stays noted, should it change its mind. One query.
pub fn decline(conn: &mut Conn<'_>, link_id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE class_links SET status = 'ended', confirmed_at = NULL, declined_at = $2 WHERE id = $1",
        &[&link_id, &now],
    )?;
    Ok(())
}

/// A teacher gives a student up: false when there was nobody to give up. The family's yes is remembered. One query.
pub fn unlink(conn: &mut Conn<'_>, teacher_id: i64, student_id: i64) -> Result<bool, Error> {
    let ended = conn.execute(
        "UPDATE class_links SET status = 'ended', class_id = NULL
         WHERE teacher_id = $1 AND student_id = $2 AND status = 'active'",
        &[&teacher_id, &student_id],
    )?;
    Ok(ended == 1)
}

/// Takes a student out of a class: false when they were not in it. They stay the teacher's student. One query.
pub fn leave_class(
    conn: &mut Conn<'_>,
    teacher_id: i64,
    class_id: i64,
    student_id: i64,
) -> Result<bool, Error> {
    let left = conn.execute(
        "UPDATE class_links SET class_id = NULL
         WHERE teacher_id = $1 AND class_id = $2 AND student_id = $3 AND status = 'active'",
        &[&teacher_id, &class_id, &student_id],
    )?;
    Ok(left == 1)
}

/// A link, as a family sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct FamilyLink {
    pub standing: Standing,
    pub created_at: i64,
    pub student_id: i64,
    pub student_username: String,
    pub student_name: String,
    pub student_avatar: String,
    pub teacher_id: i64,
    pub teacher_name: String,
    pub class_name: Option<String>,
    /// Whether it is up to the one who looks.
    pub may_answer: bool,
}

/// The links of somebody's children and of themselves, the newest first; not those that the teacher has ended. One query.
pub fn of_family(conn: &mut Conn<'_>, user_id: i64) -> Result<Vec<FamilyLink>, Error> {
    let rows = conn.query(
        "SELECT l.id, l.status, l.class_id, l.confirmed_at IS NOT NULL, l.declined_at, l.created_at,
                s.id, s.username, s.display_name, s.avatar_emoji, t.id, t.display_name, c.name,
                s.id <> $1 OR NOT EXISTS (
                    SELECT 1 FROM family_links p JOIN users a ON a.id = p.parent_id
                    WHERE p.child_id = s.id AND p.status = 'active'
                      AND a.email_verified_at IS NOT NULL AND a.suspended_at IS NULL AND a.archived_at IS NULL)
         FROM (SELECT f.child_id AS id FROM family_links f WHERE f.parent_id = $1 AND f.status = 'active'
               UNION ALL
               SELECT CAST($1 AS BIGINT)) family
         JOIN class_links l ON l.student_id = family.id
         JOIN users s ON s.id = l.student_id
         JOIN users t ON t.id = l.teacher_id
         LEFT JOIN classes c ON c.id = l.class_id
         WHERE (l.status <> 'ended' OR l.declined_at IS NOT NULL)
           AND t.email_verified_at IS NOT NULL AND t.suspended_at IS NULL AND t.archived_at IS NULL
         ORDER BY l.created_at DESC, l.id DESC LIMIT $2",
        &[&user_id, &MOST_SHOWN],
    )?;
    rows.into_iter().map(|mut row| family_link(&mut row)).collect()
}

fn family_link(row: &mut Row) -> Result<FamilyLink, Error> {
    Ok(FamilyLink {
        standing: standing(row)?.ok_or(Error::Missing)?,
        created_at: row.take()?,
        student_id: row.take()?,
        student_username: row.take()?,
        student_name: row.take()?,
        student_avatar: row.take()?,
        teacher_id: row.take()?,
        teacher_name: row.take()?,
        class_name: row.take()?,
        may_answer: row.take()?,
    })
}

/// One of those links. Nothing when it is none of this family's. One query.
pub fn of_family_one(conn: &mut Conn<'_>, link_id: i64, user_id: i64) -> Result<Option<FamilyLink>, Error> {
    let row = conn.first(
        "SELECT l.id, l.status, l.class_id, l.confirmed_at IS NOT NULL, l.declined_at, l.created_at,
                s.id, s.username, s.display_name, s.avatar_emoji, t.id, t.display_name, c.name,
                s.id <> $2 OR NOT EXISTS (
                    SELECT 1 FROM family_links p JOIN users a ON a.id = p.parent_id
                    WHERE p.child_id = s.id AND p.status = 'active'
                      AND a.email_verified_at IS NOT NULL AND a.suspended_at IS NULL AND a.archived_at IS NULL)
         FROM class_links l
         JOIN users s ON s.id = l.student_id
         JOIN users t ON t.id = l.teacher_id
         LEFT JOIN classes c ON c.id = l.class_id
         WHERE l.id = $1
           AND (l.student_id = $2 OR EXISTS (
                SELECT 1 FROM family_links f
                WHERE f.child_id = l.student_id AND f.parent_id = $2 AND f.status = 'active'))
           AND t.email_verified_at IS NOT NULL AND t.suspended_at IS NULL AND t.archived_at IS NULL",
        &[&link_id, &user_id],
    )?;
    row.map(|mut row| family_link(&mut row)).transpose()
}

/// The display name of a teacher. One query.
pub fn teacher_name(conn: &mut Conn<'_>, teacher_id: i64) -> Result<String, Error> {
    let mut row = conn.one("SELECT display_name FROM users WHERE id = $1", &[&teacher_id])?;
    row.take()
}
