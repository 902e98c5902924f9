//! Values on their way to PostgreSQL and back, in its binary format.

use std::error::Error as StdError;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Column, Row as Found};

use crate::value::Value;
use crate::{Cell, Error, Row};

/// Types that parameters and columns may have.
const KNOWN: [Type; 9] = [
    Type::BOOL,
    Type::INT2,
    Type::INT4,
    Type::INT8,
    Type::FLOAT4,
    Type::FLOAT8,
    Type::TEXT,
    Type::VARCHAR,
    Type::BYTEA,
];

type BoxError = Box<dyn StdError + Sync + Send>;

/// Names of the columns' types, all of which can be read; the error names the first that cannot.
pub(super) fn column_types(columns: &[Column]) -> Result<Vec<String>, Error> {
    columns.iter().map(column_type).collect()
}

fn column_type(column: &Column) -> Result<String, Error> {
    if KNOWN.contains(column.type_()) {
        return Ok(column.type_().name().to_owned());
    }
    Err(Error::Sql(format!(
        "column {} is {}, which needs a CAST",
        column.name(),
        column.type_()
    )))
}

/// Whether a value can be given to each parameter's type.
pub(super) fn check_parameters(types: &[Type]) -> Result<(), Error> {
    match types.iter().position(|ty| !KNOWN.contains(ty)) {
        None => Ok(()),
        Some(place) => Err(Error::Sql(format!(
            "${} is {}, which needs a CAST",
            place + 1,
            types[place]
        ))),
    }
}

/// Values as the statement's types want them; the error names the first that does not fit.
pub(super) fn bind<'a>(params: &[Value<'a>], types: &[Type]) -> Result<Vec<Bound<'a>>, Error> {
    if params.len() != types.len() {
        return Err(Error::Sql(format!(
            "{} values for {} placeholders",
            params.len(),
            types.len()
        )));
    }
    let bound = params.iter().zip(types).enumerate().map(|(place, (value, ty))| {
        fit(*value, ty).ok_or_else(|| Error::Sql(format!("the value of ${} does not fit {ty}", place + 1)))
    });
    bound.collect()
}

fn fit<'a>(value: Value<'a>, ty: &Type) -> Option<Bound<'a>> {
    Some(match (value, ty) {
        (Value::Null, _) => Bound::Null,
        (Value::Bool(flag), &Type::BOOL) => Bound::Bool(flag),
        (Value::Int(number), &Type::INT8) => Bound::Int8(number),
        (Value::Int(number), &Type::INT4) => Bound::Int4(number.try_into().ok()?),
        (Value::Int(number), &Type::INT2) => Bound::Int2(number.try_into().ok()?),
        (Value::Int(number), &Type::FLOAT8) => Bound::Float8(number as f64),
        (Value::Float(number), &Type::FLOAT8) => Bound::Float8(number),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a column of half the precision is the schema's choice"
        )]
        (Value::Float(number), &Type::FLOAT4) => Bound::Float4(number as f32),
        (Value::Text(text), &Type::TEXT | &Type::VARCHAR) => Bound::Text(text),
        (Value::Bytes(bytes), &Type::BYTEA) => Bound::Bytes(bytes),
        _ => return None,
    })
}

/// A value that fits its parameter.
#[derive(Debug)]
pub(super) enum Bound<'a> {
    Null,
    Bool(bool),
    Int2(i16),
    Int4(i32),
    Int8(i64),
    Float4(f32),
    Float8(f64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(value) => value.to_sql(ty, out),
            Self::Int2(value) => value.to_sql(ty, out),
            Self::Int4(value) => value.to_sql(ty, out),
            Self::Int8(value) => value.to_sql(ty, out),
            Self::Float4(value) => value.to_sql(ty, out),
            Self::Float8(value) => value.to_sql(ty, out),
            Self::Text(value) => value.to_sql(ty, out),
            Self::Bytes(value) => value.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        KNOWN.contains(ty)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Cell {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, BoxError> {
        Ok(match *ty {
            Type::BOOL => Self::Bool(bool::from_sql(ty, raw)?),
            Type::INT2 => Self::Int(i16::from_sql(ty, raw)?.into()),
            Type::INT4 => Self::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT8 => Self::Int(i64::from_sql(ty, raw)?),
            Type::FLOAT4 => Self::Float(f32::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Self::Float(f64::from_sql(ty, raw)?),
            Type::BYTEA => Self::Bytes(raw.to_vec()),
            _ => Self::Text(String::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, BoxError> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        KNOWN.contains(ty)
    }
}

/// What is in a row whose columns have been checked when its statement was prepared.
pub(super) fn read_cells(found: &Found) -> Result<Vec<Cell>, Error> {
    let cells = (0..found.len()).map(|place| found.try_get::<_, Cell>(place));
    let cells: Result<Vec<Cell>, _> = cells.collect();
    cells.map_err(|failure| Error::Sql(failure.to_string()))
}

/// The same as a [`Row`].
pub(super) fn read_row(found: &Found) -> Result<Row, Error> {
    read_cells(found).map(Row::new)
}
