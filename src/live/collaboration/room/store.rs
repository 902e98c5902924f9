//! The SQL of rooms: the log, checkpoints of models, states and snapshots of canvases.

use std::fmt::Write as _;
use std::sync::Arc;

use database::{Conn, Error, ToValue, placeholders};

use super::canvases::Stored;
use super::model::Model;
use super::op::Op;
use super::people::Person;
use crate::pictures;

/// Operations that are added at once, at most.
pub const MOST_AT_ONCE: usize = 256;
/// Rows that a statement takes: lists are filled up to one of these, so that few statements have to be prepared.
const SIZES: [usize; 5] = [1, 4, 16, 64, MOST_AT_ONCE];
/// Rows of the log that are read at once, and bytes of their data, after which no further one is taken.
const PAGE_OF_LOG: i64 = 200;
const BYTES_OF_LOG: i64 = 1 << 20;

/// An operation on its way into the log.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Entry {
    pub collaboration_id: i64,
    pub user_id: i64,
    pub kind: &'static str,
    pub slot: Option<String>,
    pub page: i64,
    pub data: String,
    pub created_at: i64,
}

/// A row of the log.
#[derive(Debug)]
pub struct Logged {
    /// Its place in the order of the room.
    pub number: i64,
    /// Nothing when this version cannot read it.
    pub op: Option<Op>,
}

/// Numbers operations and adds them to the log; their numbers, in the same order, 0 for those of a session that is over.
/// Two queries, whatever the number of rooms. At most [`MOST_AT_ONCE`] operations, in a write that is ordered.
pub fn append(conn: &mut Conn<'_>, entries: &[Entry]) -> Result<Vec<i64>, Error> {
    let mut rooms: Vec<(i64, i64)> = Vec::new();
    for entry in entries {
        match rooms.iter_mut().find(|(id, _)| *id == entry.collaboration_id) {
            Some((_, count)) => *count += 1,
            None => rooms.push((entry.collaboration_id, 1)),
        }
    }
    // Mostly in one order on every server, so that hardly ever one waits for another in a circle.
    rooms.sort_unstable();
    let mut next = take_numbers(conn, &rooms)?;
    let numbers: Vec<i64> = entries
        .iter()
        .map(|entry| {
            let room = next.iter_mut().find(|(id, _)| *id == entry.collaboration_id);
            room.map_or(0, |(_, number)| {
                *number += 1;
                *number
            })
        })
        .collect();
    let accepted = entries.iter().zip(&numbers).filter(|(_, number)| **number > 0);
    insert(conn, &accepted.collect::<Vec<_>>())?;
    Ok(numbers)
}

/// Takes so many numbers for each room; the last one before them. Rooms of sessions that are over are missing.
fn take_numbers(conn: &mut Conn<'_>, rooms: &[(i64, i64)]) -> Result<Vec<(i64, i64)>, Error> {
    let size = size_for(rooms.len());
    let filled = rooms.iter().copied().chain(std::iter::repeat((0, 0))).take(size);
    let filled: Vec<i64> = filled.flat_map(|(id, count)| [id, count]).collect();
    let params: Vec<&dyn ToValue> = filled.iter().map(|value| value as &dyn ToValue).collect();
    let rows = conn.query(&numbering(size), &params)?;
    rows.into_iter()
        .map(|mut row| {
            let (id, last): (i64, i64) = (row.take()?, row.take()?);
            let taken = rooms
                .iter()
                .find(|(room, _)| *room == id)
                .map_or(0, |(_, count)| *count);
            Ok((id, last - taken))
        })
        .collect()
}

