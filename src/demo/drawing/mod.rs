//! Pictures drawn by code: a box of crayons, a slightly unsteady hand, and motifs to compose scenes from.
//!
//! A scene is a function that draws on a [`Crayon`]. The same scene and seed give the same bytes, and one picture
//! needs less than three megabytes while it is drawn. Nothing here knows stories or people.

mod canvas;
pub mod colour;
mod crayon;
mod encode;
pub mod motifs;
mod noise;
mod shape;

pub use canvas::SIZE;
pub use crayon::{Crayon, Place, at};
pub use shape::{Point, Shape};

/// Draws one picture.
pub type Scene = fn(&mut Crayon);

/// The scene as a PNG of [`SIZE`] by [`SIZE`] pixels. The seed decides the wobble of the hand.
pub fn png(scene: Scene, seed: u32) -> Vec<u8> {
    let mut crayon = Crayon::new(seed);
    scene(&mut crayon);
    crayon.finish()
}
