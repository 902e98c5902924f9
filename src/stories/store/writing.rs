//! Making, changing and deleting stories. Each function is one small part of one transaction; what an act counts for its
//! author is up to [`effects`](crate::stories::effects).

use database::{Conn, Error, Row};

use crate::clock::HOUR;
use crate::pictures;
use crate::stories::rules;
use crate::text::fold;

/// In how long a create with the same pages is taken for a repetition.
const REPEATED_WITHIN: i64 = 24 * HOUR;

/// All that a story's author can write.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Written {
    pub title: String,
    pub summary: Option<String>,
    pub category: String,
    /// A JSON list of texts.
    pub genres: String,
    pub language: String,
    pub creation_type: String,
    pub is_published: bool,
    pub content: String,
    pub drawn: Drawn,
}

/// The drawings of a story, as stored, with what was worked out from them beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The cover as written, pictures as references.
    pub cover: String,
    /// The canvas as written, pictures as references.
    pub canvas: String,
    /// The cover as others see it.
    pub public_cover: String,
    /// The hash of the page ids.
    pub page_key: Option<String>,
    /// The stored pictures that cover and canvas name, each once.
    pub pictures: Vec<String>,
    /// Bytes of cover and canvas as they are sent, pictures in full.
    pub wire_bytes: i64,
}

/// The texts of a story as they are searched for, and how many words they have. Going through a long one takes a while,
/// so it is done before the hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    title: String,
    content: String,
    words: i64,
}

/// What a story counts for its author.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Tally {
    pub is_published: bool,
    pub creation_type: String,
    pub words: i64,
}

/// A story as it stands, with what decides who may change what.
#[derive(Clone, Debug)]
pub struct Current {
    /// Wrote it.
    pub author_id: i64,
    /// Rises with what its authors do; what readers leave on it does not count.
    pub revision: i64,
    /// Words of its content, as they were counted.
    pub words: i64,
    /// It may be published: its author is here, and no moderator keeps it from view.
    pub may_be_shown: bool,
    /// What its author wrote.
    pub written: Written,
}

impl Written {
    /// The same as a draft, unless it may be shown.
    #[must_use]
    pub fn shown_if(self, may_be_shown: bool) -> Self {
        Self {
            is_published: self.is_published && may_be_shown,
            ..self
        }
    }
}

impl Current {
    /// What it counts for its author.
    pub fn tally(&self) -> Tally {
        self.written.tally(self.words)
    }
}

/// A story of this author with these pages that was made lately.
pub fn repeated(conn: &mut Conn<'_>, author_id: i64, page_key: &str, now: i64) -> Result<Option<i64>, Error> {
    let row = conn.first(
        "SELECT id FROM stories WHERE author_id = $1 AND page_key = $2 AND date_created > $3 ORDER BY id LIMIT 1",
        &[&author_id, &page_key, &(now - REPEATED_WITHIN)],
    )?;
    row.map(|mut row| row.take()).transpose()
}

