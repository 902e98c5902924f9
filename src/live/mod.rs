//! The two sockets, and what happens over them.

pub mod collaboration;
