//! Lists of a hundred stories of 2 MB each cost the server next to no memory. Measured from outside, on the real program.
//!
//! The gates: the public list stays under 150 KB on the wire and 2 MB of resident memory; one's own list, sent
//! whole to ten slow readers at once, under 16 MB.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tinytales::accounts::store::people::{self, NewPerson};
use tinytales::accounts::store::sessions;
use tinytales::accounts::tokens::{Pair, random_hex};
use tinytales::app::App;
use tinytales::clock::{Clock, DAY};
use tinytales::config::Config;
use tinytales::logging::Log;
use tinytales::pictures::{self, Kind, Picture, PictureId};
use tinytales::stories::store::writing;

use crate::drawings::shelved;

const SECRET: &str = "the secret of a test, of some length";
const STORIES: usize = 100;
const PAGES: usize = 4;
/// As base64 half a megabyte, so that a story of four pages has 2 MB.
const PICTURE_BYTES: usize = 375_000;
const READERS: usize = 10;
/// What each slow reader takes before the next one's turn, and what it takes in all.
const SIP: usize = 256 * 1024;
const SIPS: usize = 48;

/// Readers who stall, and how many of them have room at least.
const STALLED: usize = 400;
const PLACED: usize = 32;

const MIB: u64 = 1024 * 1024;

#[tokio::test]
async fn lists_of_large_stories_cost_next_to_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let token = fill(folder.path(), STORIES).await;
    let server = Server::start(folder.path());

    // The first page of each kind prepares statements and fills caches.
    server
        .get("/api/stories/?public=true&page_size=1", None)
        .read_all();
    server.get("/api/stories/?page_size=1", Some(&token)).read_all();

    let (bytes, growth) = server.growth_during(|| {
        let poll = || {
            server
                .get("/api/stories/?public=true&page_size=100", None)
                .read_all()
        };
        for _ in 0..20 {
            poll();
        }
        let list = poll();
        let page: Value = serde_json::from_slice(&list).unwrap();
        assert_eq!(page["results"].as_array().unwrap().len(), STORIES);
        assert!(
            page["results"][0]["cover_image"]
                .as_str()
                .unwrap()
                .contains("/media/pictures/")
        );
        list.len()
    });
    report("public list", bytes, growth);
    assert!(bytes < 150_000, "{bytes} bytes on the wire");
    assert!(growth < 2 * MIB, "{growth} bytes more in memory");

    let (bytes, growth) = server.growth_during(|| {
        let mut readers: Vec<Reader> = (0..READERS)
            .map(|_| server.get("/api/stories/", Some(&token)))
            .collect();
        for _ in 0..SIPS {
            readers.iter_mut().for_each(Reader::sip);
        }
        let last = readers.pop().unwrap();
        drop(readers);
        let list = last.read_all();
        let page: Value = serde_json::from_slice(&list).unwrap();
        assert_eq!(page["results"].as_array().unwrap().len(), STORIES);
        list.len()
    });
    report("own list to ten slow readers", bytes, growth);
    assert!(
        bytes > STORIES * PAGES * PICTURE_BYTES / 3 * 4,
        "{bytes} bytes: the drawings are missing"
    );
    assert!(growth < 16 * MIB, "{growth} bytes more in memory");
}

/// Readers who ask for a drawn story and take nothing of it: those who have a place hold no more than is set apart for
/// them, some wait, and the others are refused at once.
#[tokio::test]
async fn readers_who_stall_hold_a_bounded_amount() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), 1).await;
    let server = Server::start(folder.path());
    let list = || server.get("/api/stories/?public=true", None).read_all();
    let page: Value = serde_json::from_slice(&list()).unwrap();
    let path = format!("/api/stories/{}/", page["results"][0]["id"]);
    server.get(&path, None).read_all();

    let ((placed, refused), growth) = server.growth_during(|| {
        let mut readers: Vec<Reader> = (0..STALLED).map(|_| server.get(&path, None)).collect();
        list();
        let statuses: Vec<String> = readers.iter_mut().map(Reader::status).collect();
        let count = |wanted: &str| statuses.iter().filter(|status| *status == wanted).count();
        (count("200"), count("503"))
    });
    assert_eq!(placed + refused, STALLED);
    assert!(placed >= PLACED && refused > 0, "{placed} were placed");
    assert!(growth < 24 * MIB, "{growth} bytes more in memory");
}

/// The measured figures are a result of their own, also when they are good.
fn report(what: &str, bytes: usize, growth: u64) {
    let figures = format!(
        "{what}: {} KB on the wire, {} KiB more in memory\n",
        bytes / 1000,
        growth / 1024
    );
    std::io::stderr().write_all(figures.as_bytes()).unwrap();
}

