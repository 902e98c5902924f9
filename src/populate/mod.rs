//! A world for load: people with one password and published stories, made by the number and the same for the same order.
//!
//! For `bench`, `capacity` and the virtual visitors, never for a database that somebody lives in: one that has accounts is
//! refused. Everything goes in through the public functions of the nouns, so that search, counts and pictures are as real
//! writes leave them. Must not know who uses the world.

mod addresses;
mod tales;

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use database::{Conn, Database};
use futures_util::future::join;
use serde::Serialize;

pub use self::addresses::Addresses;
use self::tales::Tales;
use crate::accounts::password::{self, Workspace};
use crate::accounts::store::{people, sessions};
use crate::accounts::tokens::{Keys, Pair, random_hex};
use crate::clock::{DAY, HOUR, MINUTE};
use crate::games::making;
use crate::moderation;
use crate::pictures;
use crate::social::store::friends;
use crate::stories::effects;
use crate::stories::store::{comments, marks, views, writing};

/// The most people that one order may name: each has a session, and a token in the file.
pub const MOST_USERS: usize = 100_000;
/// The most stories that one order may name.
pub const MOST_STORIES: usize = 1_000_000;
/// Accounts, stories or pictures of one write: it must end well within a write's two seconds.
const PEOPLE_PER_WRITE: usize = 100;
const STORIES_PER_WRITE: usize = 50;
const PICTURES_PER_WRITE: usize = 16;
/// How many places further somebody's friends stand.
const FRIENDS_FURTHER: [usize; 3] = [1, 2, 5];
/// How often a write is tried that a busy disk has made too late. Such a one has written nothing.
const TRIES: usize = 30;
/// Accounts that are looked at for real ones.
const LOOKED_AT: i64 = 1_000;
/// Between a story and the next one.
const BETWEEN_STORIES: i64 = 7 * MINUTE;

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Order {
    /// People, 1 to [`MOST_USERS`].
    pub users: usize,
    /// Published stories, at most [`MOST_STORIES`], a fifth of them drawn by hand.
    pub stories: usize,
    /// Pages of each story.
    pub pages: usize,
    /// Bytes of each drawing.
    pub picture_bytes: usize,
    /// How their addresses are spelt.
    pub addresses: Addresses,
    /// Everybody's.
    pub password: String,
    /// Another seed, other stories.
    pub seed: u64,
}

/// How the sign-ins are made: as the server does it with the same settings.
#[derive(Clone, Debug)]
pub struct SignIns {
    /// The keys of the server's secret.
    pub keys: Keys,
    /// Lifetime of an access token.
    pub access_days: i64,
    /// Lifetime of a sign-in.
    pub refresh_days: i64,
}

/// Who lives in the world, and what there is to read: the tokens file.
#[derive(Debug, Serialize)]
pub struct World {
    /// The pattern of the addresses.
    pub base_email: String,
    /// Everybody's.
    pub password: String,
    /// In the order of their numbers.
    pub people: Vec<Person>,
    /// Ids, oldest first.
    pub public_stories: Vec<i64>,
}

/// Somebody who is signed in.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields of the tokens file")]
pub struct Person {
    pub id: i64,
    pub email: String,
    pub access: String,
    pub refresh: String,
}

