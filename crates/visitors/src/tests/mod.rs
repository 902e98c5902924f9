//! Whole runs against a server in memory, in time that the tests move.

mod fake;
mod runs;
mod scripts;
