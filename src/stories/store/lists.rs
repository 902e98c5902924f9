//! Lists of stories: first the ids and versions of a page, from index columns alone; then, if the client does not hold
//! that page already, its rows; then the names of co-authors. Three queries for one row and for a hundred.

use std::collections::HashMap;

use database::{Conn, Dialect, Error, ToValue, placeholders};

use super::{COLUMNS, LENGTHS, Story, as_params, name_authors, padded};
use crate::text::{SHORTEST_INDEXED, fold, fts_phrase, like_anywhere};

/// Rows in the saved list at most; it has no pages.
pub const MOST_SAVED: i64 = 500;

/// Which stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// All published ones.
    Public,
    /// Those that this account wrote or co-wrote, drafts too.
    Own(i64),
    /// The published ones of this account.
    OfUser(i64),
    /// Those of which this account is the author, drafts too.
    Written(i64),
    /// Those that this account saved, and may still see.
    Saved(i64),
}

/// A list as it was asked for.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// Which stories.
    pub shelf: Shelf,
    /// Who looks.
    pub viewer: Option<i64>,
    /// Found in title, text or author's name, one shorter than [`SHORTEST_INDEXED`] not in texts; empty: all.
    pub search: String,
    /// The category, or one of the genres; empty: all.
    pub category: String,
    /// The language; empty: all.
    pub language: String,
    /// Rows at most.
    pub limit: i64,
    /// Rows to leave out at the start.
    pub offset: i64,
}

/// What a version of a page depends on, and what planning its bodies needs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Head {
    pub id: i64,
    pub version: i64,
    /// The names shown: author's and co-authors' profile versions, summed.
    pub names_version: i64,
    pub is_liked: bool,
    pub body_bytes: i64,
    pub wire_bytes: i64,
    pub date_saved: i64,
}

/// SQL that is put together, with its parameters in order.
struct Statement<'a> {
    sql: String,
    params: Vec<&'a dyn ToValue>,
}

impl<'a> Statement<'a> {
    /// Adds a parameter; its placeholder.
    fn bind(&mut self, value: &'a dyn ToValue) -> String {
        self.params.push(value);
        format!("${}", self.params.len())
    }
}

/// The values that a list's statements bind, in the form in which they are bound.
struct Bound {
    viewer: i64,
    owner: i64,
    pattern: String,
    category: String,
    genre: String,
    language: String,
}

impl ListQuery {
    fn needle(&self) -> String {
        fold(self.search.trim())
    }

    /// Whether this is a search, which may take long.
    pub fn is_search(&self) -> bool {
        !self.needle().is_empty()
    }

    fn is_short(&self) -> bool {
        self.needle().chars().count() < SHORTEST_INDEXED
    }

    fn uses_index(&self, dialect: Dialect) -> bool {
        dialect == Dialect::Sqlite && !self.is_short()
    }

    fn bound(&self, dialect: Dialect) -> Bound {
        let needle = self.needle();
        Bound {
            viewer: self.viewer.unwrap_or_default(),
            owner: match self.shelf {
                Shelf::Public => 0,
                Shelf::Own(id) | Shelf::OfUser(id) | Shelf::Written(id) | Shelf::Saved(id) => id,
            },
            pattern: if self.uses_index(dialect) {
                fts_phrase(&needle)
            } else {
                like_anywhere(&needle)
            },
            category: self.category.clone(),
            // Genres are stored as a JSON list of texts.
            genre: serde_json::Value::from(self.category.as_str()).to_string(),
            language: self.language.clone(),
        }
    }

