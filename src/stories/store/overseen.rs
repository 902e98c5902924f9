//! Stories and comments as administrators see them, drafts too, and what keeping order does to them.

use database::{Conn, Dialect, Error, Row};

use crate::pictures::{Reference, public_url};
use crate::text::{Strategy, fold, is_walked, like_anywhere};
use crate::wire::origin::Origin;

/// The first 21 columns of a story `s` whose author is `u`.
const COLUMNS: &str = "s.id, s.title, s.author_id, u.username, u.display_name, s.is_published, s.is_collaborative,
    s.is_flagged, s.flagged_reason, s.language, s.category, s.creation_type, s.public_cover, s.views, s.likes_count,
    s.comments_count, s.saves_count, s.ratings_count, s.ratings_sum, s.date_created, s.date_updated";

/// A story without its texts and drawings.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Seen {
    pub id: i64,
    pub title: String,
    pub author_id: i64,
    pub author: String,
    pub author_name: String,
    pub is_published: bool,
    pub is_collaborative: bool,
    pub is_flagged: bool,
    pub flagged_reason: String,
    pub language: String,
    pub category: String,
    pub creation_type: String,
    public_cover: String,
    pub views: i64,
    pub likes_count: i64,
    pub comments_count: i64,
    pub saves_count: i64,
    pub ratings_count: i64,
    pub ratings_sum: i64,
    pub date_created: i64,
    pub date_updated: i64,
}

impl Seen {
    /// The next columns of a row: [`COLUMNS`].
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            title: row.take()?,
            author_id: row.take()?,
            author: row.take()?,
            author_name: row.take()?,
            is_published: row.take()?,
            is_collaborative: row.take()?,
            is_flagged: row.take()?,
            flagged_reason: row.take()?,
            language: row.take()?,
            category: row.take()?,
            creation_type: row.take()?,
            public_cover: row.take()?,
            views: row.take()?,
            likes_count: row.take()?,
            comments_count: row.take()?,
            saves_count: row.take()?,
            ratings_count: row.take()?,
            ratings_sum: row.take()?,
            date_created: row.take()?,
            date_updated: row.take()?,
        })
    }

    /// The cover as a URL; empty without one, and for a stored picture of a draft, which nobody can be shown.
    pub fn cover(&self, origin: &Origin) -> String {
        if !self.is_published && Reference::parse(&self.public_cover).is_some() {
            return String::new();
        }
        public_url(&self.public_cover, origin)
    }

    /// The mean of its ratings; 0 without any.
    pub fn rating(&self) -> f64 {
        if self.ratings_count == 0 {
            return 0.0;
        }
        self.ratings_sum as f64 / self.ratings_count as f64
    }
}

/// Which stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Shelf {
    All,
    Published,
    Drafts,
    Flagged,
}

impl Shelf {
    /// Spelled as the indexes of these stories are.
    fn condition(self) -> &'static str {
        match self {
            Self::All => "TRUE",
            Self::Published => "s.is_published",
            Self::Drafts => "s.is_published = FALSE",
            Self::Flagged => "s.is_flagged = TRUE",
        }
    }
}

/// A list as it was asked for.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// Which stories.
    pub shelf: Shelf,
    /// Found in the title or the author's user name; empty: all.
    pub search: String,
    /// Rows at most.
    pub limit: i64,
    /// Rows to leave out at the start.
    pub offset: i64,
}

/// How the stories of a page are found.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Which ones there are first, then their order.
    Found(Strategy),
    /// In their order, with a look at each.
    Walked,
}

/// The condition; `$1` is the pattern.
fn condition(way: Way) -> String {
    match way {
        Way::Found(Strategy::Everything) => "$1 = ''".to_owned(),
        Way::Found(strategy) => format!(
            "s.id IN (SELECT {} UNION SELECT o.id FROM stories o WHERE o.author_id IN (SELECT {}))",
            titles(strategy),
            people(strategy, 1)
        ),
        Way::Walked => format!(
            "({TITLE} LIKE $1 ESCAPE '\\'
              OR (SELECT username_folded FROM users WHERE id = s.author_id) LIKE $1 ESCAPE '\\')"
        ),
    }
}

