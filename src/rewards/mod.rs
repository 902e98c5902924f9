//! XP, levels and what they unlock; achievements.
//!
//! Owns the tables `xp_awards` and `reward_counts`, and the XP of accounts. Other nouns tell it what happened, inside
//! their own transaction, by [`award`] or [`count`], and hand what came of it to [`Earned::announce`] after the commit.
//! It knows no story and no game: objects are numbers here. A game that is completed says
//!
//! ```ignore
//! let act = Award::of(Action::GameCompleted, game_id).by(attempt_id).paying(xp);
//! let earned = rewards::award(conn, player, act, Counts::of(Count::GamesCompleted, 1), now)?;
//! ```

pub mod achievements;
pub mod api;
mod awarding;
pub mod board;
pub mod catalogue;
pub mod counts;
pub mod rules;
pub mod shapes;
pub mod store;
mod telling;

pub use awarding::{Award, Earned, award, award_first, count};
pub use counts::{Count, Counts};
pub use rules::{Action, XP_PER_LEVEL, level};
pub use shapes::XpEarned;
