//! The SQL of the word list.

use database::{Conn, Error, ToValue, placeholders};

use super::words::seeds;

/// A word that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveWord {
    /// Lower-case, may contain blanks.
    pub word: String,
    /// `en`, `tl` or `both`.
    pub language: String,
}

/// Fills an empty list with the first words; answers how many it added. `now`: epoch microseconds. Two queries: the first
/// start must end in time with a database that is far away, too.
pub fn seed_if_empty(conn: &mut Conn<'_>, now: i64) -> Result<u64, Error> {
    if conn
        .first("SELECT id FROM profanity_words LIMIT 1", &[])?
        .is_some()
    {
        return Ok(0);
    }
    seed(conn, now)
}

/// Adds those of the first words that are missing; how many. One query.
pub fn seed(conn: &mut Conn<'_>, now: i64) -> Result<u64, Error> {
    let seeds: Vec<[&str; 3]> = seeds()
        .map(|seed| [seed.word, seed.language.as_str(), seed.severity.as_str()])
        .collect();
    let mut params: Vec<&dyn ToValue> = vec![&now];
    params.extend(seeds.iter().flatten().map(|text| text as &dyn ToValue));
    conn.execute(&seeding(seeds.len()), &params)
}

/// Adds so many words. Another server may be filling the same database.
fn seeding(words: usize) -> String {
    let rows: Vec<String> = (0..words)
        .map(|row| format!("({}, TRUE, $1, $1)", placeholders(2 + row * 3, 3)))
        .collect();
    format!(
        "INSERT INTO profanity_words (word, language, severity, is_active, created_at, updated_at)
         VALUES {} ON CONFLICT (word) DO NOTHING",
        rows.join(", ")
    )
}

/// Every statement of this module that is put together.
pub fn all_statements() -> Vec<String> {
    vec![seeding(seeds().count())]
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
