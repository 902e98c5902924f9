//! Class lists as comma-separated values, as spreadsheets write and read them.
//!
//! What is written can be read again: the same names, whatever is in them. A cell that a spreadsheet would take for a formula
//! gets an apostrophe before it, and loses it when it is read.

use std::borrow::Cow;
use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord, WriterBuilder};

use super::rules::LONGEST_NOTES;
use super::rules::rosters::{Fault, Row};
use super::store::rosters::Listed;
use crate::accounts::children;
use crate::accounts::rules::LONGEST_NAME;
use crate::text::fold;
use crate::wire::{Error, Timestamp};

/// The most rows that are read.
pub(super) const MOST_ROWS: usize = 1000;
/// The longest user name of anybody, in code points.
const LONGEST_USERNAME: usize = 150;
/// What a spreadsheet begins UTF-8 with, and needs to know it by.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// The columns, as they are written. Only the first has to be there to be read; others are left alone.
const COLUMNS: [&str; 4] = ["name", "username", "date_of_birth", "notes"];
/// What begins a formula, also as the keyboards of East Asia write it.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A class list that was read.
#[derive(Debug, Default)]
pub(super) struct ClassList {
    /// The rows that can be taken as they stand.
    pub(super) rows: Vec<Row>,
    /// The others.
    pub(super) faults: Vec<Fault>,
}

/// Reads a class list; birthdays are judged at `now`.
pub(super) fn read(bytes: &[u8], now: i64) -> Result<ClassList, Error> {
    let text = str::from_utf8(bytes)
        .map_err(|_| Error::bad_request("This file is no UTF-8. Please save it as CSV in UTF-8."))?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let head = records.next().transpose().map_err(|_| unreadable())?;
    let today = Timestamp(now).date();
    let columns = Columns::of(&head.unwrap_or_default())?;
    let mut list = ClassList::default();
    let mut users = HashMap::new();
    for (place, record) in records.enumerate() {
        let number = place + 1;
        if number > MOST_ROWS {
            return Err(Error::bad_request(format!(
                "This list is too long. At most {MOST_ROWS} children can be taken at once."
            )));
        }
        let record = record.map_err(|_| unreadable())?;
        let line = record.position().map_or(0, csv::Position::line);
        let mut reading = Reading {
            columns: &columns,
            record: &record,
            sentences: Vec::new(),
        };
        let row = reading.row((number, line), &mut users, &today);
        if reading.sentences.is_empty() {
            list.rows.push(row);
        } else {
            list.faults.push(Fault {
                number,
                line,
                sentences: reading.sentences,
            });
        }
    }
    if list.rows.is_empty() && list.faults.is_empty() {
        return Err(Error::bad_request("There is nobody in this list."));
    }
    Ok(list)
}

fn unreadable() -> Error {
    Error::bad_request("This file cannot be read as CSV.")
}

/// What stands between cells: spreadsheets write what their country uses.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| head.bytes().filter(|byte| byte == delimiter).count();
    // The last of equal ones is taken.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

/// Where each column stands.
struct Columns {
    name: usize,
    others: [Option<usize>; 3],
    count: usize,
}

impl Columns {
    fn of(head: &StringRecord) -> Result<Self, Error> {
        let place = |name: &str| {
            let mut places = head.iter().enumerate().filter(|(_, cell)| heading(cell) == name);
            let place = places.next().map(|(place, _)| place);
            match places.next() {
                Some(_) => Err(Error::bad_request(format!("There are two columns “{name}”."))),
                None => Ok(place),
            }
        };
        let [name, username, date_of_birth, notes] = COLUMNS;
        let missing =
            "The first line needs the headings: name, and if you like username, date_of_birth, notes.";
        Ok(Self {
            name: place(name)?.ok_or_else(|| Error::bad_request(missing))?,
            others: [place(username)?, place(date_of_birth)?, place(notes)?],
            count: head.len(),
        })
    }
}

/// The name of a column, however somebody writes it: `Date of birth` is `date_of_birth`.
fn heading(cell: &str) -> String {
    fold(cell.trim()).replace(' ', "_")
}

/// A record that is being read, and what is wrong with it.
struct Reading<'a> {
    columns: &'a Columns,
    record: &'a StringRecord,
    sentences: Vec<String>,
}

impl Reading<'_> {
    /// The row, as far as it can be read. `users` remembers who has which user name already.
    fn row(&mut self, (number, line): (usize, u64), users: &mut HashMap<String, usize>, today: &str) -> Row {
        if self.record.len() > self.columns.count {
            self.refuse("it has more cells than the first line.");
        }
        let [username, date_of_birth, notes] = self.columns.others;
        let name = self.cell(Some(self.columns.name), "name", LONGEST_NAME);
        if name.is_none() {
            self.refuse("name: it may not be blank.");
        }
        let username = self.cell(username, "username", LONGEST_USERNAME);
        let username = username.map(|username| fold(&username));
        if let Some(username) = &username
            && let Some(first) = users.insert(username.clone(), number)
        {
            self.refuse(&format!("username: row {first} has it, too."));
        }
        let birthday = self.cell(date_of_birth, "date_of_birth", LONGEST_USERNAME);
        let date_of_birth = birthday.and_then(|text| match children::birthday(&text, today) {
            Ok(date) => Some(date),
            Err(sentence) => {
                self.refuse(&format!("date_of_birth: {sentence}"));
                None
            }
        });
        Row {
            number,
            line,
            username,
            is_username_rude: false,
            date_of_birth,
            notes: self.cell(notes, "notes", LONGEST_NOTES),
            name: name.unwrap_or_default(),
        }
    }

    fn refuse(&mut self, sentence: &str) {
        self.sentences.push(sentence.to_owned());
    }

    /// A cell that is not blank, of at most `max` code points.
    fn cell(&mut self, place: Option<usize>, column: &str, max: usize) -> Option<String> {
        let cell = plain(self.record.get(place?)?.trim()).trim();
        if cell.contains('\0') {
            self.refuse(&format!("{column}: null characters are not allowed."));
            return None;
        }
        if cell.chars().count() > max {
            self.refuse(&format!("{column}: it may have at most {max} characters."));
            // Not blank, whatever it is.
            return Some(String::new());
        }
        (!cell.is_empty()).then(|| cell.to_owned())
    }
}

/// The line of headings, as it is written.
pub(super) fn head() -> String {
    format!("{BYTE_ORDER_MARK}{}\r\n", COLUMNS.join(","))
}

/// Writes a student's row.
pub(super) fn write_row(student: &Listed, _is_first: bool, out: &mut Vec<u8>) {
    const USUAL: usize = 256;
    let cells = [
        &student.display_name,
        &student.username,
        student.date_of_birth.as_deref().unwrap_or_default(),
        student.notes.as_deref().unwrap_or_default(),
    ];
    let mut writer = WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .buffer_capacity(USUAL)
        .from_writer(out);
    writer
        .write_record(cells.map(harmless).iter().map(|cell| cell.as_bytes()))
        .expect("a Vec takes all");
    writer.flush().expect("a Vec takes all");
}

/// Whether a spreadsheet may take a text, behind its apostrophes, for a formula.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// What a cell said before it was made harmless.
fn plain(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => cell,
    }
}

#[cfg(test)]
#[path = "csv_list_tests.rs"]
mod tests;
