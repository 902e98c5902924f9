//! The command line: what the operator types. Prints through [`say`] alone; the log goes its own way.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use lexopt::prelude::*;

use crate::config::{Config, settings_as_markdown, settings_as_text};
use crate::openapi;

mod accounts;
mod serve;

const USAGE: &str = "\
tinytales: the server of a children's storybook platform

  tinytales serve [--demo]                   serve; --demo fills a small world of its own
  tinytales migrate                          bring the database's schema up to date
  tinytales create-admin --email E --name N  make an administrator (password from ADMIN_PASSWORD or a prompt)
  tinytales confirm EMAIL                    confirm an address where no mail can be sent
  tinytales reset-password EMAIL             give an account a new password and print it
  tinytales settings [--markdown]            list the environment variables
  tinytales openapi                          print the OpenAPI document
  tinytales --version | --help
";

/// Why a command failed, in one sentence for the operator.
type Failure = String;

enum Command {
    Help,
    Version,
    Serve { demo: bool, help: bool },
    Migrate,
    CreateAdmin { email: String, name: String },
    Confirm { email: String },
    ResetPassword { email: String },
    Settings { markdown: bool },
    OpenApi,
}

/// Runs the command of these arguments (the program's name first): 0 done, 1 failed, 2 not understood.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = match parse(lexopt::Parser::from_iter(arguments)) {
        Ok(command) => command,
        Err(error) => {
            complain(&format!("{error}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    match carry_out(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            ExitCode::FAILURE
        }
    }
}

fn parse(mut arguments: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let Some(first) = arguments.next()? else {
        return Ok(Command::Help);
    };
    let command = match first {
        Short('h') | Long("help") => Command::Help,
        Short('V') | Long("version") => Command::Version,
        Value(name) => match name.string()?.as_str() {
            "help" => Command::Help,
            "serve" => parse_serve(&mut arguments)?,
            "migrate" => Command::Migrate,
            "create-admin" => parse_create_admin(&mut arguments)?,
            "confirm" => Command::Confirm {
                email: arguments.value()?.string()?,
            },
            "reset-password" => Command::ResetPassword {
                email: arguments.value()?.string()?,
            },
            "settings" => Command::Settings {
                markdown: matches!(arguments.next()?, Some(Long("markdown"))),
            },
            "openapi" => Command::OpenApi,
            other => return Err(format!("there is no command {other:?}").into()),
        },
        other => return Err(other.unexpected()),
    };
    match arguments.next()? {
        None => Ok(command),
        Some(extra) => Err(extra.unexpected()),
    }
}

fn parse_serve(arguments: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
    let (mut demo, mut help) = (false, false);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("demo") => demo = true,
            Short('h') | Long("help") => help = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Serve { demo, help })
}

fn parse_create_admin(arguments: &mut lexopt::Parser) -> Result<Command, lexopt::Error> {
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
    Ok(Command::CreateAdmin { email, name })
}

fn carry_out(command: Command) -> Result<(), Failure> {
    match command {
        Command::Help => say(USAGE),
        Command::Version => say(&format!("tinytales {}\n", env!("CARGO_PKG_VERSION"))),
        Command::Settings { markdown: true } => say(&settings_as_markdown()),
        Command::Settings { markdown: false } => say(&settings_as_text()),
        Command::Serve { help: true, .. } => say(&format!("{USAGE}\nSettings:\n{}", settings_as_text())),
        Command::OpenApi => say(&openapi::generate()),
        Command::Serve { demo, help: false } => serve::serve(settings(demo)?),
        Command::Migrate => serve::migrate(&settings(false)?),
        Command::CreateAdmin { email, name } => accounts::create_admin(&settings(false)?, &email, &name),
        Command::Confirm { email } => accounts::confirm(&settings(false)?, &email),
        Command::ResetPassword { email } => accounts::reset_password(&settings(false)?, &email),
    }
}

fn settings(demo: bool) -> Result<Config, Failure> {
    Config::from_environment(demo).map_err(|faults| faults.join("\n"))
}

/// The one writer of the command line.
fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| format!("writing: {error}"))
}

fn complain(text: &str) {
    // Where standard error is closed there is nobody left to tell.
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}
