//! A migrated SQLite file with a few people and stories, for the tests of the statements.

use database::{Conn, Database, Error, Options, Target};
use tempfile::TempDir;

use crate::migrations;

/// When the world began.
pub(in crate::stories) const NOW: i64 = 1_772_600_767_000_000;

/// A database of its own, gone when it is dropped.
pub(in crate::stories) struct World {
    pub(in crate::stories) database: Database,
    _folder: TempDir,
}

impl World {
    pub(in crate::stories) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = Target::Sqlite(folder.path().join("world.db"));
        let database = Database::open(target, Options::default()).expect("an empty file");
        database.migrate(&migrations::ALL).expect("the schema fits");
        Self {
            database,
            _folder: folder,
        }
    }

    /// Runs a closure in a transaction, as a handler does.
    pub(in crate::stories) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        self.database.write(work).await.expect("the statements are right")
    }

    /// The same, and how many statements it took.
    pub(in crate::stories) async fn counted<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    ) -> (T, u64) {
        let before = self.database.statements();
        let result = self.write(work).await;
        (result, self.database.statements() - before)
    }
}

/// Somebody called `name`.
pub(in crate::stories) fn person(conn: &mut Conn<'_>, name: &str) -> Result<i64, Error> {
    let mut row = conn.one(
        "INSERT INTO users (username, username_folded, password_hash, display_name, display_name_folded,
             last_seen, created_at, updated_at)
         VALUES ($1, $1, '', $1, $1, 0, 0, 0) RETURNING id",
        &[&name],
    )?;
    row.take()
}

/// A story by somebody.
pub(in crate::stories) fn story(
    conn: &mut Conn<'_>,
    author_id: i64,
    is_published: bool,
) -> Result<i64, Error> {
    let mut row = conn.one(
        "INSERT INTO stories (author_id, title, category, language, creation_type, is_published,
             date_created, date_updated)
         VALUES ($1, 'The Brave Kettle', 'other', 'en', 'manual', $2, $3, $3) RETURNING id",
        &[&author_id, &is_published, &NOW],
    )?;
    row.take()
}

/// Publishes or unpublishes a story.
pub(in crate::stories) fn publish(
    conn: &mut Conn<'_>,
    story_id: i64,
    is_published: bool,
) -> Result<(), Error> {
    conn.execute(
        "UPDATE stories SET is_published = $2 WHERE id = $1",
        &[&story_id, &is_published],
    )?;
    Ok(())
}

/// The running totals and the version of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::stories) struct Totals {
    pub(in crate::stories) likes: i64,
    pub(in crate::stories) saves: i64,
    pub(in crate::stories) comments: i64,
    pub(in crate::stories) ratings: i64,
    pub(in crate::stories) ratings_sum: i64,
}

/// What a story keeps of its marks.
pub(in crate::stories) fn kept(conn: &mut Conn<'_>, story_id: i64) -> Result<Totals, Error> {
    let mut row = conn.one(
        "SELECT likes_count, saves_count, comments_count, ratings_count, ratings_sum FROM stories WHERE id = $1",
        &[&story_id],
    )?;
    Ok(Totals {
        likes: row.take()?,
        saves: row.take()?,
        comments: row.take()?,
        ratings: row.take()?,
        ratings_sum: row.take()?,
    })
}

/// What counting the rows says.
pub(in crate::stories) fn counted_rows(conn: &mut Conn<'_>, story_id: i64) -> Result<Totals, Error> {
    let mut row = conn.one(
        "SELECT (SELECT CAST(COUNT(*) AS BIGINT) FROM story_likes WHERE story_id = $1),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM story_saves WHERE story_id = $1),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM story_comments WHERE story_id = $1),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM story_ratings WHERE story_id = $1),
                (SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) FROM story_ratings WHERE story_id = $1)",
        &[&story_id],
    )?;
    Ok(Totals {
        likes: row.take()?,
        saves: row.take()?,
        comments: row.take()?,
        ratings: row.take()?,
        ratings_sum: row.take()?,
    })
}

/// The version of a story.
pub(in crate::stories) fn version(conn: &mut Conn<'_>, story_id: i64) -> Result<i64, Error> {
    conn.one("SELECT version FROM stories WHERE id = $1", &[&story_id])?
        .take()
}
