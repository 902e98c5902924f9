//! What the operator types and sees. Results go to standard output, how it goes to standard error.

mod arguments;
mod screen;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Builder;
use visitors::{Plan, Report, run_watched};

use self::arguments::{Command, Output, USAGE};
use self::screen::Screen;

/// Runs the command of these arguments (the program's name first): 0 no error, 1 errors, 2 not understood or refused.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let (plan, output) = match arguments::parse(arguments) {
        Ok(Command::Visit(plan, output)) => (*plan, output),
        Ok(Command::Help) => {
            return match say(io::stdout(), USAGE) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            };
        }
        Err(error) => return misuse(&format!("{error}\n`visitors --help` says more")),
    };
    open_many_files();
    let mut screen = Screen::new(output.is_quiet);
    let report = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(visit(plan, &mut screen)),
        Err(error) => return failure(&format!("the runtime does not start: {error}")),
    };
    screen.clear();
    match report {
        Ok(report) => match show(&report, &output) {
            Ok(()) if report.failed() == 0 => ExitCode::SUCCESS,
            Ok(()) => ExitCode::FAILURE,
            Err(error) => failure(&format!("the report cannot be written: {error}")),
        },
        Err(refused) => misuse(&refused.to_string()),
    }
}

async fn visit(plan: Plan, screen: &mut Screen) -> Result<Report, visitors::Misuse> {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Nobody can interrupt then; the run ends by itself.
            std::future::pending::<()>().await;
        }
    };
    run_watched(plan, |progress| screen.show(progress), interrupted).await
}

/// The table for people and the JSON for programs, each where it is wanted.
fn show(report: &Report, output: &Output) -> io::Result<()> {
    let json = |report| serde_json::to_string_pretty(report).map(|json| json + "\n");
    match output.json.as_deref() {
        Some("-") => {
            say(io::stderr(), &report.to_string())?;
            say(io::stdout(), &json(report)?)
        }
        Some(path) => {
            say(io::stdout(), &report.to_string())?;
            fs::write(path, json(report)?)
        }
        None => say(io::stdout(), &report.to_string()),
    }
}

/// Each person keeps a connection, and many systems allow 1,024 unless asked for more.
fn open_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // Where it is refused, people beyond the limit count as errors of `connect`, which says so.
    let _ = setrlimit(Resource::Nofile, most);
}

fn misuse(text: &str) -> ExitCode {
    complain(text);
    ExitCode::from(2)
}

fn failure(text: &str) -> ExitCode {
    complain(text);
    ExitCode::FAILURE
}

fn complain(text: &str) {
    // Where standard error is closed there is nobody left to tell.
    let _ = say(io::stderr(), &format!("{}\n", text.trim_end()));
}

fn say(mut to: impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}
