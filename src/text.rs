//! Folding of text, for search and for names that must not differ by case alone.

use std::time::Duration;

use database::Dialect;
use unicode_normalization::UnicodeNormalization;

/// Lower case in compatibility form: `Ｍｉｒａ` and `MIRA` fold to `mira`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// The pattern that finds `needle` anywhere: `%` and `_` in it stand for themselves (`LIKE … ESCAPE '\'`).
pub fn like_anywhere(needle: &str) -> String {
    let mut pattern = String::with_capacity(needle.len() + 2);
    pattern.push('%');
    for character in needle.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// The same for SQLite's full text search, whose trigram index finds any substring of three characters or more.
pub fn fts_phrase(needle: &str) -> String {
    format!("\"{}\"", needle.replace('"', "\"\""))
}

/// How long a search may hold a database thread: a handful of slow ones must not stop all reads.
pub const SEARCH_DEADLINE: Duration = Duration::from_millis(250);
/// A search that finds so many rows is a broad one: its page is found sooner in the order of the list than by an index of
/// texts, of which all rows had to be sorted.
pub const BROAD: i64 = 1_000;

/// Whether a page of a broad search is found sooner by walking down its list: by how many rows there are to be left out
/// before it has all of its own, when `total` of some tens of thousands are found.
pub fn is_walked(total: i64, rows: i64) -> bool {
    const LOOKS: i64 = 100_000;
    total >= BROAD && total.saturating_mul(total) > rows.saturating_mul(LOOKS)
}

/// The shortest needle that a trigram index can find.
pub const SHORTEST_INDEXED: usize = 3;

/// How an engine finds a needle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// There is no needle: all rows.
    Everything,
    /// By SQLite's trigram indexes.
    FullText,
    /// By LIKE: trigram indexes on PostgreSQL, a look at each row for needles too short for one.
    Like,
}

impl Strategy {
    /// The strategy for a folded needle.
    pub fn of(needle: &str, dialect: Dialect) -> Self {
        if needle.is_empty() {
            Self::Everything
        } else if dialect == Dialect::Sqlite && needle.chars().count() >= SHORTEST_INDEXED {
            Self::FullText
        } else {
            Self::Like
        }
    }

    /// Those that an engine needs.
    pub fn all(dialect: Dialect) -> &'static [Self] {
        match dialect {
            Dialect::Sqlite => &[Self::Everything, Self::FullText, Self::Like],
            Dialect::Postgres => &[Self::Everything, Self::Like],
        }
    }

    /// What the needle looks like in it; empty without one.
    pub fn pattern(self, needle: &str) -> String {
        match self {
            Self::Everything => String::new(),
            Self::FullText => fts_phrase(needle),
            Self::Like => like_anywhere(needle),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_forgets_case_and_width() {
        assert_eq!(fold("Niña MIRA Ｍｉｒａ"), "niña mira mira");
        assert_eq!(fold(&fold("İstanbul Straße")), fold("İstanbul Straße"));
    }

    #[test]
    fn the_first_pages_of_broad_searches_are_walked_to() {
        for (total, rows, expected) in [
            (999, 0, false),
            (1_000, 20, false),
            (2_000, 20, true),
            (50_000, 20, true),
            (50_000, 20_000, true),
            (50_000, 50_000, false),
            (i64::MAX, i64::MAX, false),
        ] {
            assert_eq!(is_walked(total, rows), expected, "{total} {rows}");
        }
    }

    #[test]
    fn wildcards_stand_for_themselves() {
        assert_eq!(like_anywhere("50%_\\"), "%50\\%\\_\\\\%");
        assert_eq!(fts_phrase("say \"hi\""), "\"say \"\"hi\"\"\"");
    }
}
