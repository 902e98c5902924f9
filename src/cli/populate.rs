//! A world for load, in an empty database.

use std::path::PathBuf;
use std::str::FromStr;

use lexopt::Parser;
use lexopt::prelude::*;

use super::start::{open_beside_a_server, runtime, settings};
use super::{Command, Failure, Work, say};
use crate::accounts::rules::check_password;
use crate::accounts::tokens::Keys;
use crate::clock::Clock;
use crate::populate::{Addresses, MOST_STORIES, MOST_USERS, Order, SignIns, populate};

/// The largest drawing that a story takes, in KiB.
const LARGEST_PICTURE: usize = 3 * 1024;
/// More pages than this are no story that the apps can make.
const MOST_PAGES: usize = 200;

/// Fills an empty database.
pub(super) const COMMAND: Command = Command {
    name: "populate",
    arguments: "--users N --stories M --password P --tokens FILE",
    meaning: "fill an empty database with people and stories, for load runs only",
    details: Some(|| DETAILS.to_owned()),
    parse,
};

const DETAILS: &str = "\
  --users N          people, all signed in
  --stories M        published stories, a fifth of them drawn by hand (0)
  --pages P          pages of each story (5)
  --picture-kb K     KiB of each drawing (60)
  --email PATTERN    the people's addresses (load%03d@example.invalid, which counts from 1)
  --password P       everybody's password
  --tokens FILE      where the people's tokens are written, readable by its owner alone
  --seed S           another seed, other stories (1)

A database that has accounts is refused.
";

struct Arguments {
    order: Order,
    tokens: PathBuf,
}

fn parse(arguments: &mut Parser) -> Result<Work, lexopt::Error> {
    let (mut users, mut password, mut tokens) = (None, None, None);
    let (mut stories, mut pages, mut picture_kb, mut seed) = (0, 5, 60, 1);
    let mut email = "load%03d@example.invalid".to_owned();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("users") => users = Some(at_most(arguments, MOST_USERS)?),
            Long("stories") => stories = at_most(arguments, MOST_STORIES)?,
            Long("pages") => pages = at_most(arguments, MOST_PAGES)?,
            Long("picture-kb") => picture_kb = at_most(arguments, LARGEST_PICTURE)?,
            Long("email") => email = arguments.value()?.string()?,
            Long("password") => password = Some(arguments.value()?.string()?),
            Long("tokens") => tokens = Some(PathBuf::from(arguments.value()?)),
            Long("seed") => seed = arguments.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    let users = users.ok_or("--users is missing")?;
    if users == 0 || pages == 0 {
        return Err("--users and --pages are at least 1".into());
    }
    let password = password.ok_or("--password is missing")?;
    check_password(&password)?;
    let order = Order {
        users,
        stories,
        pages,
        picture_bytes: picture_kb * 1024,
        addresses: Addresses::parse(&email)?,
        password,
        seed,
    };
    let tokens = tokens.ok_or("--tokens is missing")?;
    Ok(Box::new(move || fill(&Arguments { order, tokens })))
}

fn at_most(arguments: &mut Parser, most: usize) -> Result<usize, lexopt::Error> {
    let text = arguments.value()?.string()?;
    let number = usize::from_str(&text).ok().filter(|number| *number <= most);
    number.ok_or_else(|| format!("{text:?} is no number from 0 to {most}").into())
}

fn fill(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { order, tokens } = arguments;
    let config = settings(false)?;
    let database = open_beside_a_server(&config)?;
    let sign_ins = SignIns {
        keys: Keys::new(&config.secret),
        access_days: config.access_token_days,
        refresh_days: config.refresh_token_days,
    };
    let made = runtime(1)?.block_on(populate(&database, order, &sign_ins, Clock::system().now()));
    database.close();
    let world = made.map_err(|error| error.to_string())?;
    world
        .write(tokens)
        .map_err(|error| format!("{}: {error}", tokens.display()))?;
    say(&format!(
        "{} people and {} stories; their tokens are in {}\n",
        world.people.len(),
        world.public_stories.len(),
        tokens.display()
    ))
}
