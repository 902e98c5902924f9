//! The form of a backup: lines of JSON, the same whichever database they came from.
//!
//! ```text
//! {"tinytales_backup":1,"schema":2,"engine":"sqlite","created_at":"2026-03-04T05:06:07Z","program":"0.1.0"}
//! {"table":"users","columns":["id","username",…],"last_id":1000041}
//! [1000000,"Ann",null,true,{"b64":"iVBORw0K…"},{"f64":"0.1"}]
//! {"end":{"users":1,…},"blake3":"…"}
//! ```
//!
//! A table's rows follow its line; a table stands behind those that it refers to. The last line counts the rows of each
//! table and carries the BLAKE3 of all bytes before it. Must not know where the lines come from or go to.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, Read as _, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use database::{Cell, Value};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Deserialize as DeserializeFields, Serialize};

/// The only version there is.
const VERSION: u32 = 1;
/// Longer than any row, shorter than what would be a burden.
const LONGEST_LINE: u64 = 128 << 20;

/// What a backup says of itself at its beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeserializeFields)]
pub struct Header {
    /// The version of this form.
    pub tinytales_backup: u32,
    /// The last migration of the database it was made of.
    pub schema: u32,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// When it was begun, as the wire spells instants.
    pub created_at: String,
    /// The version of the program that made it.
    pub program: String,
}

impl Header {
    /// The header of a backup that is made now.
    pub fn new(schema: u32, engine: &str, created_at: String) -> Self {
        Self {
            tinytales_backup: VERSION,
            schema,
            engine: engine.to_owned(),
            created_at,
            program: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// How many rows each table has.
pub type Counts = BTreeMap<String, u64>;

/// A line that begins a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, DeserializeFields)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// Its name.
    pub(super) table: String,
    /// The columns of its rows, in their order.
    pub(super) columns: Vec<String>,
    /// The last number that its identity column has given out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_id: Option<i64>,
}

#[derive(Serialize, DeserializeFields)]
#[serde(deny_unknown_fields)]
struct End {
    end: Counts,
    blake3: String,
}

/// Writes a backup line by line.
pub(super) struct Writer<W> {
    out: W,
    hash: blake3::Hasher,
    line: Vec<u8>,
    counts: Counts,
    current: u64,
    table: Option<String>,
}

impl<W: Write> Writer<W> {
    /// Begins with the header.
    pub(super) fn new(out: W, header: &Header) -> io::Result<Self> {
        let mut writer = Self {
            out,
            hash: blake3::Hasher::new(),
            line: Vec::new(),
            counts: Counts::new(),
            current: 0,
            table: None,
        };
        writer.json(header)?;
        Ok(writer)
    }

    /// Begins a table.
    pub(super) fn table(&mut self, table: &Table) -> io::Result<()> {
        self.close_table();
        self.table = Some(table.table.clone());
        self.json(table)
    }

    /// A row of the table that was begun last; its bytes in the backup.
    pub(super) fn row(&mut self, values: &[Value<'_>]) -> io::Result<usize> {
        self.line.clear();
        for value in values {
            self.line.push(if self.line.is_empty() { b'[' } else { b',' });
            write_value(&mut self.line, *value)?;
        }
        self.line.push(b']');
        self.current += 1;
        self.finish_line()
    }

    /// The last line; what was counted, and the writer beneath.
    pub(super) fn finish(mut self) -> io::Result<(Counts, W)> {
        self.close_table();
        let end = End {
            end: self.counts.clone(),
            blake3: self.hash.finalize().to_hex().to_string(),
        };
        self.json(&end)?;
        Ok((self.counts, self.out))
    }

    fn close_table(&mut self) {
        if let Some(table) = self.table.take() {
            self.counts.insert(table, std::mem::take(&mut self.current));
        }
    }

    fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, value)?;
        self.finish_line().map(drop)
    }

    fn finish_line(&mut self) -> io::Result<usize> {
        self.line.push(b'\n');
        self.hash.update(&self.line);
        self.out.write_all(&self.line)?;
        let bytes = self.line.len();
        // One long row does not stay in memory for all that follow.
        self.line.clear();
        self.line.shrink_to(64 << 10);
        Ok(bytes)
    }
}

fn write_value(line: &mut Vec<u8>, value: Value<'_>) -> io::Result<()> {
    match value {
        Value::Null => line.extend_from_slice(b"null"),
        Value::Bool(flag) => serde_json::to_writer(line, &flag)?,
        Value::Int(number) => serde_json::to_writer(line, &number)?,
        Value::Text(text) => serde_json::to_writer(line, text)?,
        // Rust spells the shortest text that is read back as the same number; JSON has no infinities.
        Value::Float(number) => write!(line, "{{\"f64\":\"{number}\"}}")?,
        Value::Bytes(bytes) => {
            line.extend_from_slice(b"{\"b64\":\"");
            let begin = line.len();
            line.resize(begin + bytes.len().div_ceil(3) * 4, 0);
            STANDARD
                .encode_slice(bytes, &mut line[begin..])
                .map_err(io::Error::other)?;
            line.extend_from_slice(b"\"}");
        }
    }
    Ok(())
}

/// Why a backup cannot be read.
#[derive(Debug)]
pub enum Fault {
    /// It is not what a backup looks like, with what is wrong.
    Damaged(&'static str),
    /// It has a form that only a newer program knows.
    Newer(u32),
    /// The file cannot be read.
    Io(io::Error),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(what) => write!(f, "the backup is damaged: {what}"),
            Self::Newer(version) => write!(
                f,
                "the backup has form {version}, this program only knows {VERSION}: use a newer version"
            ),
            Self::Io(error) => write!(f, "the backup cannot be read: {error}"),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match error.kind() {
            InvalidData | InvalidInput => Self::Damaged("it cannot be unpacked"),
            UnexpectedEof => Self::Damaged("its end is missing"),
            _ => Self::Io(error),
        }
    }
}

/// A line after the header.
#[derive(Debug)]
pub(super) enum Item<'a> {
    /// A table begins.
    Table(Table),
    /// A row of the table that was begun last, not yet read: see [`cells`].
    Row(&'a [u8]),
    /// All is there, and is what was written.
    End(Counts),
}

/// Reads a backup line by line. What it has handed out is not to be trusted before the end has come.
pub(super) struct Reader<R> {
    input: R,
    hash: blake3::Hasher,
    line: Vec<u8>,
    counts: Counts,
    table: Option<(String, u64)>,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    pub(super) fn new(input: R) -> Result<(Header, Self), Fault> {
        let mut reader = Self {
            input,
            hash: blake3::Hasher::new(),
            line: Vec::new(),
            counts: Counts::new(),
            table: None,
        };
        reader.next_line()?;
        let header: Header =
            serde_json::from_slice(&reader.line).map_err(|_| Fault::Damaged("it has no header"))?;
        if header.tinytales_backup > VERSION {
            return Err(Fault::Newer(header.tinytales_backup));
        }
        reader.hash.update(&reader.line);
        Ok((header, reader))
    }

