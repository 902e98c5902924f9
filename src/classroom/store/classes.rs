//! Classes.

use database::{Conn, Error, Row};

use crate::classroom::rules::MOST_CLASSES;

/// What a teacher writes about a class.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Details {
    pub name: String,
    pub description: Option<String>,
    pub grade_level: Option<String>,
    pub subject: Option<String>,
    pub school_year: Option<String>,
    pub is_active: bool,
}

impl Details {
    /// A class of which nothing is known but its name.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: None,
            grade_level: None,
            subject: None,
            school_year: None,
            is_active: true,
        }
    }
}

/// A class.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Class {
    pub id: i64,
    pub teacher_id: i64,
    pub teacher_name: String,
    pub details: Details,
    /// What a child types to be in it.
    pub code: Option<String>,
    /// Those who are in it, without those who are asked.
    pub student_count: i64,
    pub date_created: i64,
    pub date_updated: i64,
}

impl Class {
    /// The columns of `select`.
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            teacher_id: row.take()?,
            teacher_name: row.take()?,
            details: Details {
                name: row.take()?,
                description: row.take()?,
                grade_level: row.take()?,
                subject: row.take()?,
                school_year: row.take()?,
                is_active: row.take()?,
            },
            code: row.take()?,
            student_count: row.take()?,
            date_created: row.take()?,
            date_updated: row.take()?,
        })
    }
}

fn select(condition: &str) -> String {
    format!(
        "SELECT c.id, c.teacher_id, t.display_name, c.name, c.description, c.grade_level, c.subject, c.school_year,
                c.is_active, c.code,
                (SELECT CAST(COUNT(*) AS BIGINT) FROM class_links l JOIN users u ON u.id = l.student_id
                 WHERE l.class_id = c.id AND l.status = 'active'
                   AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL),
                c.date_created, c.date_updated
         FROM classes c JOIN users t ON t.id = c.teacher_id
         WHERE {condition}"
    )
}

fn of_teacher_sql() -> String {
    select("c.teacher_id = $1 ORDER BY c.date_created DESC, c.id DESC")
}

fn own_sql() -> String {
    select("c.teacher_id = $1 AND c.id = $2")
}

fn by_code_sql() -> String {
    select(
        "c.code = $1 AND c.is_active = TRUE
         AND t.email_verified_at IS NOT NULL AND t.suspended_at IS NULL AND t.archived_at IS NULL",
    )
}

/// The classes of a teacher, newest first, those among them that are over. One query.
pub fn of_teacher(conn: &mut Conn<'_>, teacher_id: i64) -> Result<Vec<Class>, Error> {
    let rows = conn.query(&of_teacher_sql(), &[&teacher_id])?;
    rows.into_iter().map(|mut row| Class::from(&mut row)).collect()
}

/// A class of this teacher; nothing when it is another's, or none. One query.
pub fn own(conn: &mut Conn<'_>, teacher_id: i64, class_id: i64) -> Result<Option<Class>, Error> {
    let row = conn.first(&own_sql(), &[&teacher_id, &class_id])?;
    row.map(|mut row| Class::from(&mut row)).transpose()
}

/// The class that has this code, if it is active, and its teacher's account, too. One query.
pub fn by_code(conn: &mut Conn<'_>, code: &str) -> Result<Option<Class>, Error> {
    let row = conn.first(&by_code_sql(), &[&code])?;
    row.map(|mut row| Class::from(&mut row)).transpose()
}

/// The class of this name that a teacher has, or makes with it; nothing when there is no room for one more. Three queries at
/// most.
pub fn class_named(conn: &mut Conn<'_>, teacher_id: i64, name: &str, now: i64) -> Result<Option<i64>, Error> {
    let row = conn.first(
        "SELECT id FROM classes WHERE teacher_id = $1 AND name = $2
         ORDER BY is_active DESC, date_created DESC, id DESC LIMIT 1",
        &[&teacher_id, &name],
    )?;
    if let Some(mut row) = row {
        return row.take().map(Some);
    }
    if count(conn, teacher_id)? >= MOST_CLASSES {
        return Ok(None);
    }
    insert(conn, teacher_id, &Details::named(name), now).map(Some)
}

/// How many classes a teacher has. One query.
pub fn count(conn: &mut Conn<'_>, teacher_id: i64) -> Result<i64, Error> {
    conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM classes WHERE teacher_id = $1",
        &[&teacher_id],
    )?
    .take()
}

/// Makes a class; its id. One query.
pub fn insert(conn: &mut Conn<'_>, teacher_id: i64, details: &Details, now: i64) -> Result<i64, Error> {
    let mut row = conn.one(
        "INSERT INTO classes (teacher_id, name, description, grade_level, subject, school_year, is_active,
             date_created, date_updated)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING id",
        &[
            &teacher_id,
            &details.name,
            &details.description,
            &details.grade_level,
            &details.subject,
            &details.school_year,
            &details.is_active,
            &now,
        ],
    )?;
    row.take()
}

/// Writes anew what a teacher writes about a class. One query.
pub fn save(conn: &mut Conn<'_>, class_id: i64, details: &Details, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE classes SET name = $2, description = $3, grade_level = $4, subject = $5, school_year = $6,
                is_active = $7, date_updated = $8
         WHERE id = $1",
        &[
            &class_id,
            &details.name,
            &details.description,
            &details.grade_level,
            &details.subject,
            &details.school_year,
            &details.is_active,
            &now,
        ],
    )?;
    Ok(())
}

/// Nobody comes into a teacher's classes by a code any more. One query.
pub fn take_codes_away(conn: &mut Conn<'_>, teacher_id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE classes SET code = NULL, date_updated = $2 WHERE teacher_id = $1 AND code IS NOT NULL",
        &[&teacher_id, &now],
    )?;
    Ok(())
}

/// Gives a class another code, or none; false when some class has it. One query.
pub fn set_code(conn: &mut Conn<'_>, class_id: i64, code: Option<&str>, now: i64) -> Result<bool, Error> {
    let changed = conn.execute(
        "UPDATE classes SET code = $2, date_updated = $3
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM classes o WHERE o.code = $2)",
        &[&class_id, &code, &now],
    )?;
    Ok(changed == 1)
}

/// Deletes a class of a teacher: false when there is none of that id. Its people stay the teacher's students. One query.
pub fn delete(conn: &mut Conn<'_>, teacher_id: i64, class_id: i64) -> Result<bool, Error> {
    let deleted = conn.execute(
        "DELETE FROM classes WHERE id = $2 AND teacher_id = $1",
        &[&teacher_id, &class_id],
    )?;
    Ok(deleted == 1)
}

/// Every statement that this module puts together, for the test that prepares them all.
pub(super) fn all_statements() -> Vec<String> {
    vec![of_teacher_sql(), own_sql(), by_code_sql()]
}
