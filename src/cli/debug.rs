//! `debug`: raises the log level of a running server for a while.

use std::path::Path;
use std::time::Duration;

use lexopt::Parser;
use lexopt::prelude::*;

use super::{Command, Failure, Work, say};
use crate::config;
use crate::logging::LONGEST_RAISE;
use crate::logging::control::{Request, ask};

pub(super) const COMMAND: Command = Command {
    name: "debug",
    arguments: "[--for TIME | --off]",
    meaning: "say what the running server logs; log everything for a time such as 90s or 10m",
    details: Some(|| {
        "The server is the one that runs on this machine with the same DATA_DIR. Its log level falls back by\n\
         itself when the time is over, at most 1h, or with --off.\n"
            .to_owned()
    }),
    parse,
};

fn parse(arguments: &mut Parser) -> Result<Work, lexopt::Error> {
    let mut request = Request::State;
    while let Some(argument) = arguments.next()? {
        request = match argument {
            Long("for") => Request::Raise(arguments.value()?.parse_with(parse_time)?),
            Long("off") => Request::Restore,
            other => return Err(other.unexpected()),
        };
    }
    Ok(Box::new(move || {
        debug(&config::data_dir().map_err(Failure::Settings)?, request)
    }))
}

/// Reads `90s`, `10m` or `1h`: at least a second, at most [`LONGEST_RAISE`].
fn parse_time(text: &str) -> Result<Duration, String> {
    let seconds = |digits: &str, unit: u64| digits.parse::<u64>().ok()?.checked_mul(unit);
    let seconds = match text.char_indices().next_back() {
        Some((end, 's')) => seconds(&text[..end], 1),
        Some((end, 'm')) => seconds(&text[..end], 60),
        Some((end, 'h')) => seconds(&text[..end], 3600),
        _ => None,
    };
    match seconds.map(Duration::from_secs) {
        Some(time) if !time.is_zero() && time <= LONGEST_RAISE => Ok(time),
        _ => Err("a time is 90s, 10m or 1h, and 1h is the longest".to_owned()),
    }
}

fn debug(data_dir: &Path, request: Request) -> Result<(), Failure> {
    let answer = ask(data_dir, request).map_err(|error| {
        format!(
            "no server answers in DATA_DIR {}: {error}. Is it running, with the same DATA_DIR and as the same user?",
            data_dir.display()
        )
    })?;
    if answer.is_empty() {
        return Err("the server gave no answer".into());
    }
    say(&answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit_and_an_end() {
        assert_eq!(parse_time("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_time("10m"), Ok(Duration::from_secs(600)));
        assert_eq!(parse_time("1h"), Ok(LONGEST_RAISE));
        for wrong in [
            "",
            "10",
            "m",
            "0s",
            "61m",
            "2h",
            "-1s",
            "99999999999999999999s",
            "10 m",
            "10µ",
        ] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }
}
