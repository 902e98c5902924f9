//! E-mail codes and the way back from a changed address. Only keyed hashes are stored.

use database::{Conn, Error};

/// Wrong guesses after which a code is worth nothing.
pub const MOST_WRONG_TRIES: i64 = 5;

/// What a code is for. A code for one purpose does nothing for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Confirm the address of a new account.
    Verification,
    /// Set a new password.
    PasswordReset,
}

impl Purpose {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verification => "verification",
            Self::PasswordReset => "password_reset",
        }
    }
}

/// The newest code of an account.
#[derive(Clone, Debug)]
pub struct Code {
    /// The keyed hash.
    pub hash: String,
    /// Wrong guesses so far.
    pub wrong_tries: i64,
    /// When it stops being good.
    pub expires_at: i64,
}

/// Stores a code; the one before it for the same purpose is gone.
pub fn replace(
    conn: &mut Conn<'_>,
    user_id: i64,
    purpose: Purpose,
    hash: &str,
    ends: i64,
) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO email_codes (user_id, purpose, code_hash, wrong_tries, expires_at) VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (user_id, purpose)
         DO UPDATE SET code_hash = excluded.code_hash, wrong_tries = 0, expires_at = excluded.expires_at",
        &[&user_id, &purpose.as_str(), &hash, &ends],
    )?;
    Ok(())
}

/// The newest code, however old.
pub fn newest(conn: &mut Conn<'_>, user_id: i64, purpose: Purpose) -> Result<Option<Code>, Error> {
    let row = conn.first(
        "SELECT code_hash, wrong_tries, expires_at FROM email_codes WHERE user_id = $1 AND purpose = $2",
        &[&user_id, &purpose.as_str()],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Code {
        hash: row.take()?,
        wrong_tries: row.take()?,
        expires_at: row.take()?,
    }))
}

/// Counts a wrong guess.
pub fn count_wrong(conn: &mut Conn<'_>, user_id: i64, purpose: Purpose) -> Result<(), Error> {
    conn.execute(
        "UPDATE email_codes SET wrong_tries = wrong_tries + 1 WHERE user_id = $1 AND purpose = $2",
        &[&user_id, &purpose.as_str()],
    )?;
    Ok(())
}

/// Voids a code.
pub fn void(conn: &mut Conn<'_>, user_id: i64, purpose: Purpose) -> Result<(), Error> {
    conn.execute(
        "DELETE FROM email_codes WHERE user_id = $1 AND purpose = $2",
        &[&user_id, &purpose.as_str()],
    )?;
    Ok(())
}

/// Voids every code of an account.
pub fn void_all(conn: &mut Conn<'_>, user_id: i64) -> Result<(), Error> {
    conn.execute("DELETE FROM email_codes WHERE user_id = $1", &[&user_id])?;
    Ok(())
}

/// Stores the way back to `old_email`.
pub fn remember_undo(
    conn: &mut Conn<'_>,
    user_id: i64,
    token_hash: &str,
    old_email: &str,
    ends: i64,
) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO email_undos (token_hash, user_id, old_email, expires_at) VALUES ($1, $2, $3, $4)",
        &[&token_hash, &user_id, &old_email, &ends],
    )?;
    Ok(())
}

/// Takes all ways back to former addresses away.
pub fn void_undos(conn: &mut Conn<'_>, user_id: i64) -> Result<(), Error> {
    conn.execute("DELETE FROM email_undos WHERE user_id = $1", &[&user_id])?;
    Ok(())
}

/// Writes as much as [`count_wrong`] does, and leaves nothing: the commit that follows takes as long.
pub fn pretend_to_count(conn: &mut Conn<'_>) -> Result<(), Error> {
    let id: i64 = conn
        .one(
            "INSERT INTO mail_outbox
                 (recipient, recipient_name, kind, subject, body_text, body_html, next_attempt_at, created_at)
             VALUES ('', '', '', '', '', '', 0, 0) RETURNING id",
            &[],
        )?
        .take()?;
    conn.execute("DELETE FROM mail_outbox WHERE id = $1", &[&id])?;
    Ok(())
}

/// Whose way back this is, and to which address.
pub fn undo(conn: &mut Conn<'_>, token_hash: &str, now: i64) -> Result<Option<(i64, String)>, Error> {
    let row = conn.first(
        "SELECT user_id, old_email FROM email_undos WHERE token_hash = $1 AND expires_at > $2",
        &[&token_hash, &now],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some((row.take()?, row.take()?)))
}

/// Takes the way back: the account and its old address, once. Later ways of the same account end with it. Earlier ones
/// stay: a thief who changes the address twice must not burn the owner's way back with his own.
pub fn take_undo(conn: &mut Conn<'_>, token_hash: &str, now: i64) -> Result<Option<(i64, String)>, Error> {
    let row = conn.first(
        "DELETE FROM email_undos WHERE token_hash = $1 AND expires_at > $2 RETURNING user_id, old_email, expires_at",
        &[&token_hash, &now],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let (user_id, old_email, ends): (i64, String, i64) = (row.take()?, row.take()?, row.take()?);
    conn.execute(
        "DELETE FROM email_undos WHERE user_id = $1 AND expires_at >= $2",
        &[&user_id, &ends],
    )?;
    Ok(Some((user_id, old_email)))
}
