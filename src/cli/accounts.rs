//! What an operator does to accounts where no mail can be sent, and the first administrator.

use std::io::IsTerminal;

use crate::accounts::password::{self, Workspace};
use crate::accounts::store::people::{self, NewPerson};
use crate::accounts::store::sessions;
use crate::accounts::{codes, rules};
use crate::app;
use crate::cli::serve::{prepare_data_dir, runtime};
use crate::clock::Clock;
use crate::config::Config;
use crate::demo;

use super::{Failure, say};

/// Makes an administrator.
pub(super) fn create_admin(config: &Config, email: &str, name: &str) -> Result<(), Failure> {
    if !rules::is_email(email) {
        return Err(format!("{email:?} is not an e-mail address"));
    }
    let name = name.trim();
    if name.is_empty() || name.chars().count() > rules::LONGEST_NAME {
        return Err("a name has 1 to 50 characters".to_owned());
    }
    let password = admin_password(config)?;
    rules::check_password(&password).map_err(str::to_owned)?;
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
        return Err("set ADMIN_PASSWORD, or run this where a password can be typed".to_owned());
    }
    let prompt =
        |text| rpassword::prompt_password(text).map_err(|error| format!("reading the password: {error}"));
    let password = prompt("Password: ")?;
    if prompt("Once more: ")? != password {
        return Err("the passwords differ".to_owned());
    }
    Ok(password)
}

/// Confirms an address.
pub(super) fn confirm(config: &Config, email: &str) -> Result<(), Failure> {
    let email = email.to_owned();
    write(config, move |conn, now| {
        let owner = people::owner_of_address(conn, &email)?.ok_or(Refusal::Unknown)?;
        Ok(people::verify(conn, owner.id, now)?)
    })?;
    say("The address is confirmed.\n")
}

/// Gives an account a new password, prints it and ends its sign-ins.
pub(super) fn reset_password(config: &Config, email: &str) -> Result<(), Failure> {
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
    prepare_data_dir(&config.data_dir)?;
    let database = app::open_database(config).map_err(|error| error.to_string())?;
    let now = Clock::system().now();
    let done = runtime(1)?.block_on(database.write(move |conn| work(conn, now)));
    database.close();
    done.map_err(|refusal| match refusal {
        Refusal::Unknown => "there is no account with this address".to_owned(),
        Refusal::Taken => "this address belongs to an account already".to_owned(),
        Refusal::Database(error) => format!("the database: {error}"),
    })
}