/// A story as it stands; nothing when there is no such story.
pub fn current(conn: &mut Conn<'_>, story_id: i64) -> Result<Option<Current>, Error> {
    let row = conn.first(
        "SELECT s.author_id, s.revision, s.title, s.summary, s.category, s.genres, s.language,
                s.creation_type, s.is_published, s.public_cover, s.page_key, s.wire_bytes, s.words,
                b.content, b.cover, b.canvas,
                s.withheld_at IS NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL
         FROM stories s JOIN story_bodies b ON b.story_id = s.id JOIN users u ON u.id = s.author_id WHERE s.id = $1",
        &[&story_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let (author_id, revision) = (row.take()?, row.take()?);
    let (title, summary, category, genres) = (row.take()?, row.take()?, row.take()?, row.take()?);
    let (language, creation_type, is_published) = (row.take()?, row.take()?, row.take()?);
    let (public_cover, page_key, all_wire_bytes): (_, _, i64) = (row.take()?, row.take()?, row.take()?);
    let words = row.take()?;
    let (content, cover, canvas): (String, String, String) = (row.take()?, row.take()?, row.take()?);
    let pictures = pictures::named_in(&[&cover, &canvas]);
    let wire_bytes = all_wire_bytes - content.len() as i64;
    let drawn = Drawn {
        cover,
        canvas,
        public_cover,
        page_key,
        pictures,
        wire_bytes,
    };
    let written = Written {
        title,
        summary,
        category,
        genres,
        language,
        creation_type,
        is_published,
        content,
        drawn,
    };
    Ok(Some(Current {
        author_id,
        revision,
        words,
        may_be_shown: row.take()?,
        written,
    }))
}

/// Makes a story; its id.
pub fn insert(
    conn: &mut Conn<'_>,
    author_id: i64,
    story: &Written,
    folded: &Folded,
    now: i64,
) -> Result<i64, Error> {
    let mut row = conn.one(
        "INSERT INTO stories (author_id, title, summary, category, genres, language, creation_type, public_cover,
             is_published, page_key, body_bytes, wire_bytes, words, date_created, date_updated)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14) RETURNING id",
        &[
            &author_id,
            &story.title,
            &story.summary,
            &story.category,
            &story.genres,
            &story.language,
            &story.creation_type,
            &story.drawn.public_cover,
            &story.is_published,
            &story.drawn.page_key,
            &story.body_bytes(),
            &story.all_wire_bytes(),
            &folded.words,
            &now,
        ],
    )?;
    let story_id: i64 = row.take()?;
    conn.execute(
        "INSERT INTO story_bodies (story_id, cover, content, canvas) VALUES ($1, $2, $3, $4)",
        &[&story_id, &story.drawn.cover, &story.content, &story.drawn.canvas],
    )?;
    conn.execute(
        "INSERT INTO story_search (story_id, title_folded, content_folded) VALUES ($1, $2, $3)",
        &[&story_id, &folded.title, &folded.content],
    )?;
    pictures::store::attach(conn, story_id, &story.drawn.pictures, now)?;
    Ok(story_id)
}

