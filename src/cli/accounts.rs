//! What an operator does to accounts where no mail can be sent, and the first administrator.

use std::io::IsTerminal;

use lexopt::Parser;
use lexopt::prelude::*;

use super::start::{open_beside_a_server, runtime, settings};
use super::{Command, Failure, Work, say};
use crate::accounts::password::{self, Workspace};
use crate::accounts::store::people::{self, NewPerson};
use crate::accounts::store::sessions;
use crate::accounts::{codes, rules};
use crate::clock::Clock;
use crate::config::Config;
use crate::demo;

/// Makes an administrator.
pub(super) const CREATE_ADMIN: Command = Command {
    name: "create-admin",
    arguments: "--email E --name N",
    meaning: "make an administrator (password from ADMIN_PASSWORD or a prompt)",
    details: None,
    parse: parse_create_admin,
};

/// Confirms an address.
pub(super) const CONFIRM: Command = Command {
    name: "confirm",
    arguments: "EMAIL",
    meaning: "confirm an address where no mail can be sent",
    details: None,
    parse: |arguments| {
        let email = arguments.value()?.string()?;
        Ok(Box::new(move || confirm(&settings(false)?, &email)))
    },
};

/// Gives an account a new password, prints it and ends its sign-ins.
pub(super) const RESET_PASSWORD: Command = Command {
    name: "reset-password",
    arguments: "EMAIL",
    meaning: "give an account a new password and print it",
    details: None,
    parse: |arguments| {
        let email = arguments.value()?.string()?;
        Ok(Box::new(move || reset_password(&settings(false)?, &email)))
    },
};

fn parse_create_admin(arguments: &mut Parser) -> Result<Work, lexopt::Error> {
    let (mut email, mut name) = (None, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("email") => email = Some(arguments.value()?.string()?),
            Long("name") => name = Some(arguments.value()?.string()?),
            other => return Err(other.unexpected()),
        }
    }
    let email = email.ok_or("--email is missing")?;
    let name = name.ok_or("--name is missing")?;
    Ok(Box::new(move || create_admin(&settings(false)?, &email, &name)))
}

fn create_admin(config: &Config, email: &str, name: &str) -> Result<(), Failure> {
    if !rules::is_email(email) {
        return Err(format!("{email:?} is not an e-mail address").into());
    }
    let name = name.trim();
    if name.is_empty() || name.chars().count() > rules::LONGEST_NAME {
        return Err("a name has 1 to 50 characters".into());
    }
    let password = admin_password(config)?;
    rules::check_password(&password)?;
    let (first_name, last_name) = rules::first_and_last(name);
    let person = NewPerson {
        usernames: rules::username_candidates(name, codes::dice()).to_vec(),
        email: Some(email.to_owned()),
        is_verified: true,
        password_hash: password::hash(&mut Workspace::default(), &password),
        display_name: name.to_owned(),
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        user_type: "teacher".to_owned(),
        is_admin: true,
    };
    let email = email.to_owned();
    write(config, move |conn, now| {
        if people::owner_of_address(conn, &email)?.is_some() {
            return Err(Refusal::Taken);
        }
        Ok(people::insert(conn, &person, now).map(|_| ())?)
    })?;
    say("The administrator can sign in now.\n")
}

fn admin_password(config: &Config) -> Result<String, Failure> {
    if let Some(password) = &config.admin_password {
        return Ok(password.reveal().to_owned());
    }
    if !std::io::stdin().is_terminal() {
        return Err("set ADMIN_PASSWORD, or run this where a password can be typed".into());
    }
    let prompt =
        |text| rpassword::prompt_password(text).map_err(|error| format!("reading the password: {error}"));
    let password = prompt("Password: ")?;
    if prompt("Once more: ")? != password {
        return Err("the passwords differ".into());
    }
    Ok(password)
}

fn confirm(config: &Config, email: &str) -> Result<(), Failure> {
    let email = email.to_owned();
    write(config, move |conn, now| {
        let owner = people::owner_of_address(conn, &email)?.ok_or(Refusal::Unknown)?;
        people::verify(conn, owner.id, now)?;
        Ok(people::vouch_for_address(conn, owner.id)?)
    })?;
    say("The address is confirmed.\n")
}

fn reset_password(config: &Config, email: &str) -> Result<(), Failure> {
    let password = demo::people::password(codes::dice(), codes::dice());
    let (email, hash) = (
        email.to_owned(),
        password::hash(&mut Workspace::default(), &password),
    );
    write(config, move |conn, now| {
        let owner = people::owner_of_address(conn, &email)?.ok_or(Refusal::Unknown)?;
        people::set_password(conn, owner.id, &hash, now)?;
        Ok(sessions::close_all(conn, owner.id, None)?)
    })?;
    say(&format!("The new password is: {password}\n"))
}

enum Refusal {
    Unknown,
    Taken,
    Database(database::Error),
}

impl From<database::Error> for Refusal {
    fn from(error: database::Error) -> Self {
        Self::Database(error)
    }
}

fn write<F>(config: &Config, work: F) -> Result<(), Failure>
where
    F: Fn(&mut database::Conn<'_>, i64) -> Result<(), Refusal> + Send + 'static,
{
    let database = open_beside_a_server(config)?;
    let now = Clock::system().now();
    let done = runtime(1)?.block_on(database.write(move |conn| work(conn, now)));
    database.close();
    done.map_err(|refusal| match refusal {
        Refusal::Unknown => "there is no account with this address".into(),
        Refusal::Taken => "this address belongs to an account already".into(),
        Refusal::Database(error) => format!("the database: {error}").into(),
    })
}
