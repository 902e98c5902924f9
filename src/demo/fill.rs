//! Puts the demo world into a database, once, and tells who lives there.
//!
//! The passwords are made anew for each database and kept in `<DATA_DIR>/demo-accounts.json`, readable by its owner alone.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use database::Conn;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::WORLD;
use super::classes;
use super::friends::REQUESTS;
use super::order;
use super::people::{self, PEOPLE, Person, Role};
use super::stories::Story;
use crate::accounts::store::{managed, people as store};
use crate::accounts::{codes, password};
use crate::app::App;
use crate::clock::{HOUR, MINUTE};
use crate::family::store::links;
use crate::games;
use crate::pictures::{self, Picture, Skeleton};
use crate::rewards::{self, Action, Award, Count, Counts};
use crate::social::store::{friends, messages};
use crate::stories::drawn::{Refused, Sent};
use crate::stories::effects;
use crate::stories::rules::Given;
use crate::stories::store::writing::{self, Written};
use crate::stories::store::{comments, marks};

/// Between a story and the next one.
const BETWEEN_STORIES: i64 = 7 * HOUR;
/// Between a story and each thing that somebody says about it.
const BETWEEN_COMMENTS: i64 = 11 * MINUTE;
/// Between a message and the next one.
const BETWEEN_MESSAGES: i64 = 23 * MINUTE;

/// An account that an operator may try.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    /// In one word.
    pub role: String,
    /// To sign in with.
    pub email: String,
    /// To sign in with.
    pub password: String,
}

/// Why the world could not be made.
#[derive(Debug)]
pub enum FillError {
    /// The file of the accounts.
    File(io::Error),
    /// The hashing lane.
    Hashing(envelope::lane::Error),
    /// The database.
    Database(database::Error),
    /// A story of ours breaks a rule of ours.
    Story(&'static str),
}

impl std::fmt::Display for FillError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(error) => write!(f, "demo-accounts.json: {error}"),
            Self::Hashing(error) => error.fmt(f),
            Self::Database(error) => error.fmt(f),
            Self::Story(title) => write!(f, "the story {title:?} is refused"),
        }
    }
}

impl std::error::Error for FillError {}

impl From<database::Error> for FillError {
    fn from(error: database::Error) -> Self {
        Self::Database(error)
    }
}

/// Makes the world, unless it is there already; its accounts.
pub async fn fill(app: &Arc<App>) -> Result<Vec<Account>, FillError> {
    let file = app.config.data_dir.join("demo-accounts.json");
    if let Some(accounts) = read(&file).map_err(FillError::File)?
        && settled(app).await?
    {
        return Ok(accounts);
    }
    let (accounts, ids) = make_people(app).await?;
    for (number, story) in WORLD.stories.iter().enumerate() {
        let age = (WORLD.stories.len() - number) as i64 * BETWEEN_STORIES;
        make_story(app, story, ids.clone(), app.clock.now() - age).await?;
    }
    let mut last = 0;
    while let Some(next) = games::make_missing(app, last).await {
        last = next;
    }
    let (now, code) = (app.clock.now(), codes::spoken(codes::dice()));
    app.database
        .write(move |conn| {
            make_family(conn, &ids, now)?;
            make_friends(conn, &ids, now)?;
            classes::make(conn, &ids, &code, now)
        })
        .await?;
    write(&file, &accounts).map_err(FillError::File)?;
    Ok(accounts)
}

/// What the operator is told.
pub fn as_text(accounts: &[Account]) -> String {
    let mut text = "\nThe demo world is ready. Its accounts:\n\n".to_owned();
    for account in accounts {
        text += &format!(
            "  {:<8} {:<22} {}\n",
            account.role, account.email, account.password
        );
    }
    text.push('\n');
    text
}

fn read(file: &Path) -> io::Result<Option<Vec<Account>>> {
    match fs::read(file) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn write(file: &Path, accounts: &[Account]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    let mut made = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)?;
    made.write_all(&serde_json::to_vec_pretty(accounts)?)?;
    made.sync_all()
}

/// Whether the database knows the demo's people: the file may be older than it.
async fn settled(app: &Arc<App>) -> Result<bool, database::Error> {
    let last = PEOPLE[PEOPLE.len() - 1].email;
    app.database
        .read(move |conn| Ok(store::owner_of_address(conn, last)?.is_some()))
        .await
}

