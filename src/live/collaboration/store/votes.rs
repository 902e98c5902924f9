//! Votes: one open at a time in each session. All of this runs in a transaction that has locked the session.

use std::collections::BTreeMap;

use database::{Conn, Error};

use crate::live::collaboration::rules::{Ballot, VOTE_LASTS};

/// What became of the wish to vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// A vote whose time was over and that nobody had closed yet: to be announced.
    pub closed: Option<Ballot>,
    /// How many may answer; nothing when another vote is open.
    pub electors: Option<i64>,
}

/// Begins a vote of all who are in the session. Three or five queries.
pub fn start(
    conn: &mut Conn<'_>,
    collaboration_id: i64,
    vote_id: &str,
    initiator_id: i64,
    now: i64,
) -> Result<Start, Error> {
    let closed = close_overdue(conn, collaboration_id, now)?;
    let made = conn.first(
        "INSERT INTO collaboration_votes (vote_id, collaboration_id, initiator_id, started_at, deadline)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (collaboration_id) WHERE closed_at IS NULL DO NOTHING
         RETURNING id",
        &[
            &vote_id,
            &collaboration_id,
            &initiator_id,
            &now,
            &(now + VOTE_LASTS),
        ],
    )?;
    let electors = match made {
        Some(mut row) => {
            let electors = conn.execute(
                "INSERT INTO collaboration_electors (vote_id, user_id)
                 SELECT CAST($1 AS BIGINT), c.user_id FROM collaborators c
                 WHERE c.collaboration_id = $2 AND c.is_active AND c.kicked_at IS NULL",
                &[&row.take::<i64>()?, &collaboration_id],
            )?;
            Some(electors as i64)
        }
        None => None,
    };
    Ok(Start { closed, electors })
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// The vote as it stands now.
    pub ballot: Ballot,
    /// Whether this answer counts: to be announced.
    pub counted: bool,
    /// Whether this decided it, or found that its time was over: to be announced.
    pub closed: bool,
}

/// Takes an answer, the first of each person; nothing when this session has no such vote. Three to five queries.
pub fn cast(
    conn: &mut Conn<'_>,
    collaboration_id: i64,
    vote_id: &str,
    user_id: i64,
    agree: bool,
    now: i64,
) -> Result<Option<Cast>, Error> {
    let vote = conn.first(
        "SELECT id, approved FROM collaboration_votes WHERE collaboration_id = $1 AND vote_id = $2",
        &[&collaboration_id, &vote_id],
    )?;
    let Some(mut vote) = vote else { return Ok(None) };
    let (id, approved): (i64, Option<bool>) = (vote.take()?, vote.take()?);
    if approved.is_some() {
        // Another one may be overdue: that is closed by whoever announces what came out of it.
        return Ok(Some(Cast {
            ballot: ballot(conn, id, vote_id, approved)?,
            counted: false,
            closed: false,
        }));
    }
    // It is the one that is open.
    if let Some(ballot) = close_overdue(conn, collaboration_id, now)? {
        return Ok(Some(Cast {
            ballot,
            counted: false,
            closed: true,
        }));
    }
    let counted = conn.execute(
        "UPDATE collaboration_electors SET agree = $3 WHERE vote_id = $1 AND user_id = $2 AND agree IS NULL",
        &[&id, &user_id, &agree],
    )? > 0;
    let ballot = ballot(conn, id, vote_id, None)?;
    let (ballot, closed) = decide(conn, id, ballot, now)?;
    Ok(Some(Cast {
        ballot,
        counted,
        closed,
    }))
}

/// Goes on without somebody who has left. The open vote as it stands now, if that changed it. Two to four queries.
pub fn withdraw(
    conn: &mut Conn<'_>,
    collaboration_id: i64,
    user_id: i64,
    now: i64,
) -> Result<Option<Ballot>, Error> {
    let vote = conn.first(
        "DELETE FROM collaboration_electors WHERE user_id = $2 AND agree IS NULL AND vote_id IN (
             SELECT v.id FROM collaboration_votes v WHERE v.collaboration_id = $1 AND v.closed_at IS NULL)
         RETURNING vote_id, (SELECT v.vote_id FROM collaboration_votes v WHERE v.id = collaboration_electors.vote_id)",
        &[&collaboration_id, &user_id],
    )?;
    let Some(mut vote) = vote else { return Ok(None) };
    let (id, vote_id): (i64, String) = (vote.take()?, vote.take()?);
    let ballot = ballot(conn, id, &vote_id, None)?;
    decide(conn, id, ballot, now).map(|(ballot, _)| Some(ballot))
}

