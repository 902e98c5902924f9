//! The SQL of accounts, by table.

pub mod barring;
pub mod codes;
pub mod conduct;
pub mod managed;
pub mod overseen;
pub mod people;
pub mod rosters;
pub mod search;
pub mod sessions;
