//! Games are made when a story is published, when somebody looks at games that its text no longer gives, and, of stories
//! that were missed, by a sweep. Making takes a few milliseconds of CPU, on a thread of the lowest priority, between a read
//! and a small write.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use database::{Conn, Database};
use envelope::lane::{self, Lane};
use storygames::{Games, Language, Question, Story};
use tokio::sync::Semaphore;

use super::rules::Kind;
use super::store::makings::{self, MAKER, Made, MadeGame, MadeQuestion, Making};
use crate::app::App;
use crate::background::pause;
use crate::moderation::Filter;
use crate::stories::rules::pages;
use crate::stories::store::known::{self, Text};
use crate::wire::Error;

/// Stories that wait for their games at most; those beyond them are found by the sweep.
const MOST_WAITING: usize = 1_000;
/// How often those that wait are looked after.
const MAKE_EVERY: Duration = Duration::from_secs(5);
/// How soon after a start stories without games are looked for, and how often later.
const FIRST_SWEEP: Duration = Duration::from_secs(60);
const SWEEP_EVERY: Duration = Duration::from_secs(600);
/// So many of them are made at a time, and then others have their turn.
const SWEPT_TOGETHER: i64 = 4;
const SWEEP_PAUSE: Duration = Duration::from_secs(1);
/// Stories whose games are stored by one write, where nobody waits.
const STORED_TOGETHER: i64 = 64;
/// Nobody waits longer for games.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where games are made.
pub struct Workshop {
    lane: Lane<()>,
    /// One story at a time: a whole class that opens the same one waits for one making of its games.
    turn: Semaphore,
    waiting: Mutex<BTreeSet<i64>>,
}

impl Workshop {
    /// Starts the thread. `cpu` is how many cores there are.
    pub fn start(cpu: f64) -> io::Result<Self> {
        let options = lane::Options {
            first_cost: Duration::from_millis(4),
            ..lane::Options::half_of(cpu, "games")
        };
        Ok(Self {
            lane: Lane::start(options, || ())?,
            turn: Semaphore::new(1),
            waiting: Mutex::default(),
        })
    }

    /// Asks for the games of a story that was published. Costs nothing, and cannot fail.
    pub fn ask(&self, story_id: i64) {
        let mut waiting = self.waiting();
        if waiting.len() < MOST_WAITING {
            waiting.insert(story_id);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeSet<i64>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the games of a text on the lane. What the maker stumbles over has none.
    async fn make(&self, story_id: i64, text: Text, rude: Vec<String>) -> Result<Made, Error> {
        let nothing = Made::nothing(&text);
        let made = self.lane.run(move |()| make(story_id, &text, &rude)).await;
        match made {
            Ok(made) => Ok(made),
            Err(lane::Error::Panicked) => {
                tracing::error!(story_id, "making games panicked");
                Ok(nothing)
            }
            Err(busy @ lane::Error::Busy(_)) => Err(busy.into()),
        }
    }
}

/// When games are made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// If the text is not the one that they were made of.
    Changed,
    /// In any case.
    Always,
}

/// What there is to do for the games of a story.
enum Task {
    /// Nothing: there are so many.
    None(i64),
    /// They are right, and nobody had noted it for this revision.
    Note { revision: i64, games: i64 },
    /// They are to be made.
    Make(Text),
}

impl Task {
    fn of(text: Option<Text>, making: Option<Making>, when: When) -> Self {
        let Some(text) = text.filter(|text| text.is_published) else {
            return Self::None(0);
        };
        let making = making.filter(|making| making.maker >= MAKER && when == When::Changed);
        match making {
            Some(making) if making.revision == text.revision => Self::None(making.games),
            Some(making) if making.text_hash == hash(&text) => Self::Note {
                revision: text.revision,
                games: making.games,
            },
            _ => Self::Make(text),
        }
    }
}

/// Brings the games of a published story up to date; how many there are. Those of a draft stay as they are. 503 when it
/// takes too long, or when the story changes meanwhile.
pub async fn renew(app: &App, story_id: i64, when: When) -> Result<i64, Error> {
    let renewed = tokio::time::timeout(PATIENCE, renew_in_turn(app, story_id, when)).await;
    renewed.unwrap_or_else(|_| Err(Error::unavailable(1)))
}

async fn renew_in_turn(app: &App, story_id: i64, when: When) -> Result<i64, Error> {
    let _turn = app
        .games
        .turn
        .acquire()
        .await
        .map_err(|_| Error::unavailable(1))?;
    let games = match task(&app.database, story_id, when).await? {
        Task::None(games) => games,
        Task::Note { revision, games } => {
            app.write(move |conn| Ok(makings::touch(conn, story_id, revision)?))
                .await?;
            games
        }
        Task::Make(text) => {
            let made = app
                .games
                .make(story_id, text, app.words.listed(Filter::All))
                .await?;
            let (games, now) = (made.games.len() as i64, app.clock.now());
            let is_stored = app
                .write(move |conn| Ok(makings::put(conn, story_id, &made, now)?))
                .await?;
            // A story that has changed meanwhile waits for its next turn.
            if !is_stored {
                app.games.ask(story_id);
                return Err(Error::unavailable(1));
            }
            games
        }
    };
    app.games.waiting().remove(&story_id);
    Ok(games)
}

async fn task(database: &Database, story_id: i64, when: When) -> Result<Task, database::Error> {
    let read = move |conn: &mut Conn<'_>| {
        Ok::<_, database::Error>((known::text(conn, story_id)?, makings::of(conn, story_id)?))
    };
    let (text, making) = database.read(read).await?;
    Ok(Task::of(text, making, when))
}

