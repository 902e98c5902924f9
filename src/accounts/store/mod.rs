//! The SQL of accounts, by table.

pub mod codes;
pub mod people;
pub mod rosters;
pub mod search;
pub mod sessions;
