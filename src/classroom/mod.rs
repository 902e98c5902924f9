//! Teachers, their classes, and who is in them.
//!
//! Owns the tables `classes` and `class_links`. A teacher sees what their students published and how they are getting on,
//! and nothing of a child whose family has not said yes: a link that is pending grants nothing. Accounts of children who
//! have no address are made here for a whole class at once, and written by `accounts::store::rosters`.
//!
//! Other nouns ask [`store::links::is_linked`]. This noun's store reads users, stories, reads and the ledger of rewards to
//! list and count, and writes none of them; of families it reads who a child's parents are (`store::families`).

pub mod api;
mod csv_list;
mod limits;
mod listing;
pub mod rules;
pub mod shapes;
mod shelf;
pub mod store;
mod telling;
