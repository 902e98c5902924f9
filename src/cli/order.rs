//! What an operator does to keep order where nobody can sign in as an administrator. Directly on the database, beside a
//! server that may be running: one on this machine is told of a suspension, others hear of it from that one or notice it within half
//! a minute; everything else is noticed with the next request.

use database::Conn;
use lexopt::Parser;
use lexopt::prelude::*;

use super::start::{open_beside_a_server, runtime, settings};
use super::{Command, Failure, Work, say};
use crate::accounts::store::barring;
use crate::admin::audit::{self, Entry, Line};
use crate::admin::standing;
use crate::clock::{Clock, DAY, HOUR, MINUTE};
use crate::config::Config;
use crate::logging::control;
use crate::moderation::acts;
use crate::wire::{Error, Timestamp};

/// Who did it, in the record.
const NAME: &str = "command line";
/// The longest suspension with an end.
const LONGEST: i64 = 3650 * DAY;
/// Lines of the record that are shown, and the most that can be asked for.
const LINES: i64 = 20;
const MOST_LINES: i64 = 10_000;

/// Keeps an account out.
pub(super) const SUSPEND: Command = Command {
    name: "suspend",
    arguments: "USER [--for TIME] [--reason TEXT]",
    meaning: "keep an account out and hide its stories; for a time such as 12h or 7d, or until unsuspend",
    details: Some(|| {
        "USER is a user name, an e-mail address or an id. Its sign-ins end and its published stories are hidden until\n\
         the suspension ends. Its tokens are refused and its sockets closed: at once on the server that runs here with\n\
         the same DATA_DIR and on those that it reaches, and within half a minute on any other.\n"
            .to_owned()
    }),
    parse: parse_suspend,
};

/// Lets an account in again.
pub(super) const UNSUSPEND: Command = Command {
    name: "unsuspend",
    arguments: "USER",
    meaning: "end the suspension of an account and show its stories again",
    details: None,
    parse: |arguments| {
        let who = arguments.value()?.string()?;
        Ok(Box::new(move || unsuspend(&settings(false)?, who)))
    },
};

/// Makes a story a draft.
pub(super) const UNPUBLISH: Command = Command {
    name: "unpublish",
    arguments: "STORY [--reason TEXT]",
    meaning: "make a story a draft, by its id; its authors are told",
    details: None,
    parse: |arguments| {
        let (id, reason) = parse_id(arguments)?;
        Ok(Box::new(move || unpublish(&settings(false)?, id, reason)))
    },
};

/// Deletes a comment.
pub(super) const DELETE_COMMENT: Command = Command {
    name: "delete-comment",
    arguments: "COMMENT [--reason TEXT]",
    meaning: "delete a comment, by its id; who wrote it is told",
    details: None,
    parse: |arguments| {
        let (id, reason) = parse_id(arguments)?;
        Ok(Box::new(move || delete_comment(&settings(false)?, id, reason)))
    },
};

/// Shows the record.
pub(super) const AUDIT: Command = Command {
    name: "audit",
    arguments: "[--last N]",
    meaning: "show who did what to keep order, the newest last; 20 lines, or so many",
    details: None,
    parse: |arguments| {
        let mut last = LINES;
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("last") => last = arguments.value()?.parse()?,
                other => return Err(other.unexpected()),
            }
        }
        if !(1..=MOST_LINES).contains(&last) {
            return Err("--last is a number from 1 to 10000".into());
        }
        Ok(Box::new(move || show(&settings(false)?, last)))
    },
};

fn parse_suspend(arguments: &mut Parser) -> Result<Work, lexopt::Error> {
    let (mut who, mut span, mut reason) = (None, None, String::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(value) if who.is_none() => who = Some(value.string()?),
            Long("for") => span = Some(arguments.value()?.parse_with(parse_span)?),
            Long("reason") => reason = arguments.value()?.string()?,
            other => return Err(other.unexpected()),
        }
    }
    let who = who.ok_or("USER is missing")?;
    Ok(Box::new(move || suspend(&settings(false)?, who, span, reason)))
}

fn parse_id(arguments: &mut Parser) -> Result<(i64, String), lexopt::Error> {
    let (mut id, mut reason) = (None, String::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            Value(value) if id.is_none() => id = Some(value.parse()?),
            Long("reason") => reason = arguments.value()?.string()?,
            other => return Err(other.unexpected()),
        }
    }
    Ok((id.ok_or("the id is missing")?, reason))
}

/// Reads `30m`, `12h` or `7d`, in microseconds: a minute at least.
fn parse_span(text: &str) -> Result<i64, String> {
    let unit = match text.chars().next_back() {
        Some('m') => Some(MINUTE),
        Some('h') => Some(HOUR),
        Some('d') => Some(DAY),
        _ => None,
    };
    let span = unit.and_then(|unit| {
        let digits = &text[..text.len() - 1];
        digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(())?;
        digits.parse::<i64>().ok()?.checked_mul(unit)
    });
    span.filter(|span| (MINUTE..=LONGEST).contains(span))
        .ok_or_else(|| "a time is 30m, 12h or 7d, and ten years are the longest".to_owned())
}

