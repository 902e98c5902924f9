//! What was backed up comes back: beside writers, after kill -9, from one engine to the other, or it is refused.
//!
//! These tests run the program itself, on SQLite or on the PostgreSQL server of `TEST_DATABASE_URL`; those of the bucket
//! need the feature `bucket` and the store of `TEST_BUCKET_ENDPOINT`, which `cargo xtask test` starts for them.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

#[cfg(feature = "bucket")]
mod bucket;
mod damage;
mod killed;
mod round_trip;
mod schedule;
mod tools;
mod writing;

#[allow(
    dead_code,
    reason = "shared with the tests of durability, which use all of it"
)]
#[path = "../durability/ledger.rs"]
mod ledger;
#[allow(
    dead_code,
    reason = "shared with the tests of durability, which use all of it"
)]
#[path = "../durability/place.rs"]
mod place;
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
