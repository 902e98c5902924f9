//! `settings`: lists the environment variables.

use lexopt::Parser;
use lexopt::prelude::*;

use super::{Command, Work, say};
use crate::config::{settings_as_markdown, settings_as_text};

pub(super) const COMMAND: Command = Command {
    name: "settings",
    arguments: "[--markdown]",
    meaning: "list the environment variables",
    details: None,
    parse,
};

fn parse(arguments: &mut Parser) -> Result<Work, lexopt::Error> {
    let table = match arguments.next()? {
        None => settings_as_text,
        Some(Long("markdown")) => settings_as_markdown,
        Some(other) => return Err(other.unexpected()),
    };
    Ok(Box::new(move || say(&table())))
}
