//! Games: made of the texts of published stories, played in attempts, paid once.
//!
//! Owns the tables `games` and `game_*`. Making a game of a text is the business of the crate `storygames`; what it knows
//! of stories it asks of them. Publishing asks for games and never waits for them to succeed: what was not made then is
//! made when somebody looks, or by the sweep.

pub mod api;
mod limits;
pub mod making;
pub mod playing;
pub mod rules;
pub mod shapes;
pub mod store;

pub use making::{Workshop, make_missing, make_waiting, start};
