//! What the bench serves: a thousand people and a hundred published stories with drawings, in a SQLite file.
//!
//! `tinytales populate` makes them; the few stories that a call is about go in as an app sends them.

use std::path::Path;

use serde_json::{Value, json};
use visitors::Accounts;

use crate::Result;
use crate::confined::{Order, populate};
use crate::http::{Client, Request};
use crate::process::{Launch, Server};

/// Published stories.
pub(super) const STORIES: usize = 100;
/// People who have signed in: the authors, and those who like.
pub(super) const SIGNED_IN: usize = 10;
/// Where the world thinks it finds the server, so that links and covers have one spelling.
pub(super) const ORIGIN: &str = "https://tales.example";
/// The database in the data folder.
pub(super) const DATABASE: &str = "tinytales.db";

const WORLD: Order = Order {
    users: 1_000,
    stories: STORIES,
    pages: 4,
    picture_kb: 60,
};
/// Bytes of a usual drawing of 500 × 500 pixels.
const DRAWING: usize = 60_000;
/// Drawings of the story of 0.9 MB, as the apps send it.
const DRAWN_PAGES: usize = 11;
/// Drawings of the story of 2 MB.
const AUTOSAVED_PAGES: usize = 25;
/// Stands in the one drawing that an autosave changes; base64 itself, like what takes its place.
const CHANGING: &str = "AUTOSAVE00000000";

/// The filled file, and what the calls need to know of it.
pub(super) struct World {
    pub(super) launch: Launch,
    /// The thousand, signed in.
    accounts: Accounts,
    /// Published, a fifth of them with drawings.
    pub(super) stories: Vec<i64>,
    /// Published, its drawings as addresses.
    pub(super) linked: i64,
    /// Published, 0.9 MB with its drawings.
    pub(super) drawn: i64,
    /// One for each account that has signed in.
    pub(super) tokens: Vec<String>,
    /// A story of 2 MB for each account that has signed in.
    pub(super) autosaved: Vec<i64>,
}

impl World {
    /// Fills the folder `data` by the release build `program`.
    pub(super) fn fill(program: &Path, data: &Path) -> Result<Self> {
        let launch = Launch {
            program: program.to_owned(),
            arguments: vec!["serve"],
            data: data.to_owned(),
            settings: settings(),
            groups: Vec::new(),
        };
        let accounts = populate(program, data, &launch.settings, WORLD)?;
        let tokens: Vec<String> = accounts
            .people
            .iter()
            .take(SIGNED_IN)
            .map(|person| person.access.clone())
            .collect();
        let server = Server::start(&launch)?;
        let mut client = Client::connect(server.port())?;
        let mut noise = Noise(0x2545_f491_4f6c_dd1d);
        let mut publish = |number: usize, pages: &[String]| {
            create(&mut client, &tokens[number % SIGNED_IN], &story(number, pages))
        };
        let linked = publish(STORIES, &addresses(5))?;
        let drawn = publish(STORIES + 1, &noise.drawings(DRAWN_PAGES))?;
        let mut autosaved = Vec::with_capacity(SIGNED_IN);
        for number in 0..SIGNED_IN {
            autosaved.push(publish(
                number + SIGNED_IN * 20,
                &noise.drawings(AUTOSAVED_PAGES),
            )?);
        }
        server.stop()?;
        Ok(Self {
            launch,
            stories: accounts.public_stories.clone(),
            accounts,
            linked,
            drawn,
            tokens,
            autosaved,
        })
    }

    /// A sign-in of one of the thousand.
    pub(super) fn sign_in(&self, number: usize) -> Request {
        let people = &self.accounts.people;
        let body = json!({"email": people[number % people.len()].email, "password": self.accounts.password});
        Request::new("POST", "/api/auth/login/", None, Some(&body))
    }

    /// An autosave of the story of 2 MB of account `number`, of which [`Autosave::next`] changes one drawing.
    pub(super) fn autosave(&self, number: usize) -> Result<Autosave> {
        let mut noise = Noise(0x9e37_79b9_7f4a_7c15 + number as u64);
        let mut pages = noise.drawings(AUTOSAVED_PAGES);
        pages[AUTOSAVED_PAGES / 2] = noise.drawing(CHANGING);
        let path = format!("/api/stories/{}/update/", self.autosaved[number]);
        let body = story(number, &pages);
        let request = Request::new("PATCH", &path, Some(&self.tokens[number]), Some(&body));
        let at = request
            .find(CHANGING)
            .ok_or("the drawing that changes is not there")?;
        Ok(Autosave { request, at })
    }
}

