//! A look at an SQLite file that leaves no trace, not even an empty log beside it.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::migrate::{applied, with_suffix};
use crate::Migration;
use crate::inspection::{InspectError, Inspection};
use crate::migrations::plan;

/// Opens the file for reading alone; it is never made.
pub(crate) fn inspect(path: &Path, known: &'static [Migration]) -> Result<Inspection, InspectError> {
    if !path.exists() {
        return Err(InspectError::Absent);
    }
    let failed = |failure: rusqlite::Error| {
        InspectError::Unreachable(format!("{} cannot be read: {failure}", path.display()))
    };
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(address(path), flags).map_err(failed)?;
    let applied = applied(&connection).map_err(failed)?;
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let pages = pragma("page_count")
        .and_then(|all| Ok(all - pragma("freelist_count")?))
        .map_err(failed)?;
    let bytes = pages * pragma("page_size").map_err(failed)?;
    Ok(Inspection {
        applied: applied.len(),
        pending: plan(&applied, known)?,
        bytes: bytes.cast_unsigned(),
        clock: None,
        connections: None,
    })
}

/// Without a log beside it nobody writes to the file, and SQLite need not make one in order to read.
fn address(path: &Path) -> String {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(byte) {
            address.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    if !with_suffix(path, "-wal").exists() {
        address.push_str("?immutable=1");
    }
    address
}
