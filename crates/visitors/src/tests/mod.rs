//! Whole runs against a server in memory, in time that the tests move.

mod fake;
mod live;
mod room;
mod runs;
mod scripts;
