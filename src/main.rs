//! The command line.

use std::process::ExitCode;

use tinytales::cli;

fn main() -> ExitCode {
    envelope::allocator::tune();
    cli::run(std::env::args_os())
}
