//! Class lists: who is in a class, for paper and for files, and many students who come at once.

use std::collections::BTreeMap;

use database::{Conn, Dialect, Error, json_rows};
use serde_json::{Value, json};

use crate::classroom::rules::links::Status;
use crate::classroom::rules::rosters::Known;

/// A student on a class list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Listed {
    pub id: i64,
    pub username: String,
    pub display_name: String,
    /// Of accounts that the teacher looks after; of others it is not the teacher's to know.
    pub date_of_birth: Option<String>,
    pub notes: Option<String>,
    /// Whether the teacher looks after the account.
    pub is_kept: bool,
}

/// The students of a class by name. One query.
pub fn of_class(conn: &mut Conn<'_>, teacher_id: i64, class_id: i64) -> Result<Vec<Listed>, Error> {
    let rows = conn.query(
        "SELECT u.id, u.username, u.display_name, CASE WHEN u.managed_by_id = $1 THEN u.date_of_birth END, l.notes,
                COALESCE(u.managed_by_id = $1, FALSE)
         FROM class_links l JOIN users u ON u.id = l.student_id
         WHERE l.teacher_id = $1 AND l.class_id = $2 AND l.status = 'active'
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL
         ORDER BY u.display_name_folded, u.id",
        &[&teacher_id, &class_id],
    )?;
    let listed = rows.into_iter().map(|mut row| {
        Ok(Listed {
            id: row.take()?,
            username: row.take()?,
            display_name: row.take()?,
            date_of_birth: row.take()?,
            notes: row.take()?,
            is_kept: row.take()?,
        })
    });
    listed.collect()
}

/// Which of these user names (folded) are somebody's, and what they are to the teacher. One query.
pub fn known(
    conn: &mut Conn<'_>,
    teacher_id: i64,
    usernames: &[String],
) -> Result<BTreeMap<String, Known>, Error> {
    let list: Vec<Value> = usernames.iter().map(|name| json!({"username": name})).collect();
    let list = Value::Array(list).to_string();
    let rows = conn.query(&known_sql(conn.dialect()), &[&list, &teacher_id])?;
    let known = rows.into_iter().map(|mut row| {
        let (username, id, is_kept, is_active): (String, _, bool, bool) =
            (row.take()?, row.take()?, row.take()?, row.take()?);
        let status: Option<String> = row.take()?;
        let is_declined: bool = row.take()?;
        let status = status.as_deref().map(Status::from_name);
        let is_former = matches!(status, None | Some(Status::Ended));
        Ok((
            username,
            Known {
                id,
                is_kept,
                is_own: is_active
                    && (status == Some(Status::Active) || (is_kept && is_former && !is_declined)),
                is_counted: !is_former,
            },
        ))
    });
    known.collect()
}

fn known_sql(dialect: Dialect) -> String {
    format!(
        "SELECT u.username_folded, u.id, COALESCE(u.managed_by_id = $2, FALSE),
                u.user_type = 'child' AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL
                    AND u.archived_at IS NULL,
                l.status, l.declined_at IS NOT NULL
         FROM users u LEFT JOIN class_links l ON l.teacher_id = $2 AND l.student_id = u.id
         WHERE u.username_folded IN (SELECT value ->> 'username' FROM {})",
        json_rows(dialect, 1)
    )
}

/// Makes these accounts students of a teacher, in this class; a note that is nothing leaves the one that there is. Pairs of
/// account and note. One query.
pub fn put(
    conn: &mut Conn<'_>,
    teacher_id: i64,
    class_id: i64,
    students: &[(i64, Option<&str>)],
    now: i64,
) -> Result<(), Error> {
    let list: Vec<Value> = students
        .iter()
        .map(|(id, notes)| json!({"id": id, "notes": notes}))
        .collect();
    let list = Value::Array(list).to_string();
    conn.execute(&put_sql(conn.dialect()), &[&list, &teacher_id, &class_id, &now])?;
    Ok(())
}

fn put_sql(dialect: Dialect) -> String {
    format!(
        "INSERT INTO class_links (teacher_id, student_id, class_id, status, notes, created_at, confirmed_at)
         SELECT CAST($2 AS BIGINT), CAST(value ->> 'id' AS BIGINT), CAST($3 AS BIGINT), 'active', value ->> 'notes',
                CAST($4 AS BIGINT), CAST($4 AS BIGINT)
         FROM {} WHERE TRUE
         ON CONFLICT (teacher_id, student_id) DO UPDATE
         SET class_id = excluded.class_id, status = excluded.status,
             notes = COALESCE(excluded.notes, class_links.notes),
             confirmed_at = COALESCE(class_links.confirmed_at, excluded.confirmed_at)",
        json_rows(dialect, 1)
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub(super) fn all_statements(dialect: Dialect) -> Vec<String> {
    vec![known_sql(dialect), put_sql(dialect)]
}
