//! Stories as the apps send them, with real PNG drawings, and the ways into the database that the apps do not have.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tinytales::pictures::{self, Kind, Picture, PictureId};
use tinytales::stories::store::writing::{self, Drawn, Written};

use crate::support::{Client, World};

/// What stands between the texts of two pages.
pub const PAGE_BREAK: &str = "\n\n---PAGE BREAK---\n\n";

/// A number that no other call gets.
pub fn fresh() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The PNG of a square of noise; the same seed gives the same picture. About 3 × `side` × `side` bytes.
pub fn png(seed: u64, side: u32) -> Vec<u8> {
    let length = (side * side * 3) as usize;
    let mut noise = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut pixels = Vec::with_capacity(length + 8);
    while pixels.len() < length {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        pixels.extend_from_slice(&noise.to_le_bytes());
    }
    pixels.truncate(length);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::NoCompression);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    file
}

/// The data URL of a file.
pub fn data_url(mime: &str, bytes: &[u8]) -> String {
    format!("data:{mime};base64,{}", STANDARD.encode(bytes))
}

/// The data URL of a drawing that nobody else drew, some hundred bytes long.
pub fn drawing() -> String {
    data_url("image/png", &png(fresh(), 8))
}

/// The data URL of a drawing that nobody else drew, 430 KB long.
pub fn large_drawing() -> String {
    data_url("image/png", &png(fresh(), 328))
}

/// The bytes behind a data URL.
pub fn bytes_of(data_url: &str) -> Vec<u8> {
    STANDARD.decode(data_url.split_once(',').unwrap().1).unwrap()
}

/// The name under which the server keeps the picture of a data URL.
pub fn hash_of(data_url: &str) -> String {
    PictureId::of(&bytes_of(data_url)).to_string()
}

/// Where the picture of a data URL (a PNG) is found while a published story shows it.
pub fn media_path(data_url: &str) -> String {
    format!("/media/pictures/{}.png", hash_of(data_url))
}

/// A page id such as the apps make.
pub fn page_id() -> String {
    format!("mx3k9q{:011x}", fresh())
}

/// The `canvas_data` of pages with these images, ids made up.
pub fn canvas(images: &[Option<&str>]) -> String {
    let rows: Vec<Value> = images
        .iter()
        .enumerate()
        .map(|(order, image)| row(&page_id(), order as i64, *image))
        .collect();
    Value::from(rows).to_string()
}

/// One row of a canvas.
pub fn row(id: &str, order: i64, image: Option<&str>) -> Value {
    let mut row = json!({"id": id, "order": order});
    if let Some(image) = image {
        row["canvasData"] = json!(image);
    }
    row
}

/// A whole story, as an app sends it at each autosave: two pages with a drawing each.
pub fn story(title: &str) -> Value {
    json!({
        "title": title,
        "content": format!("Once there was {title}.{PAGE_BREAK}Then it was bedtime."),
        "canvas_data": canvas(&[Some(&drawing()), Some(&drawing())]),
        "category": "adventure",
        "genres": ["adventure", "comedy"],
        "language": "en",
        "creation_type": "manual",
        "is_published": false,
    })
}

/// The same without drawings.
pub fn plain_story(title: &str) -> Value {
    with(story(title), json!({"canvas_data": canvas(&[None, None])}))
}

/// A story with other members.
pub fn with(mut story: Value, members: Value) -> Value {
    let Value::Object(members) = members else {
        panic!("an object")
    };
    story.as_object_mut().unwrap().extend(members);
    story
}

/// The names of an object's members, sorted.
#[track_caller]
pub fn names(object: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// The value of a member in each row of a list.
#[track_caller]
pub fn each<'a>(rows: &'a Value, member: &str) -> Vec<&'a Value> {
    rows.as_array().unwrap().iter().map(|row| &row[member]).collect()
}

impl Client {
    /// Makes a story; its id.
    #[track_caller]
    pub fn makes(&self, story: Value) -> i64 {
        self.post("/api/stories/create/", story).created()["story"]["id"]
            .as_i64()
            .unwrap()
    }

    /// Makes a story that is published; its id.
    #[track_caller]
    pub fn publishes(&self, story: Value) -> i64 {
        self.makes(with(story, json!({"is_published": true})))
    }

    /// Sends a change of a story; the answer's story.
    #[track_caller]
    pub fn changes(&self, story: i64, change: Value) -> Value {
        self.patch(&format!("/api/stories/{story}/update/"), change).ok()["story"].clone()
    }

    /// A story in full.
    #[track_caller]
    pub fn reads(&self, story: i64) -> Value {
        self.get(&format!("/api/stories/{story}/")).ok()["story"].clone()
    }

