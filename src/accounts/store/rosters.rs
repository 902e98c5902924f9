//! Accounts of many children at once, as somebody keeps them for a class. A list of any length is one statement: it goes
//! in as one JSON text.

use std::collections::HashMap;

use database::{Conn, Dialect, Error, json_rows};
use serde_json::{Value, json};

use crate::accounts::children::first_and_rest;
use crate::text::fold;

/// A child's account that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptChild {
    /// Folded, and known to be free.
    pub username: String,
    /// Hash of the password; [`NO_PASSWORD`] for none.
    pub password_hash: String,
    /// Shown to others.
    pub display_name: String,
    /// `YYYY-MM-DD`.
    pub date_of_birth: Option<String>,
}

/// Stored instead of a hash: no password is right.
pub const NO_PASSWORD: &str = "!";

/// Makes accounts that no mail reaches and that `keeper` looks after; their ids by user name. One query.
pub fn insert(
    conn: &mut Conn<'_>,
    keeper: i64,
    children: &[KeptChild],
    now: i64,
) -> Result<HashMap<String, i64>, Error> {
    let list: Vec<Value> = children
        .iter()
        .map(|child| {
            let (first_name, last_name) = first_and_rest(&child.display_name);
            json!({
                "username": child.username,
                "password_hash": child.password_hash,
                "first_name": first_name,
                "last_name": last_name,
                "display_name": child.display_name,
                "folded": fold(&child.display_name),
                "date_of_birth": child.date_of_birth,
            })
        })
        .collect();
    let list = Value::Array(list).to_string();
    let rows = conn.query(&insert_sql(conn.dialect()), &[&list, &keeper, &now])?;
    rows.into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

fn insert_sql(dialect: Dialect) -> String {
    format!(
        "INSERT INTO users (username, username_folded, password_hash, first_name, last_name, user_type, display_name,
             display_name_folded, date_of_birth, managed_by_id, email_verified_at, last_seen, created_at, updated_at)
         SELECT value ->> 'username', value ->> 'username', value ->> 'password_hash', value ->> 'first_name',
             value ->> 'last_name', 'child', value ->> 'display_name', value ->> 'folded', value ->> 'date_of_birth',
             CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($3 AS BIGINT), CAST($3 AS BIGINT), CAST($3 AS BIGINT)
         FROM {} WHERE TRUE
         RETURNING username, id",
        json_rows(dialect, 1)
    )
}

/// What is written about a child anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The account.
    pub id: i64,
    /// Shown to others.
    pub display_name: String,
    /// Nothing: stays as it is.
    pub date_of_birth: Option<String>,
}

/// Corrects names and birthdays of accounts that `keeper` looks after; those of others stay. One query.
pub fn correct(conn: &mut Conn<'_>, keeper: i64, corrections: &[Correction], now: i64) -> Result<(), Error> {
    let list: Vec<Value> = corrections
        .iter()
        .map(|child| {
            let (first_name, last_name) = first_and_rest(&child.display_name);
            json!({
                "id": child.id,
                "first_name": first_name,
                "last_name": last_name,
                "display_name": child.display_name,
                "folded": fold(&child.display_name),
                "date_of_birth": child.date_of_birth,
            })
        })
        .collect();
    let list = Value::Array(list).to_string();
    conn.execute(&correct_sql(conn.dialect()), &[&list, &keeper, &now])?;
    Ok(())
}

/// It begins with the list and looks each account up: SQLite would rather go through all that are kept, and through the
/// list for each of them, if it could use their index.
fn correct_sql(dialect: Dialect) -> String {
    format!(
        "WITH n AS MATERIALIZED (
             SELECT CAST(value ->> 'id' AS BIGINT) AS id, value ->> 'display_name' AS display_name,
                    value ->> 'folded' AS folded, value ->> 'first_name' AS first_name,
                    value ->> 'last_name' AS last_name, value ->> 'date_of_birth' AS date_of_birth
             FROM {})
         UPDATE users SET display_name = n.display_name, display_name_folded = n.folded, first_name = n.first_name,
                last_name = n.last_name, date_of_birth = COALESCE(n.date_of_birth, users.date_of_birth),
                updated_at = $3, profile_version = users.profile_version + 1
         FROM n
         WHERE users.id = n.id AND COALESCE(users.managed_by_id, 0) = $2
           AND (users.display_name <> n.display_name
                OR COALESCE(n.date_of_birth, users.date_of_birth, '') <> COALESCE(users.date_of_birth, ''))",
        json_rows(dialect, 1)
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements(dialect: Dialect) -> Vec<String> {
    vec![insert_sql(dialect), correct_sql(dialect)]
}