/// The same for somebody who can do without: how many games there are, or nothing when they could not be made now. They
/// are made later then.
pub async fn soon(app: &App, story_id: i64) -> Option<i64> {
    match renew(app, story_id, When::Changed).await {
        Ok(games) => Some(games),
        Err(error) => {
            tracing::debug!(story_id, %error, "games are made later");
            app.games.ask(story_id);
            None
        }
    }
}

/// Starts the making of games that were asked for, and the search for those that are missing.
pub fn start(app: &Arc<App>) {
    let making = Arc::clone(app);
    app.tasks.spawn("make games", async move {
        while pause(&making, MAKE_EVERY).await {
            make_waiting(&making).await;
        }
    });
    let sweeping = Arc::clone(app);
    app.tasks.spawn("look for missing games", async move {
        let mut wait = FIRST_SWEEP;
        while pause(&sweeping, wait).await {
            let mut last = 0;
            while let Some(next) = make_missing(&sweeping, last).await
                && pause(&sweeping, SWEEP_PAUSE).await
            {
                last = next;
            }
            wait = SWEEP_EVERY;
        }
    });
}

/// Makes the games of the stories that wait. What fails is found by the sweep.
pub async fn make_waiting(app: &App) {
    let waiting = std::mem::take(&mut *app.games.waiting());
    for story_id in waiting {
        if let Err(error) = renew(app, story_id, When::Changed).await {
            tracing::debug!(story_id, %error, "games could not be made");
        }
    }
}

/// Makes the games of some published stories that have none, or old ones, by their ids from the one after `after`. The
/// last of them, or nothing when there is none.
pub async fn make_missing(app: &App, after: i64) -> Option<i64> {
    let missing = app
        .database
        .read(move |conn| makings::missing(conn, after, SWEPT_TOGETHER))
        .await;
    let missing = missing.unwrap_or_else(|error| {
        tracing::debug!(%error, "could not look for missing games");
        Vec::new()
    });
    let last = missing.last().copied();
    for story_id in missing {
        if let Err(error) = renew(app, story_id, When::Changed).await {
            tracing::debug!(story_id, %error, "games could not be made");
        }
    }
    last
}

/// Makes the games of all published stories after an id, in a database that nobody uses yet. The id of the
/// last that was looked at, or `after`.
pub async fn make_all(
    database: &Database,
    after: i64,
    rude: &[String],
    now: i64,
) -> Result<i64, database::Error> {
    let mut last = after;
    loop {
        let missing = database
            .read(move |conn| makings::missing(conn, last, STORED_TOGETHER))
            .await?;
        let Some(next) = missing.last().copied() else {
            return Ok(last);
        };
        let mut all = Vec::new();
        for story_id in missing {
            if let Task::Make(text) = task(database, story_id, When::Changed).await? {
                all.push((story_id, make(story_id, &text, rude)));
            }
        }
        let put = move |conn: &mut Conn<'_>| {
            let mut all = all.iter();
            all.try_for_each(|(story_id, made)| makings::put(conn, *story_id, made, now).map(drop))
        };
        // A disk that is busy for too long: the server finds those that are missing.
        if let Err(error) = database.write(put).await {
            tracing::debug!(%error, "some games could not be stored");
        }
        last = next;
    }
}

/// The games of a text. The same ones for the same story, text and version of the maker.
fn make(story_id: i64, text: &Text, rude: &[String]) -> Made {
    let pages = pages(&text.content);
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    let rude: Vec<&str> = rude.iter().map(String::as_str).collect();
    let made = storygames::make(&Story {
        title: &text.title,
        pages: &pages,
        language: match text.language.as_str() {
            "tl" => Some(Language::Tagalog),
            "en" => Some(Language::English),
            _ => None,
        },
        seed: story_id.cast_unsigned(),
        rude: &rude,
    });
    made.map_or_else(|| Made::nothing(text), |games| Made::of(text, games))
}

/// The hash of all that games are made of.
fn hash(text: &Text) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [&text.title, &text.language, &text.content] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

impl Made {
    /// No games.
    fn nothing(text: &Text) -> Self {
        Self {
            revision: text.revision,
            text_hash: hash(text),
            difficulty: "medium",
            games: Vec::new(),
        }
    }

    fn of(text: &Text, games: Games) -> Self {
        let search: Vec<Question> = games
            .word_search
            .into_iter()
            .map(|search| search.question)
            .collect();
        let made = [
            (Kind::Quiz, games.quiz),
            (Kind::FillBlanks, games.blanks),
            (Kind::WordSearch, search),
        ];
        let made = made.into_iter().filter(|(_, questions)| !questions.is_empty());
        Self {
            difficulty: games.difficulty.as_str(),
            games: made
                .map(|(kind, questions)| MadeGame {
                    kind,
                    questions: apart(questions),
                })
                .collect(),
            ..Self::nothing(text)
        }
    }
}

/// The questions as they are stored, in their order, each key once.
fn apart(questions: Vec<Question>) -> Vec<MadeQuestion> {
    let mut places = BTreeMap::new();
    for (place, question) in questions.iter().enumerate() {
        places.entry(question.key).or_insert(place);
    }
    let is_first = |place: usize, question: &Question| places.get(&question.key) == Some(&place);
    let questions = questions.into_iter().enumerate();
    questions
        .filter(|(place, question)| is_first(*place, question))
        .map(|(_, question)| MadeQuestion {
            question_key: question.key.cast_signed(),
            question_text: question.text,
            options: serde_json::Value::from(question.options).to_string(),
            correct_answer: question.answer,
            hint: question.hint,
            context: question.context,
            explanation: question.explanation,
            points: i64::from(question.points),
        })
        .collect()
}
