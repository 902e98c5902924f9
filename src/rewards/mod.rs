//! XP, levels and what they unlock; achievements.
//!
//! Owns the tables `xp_awards` and `reward_counts`, and the XP of accounts. Other nouns tell it what happened, inside
//! their own transaction, by [`award`], [`award_again`] or [`count`], of several people by [`share_out`], and hand what
//! came of it to [`Earned::announce`] after the commit. It knows no story and no game: objects are numbers here. A game
//! that is completed says
//!
//! ```ignore
//! let act = Award::of(Action::GameCompleted, game_id).by(attempt_id).paying(xp);
//! let earned = rewards::award(conn, player, act, Counts::of(Count::GamesCompleted, 1), now)?;
//! ```
//!
//! The board of authors is no part of anybody's act: whoever looks at it walks down its orders (`board`), and who may have
//! climbed on it is looked after a few seconds later (`climbers`).

pub mod achievements;
pub mod api;
mod awarding;
pub mod board;
pub mod catalogue;
pub mod climbers;
pub mod counts;
pub mod rules;
pub mod shapes;
pub mod store;
mod telling;

pub use awarding::{Award, Earned, Share, award, award_again, count, share_out, withdraw_published};
pub use counts::{Count, Counts};
pub use rules::{Action, XP_PER_LEVEL, level};
pub use shapes::XpEarned;
pub use store::{hold, paid_for_games};
