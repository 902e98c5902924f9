//! What SQLite can do here besides its own functions.

use memchr::memmem::Finder;
use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};

/// Teaches a connection `COUNT_HAVING(text, needle)`: of how many rows the text, byte for byte, has the needle, which is
/// the first row's. NULL counts as an empty text.
///
/// SQLite's own `INSTR` looks at one letter after the other, and is told the needle anew for each row.
pub(super) fn teach(connection: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_aggregate_function("COUNT_HAVING", 2, flags, CountHaving)
}

struct CountHaving;

struct Count {
    needle: Finder<'static>,
    rows: i64,
}

impl Aggregate<Count, i64> for CountHaving {
    fn init(&self, row: &mut Context<'_>) -> rusqlite::Result<Count> {
        let needle = Finder::new(argument(row, 1)?).into_owned();
        Ok(Count { needle, rows: 0 })
    }

    fn step(&self, row: &mut Context<'_>, count: &mut Count) -> rusqlite::Result<()> {
        if count.needle.find(argument(row, 0)?).is_some() {
            count.rows += 1;
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, count: Option<Count>) -> rusqlite::Result<i64> {
        Ok(count.map_or(0, |count| count.rows))
    }
}

fn argument<'a>(row: &'a Context<'_>, index: usize) -> rusqlite::Result<&'a [u8]> {
    Ok(row.get_raw(index).as_bytes_or_null()?.unwrap_or_default())
}
