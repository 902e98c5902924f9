//! One backup as a file: made of a database, checked, restored into an empty one.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use database::{Error, Exclusive, Options, Snapshot, Target};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;

use super::brake::Brake;
use super::failure::{Failure, at};
use super::format::{Counts, Header, Item, Reader, Table, Writer, cells};
use crate::migrations::{ALL, TABLES};
use crate::wire::Timestamp;

/// Everything of people's hangs on a person: without one a database counts as empty.
const PEOPLE: &str = "users";
/// Drawings are packed already, and stories are short: more effort would buy little.
const EFFORT: u32 = 1;
/// Stands at the end of a file's name until all of it is there.
pub(super) const UNFINISHED: &str = ".unfinished";

type Packed = GzEncoder<BufWriter<File>>;
type Unpacked = BufReader<GzDecoder<BufReader<File>>>;

/// The database that backups are made of or restored into.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where it is.
    pub target: Target,
    /// How it is spoken to.
    pub options: Options,
}

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// What it says of itself.
    pub header: Header,
    /// How many rows each table has.
    pub counts: Counts,
    /// Bytes of the file.
    pub bytes: u64,
}

impl Contents {
    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.counts.values().sum()
    }
}

impl Place {
    /// Whether nobody has an account here. A file that is not there is not made by asking.
    pub fn is_empty(&self) -> Result<bool, Failure> {
        if let Target::Sqlite(path) = &self.target
            && !path.exists()
        {
            return Ok(true);
        }
        let people: Result<bool, Failure> = self
            .target
            .snapshot(&self.options, |snapshot| Ok(snapshot.has_rows(PEOPLE)?));
        Ok(!people?)
    }

    /// Makes a backup under this name, readable by its owner alone. Until it is whole and has been read again it has
    /// another name. Blocks.
    pub fn back_up(&self, file: &Path, now: i64, brake: &mut Brake) -> Result<Contents, Failure> {
        if self.is_empty()? {
            return Err(Failure::Nothing);
        }
        let unfinished = Unfinished::beside(file)?;
        let header = self.target.snapshot(&self.options, |snapshot| {
            write(snapshot, &self.target, &unfinished.0, now, brake)
        })?;
        let contents = check_with(&unfinished.0, brake)?;
        if contents.header != header {
            return Err(Failure::File(
                "the backup was changed while it was made".to_owned(),
            ));
        }
        unfinished.finish(file)?;
        Ok(contents)
    }

    /// Restores a backup into an empty database, all of it or nothing. Waits at most `patience` for those who have the
    /// SQLite file open. Blocks.
    pub fn restore(&self, file: &Path, patience: Duration) -> Result<Contents, Failure> {
        let contents = check(file)?;
        let (schema, known) = (contents.header.schema, newest_known());
        if schema > known {
            return Err(Failure::Newer { found: schema, known });
        }
        let restored = self.target.exclusively(&self.options, patience, |exclusive| {
            if exclusive.has_rows(PEOPLE)? {
                return Err(Failure::NotEmpty);
            }
            let here = exclusive.schema()?;
            if here > schema {
                return Err(Failure::Older { found: schema, here });
            }
            exclusive.migrate(&ALL, schema)?;
            fill(exclusive, file)?;
            exclusive.migrate(&ALL, known)?;
            Ok(())
        });
        restored.map_err(|failure| match failure {
            Failure::Database(Error::Busy) => Failure::InUse,
            failure => failure,
        })?;
        Ok(contents)
    }
}

/// Reads a backup to its end: whether all of it is there, and what it holds.
pub fn check(file: &Path) -> Result<Contents, Failure> {
    check_with(file, &mut Brake::released())
}

fn check_with(file: &Path, brake: &mut Brake) -> Result<Contents, Failure> {
    let (header, mut reader) = open(file)?;
    let counts = loop {
        match reader.read()? {
            Item::Table(_) => {}
            Item::Row(line) => brake.did(line.len())?,
            Item::End(counts) => break counts,
        }
    };
    // Reading to its end made sure of the packed form; nothing may follow it.
    let mut packed = reader.into_inner().into_inner().into_inner();
    let rest = std::io::BufRead::fill_buf(&mut packed).map_err(at(file))?;
    if !rest.is_empty() {
        return Err(super::format::Fault::Damaged("something follows its end").into());
    }
    let bytes = packed.get_ref().metadata().map_err(at(file))?.len();
    Ok(Contents {
        header,
        counts,
        bytes,
    })
}