/// The title of `s` in which is searched.
const TITLE: &str = "(SELECT title_folded FROM story_search WHERE story_id = s.id)";

/// What selects the ids of the stories whose title is found; `$1` is the pattern.
fn titles(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Everything | Strategy::Like => {
            "story_id FROM story_search WHERE title_folded LIKE $1 ESCAPE '\\'"
        }
        Strategy::FullText => "rowid FROM stories_fts WHERE stories_fts MATCH 'title_folded : ' || $1",
    }
}

/// What selects the ids of the people whose user name is found; the parameter of this number is the pattern.
fn people(strategy: Strategy, parameter: usize) -> String {
    match strategy {
        Strategy::Everything | Strategy::Like => {
            format!("id FROM users WHERE username_folded LIKE ${parameter} ESCAPE '\\'")
        }
        Strategy::FullText => {
            format!("rowid FROM users_fts WHERE users_fts MATCH 'username_folded : ' || ${parameter}")
        }
    }
}

/// How many are found, on which their counting depends.
#[derive(Clone, Copy, Debug)]
enum Share {
    /// Few: they are found in this way.
    Few(Strategy),
    /// Most: to look at each is sooner than to find them.
    Most(Dialect),
}

impl Share {
    fn pattern(self, needle: &str) -> String {
        match self {
            Self::Few(strategy) => strategy.pattern(needle),
            Self::Most(Dialect::Sqlite) => needle.to_owned(),
            Self::Most(Dialect::Postgres) => like_anywhere(needle),
        }
    }
}

/// Whether a folded text has the needle, by the soonest look that an engine knows; the parameter of this number is what
/// [`Share::Most`] makes of the needle.
fn has(dialect: Dialect, text: &str, parameter: usize) -> String {
    match dialect {
        Dialect::Sqlite => format!("INSTR({text}, ${parameter}) > 0"),
        Dialect::Postgres => format!("{text} LIKE ${parameter} ESCAPE '\\'"),
    }
}

/// Whether a needle is found in most titles, and in most user names, by the newest of each; `$1` is the pattern.
const ARE_MOST: &str = "
    SELECT (SELECT COALESCE(2 * SUM(CASE WHEN title_folded LIKE $1 ESCAPE '\\' THEN 1 ELSE 0 END) > COUNT(*), FALSE)
            FROM (SELECT title_folded FROM story_search ORDER BY story_id DESC LIMIT 200) newest),
           (SELECT COALESCE(2 * SUM(CASE WHEN username_folded LIKE $1 ESCAPE '\\' THEN 1 ELSE 0 END) > COUNT(*), FALSE)
            FROM (SELECT username_folded FROM users ORDER BY id DESC LIMIT 200) newest)";

/// Those whose title is found, and those of found people whose title is not; where most people are found, all but those of
/// the others whose title is not. `$1` and `$2` are the patterns of titles and of people.
fn count_sql(shelf: Shelf, titled: Share, authors: Share) -> String {
    let is_titled = match titled {
        Share::Few(strategy) => format!("s.id IN (SELECT {})", titles(strategy)),
        Share::Most(dialect) => has(dialect, TITLE, 1),
    };
    match authors {
        Share::Few(strategy) => {
            let theirs = format!("s.author_id IN (SELECT {})", people(strategy, 2));
            format!(
                "SELECT {} + {}",
                count_titled(shelf, titled, &is_titled),
                counted(shelf, &format!("{theirs} AND NOT ({is_titled})"))
            )
        }
        Share::Most(dialect) => {
            let is_found = has(dialect, "username_folded", 2);
            let others = format!("s.author_id IN (SELECT id FROM users WHERE NOT ({is_found}))");
            format!(
                "SELECT {} - {}",
                counted(shelf, "TRUE"),
                counted(shelf, &format!("{others} AND NOT ({is_titled})"))
            )
        }
    }
}

