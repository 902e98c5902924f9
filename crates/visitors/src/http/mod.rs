//! HTTP/1.1 as one person's device speaks it: one kept connection, opened again when the server has closed it.

mod connection;
mod pieces;
mod target;

pub(crate) use connection::{Connection, Received};
pub(crate) use pieces::Pieces;

pub(crate) use target::{Stream, Target, address_of};
