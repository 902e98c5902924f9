//! XP, levels and what they unlock.
//!
//! So far the catalogue and the arithmetic of levels, which profiles show and check.

pub mod catalogue;

/// XP that make a level.
pub const XP_PER_LEVEL: i64 = 500;

/// The level of an account with this many XP: 1 at 0, 2 at 500.
pub fn level(xp: i64) -> i64 {
    xp / XP_PER_LEVEL + 1
}
