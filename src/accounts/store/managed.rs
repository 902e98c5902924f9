//! Accounts that an adult made for a child: no address, known to whoever made them, and active from the beginning.

use database::{Conn, Dialect, Error, json_rows};
use serde_json::{Value, json};

use crate::accounts::password;
use crate::text::fold;

/// The names of a child's account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Names {
    pub username: String,
    pub display_name: String,
    pub first_name: String,
    pub last_name: String,
    /// `YYYY-MM-DD`.
    pub date_of_birth: Option<String>,
}

/// Makes an account that `keeper` looks after, without an address and without a password; its id. Nothing when the user
/// name is taken. One query.
pub fn insert(conn: &mut Conn<'_>, keeper: i64, names: &Names, now: i64) -> Result<Option<i64>, Error> {
    let row = conn.first(
        "INSERT INTO users (username, username_folded, password_hash, first_name, last_name, user_type, display_name,
             display_name_folded, date_of_birth, managed_by_id, email_verified_at, last_seen, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, 'child', $6, $7, $8, $9, $10, $10, $10, $10)
         ON CONFLICT (username_folded) DO NOTHING
         RETURNING id",
        &[
            &names.username,
            &fold(&names.username),
            &password::UNUSABLE,
            &names.first_name,
            &names.last_name,
            &names.display_name,
            &fold(&names.display_name),
            &names.date_of_birth,
            &keeper,
            &now,
        ],
    )?;
    row.map(|mut row| row.take()).transpose()
}

/// The names of an account; nothing when there is no such account. One query.
pub fn names(conn: &mut Conn<'_>, user_id: i64) -> Result<Option<Names>, Error> {
    let row = conn.first(
        "SELECT username, display_name, first_name, last_name, date_of_birth FROM users WHERE id = $1",
        &[&user_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Names {
        username: row.take()?,
        display_name: row.take()?,
        first_name: row.take()?,
        last_name: row.take()?,
        date_of_birth: row.take()?,
    }))
}

/// Gives an account other names. One query.
pub fn rename(conn: &mut Conn<'_>, user_id: i64, names: &Names, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET username = $2, username_folded = $3, display_name = $4, display_name_folded = $5,
                first_name = $6, last_name = $7, date_of_birth = $8, updated_at = $9,
                profile_version = profile_version + 1
         WHERE id = $1",
        &[
            &user_id,
            &names.username,
            &fold(&names.username),
            &names.display_name,
            &fold(&names.display_name),
            &names.first_name,
            &names.last_name,
            &names.date_of_birth,
            &now,
        ],
    )?;
    Ok(())
}

/// Who looks after an account; nothing for one that nobody made for its owner. One query.
pub fn keeper(conn: &mut Conn<'_>, user_id: i64) -> Result<Option<i64>, Error> {
    let row = conn.first("SELECT managed_by_id FROM users WHERE id = $1", &[&user_id])?;
    row.map_or(Ok(None), |mut row| row.take())
}

/// The accounts that somebody looks after, by their ids. One query.
pub fn kept_by(conn: &mut Conn<'_>, keeper: i64) -> Result<Vec<i64>, Error> {
    let rows = conn.query(
        "SELECT id FROM users WHERE managed_by_id = $1 ORDER BY id",
        &[&keeper],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// Somebody else looks after an account from now on. One query.
pub fn hand_over(conn: &mut Conn<'_>, user_id: i64, keeper: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET managed_by_id = $2 WHERE id = $1",
        &[&user_id, &keeper],
    )?;
    Ok(())
}

/// Others look after accounts from now on, each named with its new keeper. One query, however many they are.
pub fn hand_over_all(conn: &mut Conn<'_>, heirs: &[(i64, i64)]) -> Result<(), Error> {
    if heirs.is_empty() {
        return Ok(());
    }
    let list: Vec<Value> = heirs
        .iter()
        .map(|(child, keeper)| json!({"id": child, "keeper": keeper}))
        .collect();
    let list = Value::Array(list).to_string();
    conn.execute(&hand_over_sql(conn.dialect()), &[&list])?;
    Ok(())
}

fn hand_over_sql(dialect: Dialect) -> String {
    format!(
        "WITH n AS MATERIALIZED (
             SELECT CAST(value ->> 'id' AS BIGINT) AS id, CAST(value ->> 'keeper' AS BIGINT) AS keeper FROM {})
         UPDATE users SET managed_by_id = n.keeper FROM n WHERE users.id = n.id",
        json_rows(dialect, 1)
    )
}

/// Nobody looks after an account any more: it is its owner's. One query.
pub fn release(conn: &mut Conn<'_>, user_id: i64) -> Result<(), Error> {
    conn.execute("UPDATE users SET managed_by_id = NULL WHERE id = $1", &[&user_id])?;
    Ok(())
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements(dialect: Dialect) -> Vec<String> {
    vec![hand_over_sql(dialect)]
}

/// A child whom an adult would like to be linked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The account.
    pub id: i64,
    /// What it signs in with: its address, or its user name where it has none. Folded.
    pub signs_in_with: String,
    /// Who looks after it.
    pub keeper: Option<i64>,
    /// It is archived.
    pub is_archived: bool,
    /// Who archived it.
    pub archived_by: Option<i64>,
}

/// The child with this user name, archived or not: verified, not suspended, and none that keeps order. One query.
pub fn wanted(conn: &mut Conn<'_>, username: &str) -> Result<Option<Wanted>, Error> {
    let row = conn.first(
        "SELECT id, COALESCE(email_folded, username_folded), managed_by_id, archived_at IS NOT NULL, archived_by_id
         FROM users
         WHERE username_folded = $1 AND user_type = 'child' AND is_admin = FALSE
           AND email_verified_at IS NOT NULL AND suspended_at IS NULL",
        &[&fold(username)],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Wanted {
        id: row.take()?,
        signs_in_with: row.take()?,
        keeper: row.take()?,
        is_archived: row.take()?,
        archived_by: row.take()?,
    }))
}