    /// The next line. The end is the last one; whoever has it need not ask again.
    pub(super) fn read(&mut self) -> Result<Item<'_>, Fault> {
        self.next_line()?;
        if self.line.first() == Some(&b'[') {
            self.hash.update(&self.line);
            let (_, count) = self.table.as_mut().ok_or(Fault::Damaged("a row has no table"))?;
            *count += 1;
            return Ok(Item::Row(&self.line));
        }
        if let Some((table, count)) = self.table.take() {
            self.counts.insert(table, count);
        }
        if let Ok(table) = serde_json::from_slice::<Table>(&self.line) {
            self.hash.update(&self.line);
            self.table = Some((table.table.clone(), 0));
            return Ok(Item::Table(table));
        }
        let end: End =
            serde_json::from_slice(&self.line).map_err(|_| Fault::Damaged("a line is not understood"))?;
        if end.blake3 != self.hash.finalize().to_hex().as_str() || end.end != self.counts {
            return Err(Fault::Damaged("it is not what was written"));
        }
        if !self.input.fill_buf()?.is_empty() {
            return Err(Fault::Damaged("something follows its end"));
        }
        Ok(Item::End(end.end))
    }

    /// What lies beneath, after the end.
    pub(super) fn into_inner(self) -> R {
        self.input
    }

    fn next_line(&mut self) -> Result<(), Fault> {
        self.line.clear();
        self.line.shrink_to(64 << 10);
        (&mut self.input)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut self.line)?;
        if self.line.last() != Some(&b'\n') {
            return Err(Fault::Damaged("its end is missing"));
        }
        Ok(())
    }
}

/// The cells of a row, of which there must be as many as the table has columns.
pub(super) fn cells(line: &[u8], columns: usize) -> Result<Vec<Cell>, Fault> {
    let row: Vec<Spelled> =
        serde_json::from_slice(line).map_err(|_| Fault::Damaged("a row is not understood"))?;
    if row.len() != columns {
        return Err(Fault::Damaged(
            "a row has not as many values as its table has columns",
        ));
    }
    Ok(row.into_iter().map(|Spelled(cell)| cell).collect())
}

/// A cell as JSON spells it.
struct Spelled(Cell);

impl<'de> Deserialize<'de> for Spelled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SpelledVisitor).map(Self)
    }
}

struct SpelledVisitor;

impl<'de> Visitor<'de> for SpelledVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a boolean, an integer, a text, or an object with b64 or f64")
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Cell, E> {
        Ok(Cell::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Cell, E> {
        Ok(Cell::Int(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Cell, E> {
        number.try_into().map(Cell::Int).map_err(E::custom)
    }

    fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
        Ok(Cell::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Cell, E> {
        Ok(Cell::Text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell, A::Error> {
        let Some((kind, text)) = map.next_entry::<String, String>()? else {
            return Err(de::Error::custom("an empty object"));
        };
        let cell = match kind.as_str() {
            "b64" => STANDARD
                .decode(text)
                .map(Cell::Bytes)
                .map_err(de::Error::custom)?,
            "f64" => text.parse().map(Cell::Float).map_err(de::Error::custom)?,
            _ => return Err(de::Error::custom("an unknown kind of value")),
        };
        match map.next_key::<String>()? {
            None => Ok(cell),
            Some(_) => Err(de::Error::custom("two kinds of value in one")),
        }
    }
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