fn insert(conn: &mut Conn<'_>, accepted: &[(&Entry, &i64)]) -> Result<(), Error> {
    if accepted.is_empty() {
        return Ok(());
    }
    let size = size_for(accepted.len());
    let nothing = Entry {
        collaboration_id: 0,
        user_id: 0,
        kind: "",
        slot: None,
        page: 0,
        data: String::new(),
        created_at: 0,
    };
    let filled = accepted
        .iter()
        .copied()
        .chain(std::iter::repeat((&nothing, &0)))
        .take(size);
    let mut params: Vec<&dyn ToValue> = Vec::with_capacity(size * 8);
    for (entry, number) in filled {
        params.extend([
            &entry.collaboration_id as &dyn ToValue,
            number,
            &entry.user_id,
            &entry.kind,
            &entry.slot,
            &entry.page,
            &entry.data,
            &entry.created_at,
        ]);
    }
    conn.execute(&logging(size), &params)?;
    Ok(())
}

fn size_for(rows: usize) -> usize {
    SIZES
        .into_iter()
        .find(|size| rows <= *size)
        .unwrap_or(MOST_AT_ONCE)
}

/// Rows of values for a statement, each of these types.
fn rows_of(size: usize, types: &[&str]) -> String {
    let mut rows = String::new();
    for row in 0..size {
        rows.push_str(if row == 0 { "(" } else { ", (" });
        for (column, kind) in types.iter().enumerate() {
            let comma = if column == 0 { "" } else { ", " };
            let number = row * types.len() + column + 1;
            write!(rows, "{comma}CAST(${number} AS {kind})").expect("a string takes everything");
        }
        rows.push(')');
    }
    rows
}

fn numbering(size: usize) -> String {
    let rows = rows_of(size, &["BIGINT", "BIGINT"]);
    format!(
        "UPDATE collaborations SET last_number = collaborations.last_number + v.column2
         FROM (VALUES {rows}) AS v
         WHERE collaborations.id = v.column1 AND collaborations.ended_at IS NULL
         RETURNING id, last_number"
    )
}

fn logging(size: usize) -> String {
    let types = [
        "BIGINT", "BIGINT", "BIGINT", "TEXT", "TEXT", "BIGINT", "TEXT", "BIGINT",
    ];
    let rows = rows_of(size, &types);
    format!(
        "INSERT INTO operations (collaboration_id, number, user_id, kind, slot, page, data, created_at)
         SELECT v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8
         FROM (VALUES {rows}) AS v WHERE v.column1 > 0"
    )
}

fn some_of_log(size: usize) -> String {
    format!(
        "SELECT o.number, o.user_id, COALESCE(u.username, ''), o.kind, o.slot, o.data
         FROM operations o LEFT JOIN users u ON u.id = o.user_id
         WHERE o.collaboration_id = $1 AND o.number IN ({}) ORDER BY o.number",
        placeholders(2, size)
    )
}

fn pruning(size: usize) -> String {
    format!(
        "DELETE FROM operations WHERE collaboration_id = $1 AND number IN ({})",
        placeholders(2, size)
    )
}

/// Every statement of this module that is put together, in every form.
pub fn all_statements() -> Vec<String> {
    SIZES
        .into_iter()
        .flat_map(|size| [numbering(size), logging(size), some_of_log(size), pruning(size)])
        .collect()
}

fn logged(mut row: database::Row) -> Result<Logged, Error> {
    let number = row.take()?;
    let user_id = row.take()?;
    let username: Arc<str> = row.take::<String>()?.into();
    let kind: String = row.take()?;
    let slot = row.take::<Option<String>>()?.map(String::into_boxed_str);
    let data: String = row.take()?;
    let op = Op::from_log(user_id, username, &kind, slot, &data).ok();
    Ok(Logged { number, op })
}

