//! The program `visitors`: sends virtual people to a server and says what they felt.

mod program;

use std::process::ExitCode;

fn main() -> ExitCode {
    program::run(std::env::args_os())
}