/// Changes a story as it stood to `new`: only what differs is written, `folded` when a text does. False when it no longer
/// stands so.
pub fn update(
    conn: &mut Conn<'_>,
    story_id: i64,
    current: &Current,
    new: &Written,
    folded: Option<&Folded>,
    now: i64,
) -> Result<bool, Error> {
    let old = &current.written;
    let changed = conn.execute(
        "UPDATE stories SET title = $2, summary = $3, category = $4, genres = $5, language = $6, creation_type = $7,
                public_cover = $8, is_published = $9, page_key = $10, body_bytes = $11, wire_bytes = $12,
                published_by_id = CASE WHEN NOT $9 THEN CASE WHEN hidden_at IS NOT NULL THEN published_by_id END
                    WHEN is_collaborative AND NOT is_published THEN author_id ELSE published_by_id END,
                hidden_at = CASE WHEN $9 THEN NULL ELSE hidden_at END,
                words = $13, date_updated = $14, version = version + 1, revision = revision + 1
         WHERE id = $1 AND revision = $15",
        &[
            &story_id,
            &new.title,
            &new.summary,
            &new.category,
            &new.genres,
            &new.language,
            &new.creation_type,
            &new.drawn.public_cover,
            &new.is_published,
            &new.drawn.page_key,
            &new.body_bytes(),
            &new.all_wire_bytes(),
            &folded.map_or(current.words, |folded| folded.words),
            &now,
            &current.revision,
        ],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    if (&old.content, &old.drawn) != (&new.content, &new.drawn) {
        conn.execute(
            "UPDATE story_bodies SET cover = $2, content = $3, canvas = $4 WHERE story_id = $1",
            &[&story_id, &new.drawn.cover, &new.content, &new.drawn.canvas],
        )?;
    }
    if let Some(folded) = folded {
        conn.execute(
            "UPDATE story_search SET title_folded = $2, content_folded = $3 WHERE story_id = $1",
            &[&story_id, &folded.title, &folded.content],
        )?;
    }
    if old.drawn.pictures != new.drawn.pictures {
        pictures::store::exchange(conn, story_id, &old.drawn.pictures, &new.drawn.pictures, now)?;
    }
    Ok(true)
}

/// Publishes or unpublishes a story of this author: true when that changed anything, nothing when it is not theirs.
pub fn set_published(
    conn: &mut Conn<'_>,
    story_id: i64,
    author_id: i64,
    is_published: bool,
    now: i64,
) -> Result<Option<bool>, Error> {
    let row = conn.first(
        "SELECT is_published FROM stories WHERE id = $1 AND author_id = $2",
        &[&story_id, &author_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    if row.take::<bool>()? == is_published {
        return Ok(Some(false));
    }
    mark_published(conn, story_id, is_published.then_some(author_id), now)?;
    Ok(Some(true))
}

/// Publishes a collaborative story in the name of `publisher`, one of its authors.
pub fn publish_together(conn: &mut Conn<'_>, story_id: i64, publisher: i64, now: i64) -> Result<(), Error> {
    mark_published(conn, story_id, Some(publisher), now)
}

/// Published by somebody, or a draft again. Only a collaborative story remembers who published it. One that was hidden is
/// what this says from now on.
fn mark_published(conn: &mut Conn<'_>, story_id: i64, publisher: Option<i64>, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE stories SET is_published = $2, date_updated = $4, version = version + 1, revision = revision + 1,
                published_by_id = CASE WHEN is_collaborative THEN CAST($3 AS BIGINT) END, hidden_at = NULL
         WHERE id = $1",
        &[&story_id, &publisher.is_some(), &publisher, &now],
    )?;
    Ok(())
}

/// The name of who published a collaborative story; nothing when nobody has.
pub fn publisher(conn: &mut Conn<'_>, story_id: i64) -> Result<Option<String>, Error> {
    let row = conn.first(
        "SELECT p.username FROM stories s JOIN users p ON p.id = s.published_by_id WHERE s.id = $1",
        &[&story_id],
    )?;
    row.map(|mut row| row.take()).transpose()
}

/// Deletes a story of this author; what it counted for them, or nothing when it is not theirs. Its pictures are released.
pub fn delete(conn: &mut Conn<'_>, story_id: i64, author_id: i64, now: i64) -> Result<Option<Tally>, Error> {
    let row = conn.first(
        "SELECT is_published, creation_type, words FROM stories WHERE id = $1 AND author_id = $2",
        &[&story_id, &author_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let tally = Tally::from(&mut row)?;
    pictures::store::release_story(conn, story_id, now)?;
    conn.execute("DELETE FROM stories WHERE id = $1", &[&story_id])?;
    Ok(Some(tally))
}

impl Folded {
    /// Words of the content.
    pub fn words(&self) -> i64 {
        self.words
    }
}

impl Tally {
    /// The next three columns of a row.
    pub(super) fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            is_published: row.take()?,
            creation_type: row.take()?,
            words: row.take()?,
        })
    }
}

impl Written {
    /// The texts as they are searched for.
    pub fn folded(&self) -> Folded {
        Folded {
            title: fold(&self.title),
            content: fold(&self.content),
            words: rules::words(&self.content),
        }
    }

    /// What it counts for its author with so many words.
    pub fn tally(&self, words: i64) -> Tally {
        Tally {
            is_published: self.is_published,
            creation_type: self.creation_type.clone(),
            words,
        }
    }

    /// The same when they are not those of `old`.
    pub fn folded_anew(&self, old: &Self) -> Option<Folded> {
        let is_same = (&self.title, &self.content) == (&old.title, &old.content);
        (!is_same).then(|| self.folded())
    }

    fn body_bytes(&self) -> i64 {
        (self.content.len() + self.drawn.cover.len() + self.drawn.canvas.len()) as i64
    }

    fn all_wire_bytes(&self) -> i64 {
        self.content.len() as i64 + self.drawn.wire_bytes
    }
}
