//! Parents and the children they look after: who is linked to whom and by whose consent, what adults see of a child's
//! doings, and looking at the world as a child.
//!
//! Owns the tables `family_links` and `family_codes`. Accounts and sessions are made and ended by what accounts offer for
//! it, students are the classroom's. `store/figures.rs` and `store/children.rs` read the tables of others for figures
//! only: each of them is one statement, whatever it counts.

pub mod api;
mod keeping;
mod limits;
mod relation;
pub mod rules;
pub mod shapes;
pub mod store;
mod telling;

pub use keeping::{Place, audit_switch, change_kind, forget_adult, pass_on};
pub use relation::{Relation, may_ask_about, relation};
