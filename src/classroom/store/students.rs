//! The students of a teacher, as lists show them. Whoever is suspended or archived is left out, and so is whoever is only
//! asked.

use database::{Conn, Error, Row};

use crate::classroom::rules::MOST_OFFERED;
use crate::live::presence;

/// A student in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Student {
    pub id: i64,
    pub username: String,
    pub display_name: String,
    pub avatar_emoji: String,
    pub experience_points: i64,
    /// Published stories.
    pub story_count: i64,
    pub date_added: i64,
    pub notes: Option<String>,
    pub class_id: Option<i64>,
    pub class_name: Option<String>,
}

impl Student {
    /// The next ten columns of a row.
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            username: row.take()?,
            display_name: row.take()?,
            avatar_emoji: row.take()?,
            experience_points: row.take()?,
            story_count: row.take()?,
            date_added: row.take()?,
            notes: row.take()?,
            class_id: row.take()?,
            class_name: row.take()?,
        })
    }
}

/// The students of a class of a teacher by name, or all of the teacher's. One query.
pub fn of_teacher(
    conn: &mut Conn<'_>,
    teacher_id: i64,
    class_id: Option<i64>,
) -> Result<Vec<Student>, Error> {
    let rows = conn.query(
        "SELECT u.id, u.username, u.display_name, u.avatar_emoji, u.experience_points, u.published_count, l.created_at,
                l.notes, c.id, c.name
         FROM class_links l JOIN users u ON u.id = l.student_id LEFT JOIN classes c ON c.id = l.class_id
         WHERE l.teacher_id = $1 AND l.status = 'active' AND (CAST($2 AS BIGINT) IS NULL OR l.class_id = $2)
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL
         ORDER BY u.display_name_folded, u.id",
        &[&teacher_id, &class_id],
    )?;
    rows.into_iter().map(|mut row| Student::from(&mut row)).collect()
}

/// A student with what they did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Watched {
    pub student: Student,
    pub is_online: bool,
    pub last_seen: i64,
    pub total_reads: i64,
    pub achievements_count: i64,
}

fn watched_sql() -> String {
    format!(
        "SELECT u.id, u.username, u.display_name, u.avatar_emoji, u.experience_points, u.published_count, l.created_at,
                l.notes, c.id, c.name, {}, u.last_seen,
                (SELECT CAST(COUNT(*) AS BIGINT) FROM story_reads r WHERE r.user_id = u.id),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM xp_awards a
                 WHERE a.user_id = u.id AND a.action = 'achievement_earned')
         FROM class_links l JOIN users u ON u.id = l.student_id LEFT JOIN classes c ON c.id = l.class_id
         WHERE l.teacher_id = $1 AND l.status = 'active'
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL
         ORDER BY u.display_name_folded, u.id",
        presence::online("u.id")
    )
}

/// All students of a teacher by name, with what they did. One query.
pub fn watched(conn: &mut Conn<'_>, teacher_id: i64) -> Result<Vec<Watched>, Error> {
    let rows = conn.query(&watched_sql(), &[&teacher_id])?;
    let students = rows.into_iter().map(|mut row| {
        Ok(Watched {
            student: Student::from(&mut row)?,
            is_online: row.take()?,
            last_seen: row.take()?,
            total_reads: row.take()?,
            achievements_count: row.take()?,
        })
    });
    students.collect()
}

/// A student of a teacher; nothing when they are none. One query.
pub fn one(conn: &mut Conn<'_>, teacher_id: i64, student_id: i64) -> Result<Option<Student>, Error> {
    let row = conn.first(
        "SELECT u.id, u.username, u.display_name, u.avatar_emoji, u.experience_points, u.published_count, l.created_at,
                l.notes, c.id, c.name
         FROM class_links l JOIN users u ON u.id = l.student_id LEFT JOIN classes c ON c.id = l.class_id
         WHERE l.teacher_id = $1 AND l.student_id = $2 AND l.status = 'active'
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL",
        &[&teacher_id, &student_id],
    )?;
    row.map(|mut row| Student::from(&mut row)).transpose()
}

/// Children whom a teacher can put into a class without asking anybody, by name, 500 at most: those whose accounts they
/// look after, students in no class, and former students whose families said yes and have not said no since. One query.
pub fn available(conn: &mut Conn<'_>, teacher_id: i64) -> Result<Vec<Student>, Error> {
    let rows = conn.query(
        "SELECT u.id, u.username, u.display_name, u.avatar_emoji, u.experience_points, u.published_count,
                COALESCE(l.created_at, u.created_at), l.notes, CAST(NULL AS BIGINT), CAST(NULL AS TEXT)
         FROM (SELECT k.student_id AS id FROM class_links k WHERE k.teacher_id = $1
               UNION
               SELECT m.id FROM users m WHERE m.managed_by_id = $1) known
         JOIN users u ON u.id = known.id
         LEFT JOIN class_links l ON l.teacher_id = $1 AND l.student_id = u.id
         WHERE u.user_type = 'child'
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL
           AND (l.id IS NULL
                OR (l.status = 'active' AND l.class_id IS NULL)
                OR (l.status = 'ended' AND l.declined_at IS NULL
                    AND (l.confirmed_at IS NOT NULL OR u.managed_by_id = $1)))
         ORDER BY u.display_name_folded, u.id LIMIT $2",
        &[&teacher_id, &MOST_OFFERED],
    )?;
    rows.into_iter().map(|mut row| Student::from(&mut row)).collect()
}

/// Every statement that this module puts together, for the test that prepares them all.
pub(super) fn all_statements() -> Vec<String> {
    vec![watched_sql()]
}