/// A database with one author and their stories; a token of theirs.
async fn fill(folder: &Path, stories: usize) -> String {
    let settings = |name: &str| match name {
        "SECRET_KEY" => Some(SECRET.to_owned()),
        "DATA_DIR" => Some(folder.to_str().unwrap().to_owned()),
        _ => None,
    };
    let app = App::new(
        Config::read(false, settings).unwrap(),
        Clock::system(),
        Log::silent(),
    )
    .await
    .unwrap();
    let now = app.clock.now();
    let session = random_hex();
    let opened = session.clone();
    let author: Result<i64, database::Error> = app
        .database
        .write(move |conn| {
            let author = author();
            let id = people::insert(conn, &author, now)?;
            sessions::open(conn, &opened, id, &author.password_hash, now, now + 365 * DAY)?;
            Ok(id)
        })
        .await;
    let author = author.unwrap();
    let mut noise = 0x9E37_79B9_7F4A_7C15;
    for number in 0..stories {
        let drawings: Vec<Picture> = (0..PAGES).map(|_| noise_picture(&mut noise)).collect();
        let story = shelved(&format!("The long journey of kettle number {number}"), &drawings);
        let made: Result<i64, database::Error> = app
            .database
            .write_sized(PAGES * PICTURE_BYTES, move |conn| {
                for drawing in &drawings {
                    pictures::store::put(conn, &drawing.id.to_string(), drawing, now)?;
                }
                writing::insert(conn, author, &story, &story.folded(), now + number as i64)
            })
            .await;
        made.unwrap();
    }
    let token = Pair::new(&app.keys, author, &session, now, 30, now + 365 * DAY).access;
    app.stop().await;
    token
}

fn author() -> NewPerson {
    NewPerson {
        usernames: vec!["mira".to_owned()],
        email: Some("mira@example.org".to_owned()),
        is_verified: true,
        password_hash: String::new(),
        display_name: "Mira".to_owned(),
        first_name: "Mira".to_owned(),
        last_name: String::new(),
        user_type: "child".to_owned(),
        is_admin: false,
    }
}

/// What begins like a PNG and cannot be compressed.
fn noise_picture(noise: &mut u64) -> Picture {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    while bytes.len() < PICTURE_BYTES {
        *noise ^= *noise << 13;
        *noise ^= *noise >> 7;
        *noise ^= *noise << 17;
        bytes.extend_from_slice(&noise.to_le_bytes());
    }
    Picture {
        kind: Kind::Png,
        id: PictureId::of(&bytes),
        bytes,
    }
}

/// The program, as an operator starts it.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tinytales"))
            .arg("serve")
            .env_clear()
            .envs([
                ("SECRET_KEY", SECRET),
                ("PORT", "0"),
                ("OWN_LIST_MIB", "256"),
                ("RATE_LIMITS", "off"),
                ("MEMORY_LIMIT", "512M"),
            ])
            .env("DATA_DIR", folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .trim()
            .rsplit_once("http://")
            .expect("the line that says where it listens")
            .1
            .to_owned();
        Self { process, address }
    }

    /// Asks for an address. The answer waits in the socket until it is read.
    fn get(&self, path: &str, token: Option<&str>) -> Reader {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let authorization = token
            .map(|token| format!("Authorization: Bearer {token}\r\n"))
            .unwrap_or_default();
        write!(
            stream,
            "GET {path} HTTP/1.0\r\nHost: {}\r\n{authorization}\r\n",
            self.address
        )
        .unwrap();
        Reader {
            stream,
            taken: Vec::new(),
        }
    }

    /// What `work` gives, and how far resident memory rose above its level before, at its highest.
    fn growth_during<T>(&self, work: impl FnOnce() -> T) -> (T, u64) {
        let file = |name| format!("/proc/{}/{name}", self.process.id());
        let status = || std::fs::read_to_string(file("status")).unwrap();
        let before = kilobytes(&status(), "VmRSS:");
        // 5 sets the high-water mark back to what is resident now.
        std::fs::write(file("clear_refs"), "5").unwrap();
        let given = work();
        let highest = kilobytes(&status(), "VmHWM:");
        (given, highest.saturating_sub(before) * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then the test has failed already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn kilobytes(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// One answer, read as slowly as the test likes. HTTP/1.0: the answer ends with its connection.
struct Reader {
    stream: TcpStream,
    taken: Vec<u8>,
}

impl Reader {
    /// The status of the answer, of which no more than the beginning is read.
    fn status(&mut self) -> String {
        let mut line = [0; 12];
        self.stream.read_exact(&mut line).unwrap();
        String::from_utf8_lossy(&line[9..]).into_owned()
    }

    fn sip(&mut self) {
        let from = self.taken.len();
        self.taken.resize(from + SIP, 0);
        self.stream.read_exact(&mut self.taken[from..]).unwrap();
    }

    /// The rest of the answer; its body.
    fn read_all(mut self) -> Vec<u8> {
        self.stream.read_to_end(&mut self.taken).unwrap();
        let end = self
            .taken
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        assert!(self.taken.starts_with(b"HTTP/1.1 200") || self.taken.starts_with(b"HTTP/1.0 200"));
        self.taken.split_off(end + 4)
    }
}