/// Makes the accounts, each with a password of its own; their ids by username.
async fn make_people(app: &Arc<App>) -> Result<(Vec<Account>, HashMap<&'static str, i64>), FillError> {
    let (mut accounts, mut ids) = (Vec::new(), HashMap::new());
    for person in &PEOPLE {
        let password = people::password(codes::dice(), codes::dice());
        let plain = password.clone();
        let hashed = app
            .hashing
            .run(move |workspace| password::hash(workspace, &plain))
            .await;
        let hash = hashed.map_err(FillError::Hashing)?;
        let now = app.clock.now();
        let id = app
            .database
            .write(move |conn| make_person(conn, person, &hash, now))
            .await?;
        ids.insert(person.username, id);
        accounts.push(Account {
            role: person.role.name().to_owned(),
            email: person.email.to_owned(),
            password,
        });
    }
    Ok((accounts, ids))
}

fn make_person(conn: &mut Conn<'_>, person: &Person, hash: &str, now: i64) -> Result<i64, database::Error> {
    if let Some(owner) = store::owner_of_address(conn, person.email)? {
        store::set_password(conn, owner.id, hash, now)?;
        return Ok(owner.id);
    }
    let user_type = match person.role {
        Role::Child => "child",
        Role::Parent => "parent",
        Role::Teacher | Role::Admin => "teacher",
    };
    let new = store::NewPerson {
        usernames: vec![person.username.to_owned()],
        email: Some(person.email.to_owned()),
        is_verified: true,
        password_hash: hash.to_owned(),
        display_name: person.display_name(),
        first_name: person.first_name.to_owned(),
        last_name: person.last_name.to_owned(),
        user_type: user_type.to_owned(),
        is_admin: person.role == Role::Admin,
    };
    let id = store::insert(conn, &new, now)?;
    let mut profile = store::profile(conn, id)?.ok_or(database::Error::Missing)?;
    person.avatar_emoji.clone_into(&mut profile.avatar_emoji);
    profile.bio = Some(person.bio.to_owned());
    store::save_profile(conn, &profile, now)?;
    Ok(id)
}

/// Draws and stores a story and what its readers did, unless its author has it already.
async fn make_story(
    app: &Arc<App>,
    story: &'static Story,
    ids: HashMap<&'static str, i64>,
    made_at: i64,
) -> Result<(), FillError> {
    let (written, drawings) = illustrated(story).map_err(|_| FillError::Story(story.title))?;
    let now = app.clock.now();
    app.database
        .write(move |conn| {
            let author = ids.get(story.author).copied().ok_or(database::Error::Missing)?;
            let key = written.drawn.page_key.as_deref().unwrap_or_default();
            if writing::repeated(conn, author, key, made_at)?.is_some() {
                return Ok(());
            }
            for picture in &drawings {
                pictures::store::put(conn, &picture.id.to_string(), picture, now)?;
            }
            let folded = written.folded();
            let story_id = writing::insert(conn, author, &written, &folded, made_at)?;
            effects::created(conn, author, story_id, &written.tally(folded.words()), made_at)?;
            make_audience(conn, story, (author, story_id), &ids, made_at)
        })
        .await
        .map_err(FillError::Database)
}

/// Links parents to their children, and makes the accounts of those who have none of their own, unless they are there.
fn make_family(
    conn: &mut Conn<'_>,
    ids: &HashMap<&'static str, i64>,
    now: i64,
) -> Result<(), database::Error> {
    let id = |username: &str| ids.get(username).copied().ok_or(database::Error::Missing);
    for (parent, child) in WORLD.families {
        links::activate(conn, id(parent)?, id(child)?, now)?;
    }
    for child in WORLD.managed {
        let names = managed::Names {
            username: child.username.to_owned(),
            display_name: child.display_name(),
            first_name: child.first_name.to_owned(),
            last_name: child.last_name.to_owned(),
            date_of_birth: Some(child.date_of_birth.to_owned()),
        };
        let parent = id(child.parent)?;
        let Some(made) = managed::insert(conn, parent, &names, now)? else {
            continue;
        };
        links::activate(conn, parent, made, now)?;
        let mut profile = store::profile(conn, made)?.ok_or(database::Error::Missing)?;
        child.avatar_emoji.clone_into(&mut profile.avatar_emoji);
        store::save_profile(conn, &profile, now)?;
    }
    Ok(())
}