/// How many titles of a shelf are found. Every story has a title.
fn count_titled(shelf: Shelf, titled: Share, is_titled: &str) -> String {
    let all = match titled {
        Share::Few(strategy) => format!(
            "CAST(COUNT(*) AS BIGINT) FROM (SELECT {}) found",
            titles(strategy)
        ),
        Share::Most(Dialect::Sqlite) => "COUNT_HAVING(title_folded, $1) FROM story_search".to_owned(),
        Share::Most(dialect) => {
            let is_found = has(dialect, "title_folded", 1);
            format!("CAST(COUNT(*) AS BIGINT) FROM story_search WHERE {is_found}")
        }
    };
    let all = format!("(SELECT {all})");
    match (shelf, titled) {
        (Shelf::All, _) => all,
        // Drafts are the fewer.
        (Shelf::Published, Share::Most(_)) => format!("({all} - {})", counted(Shelf::Drafts, is_titled)),
        _ => counted(shelf, is_titled),
    }
}

/// The number of the stories `s` of a shelf for which a condition holds.
fn counted(shelf: Shelf, condition: &str) -> String {
    let is_there = shelf.condition();
    format!("(SELECT CAST(COUNT(*) AS BIGINT) FROM stories s WHERE {is_there} AND {condition})")
}

/// How many stories a search finds. Two queries; one without a search.
fn count(conn: &mut Conn<'_>, shelf: Shelf, strategy: Strategy, needle: &str) -> Result<i64, Error> {
    if strategy == Strategy::Everything {
        return conn.one(&count_all_sql(shelf), &[])?.take();
    }
    let mut are_most = conn.one(ARE_MOST, &[&like_anywhere(needle)])?;
    let dialect = conn.dialect();
    let share = |are_most| {
        if are_most {
            Share::Most(dialect)
        } else {
            Share::Few(strategy)
        }
    };
    let (titled, authors) = (share(are_most.take()?), share(are_most.take()?));
    let patterns = [titled.pattern(needle), authors.pattern(needle)];
    let sql = count_sql(shelf, titled, authors);
    conn.one(&sql, &[&patterns[0], &patterns[1]])?.take()
}

fn count_all_sql(shelf: Shelf) -> String {
    format!("SELECT {}", counted(shelf, "TRUE"))
}

fn page_sql(shelf: Shelf, way: Way) -> String {
    format!(
        "SELECT {COLUMNS} FROM (
             SELECT s.id FROM stories s WHERE {} AND {}
             ORDER BY s.date_created DESC, s.id DESC LIMIT $2 OFFSET $3) page
         JOIN stories s ON s.id = page.id JOIN users u ON u.id = s.author_id
         ORDER BY s.date_created DESC, s.id DESC",
        shelf.condition(),
        condition(way)
    )
}

/// A page of stories, newest first, and how many there are in all, which is `known` or counted. Three queries.
pub fn page(conn: &mut Conn<'_>, query: &ListQuery, known: Option<i64>) -> Result<(Vec<Seen>, i64), Error> {
    let needle = fold(query.search.trim());
    let strategy = Strategy::of(&needle, conn.dialect());
    let mut pattern = strategy.pattern(&needle);
    let total = match known {
        Some(total) => total,
        None => count(conn, query.shelf, strategy, &needle)?,
    };
    let mut way = Way::Found(strategy);
    if strategy != Strategy::Everything && is_walked(total, query.offset + query.limit) {
        way = Way::Walked;
        pattern = like_anywhere(&needle);
    }
    let rows = conn.query(
        &page_sql(query.shelf, way),
        &[&pattern, &query.limit, &query.offset],
    )?;
    let stories = rows.into_iter().map(|mut row| Seen::from(&mut row));
    Ok((stories.collect::<Result<_, _>>()?, total))
}

/// The newest flagged stories. One query.
pub fn flagged(conn: &mut Conn<'_>, limit: i64) -> Result<Vec<Seen>, Error> {
    let rows = conn.query(&flagged_sql(), &[&limit])?;
    rows.into_iter().map(|mut row| Seen::from(&mut row)).collect()
}