    /// `FROM … WHERE …` of the list, of as few tables as it takes: a list without filters is counted by an index alone.
    fn source<'a>(&self, statement: &mut Statement<'a>, bound: &'a Bound, dialect: Dialect) -> String {
        let mut sql = "FROM stories s ".to_owned();
        match self.shelf {
            Shelf::Public => sql += "WHERE s.is_published",
            Shelf::Own(_) => {
                let owner = statement.bind(&bound.owner);
                sql += &format!(
                    "WHERE s.id IN (SELECT id FROM stories WHERE author_id = {owner}
                                    UNION SELECT story_id FROM story_authors WHERE user_id = {owner})"
                );
            }
            Shelf::OfUser(_) => {
                let owner = statement.bind(&bound.owner);
                sql += &format!("WHERE s.is_published AND s.author_id = {owner}");
            }
            Shelf::Written(_) => {
                let owner = statement.bind(&bound.owner);
                sql += &format!("WHERE s.author_id = {owner}");
            }
            Shelf::Saved(_) => {
                let owner = statement.bind(&bound.owner);
                sql += &format!(
                    "JOIN story_saves v ON v.story_id = s.id
                     WHERE v.user_id = {owner} AND (s.is_published OR s.author_id = {owner} OR EXISTS (
                         SELECT 1 FROM story_authors a WHERE a.story_id = s.id AND a.user_id = {owner}))"
                );
            }
        }
        self.filter(&mut sql, statement, bound, dialect);
        sql
    }

    fn filter<'a>(
        &self,
        sql: &mut String,
        statement: &mut Statement<'a>,
        bound: &'a Bound,
        dialect: Dialect,
    ) {
        if self.is_search() {
            let pattern = statement.bind(&bound.pattern);
            *sql += &if self.uses_index(dialect) {
                format!(
                    " AND (s.id IN (SELECT rowid FROM stories_fts WHERE stories_fts MATCH {pattern})
                           OR s.author_id IN (SELECT rowid FROM users_fts
                                              WHERE users_fts MATCH 'display_name_folded : ' || {pattern}))"
                )
            } else {
                let or_text = if self.is_short() {
                    String::new()
                } else {
                    format!(" OR content_folded LIKE {pattern} ESCAPE '\\'")
                };
                format!(
                    " AND (s.author_id IN (SELECT id FROM users WHERE display_name_folded LIKE {pattern} ESCAPE '\\')
                           OR s.id IN (SELECT story_id FROM story_search
                                       WHERE title_folded LIKE {pattern} ESCAPE '\\'{or_text}))"
                )
            };
        }
        if !self.category.is_empty() {
            let find = if dialect == Dialect::Sqlite {
                "instr"
            } else {
                "strpos"
            };
            let (category, genre) = (statement.bind(&bound.category), statement.bind(&bound.genre));
            *sql += &format!(" AND (s.category = {category} OR {find}(s.genres, {genre}) > 0)");
        }
        if !self.language.is_empty() {
            let language = statement.bind(&bound.language);
            *sql += &format!(" AND s.language = {language}");
        }
    }

    fn order(&self) -> &'static str {
        match self.shelf {
            Shelf::Saved(_) => "v.date_saved DESC, v.id DESC",
            _ => "s.date_created DESC, s.id DESC",
        }
    }

    /// The statement that counts the list.
    fn count_sql(&self, dialect: Dialect) -> String {
        self.count(&self.bound(dialect), dialect).sql
    }

    /// The statement that reads the heads of a page.
    fn heads_sql(&self, dialect: Dialect) -> String {
        self.heads(&self.bound(dialect), dialect).sql
    }

    fn count<'a>(&self, bound: &'a Bound, dialect: Dialect) -> Statement<'a> {
        let mut statement = Statement {
            sql: String::new(),
            params: Vec::new(),
        };
        let source = self.source(&mut statement, bound, dialect);
        statement.sql = format!("SELECT CAST(COUNT(*) AS BIGINT) {source}");
        statement
    }

    fn heads<'a>(&'a self, bound: &'a Bound, dialect: Dialect) -> Statement<'a> {
        let mut statement = Statement {
            sql: String::new(),
            params: Vec::new(),
        };
        let source = self.source(&mut statement, bound, dialect);
        let viewer = statement.bind(&bound.viewer);
        let (limit, offset) = (statement.bind(&self.limit), statement.bind(&self.offset));
        let saved = if matches!(self.shelf, Shelf::Saved(_)) {
            "v.date_saved AS date_saved, v.id AS save_id"
        } else {
            "0 AS date_saved, 0 AS save_id"
        };
        statement.sql = format!(
            "SELECT s.id, s.version,
                    u.profile_version + CASE WHEN s.is_collaborative THEN (
                        SELECT CAST(COALESCE(SUM(c.profile_version), 0) AS BIGINT)
                        FROM story_authors a JOIN users c ON c.id = a.user_id WHERE a.story_id = s.id) ELSE 0 END,
                    EXISTS (SELECT 1 FROM story_likes l WHERE l.story_id = s.id AND l.user_id = {viewer}),
                    s.body_bytes, s.wire_bytes, CAST(page.date_saved AS BIGINT),
                    (SELECT CAST(COUNT(*) AS BIGINT) {source})
             FROM (SELECT s.id, {saved} {source} ORDER BY {order} LIMIT {limit} OFFSET {offset}) page
             JOIN stories s ON s.id = page.id JOIN users u ON u.id = s.author_id
             ORDER BY page.date_saved DESC, page.save_id DESC, s.date_created DESC, s.id DESC",
            order = self.order()
        );
        statement
    }
}

