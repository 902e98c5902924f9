//! The SQL of accounts, by table.

pub mod codes;
pub mod managed;
pub mod people;
pub mod search;
pub mod sessions;
