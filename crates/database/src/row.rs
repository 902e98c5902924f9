//! What comes out of a statement: rows whose columns are moved out one after the other.

use std::vec;

use crate::{Error, ToValue, Value};

/// One column of one row, owned.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// A boolean of PostgreSQL; SQLite has integers for them.
    Bool(bool),
    /// An integer of any width.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Cell {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
        }
    }
}

impl ToValue for Cell {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Int(number) => Value::Int(*number),
            Self::Float(number) => Value::Float(*number),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

/// One row of a result.
#[derive(Debug)]
pub struct Row {
    cells: vec::IntoIter<Cell>,
    taken: usize,
}

impl Row {
    pub(crate) fn new(cells: Vec<Cell>) -> Self {
        Self {
            cells: cells.into_iter(),
            taken: 0,
        }
    }

    /// Moves the next column out, so that a struct literal whose fields stand in the order of the SELECT reads it:
    /// `Story { id: row.take()?, title: row.take()? }`.
    pub fn take<T: FromValue>(&mut self) -> Result<T, Error> {
        self.taken += 1;
        let column = self.taken;
        let Some(cell) = self.cells.next() else {
            return Err(Error::Sql(format!("the row has no column {column}")));
        };
        T::from_cell(cell).map_err(|cell| {
            Error::Sql(format!(
                "column {column} of the row is {}, not {}",
                cell.kind(),
                T::KIND
            ))
        })
    }
}

/// What a column can be read as.
pub trait FromValue: Sized {
    /// The kind, as an error message says it: "an integer".
    const KIND: &'static str;

    /// The column's value, or the column back when it is of another kind.
    fn from_cell(cell: Cell) -> Result<Self, Cell>;
}

impl FromValue for i64 {
    const KIND: &'static str = "an integer";

    fn from_cell(cell: Cell) -> Result<Self, Cell> {
        match cell {
            Cell::Int(number) => Ok(number),
            other => Err(other),
        }
    }
}

impl FromValue for bool {
    const KIND: &'static str = "a boolean";

    fn from_cell(cell: Cell) -> Result<Self, Cell> {
        match cell {
            Cell::Bool(flag) => Ok(flag),
            Cell::Int(0) => Ok(false),
            Cell::Int(1) => Ok(true),
            other => Err(other),
        }
    }
}

impl FromValue for f64 {
    const KIND: &'static str = "a float";

    fn from_cell(cell: Cell) -> Result<Self, Cell> {
        match cell {
            Cell::Float(number) => Ok(number),
            other => Err(other),
        }
    }
}

impl FromValue for String {
    const KIND: &'static str = "text";

    fn from_cell(cell: Cell) -> Result<Self, Cell> {
        match cell {
            Cell::Text(text) => Ok(text),
            other => Err(other),
        }
    }
}

impl FromValue for Vec<u8> {
    const KIND: &'static str = "bytes";

    fn from_cell(cell: Cell) -> Result<Self, Cell> {
        match cell {
            Cell::Bytes(bytes) => Ok(bytes),
            other => Err(other),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    const KIND: &'static str = T::KIND;

    fn from_cell(cell: Cell) -> Result<Self, Cell> {
        match cell {
            Cell::Null => Ok(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}
