//! What the tests do with backups: make and restore them by the command line, look into them, forge them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use database::{Conn, Database, Error, Options, Target};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::place::Place;

/// Runs a command; whether it succeeded, and all that it said.
pub(crate) fn run(command: &mut Command) -> (bool, String) {
    let output = command.stderr(Stdio::piped()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// A command that must succeed.
pub(crate) fn must(command: &mut Command) -> String {
    let (succeeded, said) = run(command);
    assert!(succeeded, "{said}");
    said
}

/// A backup of a place as a new file.
pub(crate) fn back_up(place: &Place, file: &Path) {
    must(&mut place.command(&["backup", file.to_str().unwrap()]));
}

/// Restores a file into a place.
pub(crate) fn restore(place: &Place, file: &Path) -> String {
    must(&mut place.command(&["restore", file.to_str().unwrap()]))
}

/// The lines of a backup.
pub(crate) fn lines(file: &Path) -> Vec<String> {
    let unpacked = BufReader::new(GzDecoder::new(File::open(file).unwrap()));
    unpacked.lines().map(Result::unwrap).collect()
}

/// Of each table how many rows it has, a hash of them all, and the last number that was given out. The same for both
/// engines: rows have no order, and booleans are numbers.
pub(crate) fn tables(file: &Path) -> BTreeMap<String, (usize, String, i64)> {
    let mut tables = BTreeMap::new();
    let mut rows: Vec<String> = Vec::new();
    let mut current = None;
    for line in lines(file).iter().skip(1) {
        match serde_json::from_str(line).unwrap() {
            Value::Array(row) => {
                let row = row.into_iter().map(without_booleans).collect();
                rows.push(Value::Array(row).to_string());
            }
            mark => {
                if let Some((table, last_id)) = current {
                    rows.sort_unstable();
                    let hash = blake3::hash(rows.join("\n").as_bytes()).to_hex().to_string();
                    tables.insert(table, (rows.len(), hash, last_id));
                    rows.clear();
                }
                // Before the first one SQLite says 999,999 and PostgreSQL nothing.
                let last_id = mark["last_id"].as_i64().unwrap_or(999_999);
                current = mark["table"].as_str().map(|table| (table.to_owned(), last_id));
            }
        }
    }
    assert!(current.is_none(), "it has an end");
    tables
}

fn without_booleans(cell: Value) -> Value {
    match cell {
        Value::Bool(flag) => i64::from(flag).into(),
        cell => cell,
    }
}

/// Writes a backup whose header is another, and whose hash is right again.
pub(crate) fn forge(from: &Path, to: &Path, change: impl FnOnce(&mut Value)) {
    let mut lines = lines(from);
    let mut header: Value = serde_json::from_str(&lines[0]).unwrap();
    change(&mut header);
    lines[0] = header.to_string();
    let end = lines.pop().unwrap();
    let mut end: Value = serde_json::from_str(&end).unwrap();
    let body = lines.join("\n") + "\n";
    end["blake3"] = blake3::hash(body.as_bytes()).to_hex().as_str().into();
    write_packed(to, &format!("{body}{end}\n"));
}

fn write_packed(file: &Path, text: &str) {
    let mut packed = GzEncoder::new(File::create(file).unwrap(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap();
}

/// Runs a closure on the database of a URL that nobody else has open.
pub(crate) fn with_database<T: Send + 'static>(
    url: &str,
    work: impl Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
) -> T {
    let patient = Options {
        write_deadline: std::time::Duration::from_secs(60),
        ..Options::default()
    };
    let database = Database::open(Target::parse(url).unwrap(), patient).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let done = runtime.block_on(database.write(work)).unwrap();
    database.close();
    done
}

/// The names in a folder, in order; none when it is not there.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}
