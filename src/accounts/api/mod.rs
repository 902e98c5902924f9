//! The addresses of accounts, by what people come for.

pub mod credentials;
pub mod profile;
pub mod reset;
pub mod search;
pub mod sign_in;
pub mod sign_up;