fn flagged_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM stories s JOIN users u ON u.id = s.author_id WHERE s.is_flagged = TRUE
         ORDER BY s.date_created DESC, s.id DESC LIMIT $1"
    )
}

/// The newest stories of an author, drafts too. One query.
pub fn newest_of(conn: &mut Conn<'_>, author_id: i64, limit: i64) -> Result<Vec<Seen>, Error> {
    let rows = conn.query(&newest_of_sql(), &[&author_id, &limit])?;
    rows.into_iter().map(|mut row| Seen::from(&mut row)).collect()
}

fn newest_of_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM stories s JOIN users u ON u.id = s.author_id WHERE s.author_id = $1
         ORDER BY s.date_created DESC, s.id DESC LIMIT $2"
    )
}

/// The stories after an id, in the order of their ids. One query.
pub fn after(conn: &mut Conn<'_>, id: i64, limit: i64) -> Result<Vec<Seen>, Error> {
    let rows = conn.query(&after_sql(), &[&id, &limit])?;
    rows.into_iter().map(|mut row| Seen::from(&mut row)).collect()
}

fn after_sql() -> String {
    format!(
        "SELECT {COLUMNS} FROM stories s JOIN users u ON u.id = s.author_id WHERE s.id > $1 ORDER BY s.id LIMIT $2"
    )
}

/// A comment and where it stands.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct SeenComment {
    pub id: i64,
    pub body: String,
    pub author_id: i64,
    pub author: String,
    pub story_id: i64,
    pub story_title: String,
    pub date_created: i64,
}

impl SeenComment {
    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            body: row.take()?,
            author_id: row.take()?,
            author: row.take()?,
            story_id: row.take()?,
            story_title: row.take()?,
            date_created: row.take()?,
        })
    }
}

/// The newest comments of all, their first 200 characters. One query.
pub fn newest_comments(conn: &mut Conn<'_>, limit: i64) -> Result<Vec<SeenComment>, Error> {
    let rows = conn.query(
        "SELECT c.id, SUBSTR(c.body, 1, 200), c.author_id, u.username, s.id, s.title, c.date_created
         FROM (SELECT id, body, author_id, story_id, date_created FROM story_comments ORDER BY id DESC LIMIT $1) c
         JOIN users u ON u.id = c.author_id JOIN stories s ON s.id = c.story_id
         ORDER BY c.id DESC",
        &[&limit],
    )?;
    rows.into_iter()
        .map(|mut row| SeenComment::from(&mut row))
        .collect()
}

/// The newest comments of somebody, their first 200 characters. One query.
pub fn newest_comments_of(
    conn: &mut Conn<'_>,
    author_id: i64,
    limit: i64,
) -> Result<Vec<SeenComment>, Error> {
    let rows = conn.query(
        "SELECT c.id, SUBSTR(c.body, 1, 200), c.author_id, u.username, s.id, s.title, c.date_created
         FROM story_comments c JOIN users u ON u.id = c.author_id JOIN stories s ON s.id = c.story_id
         WHERE c.author_id = $1 ORDER BY c.id DESC LIMIT $2",
        &[&author_id, &limit],
    )?;
    rows.into_iter()
        .map(|mut row| SeenComment::from(&mut row))
        .collect()
}

/// Every statement that this module puts together, for the test that prepares them all.
pub(super) fn all_statements(dialect: Dialect) -> Vec<String> {
    let mut all = vec![flagged_sql(), newest_of_sql(), after_sql(), ARE_MOST.to_owned()];
    let shares = |strategy| [Share::Few(strategy), Share::Most(dialect)];
    for shelf in [Shelf::All, Shelf::Published, Shelf::Drafts, Shelf::Flagged] {
        all.extend([count_all_sql(shelf), page_sql(shelf, Way::Walked)]);
        for &strategy in Strategy::all(dialect) {
            all.push(page_sql(shelf, Way::Found(strategy)));
            for titled in shares(strategy) {
                all.extend(shares(strategy).map(|authors| count_sql(shelf, titled, authors)));
            }
        }
    }
    all
}
