//! The program as an operator uses it: each test runs the binary itself, with a folder of its own.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod accounts;
mod log;
mod operator;
mod order;
mod settings;
mod starting;
mod stopping;
