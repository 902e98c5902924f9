//! The outbox: mails that wait in the table `mail_outbox`. SQL only; [`super::mailer`] decides what happens.
//!
//! A row lives from [`queue`] until its mail was sent, refused for good or given up. Whoever sends it claims it
//! first, so that several servers over one database share the work. A server that dies between sending and
//! deleting leaves a claim that runs out: the mail is then sent again. Twice is better than never.

use database::{Conn, Error, Row};

use super::{Kind, Mail};
use crate::clock::{DAY, MINUTE, SECOND};

/// How many mails may wait. On PostgreSQL transactions that queue at the same moment do not see each other and may
/// exceed it by their number.
pub const CAPACITY: i64 = 1000;

/// The pause after each failed attempt but the last, in microseconds. Four attempts fall within the quarter of an
/// hour that a code lives, the last one about an hour after the first.
const PAUSES: [i64; 4] = [30 * SECOND, 2 * MINUTE, 10 * MINUTE, 45 * MINUTE];

/// How often a mail is tried.
pub const MAX_ATTEMPTS: i64 = PAUSES.len() as i64 + 1;

/// How long a claim holds, in microseconds: longer than the slowest delivery, which is an SMTP dialogue of ten steps
/// at the limit of each, and both HTTPS APIs after it.
pub const CLAIM: i64 = 3 * MINUTE;

/// When a mail is too old to be worth sending, in microseconds: its code is long dead.
pub const TOO_OLD: i64 = DAY;

/// What became of a mail that was handed to [`queue`].
#[must_use = "a full outbox makes `email_sent` false"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queued {
    /// It waits, and will be sent once the transaction is committed.
    Waiting,
    /// [`CAPACITY`] mails are waiting already; this one is not among them.
    Full,
}

/// Puts `mail` into the outbox, as part of the caller's transaction. A full outbox is no error: whatever else the
/// transaction does (the account, the code) is worth keeping.
pub fn queue(conn: &mut Conn<'_>, mail: &Mail, now: i64) -> Result<Queued, Error> {
    let inserted = conn.execute(
        "INSERT INTO mail_outbox
             (recipient, recipient_name, kind, code, subject, body_text, body_html, next_attempt_at, created_at)
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT),
             CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS BIGINT), CAST($8 AS BIGINT)
         WHERE (SELECT COUNT(*) FROM mail_outbox) < $9",
        &[
            &mail.to,
            &mail.to_name,
            &mail.kind.as_str(),
            &mail.code,
            &mail.subject,
            &mail.text,
            &mail.html,
            &now,
            &CAPACITY,
        ],
    )?;
    Ok(if inserted == 0 {
        Queued::Full
    } else {
        Queued::Waiting
    })
}

/// A mail that this server alone may send until the claim runs out.
pub(super) struct Claimed {
    pub(super) id: i64,
    /// How often it has been tried, this time included.
    pub(super) attempts: i64,
    /// When the claim runs out; also what proves that it is still ours.
    pub(super) until: i64,
    pub(super) mail: Mail,
}

/// Claims the mail that has been due longest. Its attempt is counted now: a mail that kills the server while it is
/// sent must not do so for ever.
///
/// The outer condition repeats the inner one for PostgreSQL: of two servers that pick the same row the second waits for
/// the first, then judges that condition anew and comes away empty. The first goes on with the rest.
pub(super) fn claim(conn: &mut Conn<'_>, now: i64) -> Result<Option<Claimed>, Error> {
    let row = conn.first(
        "UPDATE mail_outbox SET claimed_until = $1, attempts = attempts + 1
         WHERE claimed_until <= $2 AND id = (
             SELECT id FROM mail_outbox
             WHERE next_attempt_at <= $2 AND claimed_until <= $2
             ORDER BY next_attempt_at, id
             LIMIT 1)
         RETURNING id, attempts, claimed_until, recipient, recipient_name, kind, code, subject, body_text, body_html",
        &[&(now + CLAIM), &now],
    )?;
    row.map(claimed).transpose()
}

fn claimed(mut row: Row) -> Result<Claimed, Error> {
    Ok(Claimed {
        id: row.take()?,
        attempts: row.take()?,
        until: row.take()?,
        mail: Mail {
            to: row.take()?,
            to_name: row.take()?,
            kind: Kind::from_name(&row.take::<String>()?),
            code: row.take()?,
            subject: row.take()?,
            text: row.take()?,
            html: row.take()?,
        },
    })
}

/// Removes a mail that was sent or given up.
pub(super) fn remove(conn: &mut Conn<'_>, id: i64) -> Result<(), Error> {
    conn.execute("DELETE FROM mail_outbox WHERE id = $1", &[&id])
        .map(drop)
}

/// Gives the claim back and waits until `next`. Does nothing when the claim has run out and somebody else has it.
pub(super) fn postpone(conn: &mut Conn<'_>, id: i64, claimed_until: i64, next: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE mail_outbox SET claimed_until = 0, next_attempt_at = $3 WHERE id = $1 AND claimed_until = $2",
        &[&id, &claimed_until, &next],
    )
    .map(drop)
}

/// Removes what is too old, and what was being sent for the last time when its server died. Returns how many.
pub(super) fn expire(conn: &mut Conn<'_>, now: i64) -> Result<u64, Error> {
    conn.execute(
        "DELETE FROM mail_outbox WHERE claimed_until <= $1 AND (created_at <= $2 OR attempts >= $3)",
        &[&now, &(now - TOO_OLD), &MAX_ATTEMPTS],
    )
}

/// When to try again after `attempts` have failed at `now`; `None` when that was the last.
pub(super) fn next_attempt(attempts: i64, now: i64) -> Option<i64> {
    let done = usize::try_from(attempts).ok()?;
    PAUSES.get(done.checked_sub(1)?).map(|pause| now + pause)
}
