//! The SQL of the word list as administrators keep it: each word with what it is, in force or not.

use database::{Conn, Error, Row, ToValue, placeholders};

use crate::text::like_anywhere;

/// Words in the list at most: all of them are held in memory, and sent to every app.
pub const MOST_WORDS: i64 = 2_000;
/// Words that are added together at most.
pub const MOST_TOGETHER: usize = 1_000;
/// The lengths of padded lists of words.
const LENGTHS: [usize; 3] = [16, 128, MOST_TOGETHER];

/// A word of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Word {
    pub id: i64,
    pub word: String,
    pub language: String,
    pub severity: String,
    pub is_active: bool,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Word {
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            word: row.take()?,
            language: row.take()?,
            severity: row.take()?,
            is_active: row.take()?,
            created_at: row.take()?,
            updated_at: row.take()?,
        })
    }
}

/// A list as it was asked for; empty texts mean all.
#[derive(Clone, Debug, Default)]
pub struct WordQuery {
    /// Found anywhere in the word.
    pub search: String,
    /// Exactly this one.
    pub language: String,
    /// Exactly this one.
    pub severity: String,
    /// In force or not; nothing: both.
    pub is_active: Option<bool>,
    /// Rows at most.
    pub limit: i64,
    /// Rows to leave out at the start.
    pub offset: i64,
}

/// A page of words, alphabetically, and how many there are in all. Two queries.
pub fn page(conn: &mut Conn<'_>, query: &WordQuery) -> Result<(Vec<Word>, i64), Error> {
    let pattern = like_anywhere(&query.search);
    let is_active = query.is_active.map_or(-1, i64::from);
    let total = conn
        .one(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM profanity_words
             WHERE word LIKE $1 ESCAPE '\\' AND (CAST($2 AS TEXT) = '' OR language = $2)
               AND (CAST($3 AS TEXT) = '' OR severity = $3)
               AND (CAST($4 AS BIGINT) < 0 OR (CASE WHEN is_active THEN 1 ELSE 0 END) = $4)",
            &[&pattern, &query.language, &query.severity, &is_active],
        )?
        .take()?;
    let rows = conn.query(
        "SELECT id, word, language, severity, is_active, created_at, updated_at FROM profanity_words
         WHERE word LIKE $1 ESCAPE '\\' AND (CAST($2 AS TEXT) = '' OR language = $2)
           AND (CAST($3 AS TEXT) = '' OR severity = $3)
           AND (CAST($4 AS BIGINT) < 0 OR (CASE WHEN is_active THEN 1 ELSE 0 END) = $4)
         ORDER BY word, id LIMIT $5 OFFSET $6",
        &[
            &pattern,
            &query.language,
            &query.severity,
            &is_active,
            &query.limit,
            &query.offset,
        ],
    )?;
    let words = rows.into_iter().map(|mut row| Word::from(&mut row));
    Ok((words.collect::<Result<_, _>>()?, total))
}

/// How many words there are of each kind; those of both languages count for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Counts {
    pub total: i64,
    pub active: i64,
    pub english: i64,
    pub tagalog: i64,
    pub mild: i64,
    pub moderate: i64,
    pub severe: i64,
}

/// Counts the list. One query.
pub fn counts(conn: &mut Conn<'_>) -> Result<Counts, Error> {
    let mut row = conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE is_active = TRUE) AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE language <> 'tl') AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE language <> 'en') AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE severity = 'mild') AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE severity = 'moderate') AS BIGINT),
                CAST(COUNT(*) FILTER (WHERE severity = 'severe') AS BIGINT)
         FROM profanity_words",
        &[],
    )?;
    Ok(Counts {
        total: row.take()?,
        active: row.take()?,
        english: row.take()?,
        tagalog: row.take()?,
        mild: row.take()?,
        moderate: row.take()?,
        severe: row.take()?,
    })
}

/// One word; nothing when there is no such word. One query.
pub fn one(conn: &mut Conn<'_>, id: i64) -> Result<Option<Word>, Error> {
    let row = conn.first(
        "SELECT id, word, language, severity, is_active, created_at, updated_at FROM profanity_words WHERE id = $1",
        &[&id],
    )?;
    row.map(|mut row| Word::from(&mut row)).transpose()
}

/// Adds a word; nothing when it is there already. One query.
pub fn insert(
    conn: &mut Conn<'_>,
    word: &str,
    language: &str,
    severity: &str,
    is_active: bool,
    now: i64,
) -> Result<Option<Word>, Error> {
    let row = conn.first(
        "INSERT INTO profanity_words (word, language, severity, is_active, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (word) DO NOTHING
         RETURNING id, word, language, severity, is_active, created_at, updated_at",
        &[&word, &language, &severity, &is_active, &now],
    )?;
    row.map(|mut row| Word::from(&mut row)).transpose()
}

/// Writes a word back; false when another one is spelled so already. Two queries.
pub fn save(conn: &mut Conn<'_>, word: &Word, now: i64) -> Result<bool, Error> {
    let taken = conn.first(
        "SELECT id FROM profanity_words WHERE word = $1 AND id <> $2",
        &[&word.word, &word.id],
    )?;
    if taken.is_some() {
        return Ok(false);
    }
    conn.execute(
        "UPDATE profanity_words SET word = $2, language = $3, severity = $4, is_active = $5, updated_at = $6
         WHERE id = $1",
        &[
            &word.id,
            &word.word,
            &word.language,
            &word.severity,
            &word.is_active,
            &now,
        ],
    )?;
    Ok(true)
}

/// Takes a word off the list; that word, or nothing when there is none. One query.
pub fn delete(conn: &mut Conn<'_>, id: i64) -> Result<Option<String>, Error> {
    let row = conn.first("DELETE FROM profanity_words WHERE id = $1 RETURNING word", &[&id])?;
    row.map(|mut row| row.take()).transpose()
}

/// Adds words, those that are there already left out; those that were added. At most [`MOST_TOGETHER`]; one query.
pub fn insert_all(
    conn: &mut Conn<'_>,
    words: &[String],
    language: &str,
    severity: &str,
    now: i64,
) -> Result<Vec<String>, Error> {
    let Some(last) = words.last() else {
        return Ok(Vec::new());
    };
    // Repeated up to one of a few lengths, so that there are few statements; what is repeated is there already.
    let length = LENGTHS.into_iter().find(|length| *length >= words.len());
    let padding = length.unwrap_or(words.len()) - words.len();
    let mut params: Vec<&dyn ToValue> = vec![&language, &severity, &now];
    params.extend(words.iter().map(|word| word as &dyn ToValue));
    params.extend(std::iter::repeat_n(last as &dyn ToValue, padding));
    let rows = conn.query(&insert_all_sql(params.len() - 3), &params)?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

fn insert_all_sql(count: usize) -> String {
    let rows: Vec<String> = (0..count)
        .map(|number| format!("({}, $1, $2, TRUE, $3, $3)", placeholders(4 + number, 1)))
        .collect();
    format!(
        "INSERT INTO profanity_words (word, language, severity, is_active, created_at, updated_at)
         VALUES {} ON CONFLICT (word) DO NOTHING RETURNING word",
        rows.join(", ")
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    LENGTHS.map(insert_all_sql).to_vec()
}