/// How many rows the list has.
pub fn count(conn: &mut Conn<'_>, query: &ListQuery) -> Result<i64, Error> {
    let bound = query.bound(conn.dialect());
    let statement = query.count(&bound, conn.dialect());
    conn.one(&statement.sql, &statement.params)?.take()
}

/// The heads of a page and how many rows the list has. An empty page says 0: beyond page 1 that is no page.
pub fn heads(conn: &mut Conn<'_>, query: &ListQuery) -> Result<(Vec<Head>, i64), Error> {
    let bound = query.bound(conn.dialect());
    let statement = query.heads(&bound, conn.dialect());
    let rows = conn.query(&statement.sql, &statement.params)?;
    let mut count = 0;
    let mut heads = Vec::with_capacity(rows.len());
    for mut row in rows {
        heads.push(Head {
            id: row.take()?,
            version: row.take()?,
            names_version: row.take()?,
            is_liked: row.take()?,
            body_bytes: row.take()?,
            wire_bytes: row.take()?,
            date_saved: row.take()?,
        });
        count = row.take()?;
    }
    Ok((heads, count))
}

/// The rows of a page, in the order of its heads. A story that vanished in between is left out.
pub fn rows(conn: &mut Conn<'_>, heads: &[Head]) -> Result<Vec<Story>, Error> {
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let ids = padded(heads.iter().map(|head| head.id).collect());
    let rows = conn.query(&rows_sql(ids.len()), &as_params(&ids))?;
    let mut found: Vec<Story> = rows
        .into_iter()
        .map(|mut row| Story::from(&mut row))
        .collect::<Result<_, _>>()?;
    name_authors(conn, &mut found)?;
    let mut found: HashMap<i64, Story> = found.into_iter().map(|story| (story.id, story)).collect();
    let in_order = heads.iter().filter_map(|head| {
        let mut story = found.remove(&head.id)?;
        story.is_liked = head.is_liked;
        story.date_saved = (head.date_saved != 0).then_some(head.date_saved);
        Some(story)
    });
    Ok(in_order.collect())
}

/// The rows of `count` stories; the viewer's marks are in the heads.
fn rows_sql(count: usize) -> String {
    format!(
        "SELECT {COLUMNS}, FALSE, FALSE
         FROM stories s JOIN users u ON u.id = s.author_id
         WHERE s.id IN ({})",
        placeholders(1, count)
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements(dialect: Dialect) -> Vec<String> {
    let mut all = Vec::new();
    for shelf in [
        Shelf::Public,
        Shelf::Own(1),
        Shelf::OfUser(1),
        Shelf::Written(1),
        Shelf::Saved(1),
    ] {
        for (search, category, language) in [
            ("", "", ""),
            ("a", "animal", "en"),
            ("moon", "animal", "en"),
            ("moon", "", ""),
            ("", "animal", "tl"),
        ] {
            let query = ListQuery {
                shelf,
                viewer: Some(1),
                search: search.to_owned(),
                category: category.to_owned(),
                language: language.to_owned(),
                limit: 12,
                offset: 0,
            };
            all.extend([query.count_sql(dialect), query.heads_sql(dialect)]);
        }
    }
    all.extend(LENGTHS.map(rows_sql));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stories::test_world::World;

    async fn plan(world: &World, sql: String) -> String {
        let explained = format!("EXPLAIN QUERY PLAN {sql}");
        let rows = world
            .write(move |conn| {
                let count = explained.split('$').count() - 1;
                let none: Vec<&dyn ToValue> = (0..count).map(|_| &1_i64 as &dyn ToValue).collect();
                conn.query(&explained, &none)
            })
            .await;
        let steps = rows.into_iter().map(|mut row| {
            let _: (i64, i64, i64) = (row.take().unwrap(), row.take().unwrap(), row.take().unwrap());
            row.take::<String>().unwrap()
        });
        steps.collect::<Vec<_>>().join("\n")
    }

    #[tokio::test]
    async fn the_public_list_is_counted_and_turned_over_by_its_index_alone() {
        let world = World::new();
        let query = ListQuery {
            shelf: Shelf::Public,
            viewer: None,
            search: String::new(),
            category: String::new(),
            language: String::new(),
            limit: 12,
            offset: 0,
        };
        let count = plan(&world, query.count_sql(Dialect::Sqlite)).await;
        assert_eq!(count, "SCAN s USING COVERING INDEX stories_public");
        let heads = plan(&world, query.heads_sql(Dialect::Sqlite)).await;
        assert_eq!(heads.matches(&count).count(), 2, "{heads}");
        assert_eq!(heads.matches("SCAN").count(), 3, "page itself besides: {heads}");
    }
}
