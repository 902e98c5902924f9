//! The outbox: mails that wait in the table `mail_outbox`. SQL only; [`super::mailer`] decides what happens.
//!
//! A row lives from [`queue`] until its mail was sent, refused for good or given up. Whoever sends it claims it
//! first, so that several servers over one database share the work. A server that dies between sending and
//! deleting leaves a claim that runs out: the mail is then sent again. Twice is better than never, and nobody can promise
//! once: the other side may have taken it without our hearing of it. What can be done is done: a mail has the same id each
//! time. By SMTP that is its Message-ID, by which mail programs know the second one for the first; Brevo takes a second one
//! within a quarter of an hour for a repetition, which is what the time of a claim is shorter than. SendGrid has nothing
//! like it.
//!
//! Letters that go out by themselves wait behind what somebody waits for, never take all the places, and are tried for a
//! day instead of an hour.

use database::{Conn, Error, Row, ToValue, placeholders};

use super::{Kind, Mail};
use crate::clock::{DAY, HOUR, MINUTE, SECOND};

/// How many mails may wait. On PostgreSQL transactions that queue at the same moment do not see each other and may
/// exceed it by their number.
pub const CAPACITY: i64 = 1000;

/// The pause after each failed attempt but the last, in microseconds. Four attempts fall within the quarter of an
/// hour that a code lives, the last one about an hour after the first.
const PAUSES: [i64; 4] = [30 * SECOND, 2 * MINUTE, 10 * MINUTE, 45 * MINUTE];

/// How often a mail is tried.
pub const MAX_ATTEMPTS: i64 = PAUSES.len() as i64 + 1;

/// The further pauses of a letter.
const LETTER_PAUSES: [i64; 4] = [2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR];

/// How often a letter is tried.
pub const MAX_LETTER_ATTEMPTS: i64 = MAX_ATTEMPTS + LETTER_PAUSES.len() as i64;

/// How long a claim holds, in microseconds: longer than the slowest delivery, which is an SMTP dialogue of ten steps
/// at the limit of each, and both HTTPS APIs after it.
pub const CLAIM: i64 = 3 * MINUTE;

/// When a mail is too old to be worth sending, in microseconds: its code is long dead.
pub const TOO_OLD: i64 = DAY;

/// The same of a letter: the next one is not far.
pub const TOO_OLD_LETTER: i64 = 3 * DAY;

/// How many letters may wait: the other places are for what somebody waits for.
pub const LETTER_CAPACITY: i64 = CAPACITY / 2;

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
             (recipient, recipient_name, kind, code, subject, body_text, body_html, next_attempt_at, created_at,
              unsubscribe_url)
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT),
             CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS BIGINT), CAST($8 AS BIGINT), CAST($10 AS TEXT)
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
            &mail.unsubscribe,
        ],
    )?;
    Ok(if inserted == 0 {
        Queued::Full
    } else {
        Queued::Waiting
    })
}

/// What waits in the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Mails, letters among them.
    pub mails: i64,
    /// Mails that have failed at least once.
    pub failing: i64,
    /// When the oldest was queued.
    pub oldest: Option<i64>,
}

/// What waits in the outbox. One query.
pub fn waiting(conn: &mut Conn<'_>) -> Result<Waiting, Error> {
    let mut row = conn.one(
        "SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN attempts > 0 THEN 1 ELSE 0 END), 0) AS BIGINT),
                MIN(created_at)
         FROM mail_outbox",
        &[],
    )?;
    Ok(Waiting {
        mails: row.take()?,
        failing: row.take()?,
        oldest: row.take()?,
    })
}

/// Puts letters into the outbox, as part of the caller's transaction, whatever waits there already. One query.
pub(super) fn queue_letters(conn: &mut Conn<'_>, letters: &[&Mail], now: i64) -> Result<(), Error> {
    let kinds: Vec<&str> = letters.iter().map(|mail| mail.kind.as_str()).collect();
    let mut params: Vec<&dyn ToValue> = vec![&now];
    for (mail, kind) in letters.iter().zip(&kinds) {
        params.extend([
            &mail.to as &dyn ToValue,
            &mail.to_name,
            kind,
            &mail.subject,
            &mail.text,
            &mail.html,
            &mail.unsubscribe,
        ]);
    }
    conn.execute(&letters_sql(letters.len()), &params).map(drop)
}

/// So many letters.
pub(super) fn letters_sql(count: usize) -> String {
    let rows: Vec<String> = (0..count)
        .map(|row| format!("({}, $1, $1)", placeholders(2 + 7 * row, 7)))
        .collect();
    format!(
        "INSERT INTO mail_outbox
             (recipient, recipient_name, kind, subject, body_text, body_html, unsubscribe_url, next_attempt_at, created_at)
         VALUES {}",
        rows.join(", ")
    )
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

/// Claims the mail that has been due longest, letters after all others. Its attempt is counted now: a mail that kills the server while it is
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
             ORDER BY CASE WHEN kind IN ('weekly_report', 'achievement_alert', 'goal_alert') THEN 1 ELSE 0 END,
                 next_attempt_at, id
             LIMIT 1)
         RETURNING id, attempts, claimed_until, created_at, recipient, recipient_name, kind, code, subject, body_text,
             body_html, unsubscribe_url",
        &[&(now + CLAIM), &now],
    )?;
    row.map(claimed).transpose()
}

fn claimed(mut row: Row) -> Result<Claimed, Error> {
    let (id, attempts, until, created_at): (i64, _, _, i64) =
        (row.take()?, row.take()?, row.take()?, row.take()?);
    let to: String = row.take()?;
    let name = blake3::hash(format!("{id} {created_at} {to}").as_bytes()).to_hex();
    Ok(Claimed {
        id,
        attempts,
        until,
        mail: Mail {
            to,
            to_name: row.take()?,
            kind: Kind::from_name(&row.take::<String>()?),
            code: row.take()?,
            subject: row.take()?,
            text: row.take()?,
            html: row.take()?,
            unsubscribe: row.take()?,
            id: Some(name[..32].to_owned()),
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
        "DELETE FROM mail_outbox WHERE claimed_until <= $1
           AND CASE WHEN kind IN ('weekly_report', 'achievement_alert', 'goal_alert')
                    THEN created_at <= $4 OR attempts >= $5 ELSE created_at <= $2 OR attempts >= $3 END",
        &[
            &now,
            &(now - TOO_OLD),
            &MAX_ATTEMPTS,
            &(now - TOO_OLD_LETTER),
            &MAX_LETTER_ATTEMPTS,
        ],
    )
}

/// When to try a mail of this kind again after `attempts` have failed at `now`; `None` when that was the last.
pub(super) fn next_attempt(kind: Kind, attempts: i64, now: i64) -> Option<i64> {
    let done = usize::try_from(attempts).ok()?;
    let more: &[i64] = if kind.is_letter() { &LETTER_PAUSES } else { &[] };
    let mut pauses = PAUSES.iter().chain(more);
    pauses.nth(done.checked_sub(1)?).map(|pause| now + pause)
}
