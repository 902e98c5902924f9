//! The SQL of presence: tables `instances` and `presence`.

use std::collections::HashSet;

use database::{Conn, Dialect, Error};

use super::HOME;

/// A server lives until then; false when it had no row.
pub(super) fn prolong(conn: &mut Conn<'_>, instance: &str, until: i64) -> Result<bool, Error> {
    let known = conn.execute(
        "UPDATE instances SET alive_until = $2 WHERE id = $1",
        &[&instance, &until],
    )?;
    if known == 0 {
        conn.execute(
            "INSERT INTO instances (id, alive_until) VALUES ($1, $2)
             ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until",
            &[&instance, &until],
        )?;
    }
    Ok(known > 0)
}

/// A server stops: what it wrote counts until then.
pub(super) fn end(conn: &mut Conn<'_>, instance: &str, until: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE instances SET alive_until = $2 WHERE id = $1 AND alive_until > $2",
        &[&instance, &until],
    )?;
    Ok(())
}

/// Somebody is there by this server; false when that is written already. A coming with a higher stamp counts.
pub(super) fn enter(
    conn: &mut Conn<'_>,
    place: &str,
    user_id: i64,
    instance: &str,
    stamp: i64,
) -> Result<bool, Error> {
    let entered = conn.execute(
        "INSERT INTO presence (place, user_id, instance, stamp)
         SELECT CAST($1 AS TEXT), id, CAST($3 AS TEXT), CAST($4 AS BIGINT) FROM users WHERE id = $2
         ON CONFLICT (place, user_id, instance) DO UPDATE SET stamp = excluded.stamp
         WHERE presence.stamp < excluded.stamp",
        &[&place, &user_id, &instance, &stamp],
    )?;
    Ok(entered > 0)
}

/// Somebody is not there any more by this server, unless they have come again since that stamp.
pub(super) fn leave(
    conn: &mut Conn<'_>,
    place: &str,
    user_id: i64,
    instance: &str,
    stamp: i64,
) -> Result<(), Error> {
    conn.execute(
        "DELETE FROM presence WHERE place = $1 AND user_id = $2 AND instance = $3 AND stamp <= $4",
        &[&place, &user_id, &instance, &stamp],
    )?;
    Ok(())
}

/// Whether somebody is there, by this server or by another one that lives.
pub(super) fn is_anywhere(
    conn: &mut Conn<'_>,
    place: &str,
    user_id: i64,
    instance: &str,
    now: i64,
) -> Result<bool, Error> {
    conn.one(
        "SELECT EXISTS (SELECT 1 FROM presence p JOIN instances i ON i.id = p.instance
             WHERE p.place = $1 AND p.user_id = $2 AND (p.instance = $3 OR i.alive_until > $4))",
        &[&place, &user_id, &instance, &now],
    )?
    .take()
}

/// Whether somebody is there by another server.
pub(super) fn is_elsewhere(
    conn: &mut Conn<'_>,
    place: &str,
    user_id: i64,
    instance: &str,
    now: i64,
) -> Result<bool, Error> {
    conn.one(
        "SELECT EXISTS (SELECT 1 FROM presence p JOIN instances i ON i.id = p.instance
             WHERE p.place = $1 AND p.user_id = $2 AND p.instance <> $3 AND i.alive_until > $4)",
        &[&place, &user_id, &instance, &now],
    )?
    .take()
}

/// What was swept.
pub(super) struct Swept {
    /// Who is nowhere any more, and where that was.
    pub(super) left: Vec<(String, i64)>,
    /// More is to be swept.
    pub(super) has_more: bool,
}

/// Deletes at most `most` rows of one dead server, and the server with its last one.
pub(super) fn sweep(conn: &mut Conn<'_>, now: i64, most: usize) -> Result<Swept, Error> {
    let dead = conn.first(
        "SELECT id FROM instances WHERE alive_until <= $1 ORDER BY id LIMIT 1",
        &[&now],
    )?;
    let mut swept = Swept {
        left: Vec::new(),
        has_more: false,
    };
    let Some(mut dead) = dead else {
        return Ok(swept);
    };
    let instance: String = dead.take()?;
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = conn.query(
        "SELECT place, user_id FROM presence WHERE instance = $1 ORDER BY place, user_id LIMIT $2",
        &[&instance, &limit],
    )?;
    swept.has_more = true;
    if rows.is_empty() {
        conn.execute("DELETE FROM instances WHERE id = $1", &[&instance])?;
        return Ok(swept);
    }
    for mut row in rows {
        let (place, user_id): (String, i64) = (row.take()?, row.take()?);
        conn.execute(
            "DELETE FROM presence WHERE place = $1 AND user_id = $2 AND instance = $3",
            &[&place, &user_id, &instance],
        )?;
        if !is_elsewhere(conn, &place, user_id, &instance, now)? {
            swept.left.push((place, user_id));
        }
    }
    Ok(swept)
}

/// Whether somebody is at this place, by any server.
pub fn is_present(conn: &mut Conn<'_>, place: &str, user_id: i64, now: i64) -> Result<bool, Error> {
    conn.one(
        "SELECT EXISTS (SELECT 1 FROM presence p JOIN instances i ON i.id = p.instance
             WHERE p.place = $1 AND p.user_id = $2 AND i.alive_until > $3)",
        &[&place, &user_id, &now],
    )?
    .take()
}

/// The expression that says whether the person whose id is the expression `user` is online. It takes for online who was
/// on a server that has died, until that is noticed.
pub fn online(user: &str) -> String {
    format!("EXISTS (SELECT 1 FROM presence o WHERE o.place = '{HOME}' AND o.user_id = {user})")
}

/// Which of these people have a notification socket, on any server: who is online. One query for any number of them.
pub fn present(conn: &mut Conn<'_>, people: &[i64], now: i64) -> Result<HashSet<i64>, Error> {
    if people.is_empty() {
        return Ok(HashSet::new());
    }
    let ids = serde_json::to_string(people).expect("numbers are plain JSON");
    let rows = conn.query(&present_sql(conn.dialect()), &[&HOME, &now, &ids])?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// Who is at a place, by any server that lives.
pub fn at(conn: &mut Conn<'_>, place: &str, now: i64) -> Result<Vec<i64>, Error> {
    let rows = conn.query(
        "SELECT DISTINCT p.user_id FROM presence p JOIN instances i ON i.id = p.instance
         WHERE p.place = $1 AND i.alive_until > $2",
        &[&place, &now],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// Which people of the JSON list `$3` are at the place `$1` at the instant `$2`.
fn present_sql(dialect: Dialect) -> String {
    let (id, list) = match dialect {
        Dialect::Sqlite => ("value", "json_each($3)"),
        Dialect::Postgres => (
            "CAST(value AS BIGINT)",
            "json_array_elements_text(CAST(CAST($3 AS TEXT) AS JSON))",
        ),
    };
    format!(
        "SELECT DISTINCT p.user_id FROM presence p JOIN instances i ON i.id = p.instance
         WHERE p.place = $1 AND i.alive_until > $2 AND p.user_id IN (SELECT {id} FROM {list})"
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements(dialect: Dialect) -> Vec<String> {
    vec![present_sql(dialect)]
}
