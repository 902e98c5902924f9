//! The command line: what the operator types. Prints through [`say`] alone; the log goes its own way.
//!
//! One file for each command, or for a few that belong together, with its arguments and its work; one line each in
//! [`COMMANDS`]. The exit code is 0 when the work is done, 2 when the arguments or the settings do not allow it, and 1
//! when it failed for any other reason.

mod accounts;
mod backup;
mod check;
mod debug;
mod failure;
mod migrate;
mod order;
mod populate;
mod restore;
mod serve;
mod settings;
mod start;
mod verify;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use lexopt::Parser;
use lexopt::prelude::*;

use self::failure::Failure;

/// One thing that the program does.
struct Command {
    /// The first word after the program's name.
    name: &'static str,
    /// What follows it, as the usage shows it.
    arguments: &'static str,
    /// What it does, in one line.
    meaning: &'static str,
    /// What `--help` shows beneath the usage.
    details: Option<fn() -> String>,
    /// Reads the arguments after the name, and nothing else: what is left over is refused by the caller.
    parse: fn(&mut Parser) -> Result<Work, lexopt::Error>,
}

/// A command whose arguments are understood. It reads the settings itself.
type Work = Box<dyn FnOnce() -> Result<(), Failure>>;

/// Every command, in the order of the usage.
const COMMANDS: &[Command] = &[
    serve::COMMAND,
    check::COMMAND,
    verify::COMMAND,
    migrate::COMMAND,
    backup::COMMAND,
    restore::COMMAND,
    accounts::CREATE_ADMIN,
    accounts::CONFIRM,
    accounts::RESET_PASSWORD,
    order::SUSPEND,
    order::UNSUSPEND,
    order::UNPUBLISH,
    order::DELETE_COMMENT,
    order::AUDIT,
    populate::COMMAND,
    debug::COMMAND,
    settings::COMMAND,
];

/// Runs the command of these arguments (the program's name first): 0 done, 1 failed, 2 not understood or not set right.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let work = match parse(Parser::from_iter(arguments)) {
        Ok(work) => work,
        Err(error) => {
            complain(&format!("{error}\n\n{}", usage()));
            return ExitCode::from(2);
        }
    };
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure.to_string());
            failure.exit_code()
        }
    }
}

fn parse(mut arguments: Parser) -> Result<Work, lexopt::Error> {
    let work = match arguments.next()? {
        None | Some(Short('h') | Long("help")) => saying(usage),
        Some(Short('V') | Long("version")) => saying(|| format!("tinytales {}\n", env!("CARGO_PKG_VERSION"))),
        Some(Value(name)) if name == "help" => saying(usage),
        Some(Value(name)) => {
            let command = COMMANDS.iter().find(|command| name == command.name);
            let command = command.ok_or_else(|| format!("there is no command {}", name.display()))?;
            if wants_help(&mut arguments) {
                return Ok(saying(|| help(command)));
            }
            (command.parse)(&mut arguments)?
        }
        Some(other) => return Err(other.unexpected()),
    };
    match arguments.next()? {
        None => Ok(work),
        Some(extra) => Err(extra.unexpected()),
    }
}

/// Whether `--help` stands anywhere among the arguments that are left.
fn wants_help(arguments: &mut Parser) -> bool {
    let left = arguments.try_raw_args();
    left.is_some_and(|left| {
        left.as_slice()
            .iter()
            .any(|word| word == "--help" || word == "-h")
    })
}

fn saying(text: impl FnOnce() -> String + 'static) -> Work {
    Box::new(|| say(&text()))
}

fn usage() -> String {
    let mut text = "tinytales: the server of a children's storybook platform\n\n".to_owned();
    for command in COMMANDS {
        text += &command.usage();
    }
    text + "  tinytales --version | --help\n\n`tinytales COMMAND --help` says more.\n"
}

fn help(command: &Command) -> String {
    let details = command.details.map(|details| format!("\n{}", details()));
    command.usage() + &details.unwrap_or_default()
}

impl Command {
    /// Its line of the usage. Where the arguments leave no room beside them, the meaning stands beneath.
    fn usage(&self) -> String {
        let call = format!("tinytales {} {}", self.name, self.arguments);
        let call = call.trim_end();
        if call.len() <= 40 {
            format!("  {call:<40}  {}\n", self.meaning)
        } else {
            format!("  {call}\n  {:<40}  {}\n", "", self.meaning)
        }
    }
}

/// The one writer of the command line.
fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Failed(format!("writing: {error}")))
}

fn complain(text: &str) {
    // Where standard error is closed there is nobody left to tell.
    let _ = writeln!(std::io::stderr().lock(), "{}", text.trim_end());
}