/// The same story again and again, one drawing different each time.
pub(super) struct Autosave {
    request: Request,
    at: usize,
}

impl Autosave {
    /// The story with its drawing number `number`.
    pub(super) fn next(&self, number: usize) -> Request {
        self.request.altered(
            self.at,
            format!("{number:0width$}", width = CHANGING.len()).as_bytes(),
        )
    }
}

/// The settings of a server that is measured: it has the memory that the house promises to stay inside, whatever this
/// machine has. More would go into page caches.
pub(super) fn settings() -> Vec<(&'static str, String)> {
    [
        ("MEMORY_LIMIT", "512M"),
        ("SECRET_KEY", "for the bench alone, on this machine alone"),
        ("RATE_LIMITS", "off"),
        ("PUBLIC_URL", ORIGIN),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

fn create(client: &mut Client, token: &str, story: &Value) -> Result<i64> {
    let answer = client.send(&Request::new(
        "POST",
        "/api/stories/create/",
        Some(token),
        Some(story),
    ))?;
    let body: Value = serde_json::from_slice(answer.body).unwrap_or_default();
    match body["story"]["id"].as_i64() {
        Some(id) => Ok(id),
        None => Err(format!("a story was not taken: {} {body}", answer.status).into()),
    }
}

/// A published story as an app sends it, one page for each picture.
fn story(number: usize, pictures: &[String]) -> Value {
    let page = |(order, picture): (usize, &String)| {
        let id = format!("mx3k9q{number:04}x{order:03}");
        json!({"id": id, "order": order, "canvasData": picture})
    };
    let pages: Vec<Value> = pictures.iter().enumerate().map(page).collect();
    let text = "The lamp went round, and the sea went on telling the rocks what it had seen that day.";
    json!({
        "title": format!("The Lighthouse, Night {number}"),
        "content": vec![text; pictures.len()].join("\n\n---PAGE BREAK---\n\n"),
        "canvas_data": Value::from(pages).to_string(),
        "summary": "A lamp, a sea and a small boat that finds its way home.",
        "category": "adventure",
        "genres": ["adventure", "friendship"],
        "language": "en",
        "is_published": true,
    })
}

fn addresses(pages: usize) -> Vec<String> {
    let address =
        |page| format!("https://pictures.example.org/lighthouse/page-{page}.png?width=500&height=500");
    (0..pages).map(address).collect()
}

/// Drawings that no two are alike and that do not compress, from a xorshift generator.
struct Noise(u64);

impl Noise {
    fn drawings(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.drawing("")).collect()
    }

    /// A data URL with the head of a PNG of 500 × 500 pixels, then `mark`, then noise.
    fn drawing(&mut self, mark: &str) -> String {
        const HEAD: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAfQAAAH0";
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let length = HEAD.len() + DRAWING / 3 * 4;
        let mut url = String::with_capacity(length);
        url += HEAD;
        url += mark;
        while url.len() < length {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            url.extend((0..8).map(|place| char::from(DIGITS[(self.0 >> (place * 7) & 63) as usize])));
        }
        url.truncate(length);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_differ_and_are_whole_groups_of_base64() {
        let mut noise = Noise(1);
        let (one, other) = (noise.drawing(""), noise.drawing(CHANGING));
        let (_, digits) = one.split_once(',').unwrap();
        assert_eq!((digits.len() % 4, digits.len() / 4 * 3), (0, DRAWING + 24));
        assert!(one.len() == other.len() && one != other && other.contains(CHANGING));
    }

    #[test]
    fn every_autosave_differs_in_one_place() {
        let story = story(1, &[Noise(1).drawing(CHANGING)]);
        let request = Request::new("PATCH", "/", None, Some(&story));
        let autosave = Autosave {
            at: request.find(CHANGING).unwrap(),
            request,
        };
        assert_eq!(autosave.next(7).find("0000000000000007"), Some(autosave.at));
        assert_eq!(autosave.next(7).find(CHANGING), None);
    }
}