/// Makes friends, and what they wrote to each other, unless they have met already.
fn make_friends(
    conn: &mut Conn<'_>,
    ids: &HashMap<&'static str, i64>,
    now: i64,
) -> Result<(), database::Error> {
    let id = |username: &str| ids.get(username).copied().ok_or(database::Error::Missing);
    let mut at = now - (WORLD.messages.len() as i64 + 1) * BETWEEN_MESSAGES;
    for (sender, receiver) in WORLD.friends {
        if friends::are_friends(conn, id(sender)?, id(receiver)?)? {
            return Ok(());
        }
        let (sender, receiver) = (id(sender)?, id(receiver)?);
        friends::befriend(conn, sender, receiver, at)?;
        for (one, friend) in [(sender, receiver), (receiver, sender)] {
            let act = Award::of(Action::FriendAdded, friend);
            rewards::award(conn, one, act, Counts::of(Count::Friends, 1), at)?;
        }
    }
    for (sender, receiver) in &REQUESTS {
        friends::insert(conn, id(sender)?, id(receiver)?, at)?;
    }
    for message in WORLD.messages {
        at += BETWEEN_MESSAGES;
        let (from, to) = (id(message.from)?, id(message.to)?);
        messages::insert(conn, from, to, message.text, at)?;
        if message.is_read {
            messages::mark_read(conn, to, from)?;
        }
    }
    Ok(())
}

fn illustrated(story: &Story) -> Result<(Written, Vec<Picture>), Refused> {
    let cover = data_url(&story.draw_cover());
    let mut rows = vec![json!({"id": "cover", "order": -1, "canvasData": cover})];
    for number in 0..story.pages.len() {
        let drawing = story.draw_page(number).as_deref().map(data_url);
        rows.push(json!({"id": page_id(story, number), "order": number, "canvasData": drawing}));
    }
    let split = |text: &str| Skeleton::split(text).map_err(|error| Refused::TooLarge(error.to_string()));
    let (canvas, mut drawings) = split(&Value::Array(rows).to_string())?;
    let (cover, cover_drawing) = split(&cover)?;
    drawings.extend(cover_drawing);
    let texts: Vec<&str> = story.pages.iter().map(|page| page.text).collect();
    let given = Given {
        title: Some(story.title.to_owned()),
        content: Some(texts.join("\n\n---PAGE BREAK---\n\n")),
        summary: Some(Some(story.summary.to_owned())),
        category: Some(story.category.to_owned()),
        genres: Some(story.genres.iter().map(|genre| (*genre).to_owned()).collect()),
        language: Some(story.language.to_owned()),
        creation_type: None,
        is_published: Some(true),
    };
    Ok((
        Written::new(given, Sent::split(cover, canvas).drawn(None)?),
        drawings,
    ))
}

fn page_id(story: &Story, number: usize) -> String {
    let name: String = story.title.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("demo{}{number}", name.to_ascii_lowercase())
}

fn data_url(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png))
}

/// What readers liked, saved, rated and said.
fn make_audience(
    conn: &mut Conn<'_>,
    story: &Story,
    (author, story_id): (i64, i64),
    ids: &HashMap<&'static str, i64>,
    made_at: i64,
) -> Result<(), database::Error> {
    let id = |username: &str| ids.get(username).copied().ok_or(database::Error::Missing);
    let mut at = made_at;
    for username in story.likes {
        let liker = id(username)?;
        if marks::like(conn, story_id, liker, at)?.is_some() {
            effects::liked(conn, author, story_id, liker, true, at)?;
        }
    }
    for username in story.saves {
        marks::save(conn, story_id, id(username)?, at)?;
    }
    for (username, stars) in story.ratings {
        marks::rate(conn, story_id, id(username)?, Some(i64::from(*stars)), at)?;
    }
    let mut made = Vec::new();
    for comment in story.comments {
        at += BETWEEN_COMMENTS;
        let commenter = id(comment.author)?;
        if let Some((stored, _)) = comments::insert(conn, story_id, commenter, comment.text, at)? {
            made.push((comment.author, stored.id));
        }
        effects::commented(conn, author, story_id, commenter, at)?;
    }
    order::make(conn, (story, story_id), &made, ids, at + BETWEEN_COMMENTS)
}
