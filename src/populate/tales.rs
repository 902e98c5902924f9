//! Stories by the number: titles, texts, drawings and readers, the same for the same seed. Pure.

use std::fmt::Write;

use super::Order;
use crate::pictures::{Kind, Picture, PictureId, Skeleton};
use crate::stories::drawn::{Refused, Sent};
use crate::stories::rules::{CATEGORIES, Given};
use crate::stories::store::writing::{Folded, Written};

/// One story in so many has drawings, as it was in the data of the old server; the others show pictures by their address.
const DRAWN_OF: usize = 5;
/// Drawings that are made; stories share them, because what is stored once for each story only fills the disk.
const MOST_PICTURES: usize = 512;
/// The side of a drawing in pixels: the paper of the apps.
const SIDE: u32 = 500;
/// What a drawing has at least: its own head, colour and pixels.
const SMALLEST_PICTURE: usize = 256;

const FIRST_NAMES: [&str; 16] = [
    "Mira", "Tomas", "Amara", "Jun", "Lena", "Paolo", "Nadia", "Kofi", "Ines", "Rafa", "Suri", "Emil", "Bea",
    "Omar", "Tala", "Finn",
];
const LAST_NAMES: [&str; 13] = [
    "Santos", "Okafor", "Park", "Cruz", "Weber", "Lopez", "Haddad", "Mensah", "Reyes", "Novak", "Tan",
    "Silva", "Moreau",
];
const QUALITIES: [&str; 16] = [
    "Brave",
    "Sleepy",
    "Curious",
    "Tiny",
    "Patient",
    "Muddy",
    "Golden",
    "Whispering",
    "Lost",
    "Clever",
    "Gentle",
    "Stubborn",
    "Midnight",
    "Paper",
    "Dancing",
    "Quiet",
];
const HEROES: [&str; 16] = [
    "Snail",
    "Kettle",
    "Lighthouse",
    "Carabao",
    "Umbrella",
    "Owl",
    "Tram",
    "Turtle",
    "Baker",
    "Cloud",
    "Fox",
    "Kite",
    "Whale",
    "Robot",
    "Mango Tree",
    "Firefly",
];
const PLACES: [&str; 12] = [
    "the Rainy Market",
    "the Far Island",
    "the Old Library",
    "the Moon",
    "the River Bend",
    "the Garden Wall",
    "the Night Train",
    "the Little Harbour",
    "the Rooftop",
    "the Seven Hills",
    "the Salt Lake",
    "the Snowy Pass",
];
const SENTENCES: [&str; 12] = [
    "Nobody had ever asked before, and so nobody knew the answer.",
    "The rain drummed on the tin roof until the whole street was listening.",
    "“I will carry it,” said the smallest one, and everybody laughed but the moon.",
    "They walked past the baker, the bridge and the sleeping dogs.",
    "Somewhere far away a bell rang twice.",
    "It was heavier than it looked, and it hummed a little.",
    "Grandmother said that a promise is a seed: put it where it gets some light.",
    "By the third day they had learned each other's songs.",
    "The wind turned the page before anyone could read it.",
    "And when the lamp went on, the sea looked almost kind.",
    "There was room for one more, there always was.",
    "In the morning the footprints led both ways.",
];
const REMARKS: [&str; 8] = [
    "I read this to my brother twice!",
    "The drawing of the moon is my favourite.",
    "What happens next?",
    "I laughed at the part with the bridge.",
    "So beautiful, thank you.",
    "My teacher liked it, too.",
    "Please write another one.",
    "I want to be friends with the smallest one.",
];

/// Everything that stories are made of.
#[derive(Debug)]
pub(super) struct Tales {
    seed: u64,
    users: usize,
    pages: usize,
    pictures: Vec<Picture>,
}

/// One story and what its readers left on it; people by their numbers.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) author: usize,
    pub(super) written: Written,
    pub(super) folded: Folded,
    pub(super) made_at: i64,
    /// Each reader once.
    pub(super) likes: Vec<usize>,
    pub(super) ratings: Vec<(usize, i64)>,
    pub(super) comments: Vec<(usize, &'static str)>,
    pub(super) views: i64,
}

/// First and last name of somebody.
pub(super) fn name(number: usize) -> (&'static str, &'static str) {
    (
        FIRST_NAMES[number % FIRST_NAMES.len()],
        LAST_NAMES[number % LAST_NAMES.len()],
    )
}

impl Tales {
    /// Draws the pictures that the ordered stories share.
    pub(super) fn new(order: &Order) -> Self {
        let wanted = order.stories.div_ceil(DRAWN_OF) * order.pages;
        let pictures = (0..wanted.min(MOST_PICTURES))
            .map(|number| picture(&mut Dice::new(order.seed, number), order.picture_bytes))
            .collect();
        Self {
            seed: order.seed,
            users: order.users,
            pages: order.pages,
            pictures,
        }
    }

    pub(super) fn pictures(&self) -> &[Picture] {
        &self.pictures
    }

