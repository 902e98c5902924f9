//! The twelve stories of the demo world: text and pictures side by side, and what their readers thought of them.
//!
//! Each story is one file: a scene for the cover and for every page, then the text. People are named by their
//! username; [`crate::demo::people`] knows who they are.

mod alitaptap;
mod boats;
mod bolt;
mod dyip;
mod kalabaw;
mod kettle;
mod mango;
mod moon;
mod prelude;
mod rocket;
mod saranggola;
mod snail;
mod umbrella;

use super::drawing::{self, Scene};

/// All of them, oldest first.
pub const STORIES: [Story; 12] = [
    kettle::STORY,
    saranggola::STORY,
    boats::STORY,
    moon::STORY,
    dyip::STORY,
    bolt::STORY,
    mango::STORY,
    kalabaw::STORY,
    snail::STORY,
    umbrella::STORY,
    alitaptap::STORY,
    rocket::STORY,
];

/// An illustrated story and its small audience.
#[derive(Clone, Copy, Debug)]
pub struct Story {
    pub title: &'static str,
    /// The username of the child who wrote it.
    pub author: &'static str,
    pub summary: &'static str,
    pub category: &'static str,
    pub genres: &'static [&'static str],
    /// `en` or `tl`.
    pub language: &'static str,
    pub cover: Scene,
    pub pages: &'static [Page],
    /// Oldest first.
    pub comments: &'static [Comment],
    /// Usernames.
    pub likes: &'static [&'static str],
    /// Usernames.
    pub saves: &'static [&'static str],
    /// Usernames and stars, 1 to 5.
    pub ratings: &'static [(&'static str, u8)],
}

/// One page: what is read and what is seen.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub text: &'static str,
    pub scene: Scene,
}

/// Something kind that somebody said about a story.
#[derive(Clone, Copy, Debug)]
pub struct Comment {
    /// A username.
    pub author: &'static str,
    pub text: &'static str,
}

impl Story {
    /// The cover as a PNG.
    pub fn draw_cover(&self) -> Vec<u8> {
        drawing::png(self.cover, self.seed())
    }

    /// The picture of a page, counted from 0, as a PNG; none when there is no such page.
    pub fn draw_page(&self, number: usize) -> Option<Vec<u8>> {
        let page = self.pages.get(number)?;
        let step = u32::try_from(number).ok()? + 1;
        Some(drawing::png(page.scene, self.seed().wrapping_add(step)))
    }

    /// Each story has a hand of its own, that of its title.
    fn seed(&self) -> u32 {
        self.title.bytes().fold(17, |seed, byte| {
            seed.wrapping_mul(31).wrapping_add(u32::from(byte))
        })
    }
}
