//! `migrate`: brings the schema up to date and says so.

use super::start::{open_database, settings};
use super::{Command, Failure, say};
use crate::logging::Log;

pub(super) const COMMAND: Command = Command {
    name: "migrate",
    arguments: "",
    meaning: "bring the database's schema up to date",
    details: None,
    parse: |_| Ok(Box::new(migrate)),
};

fn migrate() -> Result<(), Failure> {
    let config = settings(false)?;
    Log::start(&config);
    open_database(&config)?.close();
    say("The schema is up to date.\n")
}