/// Closes the open vote that somebody began, whose account goes: it is not approved. Up to three queries.
pub fn call_off(
    conn: &mut Conn<'_>,
    collaboration_id: i64,
    initiator_id: i64,
    now: i64,
) -> Result<Option<Ballot>, Error> {
    let vote = conn.first(
        "UPDATE collaboration_votes SET closed_at = $3, approved = $4
         WHERE collaboration_id = $1 AND initiator_id = $2 AND closed_at IS NULL RETURNING id, vote_id",
        &[&collaboration_id, &initiator_id, &now, &false],
    )?;
    let Some(mut vote) = vote else { return Ok(None) };
    let (id, vote_id): (i64, String) = (vote.take()?, vote.take()?);
    ballot(conn, id, &vote_id, Some(false)).map(Some)
}

/// Closes a vote that nobody is left to answer; whether it was.
fn decide(conn: &mut Conn<'_>, id: i64, mut ballot: Ballot, now: i64) -> Result<(Ballot, bool), Error> {
    if !ballot.is_complete() {
        return Ok((ballot, false));
    }
    let approved = ballot.outcome();
    conn.execute(
        "UPDATE collaboration_votes SET closed_at = $2, approved = $3 WHERE id = $1",
        &[&id, &now, &approved],
    )?;
    ballot.approved = Some(approved);
    Ok((ballot, true))
}

/// Closes the open vote of a session that the caller has locked, if its time is over. Up to three queries.
pub fn close_overdue(conn: &mut Conn<'_>, collaboration_id: i64, now: i64) -> Result<Option<Ballot>, Error> {
    let vote = conn.first(
        "SELECT id, vote_id FROM collaboration_votes
         WHERE collaboration_id = $1 AND closed_at IS NULL AND deadline <= $2",
        &[&collaboration_id, &now],
    )?;
    let Some(mut vote) = vote else { return Ok(None) };
    let (id, vote_id): (i64, String) = (vote.take()?, vote.take()?);
    let mut ballot = ballot(conn, id, &vote_id, None)?;
    ballot.approved = Some(ballot.outcome());
    conn.execute(
        "UPDATE collaboration_votes SET closed_at = $2, approved = $3 WHERE id = $1",
        &[&id, &now, &ballot.approved],
    )?;
    Ok(Some(ballot))
}

fn ballot(conn: &mut Conn<'_>, id: i64, vote_id: &str, approved: Option<bool>) -> Result<Ballot, Error> {
    let rows = conn.query(
        "SELECT user_id, agree FROM collaboration_electors WHERE vote_id = $1",
        &[&id],
    )?;
    let electors = rows.len() as i64;
    let mut votes = BTreeMap::new();
    for mut row in rows {
        let user_id = row.take()?;
        if let Some(agree) = row.take()? {
            votes.insert(user_id, agree);
        }
    }
    Ok(Ballot {
        vote_id: vote_id.to_owned(),
        votes,
        electors,
        approved,
    })
}

/// The sessions whose open vote is over. One query.
pub fn due(conn: &mut Conn<'_>, now: i64) -> Result<Vec<String>, Error> {
    const AT_A_TIME: i64 = 100;
    let rows = conn.query(
        "SELECT c.session_id FROM collaboration_votes v JOIN collaborations c ON c.id = v.collaboration_id
         WHERE v.closed_at IS NULL AND v.deadline <= $1 ORDER BY v.deadline LIMIT $2",
        &[&now, &AT_A_TIME],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// The newest vote of a session, when it was approved and no story was made by it: who began it. One query.
pub fn outstanding(conn: &mut Conn<'_>, collaboration_id: i64) -> Result<Option<(i64, i64)>, Error> {
    let vote = conn.first(
        "SELECT id, initiator_id, approved, used_at FROM collaboration_votes
         WHERE collaboration_id = $1 ORDER BY id DESC LIMIT 1",
        &[&collaboration_id],
    )?;
    let Some(mut vote) = vote else { return Ok(None) };
    let (id, initiator): (i64, i64) = (vote.take()?, vote.take()?);
    let (approved, used_at): (Option<bool>, Option<i64>) = (vote.take()?, vote.take()?);
    Ok((approved == Some(true) && used_at.is_none()).then_some((id, initiator)))
}

/// Notes that a story was made by a vote ([`outstanding`]). One query.
pub fn used(conn: &mut Conn<'_>, id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE collaboration_votes SET used_at = $2 WHERE id = $1",
        &[&id, &now],
    )?;
    Ok(())
}
