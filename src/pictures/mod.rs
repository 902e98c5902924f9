//! Pictures: taken out of the texts that carry them, kept once by the hash of their bytes, put back when read.
//!
//! Owns how a picture looks inside a text (a data URL, or the reference that replaces it in a [`Skeleton`]), the splitter
//! that takes pictures out of a request body while it arrives, and the rules of `canvas_data`. Must not know who may see a
//! story, nor what a story is besides a canvas and a cover.

pub mod canvas;
mod data_url;
mod error;
mod json;
mod reference;
#[cfg(test)]
mod samples;
mod skeleton;
pub mod splitter;

pub use data_url::{Kind, Picture, append_base64};
pub use error::{BodyError, Limit};
pub use reference::{PictureId, Reference};
pub use skeleton::{Builder, Segment, Skeleton, escape_json};