    /// The story of this number; the error says which rule refuses it.
    pub(super) fn story(&self, number: usize, made_at: i64) -> Result<Story, String> {
        let mut dice = Dice::new(self.seed ^ 0x5709_1e5e, number);
        let hero = dice.pick(&HEROES);
        let title = format!("The {} {hero} of {}", dice.pick(&QUALITIES), dice.pick(&PLACES));
        let pages: Vec<String> = (0..self.pages).map(|_| page(&mut dice, hero)).collect();
        let category = *dice.pick(&CATEGORIES);
        let given = Given {
            title: Some(title),
            content: Some(pages.join("\n\n---PAGE BREAK---\n\n")),
            summary: Some(Some(format!(
                "How a {hero} came to {} and what it found there.",
                dice.pick(&PLACES)
            ))),
            category: Some(category.to_owned()),
            genres: Some(vec![category.to_owned(), (*dice.pick(&CATEGORIES)).to_owned()]),
            language: Some("en".to_owned()),
            creation_type: None,
            is_published: Some(true),
        };
        let sent = Sent::split(Skeleton::default(), self.canvas(number));
        let drawn = sent
            .drawn(None)
            .map_err(|(Refused::NotRows(why) | Refused::TooLarge(why))| why)?;
        let written = Written::new(given, drawn);
        let first_reader = dice.below(self.users);
        let reader = |order: usize| (first_reader + order) % self.users;
        let likes = (0..dice.below(10).min(self.users)).map(reader).collect();
        let ratings = (0..dice.below(3).min(self.users))
            .map(|order| (reader(order), 3 + (order as i64) % 3))
            .collect();
        let comments = (0..dice.below(4))
            .map(|order| (reader(order * 3), *dice.pick(&REMARKS)))
            .collect();
        Ok(Story {
            author: number,
            folded: written.folded(),
            written,
            made_at,
            likes,
            ratings,
            comments,
            views: dice.below(400) as i64,
        })
    }

    /// The canvas as it is stored: one row for each page, each with a drawing or with an address.
    fn canvas(&self, number: usize) -> Skeleton {
        let mut rows = Vec::with_capacity(self.pages);
        for order in 0..self.pages {
            let image = if number.is_multiple_of(DRAWN_OF) && !self.pictures.is_empty() {
                let place = (number / DRAWN_OF * self.pages + order) % self.pictures.len();
                self.pictures[place].reference().to_string()
            } else {
                format!("https://pictures.example.org/tale/{number}/page-{order}.png?width=500&height=500")
            };
            rows.push(format!(
                r#"{{"id":"load{number:06}x{order:03}","order":{order},"canvasData":"{image}"}}"#
            ));
        }
        Skeleton::from_stored(format!("[{}]", rows.join(",")))
    }
}

fn page(dice: &mut Dice, hero: &str) -> String {
    let mut text = format!("The {hero} looked up.");
    for _ in 0..2 + dice.below(3) {
        let _ = write!(text, " {}", dice.pick(&SENTENCES));
    }
    text
}

/// A paper of one colour that any program can show, and noise that does not compress up to the wanted size.
fn picture(dice: &mut Dice, bytes: usize) -> Picture {
    let [red, green, blue, ..] = dice.next().to_le_bytes();
    let mut file = Vec::with_capacity(bytes + SMALLEST_PICTURE);
    let mut encoder = png::Encoder::new(&mut file, SIDE, SIDE);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_palette(vec![red | 0x80, green | 0x80, blue | 0x80]);
    let mut writer = encoder.write_header().expect("a Vec takes every write");
    let noise: Vec<u8> = (0..bytes.saturating_sub(SMALLEST_PICTURE).div_ceil(8))
        .flat_map(|_| dice.next().to_le_bytes())
        .collect();
    writer
        .write_chunk(png::chunk::ChunkType(*b"noIs"), &noise)
        .expect("a Vec takes every write");
    let row = SIDE.div_ceil(8) as usize;
    writer
        .write_image_data(&vec![0; row * SIDE as usize])
        .expect("there is one bit for each pixel");
    writer.finish().expect("a Vec takes every write");
    Picture {
        kind: Kind::Png,
        id: PictureId::of(&file),
        bytes: file,
    }
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn new(seed: u64, number: usize) -> Self {
        let mut dice = Self(seed ^ (number as u64).wrapping_mul(0xd134_2543_de82_ef95));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `end`, which is at least 1 and not among them.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is below a usize")
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::populate::Addresses;

    fn order(seed: u64) -> Order {
        Order {
            users: 7,
            stories: 10,
            pages: 3,
            picture_bytes: 4_000,
            addresses: Addresses::parse("load%03d@example.invalid").unwrap(),
            password: "a password for load".to_owned(),
            seed,
        }
    }

    #[test]
    fn the_same_seed_tells_the_same_story() {
        let story = |seed| Tales::new(&order(seed)).story(5, 0).unwrap();
        let (one, same, other) = (story(1), story(1), story(2));
        assert_eq!(one.written, same.written);
        assert_eq!(one.likes, same.likes);
        assert_ne!(one.written, other.written);
    }

    #[test]
    fn a_fifth_is_drawn_and_the_rest_shows_addresses() {
        let tales = Tales::new(&order(1));
        assert_eq!(tales.pictures().len(), 6);
        for number in 0..10 {
            let drawn = tales.story(number, 0).unwrap().written.drawn;
            let pictures = if number % DRAWN_OF == 0 { 3 } else { 0 };
            assert_eq!(drawn.pictures.len(), pictures, "{number}");
            assert!(!drawn.public_cover.is_empty(), "{number}");
        }
    }

    #[test]
    fn pictures_have_their_size_and_can_be_shown() {
        for bytes in [0, 4_000, 60_000] {
            let picture = picture(&mut Dice::new(1, 1), bytes);
            assert!(
                picture.bytes.len().abs_diff(bytes.max(SMALLEST_PICTURE)) < 200,
                "{}",
                picture.bytes.len()
            );
            let decoder = png::Decoder::new(std::io::Cursor::new(&picture.bytes));
            let mut reader = decoder.read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            reader.next_frame(&mut pixels).unwrap();
        }
    }

    #[test]
    fn a_reader_likes_a_story_once() {
        let tales = Tales::new(&order(3));
        for number in 0..10 {
            let mut likes = tales.story(number, 0).unwrap().likes;
            let all = likes.len();
            likes.sort_unstable();
            likes.dedup();
            assert_eq!(likes.len(), all);
        }
    }
}