/// The operations after `number`, in their order: at most 200, or as many as have a megabyte. Two queries.
pub fn log_after(conn: &mut Conn<'_>, collaboration_id: i64, number: i64) -> Result<Vec<Logged>, Error> {
    let sizes = conn.query(
        "SELECT number, CAST(OCTET_LENGTH(data) AS BIGINT) FROM operations
         WHERE collaboration_id = $1 AND number > $2 ORDER BY number LIMIT $3",
        &[&collaboration_id, &number, &PAGE_OF_LOG],
    )?;
    let (mut last, mut bytes) = (number, 0);
    for mut row in sizes {
        if bytes >= BYTES_OF_LOG {
            break;
        }
        last = row.take()?;
        bytes += row.take::<i64>()?;
    }
    let rows = conn.query(
        "SELECT o.number, o.user_id, COALESCE(u.username, ''), o.kind, o.slot, o.data
         FROM operations o LEFT JOIN users u ON u.id = o.user_id
         WHERE o.collaboration_id = $1 AND o.number > $2 AND o.number <= $3 ORDER BY o.number",
        &[&collaboration_id, &number, &last],
    )?;
    rows.into_iter().map(logged).collect()
}

/// These operations, in their order. A query for each 256.
pub fn log_of(conn: &mut Conn<'_>, collaboration_id: i64, numbers: &[i64]) -> Result<Vec<Logged>, Error> {
    let mut all = Vec::with_capacity(numbers.len());
    for some in numbers.chunks(MOST_AT_ONCE) {
        let params = listed(&collaboration_id, some);
        let rows = conn.query(&some_of_log(params.len() - 1), &params)?;
        for row in rows {
            all.push(logged(row)?);
        }
    }
    Ok(all)
}

/// Forgets these operations. A query for each 256.
pub fn prune(conn: &mut Conn<'_>, collaboration_id: i64, numbers: &[i64]) -> Result<(), Error> {
    for some in numbers.chunks(MOST_AT_ONCE) {
        let params = listed(&collaboration_id, some);
        conn.execute(&pruning(params.len() - 1), &params)?;
    }
    Ok(())
}

fn listed<'a>(collaboration_id: &'a i64, numbers: &'a [i64]) -> Vec<&'a dyn ToValue> {
    let mut params: Vec<&dyn ToValue> = vec![collaboration_id];
    params.extend(numbers.iter().map(|number| number as &dyn ToValue));
    params.resize(size_for(numbers.len()) + 1, &-1_i64);
    params
}

/// The model of a room at its last checkpoint, or an untouched one. One query.
pub fn checkpoint(conn: &mut Conn<'_>, collaboration_id: i64) -> Result<Model, Error> {
    let row = conn.first(
        "SELECT model FROM room_checkpoints WHERE collaboration_id = $1",
        &[&collaboration_id],
    )?;
    let Some(mut row) = row else {
        return Ok(Model::default());
    };
    let model: String = row.take()?;
    serde_json::from_str(&model).map_err(|error| Error::Sql(format!("a checkpoint cannot be read: {error}")))
}

/// Keeps a model, unless a newer one is kept, and forgets the operations that it makes needless. Two queries.
pub fn keep(conn: &mut Conn<'_>, collaboration_id: i64, number: i64, model: &str) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO room_checkpoints (collaboration_id, number, model) VALUES ($1, $2, $3)
         ON CONFLICT (collaboration_id) DO UPDATE SET number = excluded.number, model = excluded.model
         WHERE room_checkpoints.number < excluded.number",
        &[&collaboration_id, &number, &model],
    )?;
    conn.execute(
        "DELETE FROM operations WHERE collaboration_id = $1 AND number <= $2 AND kind IN ('text_edit', 'title_edit',
             'page_change', 'add_page', 'delete_page', 'draft_update', 'canvas_saved', 'clear')",
        &[&collaboration_id, &number],
    )?;
    Ok(())
}

/// The stored state of a canvas. One query.
pub fn canvas(conn: &mut Conn<'_>, collaboration_id: i64, slot: &str) -> Result<Option<Stored>, Error> {
    let row = conn.first(
        "SELECT epoch, number, state FROM room_canvases WHERE collaboration_id = $1 AND slot = $2 AND state IS NOT NULL",
        &[&collaboration_id, &slot],
    )?;
    row.map(|mut row| {
        Ok(Stored {
            epoch: u32::try_from(row.take::<i64>()?).unwrap_or(u32::MAX),
            number: row.take()?,
            data: row.take()?,
        })
    })
    .transpose()
}