fn suspend(config: &Config, who: String, span: Option<i64>, reason: String) -> Result<(), Failure> {
    let (until, changed) = write(config, "there is no such account", move |conn, now| {
        let until = span.map(|span| now + span);
        let user_id = known(conn, &who)?;
        let changed = !standing::suspend(conn, user_id, until, &reason, now)?.is_empty();
        let details = match until {
            Some(until) => format!("until {}. {reason}", Timestamp(until)),
            None => format!("until lifted. {reason}"),
        };
        if changed {
            note(conn, "suspend", "user", user_id, details.trim(), now)?;
        }
        Ok((until, changed))
    })?;
    if !changed {
        return say("The account is suspended just so already.\n");
    }
    // Nobody answers where no server runs here.
    let _ = control::ask(&config.data_dir, control::Request::LookAround);
    say(&match until {
        Some(until) => format!("The account is suspended until {}.\n", Timestamp(until)),
        None => "The account is suspended until somebody lifts it.\n".to_owned(),
    })
}

fn unsuspend(config: &Config, who: String) -> Result<(), Failure> {
    let changed = write(config, "there is no such account", move |conn, now| {
        let user_id = known(conn, &who)?;
        let changed = standing::unsuspend(conn, user_id, now)?;
        if changed {
            note(conn, "unsuspend", "user", user_id, "", now)?;
        }
        Ok(changed)
    })?;
    say(if changed {
        "The account is not suspended any more.\n"
    } else {
        "The account was not suspended.\n"
    })
}

fn unpublish(config: &Config, story_id: i64, reason: String) -> Result<(), Failure> {
    write(config, "there is no such story", move |conn, now| {
        // Whoever is online sees it with the next look: there is no server here to tell them at once.
        let _ = acts::unpublish(conn, story_id, &reason, now)?;
        note(conn, "unpublish", "story", story_id, &reason, now)
    })?;
    say("The story is a draft.\n")
}

fn delete_comment(config: &Config, comment_id: i64, reason: String) -> Result<(), Failure> {
    write(config, "there is no such comment", move |conn, now| {
        let _ = acts::delete_comment(conn, comment_id, &reason, now)?;
        note(conn, "delete", "comment", comment_id, &reason, now)
    })?;
    say("The comment is deleted.\n")
}

fn show(config: &Config, last: i64) -> Result<(), Failure> {
    let (mut found, _) = write(config, "there is no record", move |conn, _| {
        Ok(audit::page(conn, "", last, 0)?)
    })?;
    found.reverse();
    let lines: String = found.iter().map(spelled).collect();
    say(if lines.is_empty() {
        "Nothing has been done yet.\n"
    } else {
        &lines
    })
}

/// `2026-03-04T05:06:07Z  ada  suspend user 1000007  until lifted.`
fn spelled(line: &Line) -> String {
    let target = line.target_id.map_or_else(String::new, |id| format!(" {id}"));
    let failed = if line.status == "success" { "" } else { " (failed)" };
    let line = format!(
        "{}  {}  {} {}{target}{failed}  {}",
        Timestamp(line.at),
        line.admin_username,
        line.action,
        line.resource,
        line.details
    );
    format!("{}\n", line.trim_end().replace(['\n', '\r'], " "))
}

fn known(conn: &mut Conn<'_>, who: &str) -> Result<i64, Error> {
    barring::find(conn, who)?.ok_or_else(Error::not_found)
}

fn note(
    conn: &mut Conn<'_>,
    action: &str,
    resource: &str,
    target: i64,
    details: &str,
    now: i64,
) -> Result<(), Error> {
    let entry = Entry {
        at: now,
        admin_id: None,
        admin_username: NAME,
        action,
        resource,
        target_id: Some(target),
        details,
        network: "",
        user_agent: "",
        is_success: true,
    };
    Ok(audit::note(conn, &entry)?)
}

fn write<T, F>(config: &Config, missing: &str, work: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: Fn(&mut Conn<'_>, i64) -> Result<T, Error> + Send + 'static,
{
    let database = open_beside_a_server(config)?;
    let now = Clock::system().now();
    let done = runtime(1)?.block_on(database.write(move |conn| work(conn, now)));
    database.close();
    done.map_err(|error| match error.status().as_u16() {
        404 => missing.into(),
        _ => Failure::Failed(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_and_an_end() {
        assert_eq!(parse_span("30m"), Ok(30 * MINUTE));
        assert_eq!(parse_span("12h"), Ok(12 * HOUR));
        assert_eq!(parse_span("7d"), Ok(7 * DAY));
        for wrong in [
            "",
            "7",
            "d",
            "0d",
            "-1d",
            "+1d",
            "4000d",
            "7 d",
            "1w",
            "99999999999999999999d",
            "7µ",
        ] {
            assert!(parse_span(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_of_the_record_is_one_line() {
        let line = Line {
            id: 1,
            at: 1_772_600_767_000_000,
            admin_username: NAME.to_owned(),
            action: "suspend".to_owned(),
            resource: "user".to_owned(),
            target_id: Some(7),
            details: "until lifted.\nRude".to_owned(),
            network: String::new(),
            user_agent: String::new(),
            status: "failed".to_owned(),
        };
        assert_eq!(
            spelled(&line),
            "2026-03-04T05:06:07Z  command line  suspend user 7 (failed)  until lifted. Rude\n"
        );
    }
}
