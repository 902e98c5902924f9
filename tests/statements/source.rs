//! The statements that stand in the source.

use std::fs;
use std::path::Path;

use crate::literals;

/// What a statement begins with.
const VERBS: [&str; 5] = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];

/// A string literal that is a statement, or a `format!` template of one.
#[derive(Debug)]
pub(crate) struct Found {
    /// File and line.
    pub(crate) place: String,
    pub(crate) sql: String,
}

impl Found {
    pub(crate) fn is_template(&self) -> bool {
        self.sql.contains('{')
    }

    /// Whether `sql` is this template with something in the place of each `{…}`.
    pub(crate) fn could_become(&self, sql: &str) -> bool {
        let mut fixed: Vec<&str> = self
            .sql
            .split('{')
            .map(|part| part.split_once('}').map_or(part, |(_, after)| after))
            .collect();
        let last = fixed.pop().unwrap_or_default();
        let Some(mut rest) = sql.strip_prefix(fixed.first().copied().unwrap_or_default()) else {
            return false;
        };
        for part in fixed.into_iter().skip(1) {
            let Some((_, after)) = rest.split_once(part) else {
                return false;
            };
            rest = after;
        }
        rest.ends_with(last)
    }
}

/// All statements in `src`, those of its tests too.
pub(crate) fn statements() -> Vec<Found> {
    let mut found = Vec::new();
    search(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

fn search(folder: &Path, found: &mut Vec<Found>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let literals = literals::strings(&fs::read_to_string(&path).unwrap());
            let statements = literals.into_iter().filter(|(_, text)| is_statement(text));
            found.extend(statements.map(|(line, sql)| Found {
                place: format!("{}:{line}", path.display()),
                sql,
            }));
        }
    }
}

fn is_statement(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace();
    words.next().is_some_and(|first| VERBS.contains(&first)) && words.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_matches_what_it_becomes() {
        let template = Found {
            place: String::new(),
            sql: "SELECT {columns} FROM stories WHERE id IN ({}) AND views > 1".to_owned(),
        };
        assert!(template.is_template());
        for (sql, expected) in [
            (
                "SELECT id, title FROM stories WHERE id IN ($1, $2) AND views > 1",
                true,
            ),
            (
                "SELECT id, title FROM stories WHERE id IN ($1, $2) AND views > 2",
                false,
            ),
            (
                "SELECT id, title FROM users WHERE id IN ($1, $2) AND views > 1",
                false,
            ),
            ("DELETE id FROM stories WHERE id IN ($1) AND views > 1", false),
        ] {
            assert_eq!(template.could_become(sql), expected, "{sql}");
        }
    }

    #[test]
    fn a_statement_begins_with_its_verb() {
        for (text, expected) in [
            ("SELECT 1", true),
            ("\n  WITH a AS (SELECT 1) SELECT * FROM a", true),
            ("DELETE", false),
            ("SELECTED one", false),
            ("Delete a story", false),
        ] {
            assert_eq!(is_statement(text), expected, "{text}");
        }
    }
}