/// Bytes of the stored states of all canvases of a room but one. One query.
pub fn bytes_of_others(conn: &mut Conn<'_>, collaboration_id: i64, slot: &str) -> Result<u64, Error> {
    let mut row = conn.one(
        "SELECT CAST(COALESCE(SUM(OCTET_LENGTH(state)), 0) AS BIGINT) FROM room_canvases
         WHERE collaboration_id = $1 AND slot <> $2",
        &[&collaboration_id, &slot],
    )?;
    Ok(row.take::<i64>()?.unsigned_abs())
}

/// Keeps a state of a canvas, unless a newer one is kept. One query.
pub fn keep_canvas(
    conn: &mut Conn<'_>,
    collaboration_id: i64,
    slot: &str,
    stored: &Stored,
    hash: &str,
) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO room_canvases (collaboration_id, slot, epoch, number, state, state_hash)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (collaboration_id, slot) DO UPDATE SET epoch = excluded.epoch, number = excluded.number,
             state = excluded.state, state_hash = excluded.state_hash,
             snapshot_ref = CASE WHEN room_canvases.epoch = excluded.epoch THEN room_canvases.snapshot_ref END
         WHERE room_canvases.epoch < excluded.epoch
             OR (room_canvases.epoch = excluded.epoch AND room_canvases.number <= excluded.number)",
        &[
            &collaboration_id,
            &slot,
            &stored.epoch,
            &stored.number,
            &stored.data,
            &hash,
        ],
    )?;
    Ok(())
}

/// Keeps what a canvas looks like, by the reference of a stored picture; false when it has been cleared meanwhile. One
/// query.
pub fn keep_snapshot(
    conn: &mut Conn<'_>,
    collaboration_id: i64,
    slot: &str,
    epoch: u32,
    reference: &str,
) -> Result<bool, Error> {
    let kept = conn.execute(
        "INSERT INTO room_canvases (collaboration_id, slot, epoch, number, snapshot_ref) VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (collaboration_id, slot) DO UPDATE SET snapshot_ref = excluded.snapshot_ref,
             state = CASE WHEN room_canvases.epoch = excluded.epoch THEN room_canvases.state END,
             epoch = excluded.epoch
         WHERE room_canvases.epoch <= excluded.epoch",
        &[&collaboration_id, &slot, &epoch, &reference],
    )?;
    Ok(kept > 0)
}

/// What the canvases of a room look like: slot, epoch and reference. One query.
pub fn snapshots(conn: &mut Conn<'_>, collaboration_id: i64) -> Result<Vec<(String, u32, String)>, Error> {
    let rows = conn.query(
        "SELECT slot, epoch, snapshot_ref FROM room_canvases WHERE collaboration_id = $1 AND snapshot_ref IS NOT NULL",
        &[&collaboration_id],
    )?;
    rows.into_iter()
        .map(|mut row| {
            let slot = row.take()?;
            let epoch = u32::try_from(row.take::<i64>()?).unwrap_or(u32::MAX);
            Ok((slot, epoch, row.take()?))
        })
        .collect()
}

/// Forgets what is kept of a canvas that was cleared or deleted: all of an epoch before `epoch`. One query.
pub fn void_canvas(conn: &mut Conn<'_>, collaboration_id: i64, slot: &str, epoch: u32) -> Result<(), Error> {
    conn.execute(
        "DELETE FROM room_canvases WHERE collaboration_id = $1 AND slot = $2 AND epoch < $3",
        &[&collaboration_id, &slot, &epoch],
    )?;
    Ok(())
}

