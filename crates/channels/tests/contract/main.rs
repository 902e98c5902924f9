//! What every layer promises, run on each of them: in memory, over the PostgreSQL of `TEST_DATABASE_URL`, over the Redis
//! of `TEST_REDIS_URL`. `cargo xtask test` starts both; without them their part is left out, loudly.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod access;
mod gaps;
mod interleavings;
mod layers;
mod local;
mod overflow;
mod proxy;
mod reach;
mod recorder;
mod redis_server;
mod sizes;