fn open(file: &Path) -> Result<(Header, Reader<Unpacked>), Failure> {
    let packed = BufReader::with_capacity(64 << 10, File::open(file).map_err(at(file))?);
    Ok(Reader::new(BufReader::with_capacity(
        64 << 10,
        GzDecoder::new(packed),
    ))?)
}

/// Writes all tables of a snapshot and waits until the disk has them.
fn write(
    snapshot: &mut Snapshot<'_>,
    target: &Target,
    file: &Path,
    now: i64,
    brake: &mut Brake,
) -> Result<Header, Failure> {
    let (here, known) = (snapshot.schema()?, newest_known());
    if here > known {
        return Err(Failure::Ahead { here, known });
    }
    let fail = at(file);
    let mut options = OpenOptions::new();
    let out = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(&fail)?;
    let packed: Packed = GzEncoder::new(BufWriter::with_capacity(64 << 10, out), Compression::new(EFFORT));
    let engine = match target {
        Target::Sqlite(_) => "sqlite",
        Target::Postgres(_) => "postgres",
    };
    let header = Header::new(here, engine, Timestamp(now).to_string());
    let mut writer = Writer::new(packed, &header).map_err(&fail)?;
    for table in TABLES {
        let columns = snapshot.columns(table)?;
        if columns.is_empty() {
            continue;
        }
        let last_id = snapshot.last_id(table)?;
        let begin = Table {
            table: table.to_owned(),
            columns: columns.clone(),
            last_id,
        };
        writer.table(&begin).map_err(&fail)?;
        snapshot.rows(table, &columns, |values| {
            let bytes = writer.row(values).map_err(&fail)?;
            brake.did(bytes)
        })?;
    }
    let (_, packed) = writer.finish().map_err(&fail)?;
    let mut out = packed.finish().map_err(&fail)?;
    out.flush()
        .and_then(|()| out.get_ref().sync_all())
        .map_err(&fail)?;
    Ok(header)
}

/// Replaces what a database without people holds by what the backup holds.
fn fill(exclusive: &mut Exclusive<'_>, file: &Path) -> Result<(), Failure> {
    for table in TABLES.iter().rev() {
        if exclusive.has_rows(table)? {
            exclusive.clear(table)?;
        }
    }
    let (_, mut reader) = open(file)?;
    let mut next = match reader.read()? {
        Item::Table(table) => Some(table),
        Item::Row(_) | Item::End(_) => None,
    };
    while let Some(table) = next {
        next = load(exclusive, &mut reader, &table)?;
        if let Some(last) = table.last_id {
            exclusive.raise_identity(&table.table, last)?;
        }
    }
    Ok(())
}

/// Loads the rows of one table; the table that comes next, or none when the backup has ended.
fn load(
    exclusive: &mut Exclusive<'_>,
    reader: &mut Reader<Unpacked>,
    table: &Table,
) -> Result<Option<Table>, Failure> {
    let mut next = None;
    exclusive.load(&table.table, &table.columns, || match reader.read()? {
        Item::Row(line) => Ok(Some(cells(line, table.columns.len())?)),
        Item::Table(table) => {
            next = Some(table);
            Ok(None)
        }
        Item::End(_) => Ok::<_, Failure>(None),
    })?;
    Ok(next)
}

fn newest_known() -> u32 {
    ALL.sqlite.last().map_or(0, |migration| migration.number)
}

/// A file that goes away unless it is finished.
pub(super) struct Unfinished(pub(super) PathBuf);

impl Unfinished {
    /// What an earlier one left under the same name is removed.
    pub(super) fn beside(file: &Path) -> Result<Self, Failure> {
        let mut name = file.as_os_str().to_owned();
        name.push(UNFINISHED);
        let unfinished = PathBuf::from(name);
        match std::fs::remove_file(&unfinished) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(at(&unfinished)(error)),
            _ => Ok(Self(unfinished)),
        }
    }

    /// Gives the file its name, for good.
    pub(super) fn finish(self, file: &Path) -> Result<(), Failure> {
        std::fs::rename(&self.0, file).map_err(at(file))?;
        let folder = folder_of(file);
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(at(folder))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After `finish` it is not there any more; otherwise the next backup tries again.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The folder that a file is in.
pub(super) fn folder_of(file: &Path) -> &Path {
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}
