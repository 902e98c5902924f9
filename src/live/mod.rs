//! What is live: sessions in which children write and draw together.

pub mod collaboration;
