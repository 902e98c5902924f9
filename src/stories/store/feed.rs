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

/// One's own stories that are looked at for marks: the newest ones. (As SQL spells it.)
const OWN: &str = "500";

/// A kind of what happens: rows `m` of a table that belong to a *source*, which is a friend, or a story of one's own.
struct Kind {
    /// Its name on the wire.
    name: &'static str,
    /// What the parts of its query are called.
    part: &'static str,
    table: &'static str,
    /// The column of the source.
    source: &'static str,
    /// The column of the story.
    story: &'static str,
    instant: &'static str,
    actor: &'static str,
    /// Which rows count.
    only: &'static str,
    /// The ids of all sources, selected.
    sources: &'static str,
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "published",
        part: "published",
        table: "stories",
        source: "author_id",
        story: "id",
        instant: "date_created",
        actor: "author_id",
        only: "m.is_published",
        sources: "f.id AS id FROM friends f JOIN users u ON u.id = f.id
                  WHERE u.suspended_at IS NULL AND u.archived_at IS NULL",
    },
    Kind {
        name: "liked_your_story",
        part: "likes",
        table: "story_likes",
        source: "story_id",
        story: "story_id",
        instant: "date_created",
        actor: "user_id",
        only: "m.user_id <> $1",
        sources: "w.id AS id FROM own w WHERE w.likes_count > 0",
    },
    Kind {
        name: "commented_on_your_story",
        part: "comments",
        table: "story_comments",
        source: "story_id",
        story: "story_id",
        instant: "date_created",
        actor: "author_id",
        only: "m.author_id <> $1",
        sources: "w.id AS id FROM own w WHERE w.comments_count > 0",
    },
    Kind {
        name: "saved_your_story",
        part: "saves",
        table: "story_saves",
        source: "story_id",
        story: "story_id",
        instant: "date_saved",
        actor: "user_id",
        only: "m.user_id <> $1",
        sources: "w.id AS id FROM own w WHERE w.saves_count > 0",
    },
];

impl Kind {
    /// The newest rows of this kind, by steps each of which has a bound: the sources where something happened last, one
    /// look into an index for each; since when each of them has the newest rows, no earlier than the last of the sources;
    /// these rows. A row that is among the newest of all is among the newest of its source, and that source is among those
    /// where something happened last.
    fn parts(&self) -> String {
        let Self {
            name,
            part,
            table,
            source,
            story,
            instant,
            actor,
            only,
            sources,
        } = self;
        format!(
            "{part}_sources (id, newest) AS MATERIALIZED (
                 SELECT o.id, COALESCE((
                     SELECT m.{instant} FROM {table} m WHERE m.{source} = o.id AND {only}
                     ORDER BY m.{instant} DESC, m.id DESC LIMIT 1), 0) AS newest
                 FROM (SELECT {sources}) o ORDER BY newest DESC, o.id LIMIT $2),
             {part}_since (id, since) AS MATERIALIZED (
                 SELECT o.id, COALESCE((
                     SELECT m.{instant} FROM {table} m
                     WHERE m.{source} = o.id AND m.{instant} >= e.earliest AND {only}
                     ORDER BY m.{instant} DESC, m.id DESC LIMIT 1 OFFSET $3), e.earliest)
                 FROM {part}_sources o
                 JOIN (SELECT CASE WHEN COUNT(*) < $2 THEN 0 ELSE MIN(newest) END AS earliest
                       FROM {part}_sources) e ON TRUE),
             {part} AS (
                 SELECT '{name}' AS kind, m.id AS id, s.id AS story_id, s.title, u.id AS user_id, u.display_name,
                        u.avatar_emoji, u.selected_avatar_border, m.{instant} AS happened_at
                 FROM {part}_since o JOIN {table} m ON m.{source} = o.id AND m.{instant} >= o.since
                 JOIN stories s ON s.id = m.{story} JOIN users u ON u.id = m.{actor}
                 WHERE {only} AND u.suspended_at IS NULL AND u.archived_at IS NULL
                 ORDER BY m.{instant} DESC, m.id DESC LIMIT $2)"
        )
    }
}

/// `$1` is whose feed it is, `$2` how many rows, `$3` one less; `friends` is a query for the ids of their friends.
fn newest_sql(friends: &str) -> String {
    format!(
        "WITH friends (id) AS MATERIALIZED ({friends}),
             own AS MATERIALIZED (
                 SELECT id, likes_count, comments_count, saves_count FROM stories WHERE author_id = $1
                 ORDER BY date_created DESC, id DESC LIMIT {OWN}),
             {}
         SELECT kind, id, story_id, title, user_id, display_name, avatar_emoji, selected_avatar_border, happened_at
         FROM (SELECT * FROM published UNION ALL SELECT * FROM likes
               UNION ALL SELECT * FROM comments UNION ALL SELECT * FROM saves) feed
         ORDER BY happened_at DESC, kind, id DESC LIMIT $2",
        KINDS.map(|kind| kind.parts()).join(",\n")
    )
}

/// The newest of what friends published and of what others left on one's stories, the newest 500 of these. Who is
/// suspended or archived is left out. One query, whose cost does not grow with what was left there ever.
pub fn newest(conn: &mut Conn<'_>, user_id: i64, friends: &str, limit: i64) -> Result<Vec<Activity>, Error> {
    let rows = conn.query(&newest_sql(friends), &[&user_id, &limit, &(limit - 1)])?;
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
    vec![newest_sql(friends)]
}