/// Why no world was made.
#[derive(Debug)]
pub enum Error {
    /// Somebody lives in this database.
    RealAccounts,
    /// It was made already.
    Populated,
    /// A rule of stories refuses ours.
    Story(String),
    /// The database.
    Database(database::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RealAccounts => {
                f.write_str("this database has real accounts; only an empty one may be populated")
            }
            Self::Populated => {
                f.write_str("this database was populated before; only an empty one may be populated")
            }
            Self::Story(why) => write!(f, "a story is refused: {why}"),
            Self::Database(error) => write!(f, "the database: {error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<database::Error> for Error {
    fn from(error: database::Error) -> Self {
        Self::Database(error)
    }
}

/// Makes the world in an empty database, as of `now`.
pub async fn populate(
    database: &Database,
    order: &Order,
    sign_ins: &SignIns,
    now: i64,
) -> Result<World, Error> {
    must_be_empty(database, order).await?;
    let people = make_people(database, order, sign_ins, now).await?;
    let tales = Arc::new(Tales::new(order));
    put_pictures(database, &tales, now).await?;
    let ids: Arc<[i64]> = people.iter().map(|person| person.id).collect();
    make_friends(database, &ids, now).await?;
    let public_stories = make_stories(database, order, &tales, &ids, now).await?;
    Ok(World {
        base_email: order.addresses.to_string(),
        password: order.password.clone(),
        people,
        public_stories,
    })
}

impl World {
    /// Writes the tokens file, readable by its owner alone. One that is there already is replaced.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        // Another owner's rights would stay with a file that is there.
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = fs::OpenOptions::new();
        let mut made = options.write(true).create_new(true).mode(0o600).open(file)?;
        made.write_all(&serde_json::to_vec(self)?)?;
        made.sync_all()
    }
}

/// Writes, again and again where the database is only busy.
async fn write<T, F>(database: &Database, work: F) -> Result<T, database::Error>
where
    F: Fn(&mut Conn<'_>) -> Result<T, database::Error> + Clone + Send + 'static,
    T: Send + 'static,
{
    let mut result = database.write(work.clone()).await;
    for _ in 1..TRIES {
        if !matches!(result, Err(database::Error::Busy | database::Error::Deadline)) {
            break;
        }
        result = database.write(work.clone()).await;
    }
    result
}

async fn must_be_empty(database: &Database, order: &Order) -> Result<(), Error> {
    let found: Vec<String> = database
        .read(|conn| people::addresses(conn, LOOKED_AT))
        .await
        .map_err(Error::Database)?;
    if found.iter().any(|address| !order.addresses.fits(address)) {
        return Err(Error::RealAccounts);
    }
    if found.is_empty() {
        Ok(())
    } else {
        Err(Error::Populated)
    }
}

/// Makes the accounts, all with one hash of the one password, and signs each of them in.
async fn make_people(
    database: &Database,
    order: &Order,
    sign_ins: &SignIns,
    now: i64,
) -> Result<Vec<Person>, Error> {
    let hash: Arc<str> = password::hash(&mut Workspace::default(), &order.password).into();
    let ends = now + sign_ins.refresh_days * DAY;
    let mut people = Vec::with_capacity(order.users);
    let numbers: Vec<usize> = (0..order.users).collect();
    for some in numbers.chunks(PEOPLE_PER_WRITE) {
        let new: Arc<[(people::NewPerson, String)]> = some
            .iter()
            .map(|&number| (person(order, number, &hash), random_hex()))
            .collect();
        let emails = new
            .iter()
            .map(|(person, _)| person.email.clone().unwrap_or_default());
        let known: Vec<(String, String)> = emails
            .zip(new.iter().map(|(_, session)| session.clone()))
            .collect();
        let hash = Arc::clone(&hash);
        let made = write(database, move |conn| {
            let made = new.iter().map(|(person, session)| {
                let id = people::insert(conn, person, now)?;
                sessions::open(conn, session, id, &hash, now, ends)?;
                Ok(id)
            });
            made.collect::<Result<Vec<i64>, database::Error>>()
        });
        let ids = made.await?;
        people.extend(ids.into_iter().zip(known).map(|(id, (email, session))| {
            let pair = Pair::new(&sign_ins.keys, id, &session, now, sign_ins.access_days, ends);
            Person {
                id,
                email,
                access: pair.access,
                refresh: pair.refresh,
            }
        }));
    }
    Ok(people)
}

fn person(order: &Order, number: usize, hash: &str) -> people::NewPerson {
    let (first_name, last_name) = tales::name(number);
    people::NewPerson {
        usernames: vec![format!("load{:03}", number + 1)],
        email: Some(order.addresses.of(number + 1)),
        is_verified: true,
        password_hash: hash.to_owned(),
        display_name: format!("{first_name} {last_name}"),
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        user_type: "child".to_owned(),
        is_admin: false,
    }
}

/// Everybody is friends with the people that stand one, two and five places further, and so has six friends where there
/// are that many people.
async fn make_friends(database: &Database, people: &Arc<[i64]>, now: i64) -> Result<(), Error> {
    let places: Vec<usize> = (0..people.len()).collect();
    for some in places.chunks(PEOPLE_PER_WRITE) {
        let (people, some) = (Arc::clone(people), some.to_vec());
        let made = write(database, move |conn| {
            for &place in &some {
                for further in FRIENDS_FURTHER {
                    let (one, other) = (people[place], people[(place + further) % people.len()]);
                    if one != other {
                        friends::befriend(conn, one, other, now)?;
                    }
                }
            }
            Ok(())
        });
        made.await?;
    }
    Ok(())
}

/// Stores the pool before the stories that show it, in writes of their own.
async fn put_pictures(database: &Database, tales: &Arc<Tales>, now: i64) -> Result<(), Error> {
    let numbers: Vec<usize> = (0..tales.pictures().len()).collect();
    for some in numbers.chunks(PICTURES_PER_WRITE) {
        let (tales, some) = (Arc::clone(tales), some.to_vec());
        let put = write(database, move |conn| {
            let pictures = some.iter().map(|&number| &tales.pictures()[number]);
            for picture in pictures {
                pictures::store::put(conn, &picture.id.to_string(), picture, now)?;
            }
            Ok(())
        });
        put.await?;
    }
    Ok(())
}

/// Publishes the stories, oldest first, with what their readers left on them, and makes the games of those that are there
/// while the next are written.
async fn make_stories(
    database: &Database,
    order: &Order,
    tales: &Tales,
    people: &Arc<[i64]>,
    now: i64,
) -> Result<Vec<i64>, Error> {
    let rude: Vec<String> = moderation::seeds().map(|seed| seed.word.to_owned()).collect();
    let (mut ids, mut last) = (Vec::with_capacity(order.stories), 0);
    let numbers: Vec<usize> = (0..order.stories).collect();
    for some in numbers.chunks(STORIES_PER_WRITE) {
        let stories = some
            .iter()
            .map(|&number| {
                let made_at = now - (order.stories - number) as i64 * BETWEEN_STORIES;
                tales.story(number, made_at).map_err(Error::Story)
            })
            .collect::<Result<Arc<[tales::Story]>, Error>>()?;
        let people = Arc::clone(people);
        let made = write(database, move |conn| {
            let made = stories.iter().map(|story| make_story(conn, story, &people));
            made.collect::<Result<Vec<i64>, database::Error>>()
        });
        let (made, with_games) = join(made, making::make_all(database, last, &rude, now)).await;
        ids.extend(made?);
        last = with_games?;
    }
    making::make_all(database, last, &rude, now).await?;
    Ok(ids)
}

fn make_story(conn: &mut Conn<'_>, story: &tales::Story, people: &[i64]) -> Result<i64, database::Error> {
    let of = |number: usize| people[number % people.len()];
    let author = of(story.author);
    let id = writing::insert(conn, author, &story.written, &story.folded, story.made_at)?;
    let tally = story.written.tally(story.folded.words());
    effects::created(conn, author, id, &tally, story.made_at)?;
    for (order, &reader) in story.likes.iter().enumerate() {
        let at = story.made_at + (order as i64 + 1) * MINUTE;
        marks::like(conn, id, of(reader), at)?;
        effects::liked(conn, author, id, of(reader), true, at)?;
    }
    for &(reader, stars) in &story.ratings {
        marks::rate(conn, id, of(reader), Some(stars), story.made_at + HOUR)?;
    }
    for (reader, text) in &story.comments {
        let at = story.made_at + 2 * HOUR;
        comments::insert(conn, id, of(*reader), text, at)?;
        effects::commented(conn, author, id, of(*reader), at)?;
    }
    let look = views::Look {
        story_id: id,
        reader_id: 0,
        count: story.views,
        at: story.made_at,
    };
    let looked = views::add(conn, &[look])?;
    effects::looked_at(conn, &looked, story.made_at)?;
    Ok(id)
}
