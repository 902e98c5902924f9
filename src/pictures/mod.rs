//! Pictures: taken out of the texts that carry them, kept once by the hash of their bytes, put back when read.
//!
//! Owns how a picture looks inside a text (a data URL, or the reference that replaces it in a [`Skeleton`]), the splitter
//! that takes pictures out of a request body while it arrives, the rules of `canvas_data`, and the tables `pictures`,
//! `picture_pieces` and `story_pictures`. Must not know who may see a story, nor what a story is besides a canvas and a cover.

mod answers;
pub mod api;
pub mod canvas;
mod data_url;
mod error;
mod json;
mod keeper;
mod leases;
mod queue;
mod receive;
mod reference;
#[cfg(test)]
mod samples;
mod skeleton;
pub mod splitter;
pub mod store;
pub mod stream;

pub use answers::{Answers, Reader, Room};
pub use data_url::{Kind, Picture, append_base64};
pub use error::{BodyError, Limit};
pub use keeper::{KEPT_FOR, MOST_SWEPT, Pictures, is_full, start, sweep};
pub use receive::{Changed, NewPictures, Received, receive};
pub use reference::{PictureId, Reference};
pub use skeleton::{Builder, MOST_TEXT, Segment, Skeleton, escape_json};

use crate::wire::origin::Origin;

/// The hashes of the stored pictures that these stored texts name, sorted, each once.
pub fn named_in(texts: &[&str]) -> Vec<String> {
    let skeletons = texts.iter().map(|text| Skeleton::from_stored((*text).to_owned()));
    let mut hashes: Vec<String> = skeletons
        .flat_map(|text| {
            text.pictures()
                .map(|picture| picture.id.to_string())
                .collect::<Vec<_>>()
        })
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// A stored cover as others see it: the address of a stored picture, or the URL that it is.
pub fn public_url(cover: &str, origin: &Origin) -> String {
    match Reference::parse(cover) {
        Some(picture) => address(&picture, origin),
        None => cover.to_owned(),
    }
}

/// The address of a stored picture, where it is found while a published story shows it.
fn address(picture: &Reference, origin: &Origin) -> String {
    format!(
        "{origin}/media/pictures/{}.{}",
        picture.id,
        picture.kind.extension()
    )
}

/// A stored text as others see it: the address of a picture in the place of each reference. For texts of published
/// stories, whose pictures are served to everybody.
pub fn with_public_urls(text: String, origin: &Origin) -> String {
    let skeleton = Skeleton::from_stored(text);
    let parts = skeleton.segments().map(|segment| match segment {
        Segment::Text(text) => text.to_owned(),
        Segment::Picture(picture) => address(&picture, origin),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_in_a_text_become_addresses() {
        let picture = Reference {
            kind: Kind::Png,
            id: PictureId::of(b"a kettle"),
            bytes: 8,
        };
        let origin = Origin::new("https://tales.example");
        let address = format!("https://tales.example/media/pictures/{}.png", picture.id);
        let shown = |text: &str| with_public_urls(text.to_owned(), &origin);
        assert_eq!(
            shown(&format!("[\"{picture}\",\"{picture}\"]")),
            format!("[\"{address}\",\"{address}\"]")
        );
        assert_eq!(
            shown("[\"https://art.example/a.png\"]"),
            "[\"https://art.example/a.png\"]"
        );
        assert_eq!(shown(""), "");
    }
}
