//! A small world to try the server with: twelve illustrated stories, the children who wrote them, and their readers.
//!
//! Everything is plain data and pure functions: the stories and people are constants, the pictures are drawn by code when
//! they are asked for, one at a time. [`fill`] alone knows the database: it puts the world into it, through the public functions
//! of the nouns.
//!
//! ```
//! use tinytales::demo::WORLD;
//!
//! let kettle = &WORLD.stories[0];
//! assert_eq!(kettle.title, "The Kettle That Wanted to Sing");
//! assert!(kettle.draw_page(0).is_some_and(|png| png.starts_with(b"\x89PNG")));
//! ```

pub mod classes;
pub mod drawing;
pub mod family;
pub mod fill;
pub mod friends;
pub mod order;
pub mod people;
pub mod stories;

#[cfg(test)]
mod tests;

use family::ManagedChild;
use friends::Message;
use order::Report;
use people::Person;
use stories::Story;

/// The demo world; see [`WORLD`].
#[derive(Clone, Copy, Debug)]
pub struct World {
    pub people: &'static [Person],
    /// Oldest first. Authors, readers and commenters are usernames of `people`.
    pub stories: &'static [Story],
    /// Who asked and who said yes, usernames of `people`.
    pub friends: &'static [(&'static str, &'static str)],
    /// What friends wrote to each other, oldest first.
    pub messages: &'static [Message],
    /// Who looks after whom, parent first, usernames of `people`.
    pub families: &'static [(&'static str, &'static str)],
    /// Children whose accounts their parents made.
    pub managed: &'static [ManagedChild],
    /// What waits for a decision.
    pub reports: &'static [Report],
}

/// The one demo world there is.
pub const WORLD: World = World {
    people: &people::PEOPLE,
    stories: &stories::STORIES,
    friends: &friends::FRIENDS,
    messages: &friends::MESSAGES,
    families: &family::LINKS,
    managed: &family::MANAGED,
    reports: &order::REPORTS,
};