/// Notes up to where somebody has seen the room, unless they are known to have seen more. One query.
pub fn note_seen(conn: &mut Conn<'_>, collaboration_id: i64, user_id: i64, number: i64) -> Result<(), Error> {
    // Nothing seen is something else than never here.
    let seen = if number == 0 { -1 } else { number };
    conn.execute(
        "UPDATE collaborators SET seen_number = $3
         WHERE collaboration_id = $1 AND user_id = $2 AND (seen_number = 0 OR seen_number < $3)",
        &[&collaboration_id, &user_id, &seen],
    )?;
    Ok(())
}

/// Everybody who ever had a place in a session, oldest first. One query.
pub fn people(conn: &mut Conn<'_>, collaboration_id: i64) -> Result<Vec<Person>, Error> {
    let rows = conn.query(
        "SELECT m.user_id, u.username, u.display_name, m.color, m.role
         FROM collaborators m JOIN users u ON u.id = m.user_id
         WHERE m.collaboration_id = $1 ORDER BY m.joined_at, m.user_id",
        &[&collaboration_id],
    )?;
    rows.into_iter()
        .map(|mut row| {
            Ok(Person {
                user_id: row.take()?,
                username: row.take::<String>()?.into(),
                display_name: row.take::<String>()?.into(),
                color: row.take::<String>()?.into(),
                is_host: row.take::<String>()? == "host",
                is_here: false,
            })
        })
        .collect()
}

/// Who was put out of a session. One query.
pub fn kicked(conn: &mut Conn<'_>, collaboration_id: i64) -> Result<Vec<i64>, Error> {
    let rows = conn.query(
        "SELECT user_id FROM collaborators WHERE collaboration_id = $1 AND kicked_at IS NOT NULL",
        &[&collaboration_id],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// Bytes of the stored state of a canvas; 0 when there is none. One query.
pub fn canvas_bytes(conn: &mut Conn<'_>, collaboration_id: i64, slot: &str) -> Result<u64, Error> {
    let row = conn.first(
        "SELECT CAST(OCTET_LENGTH(state) AS BIGINT) FROM room_canvases
         WHERE collaboration_id = $1 AND slot = $2 AND state IS NOT NULL",
        &[&collaboration_id, &slot],
    )?;
    let bytes: Option<i64> = row.map(|mut row| row.take()).transpose()?;
    Ok(bytes.map_or(0, i64::unsigned_abs))
}

/// Everybody whose story it is: all who have a place and were not put out. One query.
pub fn authors(conn: &mut Conn<'_>, collaboration_id: i64) -> Result<Vec<i64>, Error> {
    let rows = conn.query(
        "SELECT user_id FROM collaborators WHERE collaboration_id = $1 AND kicked_at IS NULL ORDER BY joined_at, user_id",
        &[&collaboration_id],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// Notes which story was made of a session. One query.
pub fn finalised(conn: &mut Conn<'_>, collaboration_id: i64, story_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE collaborations SET finalized_story_id = $2, story_id = $2 WHERE id = $1",
        &[&collaboration_id, &story_id],
    )?;
    Ok(())
}

/// Forgets all that a room was rebuilt from, but for its log. Three queries.
pub fn forget(conn: &mut Conn<'_>, collaboration_id: i64, now: i64) -> Result<(), Error> {
    pictures::store::let_go_all(conn, &format!("room:{collaboration_id}"), now)?;
    conn.execute(
        "DELETE FROM room_canvases WHERE collaboration_id = $1",
        &[&collaboration_id],
    )?;
    conn.execute(
        "DELETE FROM room_checkpoints WHERE collaboration_id = $1",
        &[&collaboration_id],
    )?;
    Ok(())
}

/// Lets go of the pictures of all sessions of a host, whose rows go with the account. One query, and two for each.
pub fn forget_host(conn: &mut Conn<'_>, host_id: i64, now: i64) -> Result<(), Error> {
    let rows = conn.query(
        "SELECT id FROM collaborations WHERE host_id = $1 AND cleared_at IS NULL",
        &[&host_id],
    )?;
    for mut row in rows {
        let id: i64 = row.take()?;
        pictures::store::let_go_all(conn, &format!("room:{id}"), now)?;
    }
    Ok(())
}
