//! The one place that writes to the terminal.

use std::io::Write;

/// Writes one line to standard output. A reader that has gone away is no reason to stop a chore.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
