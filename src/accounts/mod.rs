//! Accounts: signing up and in, sessions, profiles, e-mail codes, the search for people.
//!
//! Owns the tables `users`, `sessions`, `email_codes` and `email_undos`. Knows nothing of stories but that an author may leave.

pub mod api;
pub mod auth;
pub mod children;
pub mod codes;
pub mod errands;
pub mod first_admin;
pub mod leaving;
pub mod limits;
pub mod password;
pub mod proving;
pub mod rules;
pub mod sessions;
pub mod shapes;
pub mod signing_in;
pub mod store;
pub mod tokens;
