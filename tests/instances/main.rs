//! Several instances of the server on one PostgreSQL: people on different instances are in one room, and what one of them
//! was shown outlives the instance that they were on, the channel layer's server and the connection to the database.
//!
//! These tests run the program itself, once for each instance, so that one can be killed alone. SQLite serves one instance,
//! so without `TEST_DATABASE_URL` there is nothing to test: they are ignored unless somebody asks for them, as the
//! PostgreSQL part of `cargo xtask test` does. Each that needs a Redis starts one of its own.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod drawing;
mod killed;
mod people;
mod redis;
mod restarts;
mod site;
mod together;

#[allow(
    dead_code,
    reason = "shared with the tests of durability, which use all of it"
)]
#[path = "../durability/place.rs"]
mod place;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "the other ways to cut a wire are for the tests of the database crate"
)]
#[path = "../../crates/database/tests/common/proxy.rs"]
mod proxy;
#[allow(
    dead_code,
    reason = "shared with the tests of durability, which use all of it"
)]
#[path = "../durability/server.rs"]
mod server;
#[allow(
    dead_code,
    reason = "shared with the tests of durability, which use all of it"
)]
#[path = "../durability/writers.rs"]
mod writers;
