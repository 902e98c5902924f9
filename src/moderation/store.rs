//! The SQL of the word list.

use database::{Conn, Error};

use super::words::seeds;

/// A word that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveWord {
    /// Lower-case, may contain blanks.
    pub word: String,
    /// `en`, `tl` or `both`.
    pub language: String,
}

/// Fills an empty list with the first words; answers how many it added. `now`: epoch microseconds.
pub fn seed_if_empty(conn: &mut Conn<'_>, now: i64) -> Result<u64, Error> {
    if conn
        .first("SELECT id FROM profanity_words LIMIT 1", &[])?
        .is_some()
    {
        return Ok(0);
    }
    let mut added = 0;
    for seed in seeds() {
        // Another server may be filling the same database.
        added += conn.execute(
            "INSERT INTO profanity_words (word, language, severity, is_active, created_at, updated_at)
             VALUES ($1, $2, $3, TRUE, $4, $4) ON CONFLICT (word) DO NOTHING",
            &[&seed.word, &seed.language.as_str(), &seed.severity.as_str(), &now],
        )?;
    }
    Ok(added)
}

/// The words in force, alphabetically.
pub fn active(conn: &mut Conn<'_>) -> Result<Vec<ActiveWord>, Error> {
    let rows = conn.query(
        "SELECT word, language FROM profanity_words WHERE is_active = TRUE ORDER BY word",
        &[],
    )?;
    rows.into_iter()
        .map(|mut row| {
            Ok(ActiveWord {
                word: row.take()?,
                language: row.take()?,
            })
        })
        .collect()
}
