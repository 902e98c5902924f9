//! What the program writes to its log: nothing when all goes well, and never what is nobody's business. Each test runs
//! the binary itself and reads its standard error.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]
#![expect(
    unreachable_pub,
    reason = "nobody uses a test binary as a library; `pub` marks what a module offers"
)]

mod children;
mod secrets;
mod server;
mod silence;
mod visit;
