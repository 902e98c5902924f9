//! Codes by which a child says yes to an adult beforehand. Only keyed hashes are stored.

use database::{Conn, Error};

/// A code as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The keyed hash.
    pub hash: String,
    /// Wrong guesses so far.
    pub wrong_tries: i64,
    /// When it stops being good.
    pub expires_at: i64,
}

/// Stores a child's code; the one before it is gone. One query.
pub fn replace(conn: &mut Conn<'_>, child: i64, hash: &str, ends: i64) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO family_codes (child_id, code_hash, wrong_tries, expires_at) VALUES ($1, $2, 0, $3)
         ON CONFLICT (child_id)
         DO UPDATE SET code_hash = excluded.code_hash, wrong_tries = 0, expires_at = excluded.expires_at",
        &[&child, &hash, &ends],
    )?;
    Ok(())
}

/// A child's code, however old. One query.
pub fn of(conn: &mut Conn<'_>, child: i64) -> Result<Option<Code>, Error> {
    let row = conn.first(
        "SELECT code_hash, wrong_tries, expires_at FROM family_codes WHERE child_id = $1",
        &[&child],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Code {
        hash: row.take()?,
        wrong_tries: row.take()?,
        expires_at: row.take()?,
    }))
}

/// Counts a wrong guess. One query.
pub fn count_wrong(conn: &mut Conn<'_>, child: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE family_codes SET wrong_tries = wrong_tries + 1 WHERE child_id = $1",
        &[&child],
    )?;
    Ok(())
}

/// Takes a code away: it is used. One query.
pub fn take(conn: &mut Conn<'_>, child: i64) -> Result<(), Error> {
    conn.execute("DELETE FROM family_codes WHERE child_id = $1", &[&child])?;
    Ok(())
}