    /// The rows of a list of stories.
    #[track_caller]
    pub fn lists(&self, path: &str) -> Value {
        self.get(path).ok()["results"].clone()
    }

    /// The titles of a list of stories, in its order.
    #[track_caller]
    pub fn titles(&self, path: &str) -> Vec<String> {
        each(&self.lists(path), "title")
            .iter()
            .map(|title| title.as_str().unwrap().to_owned())
            .collect()
    }

    /// Likes a story, or takes the like back.
    #[track_caller]
    pub fn likes(&self, story: i64) {
        let answer = self.post_nothing(&format!("/api/stories/{story}/like/"));
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    }

    /// Saves a story, or takes the save back.
    #[track_caller]
    pub fn saves(&self, story: i64) {
        let answer = self.post_nothing(&format!("/api/stories/{story}/save/"));
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    }

    /// Writes a comment; its id.
    #[track_caller]
    pub fn comments(&self, story: i64, text: &str) -> i64 {
        let path = format!("/api/stories/{story}/comments/create/");
        self.post(&path, json!({"text": text})).created()["comment"]["id"]
            .as_i64()
            .unwrap()
    }

    /// Takes another display name.
    #[track_caller]
    pub fn is_renamed(&self, name: &str) {
        self.patch("/api/users/profile/update/", json!({"display_name": name}))
            .ok();
    }
}

impl World {
    /// Makes a story collaborative, as a live session would: these accounts wrote it together.
    pub fn collaborate(&self, story: i64, authors: &[i64]) {
        let authors = authors.to_vec();
        self.sql(move |conn| {
            conn.execute(
                "UPDATE stories SET is_collaborative = TRUE WHERE id = $1",
                &[&story],
            )?;
            authors.iter().try_for_each(|author| {
                let insert = "INSERT INTO story_authors (story_id, user_id) VALUES ($1, $2)";
                conn.execute(insert, &[&story, author]).map(drop)
            })
        });
    }

    /// One number out of the database.
    pub fn number(&self, sql: &'static str) -> i64 {
        self.sql(move |conn| conn.one(sql, &[])?.take())
    }

    /// The hashes of the pictures that are kept, sorted.
    pub fn pictures(&self) -> Vec<String> {
        self.sql(|conn| {
            let rows = conn.query("SELECT hash FROM pictures ORDER BY hash", &[])?;
            rows.into_iter().map(|mut row| row.take()).collect()
        })
    }

    /// Sweeps the pictures that nobody needs; how many.
    pub fn sweeps(&self) -> usize {
        self.run(pictures::sweep(&self.app, pictures::MOST_SWEPT))
            .unwrap()
    }

    /// A story of this author that was never sent through the API: one page for each of these pictures.
    pub fn shelves(&self, author: i64, title: &str, images: Vec<Vec<u8>>) -> i64 {
        let images: Vec<Picture> = images
            .into_iter()
            .map(|bytes| Picture {
                kind: Kind::Png,
                id: PictureId::of(&bytes),
                bytes,
            })
            .collect();
        let (now, story) = (self.app.clock.now(), shelved(title, &images));
        for image in images {
            self.sql(move |conn| pictures::store::put(conn, &image.id.to_string(), &image, now));
        }
        self.sql(move |conn| writing::insert(conn, author, &story, &story.folded(), now))
    }
}

/// A story with a page for each of these pictures, as it is stored.
pub fn shelved(title: &str, images: &[Picture]) -> Written {
    let references: Vec<String> = images.iter().map(|image| image.reference().to_string()).collect();
    let rows: Vec<String> = references
        .iter()
        .enumerate()
        .map(|(page, image)| {
            format!(
                r#"{{"id":"{}","order":{page},"canvasData":"{image}"}}"#,
                page_id()
            )
        })
        .collect();
    let mut pictures: Vec<String> = images.iter().map(|image| image.id.to_string()).collect();
    pictures.sort_unstable();
    pictures.dedup();
    Written {
        title: title.to_owned(),
        summary: Some("A kettle sets sail, meets a whale, and is home for tea.".repeat(3)),
        category: "adventure".to_owned(),
        genres: r#"["adventure","comedy"]"#.to_owned(),
        language: "en".to_owned(),
        creation_type: "manual".to_owned(),
        is_published: true,
        content: "Once upon a time a kettle set sail.".repeat(30),
        drawn: Drawn {
            cover: String::new(),
            canvas: format!("[{}]", rows.join(",")),
            public_cover: references.first().cloned().unwrap_or_default(),
            page_key: None,
            pictures,
            wire_bytes: images.iter().map(|image| image.bytes.len() as i64 / 3 * 4).sum(),
        },
    }
}
