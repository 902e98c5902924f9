//! The SQL of accounts, by table.

pub mod codes;
pub mod overseen;
pub mod people;
pub mod search;
pub mod sessions;
