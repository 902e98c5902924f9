//! What happens around the stories of somebody and their friends, and the newest stories of an author.

use database::{Conn, Error};

use crate::pictures::public_url;
use crate::wire::origin::Origin;

/// Something that happened.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Activity {
    /// `published`, `liked_your_story`, `commented_on_your_story` or `saved_your_story`.
    pub kind: String,
    /// Of the story, the like, the comment or the save.
    pub id: i64,
    pub story_id: i64,
    pub story_title: String,
    pub user_id: i64,
    pub user_name: String,
    pub user_avatar: String,
    pub user_border: String,
    pub happened_at: i64,
}

/// What others left on one's stories: the table, its instant and its actor, and how it is called.
const MARKS: [(&str, &str, &str, &str); 3] = [
    ("liked_your_story", "story_likes", "date_created", "user_id"),
    (
        "commented_on_your_story",
        "story_comments",
        "date_created",
        "author_id",
    ),
    ("saved_your_story", "story_saves", "date_saved", "user_id"),
];

/// The newest of each kind. `$1` is whose feed it is, `$2` how many rows; `friends` is a query for the ids of their
/// friends.
fn arms(friends: &str) -> Vec<String> {
    let person = "u.id AS user_id, u.display_name, u.avatar_emoji, u.selected_avatar_border";
    let is_active = "u.suspended_at IS NULL AND u.archived_at IS NULL";
    let mut arms = vec![format!(
        "SELECT * FROM (
             SELECT 'published' AS kind, s.id AS id, s.id AS story_id, s.title, {person}, s.date_created AS happened_at
             FROM stories s JOIN users u ON u.id = s.author_id
             WHERE s.is_published AND s.author_id IN ({friends}) AND {is_active}
             ORDER BY s.date_created DESC, s.id DESC LIMIT $2) published"
    )];
    for (kind, table, instant, actor) in MARKS {
        arms.push(format!(
            "SELECT * FROM (
                 SELECT '{kind}' AS kind, m.id AS id, s.id AS story_id, s.title, {person}, m.{instant} AS happened_at
                 FROM {table} m JOIN stories s ON s.id = m.story_id JOIN users u ON u.id = m.{actor}
                 WHERE s.author_id = $1 AND m.{actor} <> $1 AND {is_active}
                 ORDER BY m.{instant} DESC, m.id DESC LIMIT $2) {table}"
        ));
    }
    arms
}

fn newest_sql(friends: &str) -> String {
    format!(
        "SELECT kind, id, story_id, title, user_id, display_name, avatar_emoji, selected_avatar_border, happened_at
         FROM ({}) feed ORDER BY happened_at DESC, kind, id DESC LIMIT $2",
        arms(friends).join(" UNION ALL ")
    )
}

/// The newest of what friends published and of what others left on one's stories. One query.
pub fn newest(conn: &mut Conn<'_>, user_id: i64, friends: &str, limit: i64) -> Result<Vec<Activity>, Error> {
    let rows = conn.query(&newest_sql(friends), &[&user_id, &limit])?;
    let activities = rows.into_iter().map(|mut row| {
        Ok(Activity {
            kind: row.take()?,
            id: row.take()?,
            story_id: row.take()?,
            story_title: row.take()?,
            user_id: row.take()?,
            user_name: row.take()?,
            user_avatar: row.take()?,
            user_border: row.take()?,
            happened_at: row.take()?,
        })
    });
    activities.collect()
}

/// A published story in short.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Short {
    pub id: i64,
    pub title: String,
    pub likes_count: i64,
    public_cover: String,
}

impl Short {
    /// The cover as a URL; empty without one.
    pub fn cover(&self, origin: &Origin) -> String {
        public_url(&self.public_cover, origin)
    }
}

/// The newest published stories of an author. One query.
pub fn newest_of(conn: &mut Conn<'_>, author_id: i64, limit: i64) -> Result<Vec<Short>, Error> {
    let rows = conn.query(
        "SELECT id, title, likes_count, public_cover FROM stories WHERE author_id = $1 AND is_published
         ORDER BY date_created DESC, id DESC LIMIT $2",
        &[&author_id, &limit],
    )?;
    let stories = rows.into_iter().map(|mut row| {
        Ok(Short {
            id: row.take()?,
            title: row.take()?,
            likes_count: row.take()?,
            public_cover: row.take()?,
        })
    });
    stories.collect()
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements(friends: &str) -> Vec<String> {
    let mut all = arms(friends);
    all.push(newest_sql(friends));
    all
}
