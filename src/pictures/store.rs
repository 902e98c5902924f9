//! The SQL of pictures: each stored once, in pieces, with the stories that show it.
//!
//! A picture that no story shows and nobody else holds has `released_at`; the sweep takes it some time later. Whoever lets
//! one go changes its row, be it to what it was: of two who let the same one go at once the later sees what the earlier did.

use database::{Conn, Dialect, Error, ToValue, placeholders};

use super::{Kind, Picture};

/// The bytes of one piece: a multiple of 3, so that each piece becomes base64 by itself.
pub const PIECE: usize = 96 * 1024;
/// Pictures that one statement names at most; as many as a story may have.
const MOST_NAMED: usize = 256;
/// Bytes of pictures that one sweep deletes: others wait for the database meanwhile.
const MOST_SWEPT_BYTES: i64 = 4 * 1024 * 1024;

/// Whether a story shows this picture, so that it needs not be sent to the database again.
pub fn is_shown(conn: &mut Conn<'_>, hash: &str) -> Result<bool, Error> {
    let row = conn.first(
        "SELECT 1 FROM pictures WHERE hash = $1 AND released_at IS NULL",
        &[&hash],
    )?;
    Ok(row.is_some())
}

/// The hashes of the pictures that this story shows.
pub fn shown_by(conn: &mut Conn<'_>, story_id: i64) -> Result<Vec<String>, Error> {
    let rows = conn.query(
        "SELECT p.hash FROM story_pictures x JOIN pictures p ON p.id = x.picture_id WHERE x.story_id = $1",
        &[&story_id],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// Stores a picture that is not there yet. Of one that no story shows the time until it is swept begins anew.
pub fn put(conn: &mut Conn<'_>, hash: &str, picture: &Picture, now: i64) -> Result<(), Error> {
    let row = conn.first(
        "INSERT INTO pictures (hash, kind, bytes, created_at, released_at) VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (hash) DO NOTHING RETURNING id",
        &[&hash, &picture.kind.name(), &(picture.bytes.len() as i64), &now],
    )?;
    let Some(mut row) = row else {
        conn.execute(
            "UPDATE pictures SET released_at = $2 WHERE hash = $1 AND released_at IS NOT NULL",
            &[&hash, &now],
        )?;
        return Ok(());
    };
    let picture_id: i64 = row.take()?;
    for (number, piece) in picture.bytes.chunks(PIECE).enumerate() {
        conn.execute(
            "INSERT INTO picture_pieces (picture_id, number, data) VALUES ($1, $2, $3)",
            &[&picture_id, &(number as i64), &piece],
        )?;
    }
    Ok(())
}

/// One piece of a picture, from 0; nothing beyond its end or when it is gone.
pub fn piece(conn: &mut Conn<'_>, hash: &str, number: i64) -> Result<Option<Vec<u8>>, Error> {
    let row = conn.first(
        "SELECT d.data FROM pictures p JOIN picture_pieces d ON d.picture_id = p.id
         WHERE p.hash = $1 AND d.number = $2",
        &[&hash, &number],
    )?;
    row.map(|mut row| row.take()).transpose()
}

/// The kind and size of a picture that a published story shows.
pub fn published(conn: &mut Conn<'_>, hash: &str) -> Result<Option<(Kind, i64)>, Error> {
    let row = conn.first(
        "SELECT p.kind, p.bytes FROM pictures p
         WHERE p.hash = $1 AND EXISTS (
             SELECT 1 FROM story_pictures x JOIN stories s ON s.id = x.story_id
             WHERE x.picture_id = p.id AND s.is_published)",
        &[&hash],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let kind: String = row.take()?;
    let bytes = row.take()?;
    Ok(Kind::named(&kind).map(|kind| (kind, bytes)))
}

/// Notes that a story shows these pictures, each named once. One that is not stored is an error: the whole change is
/// refused and can be tried again.
pub fn attach(conn: &mut Conn<'_>, story_id: i64, hashes: &[String], now: i64) -> Result<(), Error> {
    exchange(conn, story_id, &[], hashes, now)
}

/// Notes that a story shows `new` instead of `old`, each picture named once.
pub fn exchange(
    conn: &mut Conn<'_>,
    story_id: i64,
    old: &[String],
    new: &[String],
    now: i64,
) -> Result<(), Error> {
    let added: Vec<&String> = new.iter().filter(|hash| !old.contains(hash)).collect();
    let removed: Vec<&String> = old.iter().filter(|hash| !new.contains(hash)).collect();
    for some in added.chunks(MOST_NAMED) {
        let found = conn.execute(&keep_sql(some.len()), &params(some, &[]))?;
        if found != some.len() as u64 {
            return Err(Error::Foreign);
        }
        conn.execute(&attach_sql(some.len()), &params(some, &[&story_id]))?;
    }
    for some in removed.chunks(MOST_NAMED) {
        conn.execute(&detach_sql(some.len()), &params(some, &[&story_id]))?;
        conn.execute(&release_sql(some.len()), &params(some, &[&now]))?;
    }
    Ok(())
}

fn params<'a>(hashes: &[&'a String], rest: &[&'a dyn ToValue]) -> Vec<&'a dyn ToValue> {
    let hashes = hashes.iter().map(|hash| *hash as &dyn ToValue);
    rest.iter().copied().chain(hashes).collect()
}

fn keep_sql(count: usize) -> String {
    format!(
        "UPDATE pictures SET released_at = NULL WHERE hash IN ({})",
        placeholders(1, count)
    )
}

fn attach_sql(count: usize) -> String {
    format!(
        "INSERT INTO story_pictures (story_id, picture_id)
         SELECT CAST($1 AS BIGINT), id FROM pictures WHERE hash IN ({})
         ON CONFLICT (story_id, picture_id) DO NOTHING",
        placeholders(2, count)
    )
}

fn detach_sql(count: usize) -> String {
    format!(
        "DELETE FROM story_pictures
         WHERE story_id = $1 AND picture_id IN (SELECT id FROM pictures WHERE hash IN ({}))",
        placeholders(2, count)
    )
}

fn release_sql(count: usize) -> String {
    format!(
        "UPDATE pictures SET released_at = CASE
             WHEN NOT EXISTS (SELECT 1 FROM story_pictures x WHERE x.picture_id = pictures.id)
              AND NOT EXISTS (SELECT 1 FROM picture_holds h WHERE h.picture_id = pictures.id)
             THEN CAST($1 AS BIGINT) ELSE released_at END
         WHERE hash IN ({})",
        placeholders(2, count)
    )
}

/// Releases the pictures that this story alone shows. The caller deletes the story.
pub fn release_story(conn: &mut Conn<'_>, story_id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE pictures SET released_at = CASE
             WHEN NOT EXISTS (
                  SELECT 1 FROM story_pictures x WHERE x.picture_id = pictures.id AND x.story_id <> $1)
              AND NOT EXISTS (SELECT 1 FROM picture_holds h WHERE h.picture_id = pictures.id)
             THEN CAST($2 AS BIGINT) ELSE released_at END
         WHERE id IN (SELECT picture_id FROM story_pictures WHERE story_id = $1)",
        &[&story_id, &now],
    )?;
    conn.execute("DELETE FROM story_pictures WHERE story_id = $1", &[&story_id])?;
    Ok(())
}

/// Releases the pictures that this author's stories alone show. The caller deletes the account.
pub fn release_author(conn: &mut Conn<'_>, author_id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE pictures SET released_at = CASE
             WHEN NOT EXISTS (
                  SELECT 1 FROM story_pictures x JOIN stories s ON s.id = x.story_id
                  WHERE x.picture_id = pictures.id AND s.author_id <> $1)
              AND NOT EXISTS (SELECT 1 FROM picture_holds h WHERE h.picture_id = pictures.id)
             THEN CAST($2 AS BIGINT) ELSE released_at END
         WHERE id IN (SELECT x.picture_id FROM story_pictures x JOIN stories s ON s.id = x.story_id
                      WHERE s.author_id = $1)",
        &[&author_id, &now],
    )?;
    conn.execute(
        "DELETE FROM story_pictures WHERE story_id IN (SELECT id FROM stories WHERE author_id = $1)",
        &[&author_id],
    )?;
    Ok(())
}

/// Has somebody else than a story hold a stored picture, in place of the one they held. `holder` is a name that they
/// choose. A picture that is not stored is an error, as for a story. Up to five queries.
pub fn hold(conn: &mut Conn<'_>, holder: &str, hash: &str, now: i64) -> Result<(), Error> {
    let found = conn.first(
        "UPDATE pictures SET released_at = NULL WHERE hash = $1 RETURNING id",
        &[&hash],
    )?;
    let Some(mut found) = found else {
        return Err(Error::Foreign);
    };
    let picture_id: i64 = found.take()?;
    let before = conn.first(
        "SELECT picture_id FROM picture_holds WHERE holder = $1",
        &[&holder],
    )?;
    let before: Option<i64> = before.map(|mut row| row.take()).transpose()?;
    conn.execute(
        "INSERT INTO picture_holds (holder, picture_id) VALUES ($1, $2)
         ON CONFLICT (holder) DO UPDATE SET picture_id = excluded.picture_id",
        &[&holder, &picture_id],
    )?;
    if let Some(before) = before.filter(|before| *before != picture_id) {
        release_one(conn, before, now)?;
    }
    Ok(())
}

/// Lets the picture go that somebody holds, if they do. Up to three queries.
pub fn let_go(conn: &mut Conn<'_>, holder: &str, now: i64) -> Result<(), Error> {
    let held = conn.first(
        "DELETE FROM picture_holds WHERE holder = $1 RETURNING picture_id",
        &[&holder],
    )?;
    held.map_or(Ok(()), |mut row| release_one(conn, row.take()?, now))
}

/// Lets the pictures go of all holders whose names begin with `family` and a colon. A query, and up to two for each
/// picture.
pub fn let_go_all(conn: &mut Conn<'_>, family: &str, now: i64) -> Result<(), Error> {
    // The character after the colon is the semicolon: all between them, by the index.
    let held = conn.query(
        "DELETE FROM picture_holds WHERE holder > $1 AND holder < $2 RETURNING picture_id",
        &[&format!("{family}:"), &format!("{family};")],
    )?;
    let mut held: Vec<i64> = held
        .into_iter()
        .map(|mut row| row.take())
        .collect::<Result<_, _>>()?;
    // In one order, so that two who let the same ones go do not wait in a circle.
    held.sort_unstable();
    held.into_iter()
        .try_for_each(|picture_id| release_one(conn, picture_id, now))
}

/// Releases a picture that nobody shows or holds any more. Whoever does the same at this moment is waited for first, by a
/// statement of its own: what one that waits has looked up is from before.
fn release_one(conn: &mut Conn<'_>, picture_id: i64, now: i64) -> Result<(), Error> {
    if conn.dialect() == Dialect::Postgres {
        conn.execute(
            "UPDATE pictures SET released_at = released_at WHERE id = $1",
            &[&picture_id],
        )?;
    }
    conn.execute(
        "UPDATE pictures SET released_at = $2 WHERE id = $1
           AND NOT EXISTS (SELECT 1 FROM story_pictures x WHERE x.picture_id = pictures.id)
           AND NOT EXISTS (SELECT 1 FROM picture_holds h WHERE h.picture_id = pictures.id)",
        &[&picture_id, &now],
    )?;
    Ok(())
}

/// Looks at so many pictures that were released before `released_before` and deletes those that no stream reads, one at
/// least if there is one; how many.
pub fn sweep(
    conn: &mut Conn<'_>,
    released_before: i64,
    most: i64,
    is_leased: impl Fn(&str) -> bool,
) -> Result<usize, Error> {
    let rows = conn.query(
        "SELECT id, hash, bytes FROM pictures WHERE released_at IS NOT NULL AND released_at < $1
         ORDER BY released_at LIMIT $2",
        &[&released_before, &most],
    )?;
    let (mut swept, mut swept_bytes) = (0, 0);
    for mut row in rows {
        let (picture_id, hash, bytes): (i64, String, i64) = (row.take()?, row.take()?, row.take()?);
        if is_leased(&hash) {
            continue;
        }
        if swept > 0 && swept_bytes + bytes > MOST_SWEPT_BYTES {
            break;
        }
        let deleted = conn.execute(
            "DELETE FROM pictures WHERE id = $1 AND released_at < $2
               AND NOT EXISTS (SELECT 1 FROM story_pictures x WHERE x.picture_id = pictures.id)
               AND NOT EXISTS (SELECT 1 FROM picture_holds h WHERE h.picture_id = pictures.id)",
            &[&picture_id, &released_before],
        )?;
        if deleted > 0 {
            swept += 1;
            swept_bytes += bytes;
        }
    }
    Ok(swept)
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements() -> Vec<String> {
    [1, 2, MOST_NAMED]
        .into_iter()
        .flat_map(|n| [keep_sql(n), attach_sql(n), detach_sql(n), release_sql(n)])
        .collect()
}
