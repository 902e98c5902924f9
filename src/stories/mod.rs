//! Stories: writing, publishing, lists, likes, saves, ratings, comments, characters.
//!
//! Owns the tables `stories`, `story_*` (but `story_pictures`) and `characters`. Drawings are the business of `pictures`.

pub mod api;
pub mod drawn;
pub mod effects;
pub mod limits;
pub mod portfolio;
pub mod rules;
pub mod shapes;
pub mod store;
pub mod stream;
#[cfg(test)]
mod test_world;
pub mod views;

pub use store::leaving::forget_author;
pub use views::{Views, flush_views};
