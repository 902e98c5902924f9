//! When the next backup is due, what became of the last one, and the way to the bucket and back.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use envelope::Kind;
use tokio::sync::oneshot;

use super::bucket::Bucket;
use super::failure::Failure;
use super::file::Unfinished;
use super::folder::superfluous;
use super::{BackupSettings, Brake, Contents, Folder, Place, Stored, check, spelled};
use crate::app::App;
use crate::background::pause;
use crate::config::Config;

/// How often it is asked whether one is due.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// What making one holds: rows on their way, the compressor and its buffers. The least share of exports has room for it.
const HELD: u64 = 512 * 1024;
/// How long after a failure it is tried again, unless one is due sooner anyway.
const TRY_AGAIN: Duration = Duration::from_secs(600);
/// How long a start waits for another process that restores into the same file, and how long before it looks again.
const RESTORE_PATIENCE: Duration = Duration::from_secs(600);
const ATTEMPT: Duration = Duration::from_secs(1);

/// What became of the backups that the server makes by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// When the newest backup was begun, in epoch microseconds; those of earlier runs count.
    pub last_success: Option<i64>,
    /// Its bytes, when this run made it.
    pub bytes: Option<u64>,
    /// The newest backup that is in the bucket.
    pub shipped: Option<i64>,
    /// When one failed last and why, until one succeeds.
    pub last_error: Option<(i64, String)>,
    /// Whether that one was made, and did not get into the bucket.
    pub is_bucket_away: bool,
    /// How many have failed in this run.
    pub failures: u64,
    /// Since when one is due and memory is too short for it.
    pub held_back: Option<HeldBack>,
    /// Whether one is being made.
    pub running: bool,
}

/// A backup that waits for memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldBack {
    /// In epoch microseconds.
    pub since: i64,
    /// Whether the log has said so.
    pub told: bool,
}

/// What a look at the clock came to.
#[derive(Debug)]
pub enum Round {
    /// None is due, or none is made here.
    NotDue,
    /// One was made, and shipped where there is a bucket.
    Made(Stored, Contents),
    /// The newest one was not in the bucket, and is now.
    Shipped(Stored),
    /// It will be tried again.
    Failed(Failure),
}

/// The backups of one database.
#[derive(Debug)]
pub struct Backups {
    settings: BackupSettings,
    place: Place,
    bucket: Option<Bucket>,
    is_demo: bool,
    state: Mutex<State>,
}

impl Backups {
    /// Reads what the settings say; the bucket is not asked yet.
    pub fn new(config: &Config) -> Result<Self, Failure> {
        let settings = config.backup.clone();
        let bucket = settings.bucket.as_ref().map(Bucket::open).transpose()?;
        Ok(Self {
            settings,
            place: Place {
                target: config.database.clone(),
                options: crate::app::database_options(config),
            },
            bucket,
            is_demo: config.demo,
            state: Mutex::default(),
        })
    }

    /// What became of them.
    pub fn state(&self) -> State {
        self.with_state(|state| state.clone())
    }

    /// Time from one to the next, in microseconds; nothing where the server makes none by itself.
    pub fn every(&self) -> Option<i64> {
        let is_on = self.settings.folder.is_some() && !self.is_demo;
        is_on.then(|| micros(self.settings.every))
    }

    /// Whether they go to a bucket as well.
    pub fn has_bucket(&self) -> bool {
        self.bucket.is_some()
    }

    /// Whether the newest one, where there is a bucket the newest one there, or the start of a server that has none yet, is
    /// longer ago than two of them are apart.
    pub fn is_overdue(&self, now: i64, started_at: i64) -> bool {
        let newest = |state: &mut State| match self.bucket {
            Some(_) => state.shipped,
            None => state.last_success,
        };
        let last = self.with_state(newest).unwrap_or(started_at);
        self.every()
            .is_some_and(|every| now.saturating_sub(last) > every.saturating_mul(2))
    }

    /// How often one is made, where to, and what can be lost, in one sentence; `None` when none are made.
    pub fn promise(&self) -> Option<String> {
        let folder = self.settings.folder.as_ref()?;
        let every = spelled(self.settings.every);
        Some(match &self.settings.bucket {
            Some(bucket) => format!(
                "A backup goes to the bucket {} every {every}: if the disk is lost, so is what was written since the last one.",
                bucket.name
            ),
            None => format!(
                "A backup is made every {every} in {}: if that disk is lost, so are they. Copy them elsewhere, or name a bucket.",
                folder.display()
            ),
        })
    }

    /// Makes a backup if one is due, and ships the newest one if it is not in the bucket.
    pub async fn round(&self, app: &App) -> Round {
        let now = app.clock.now();
        let outcome = self.look(app, now).await;
        self.with_state(|state| match &outcome {
            Round::Failed(failure) => {
                state.last_error = Some((now, failure.to_string()));
                state.is_bucket_away = matches!(failure, Failure::Bucket(_));
                state.failures += 1;
            }
            Round::Made(..) | Round::Shipped(_) => (state.last_error, state.is_bucket_away) = (None, false),
            Round::NotDue => {}
        });
        match &outcome {
            Round::Failed(failure @ Failure::Bucket(_)) => {
                tracing::warn!(reason = %failure, "the newest backup is not in the bucket");
            }
            Round::Failed(failure) => tracing::warn!(reason = %failure, "there is no new backup"),
            _ => {}
        }
        outcome
    }

    async fn look(&self, app: &App, now: i64) -> Round {
        let Some(path) = &self.settings.folder else {
            return Round::NotDue;
        };
        if !app.envelope.admits(Kind::Export) {
            self.hold_back(now);
            return Round::NotDue;
        }
        self.with_state(|state| state.held_back = None);
        let pause = TRY_AGAIN.min(self.settings.every);
        let (failed, is_bucket_away) =
            self.with_state(|state| (state.last_error.as_ref().map(|(at, _)| *at), state.is_bucket_away));
        let is_paused = failed.is_some_and(|at| now < at.saturating_add(micros(pause)));
        // The folder does not wait for the bucket.
        if is_paused && !(is_bucket_away && self.is_due(now)) {
            return Round::NotDue;
        }
        match self.look_into(path, app, now).await {
            Ok(round) => round,
            // A database without people, as on the first day, is not worth one, and must not push older ones out.
            Err(Failure::Nothing | Failure::Stopped) => Round::NotDue,
            Err(failure) => Round::Failed(failure),
        }
    }

    /// Waits for memory. What takes longer than one should be apart from the next is said once.
    fn hold_back(&self, now: i64) {
        if !self.is_due(now) {
            return;
        }
        let every = micros(self.settings.every);
        let is_news = self.with_state(|state| {
            let held = state.held_back.get_or_insert(HeldBack {
                since: now,
                told: false,
            });
            let is_news = !held.told && now.saturating_sub(held.since) > every;
            held.told |= is_news;
            is_news
        });
        if is_news {
            tracing::warn!(
                "there is no new backup: memory has been short for as long as one takes to be due"
            );
        }
    }

    async fn look_into(&self, path: &Path, app: &App, now: i64) -> Result<Round, Failure> {
        let newest = Folder::stored(path)?.pop();
        self.saw(newest.as_ref().map(|newest| newest.at));
        if self.is_due(now) {
            // Another server may have been faster, or this one has lost its disk.
            match unless_stopping(app, self.in_bucket()).await {
                Ok(there) => self.saw(there.last().map(|newest| newest.at)),
                // The folder gets its backup all the same; sending it then says what is wrong with the bucket.
                Err(Failure::Bucket(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        if self.is_due(now) {
            // While an export has the room it can wait for the next look.
            let Ok(_room) = app.envelope.exports().take(HELD).await else {
                return Ok(Round::NotDue);
            };
            let (stored, contents) = self.make(path, app, now).await?;
            unless_stopping(app, self.ship(&stored, &Folder::open(path)?.path(&stored))).await?;
            return Ok(Round::Made(stored, contents));
        }
        let shipped = self.with_state(|state| state.shipped);
        match newest.filter(|newest| self.bucket.is_some() && shipped < Some(newest.at)) {
            None => Ok(Round::NotDue),
            Some(newest) if unless_stopping(app, self.in_bucket()).await?.contains(&newest) => {
                Ok(Round::NotDue)
            }
            Some(newest) => {
                unless_stopping(app, self.ship(&newest, &Folder::open(path)?.path(&newest))).await?;
                Ok(Round::Shipped(newest))
            }
        }
    }

    fn is_due(&self, now: i64) -> bool {
        let newest = self.with_state(|state| state.last_success);
        newest.is_none_or(|newest| now >= newest.saturating_add(micros(self.settings.every)))
    }

    /// The backups in the folder, oldest first, each with its bytes.
    pub fn in_folder(&self) -> Result<Vec<(Stored, u64)>, Failure> {
        let Some(path) = &self.settings.folder else {
            return Ok(Vec::new());
        };
        let stored = Folder::stored(path)?.into_iter();
        // One that has gone meanwhile is left out.
        let sized = stored.filter_map(|stored| {
            let bytes = path.join(&stored.name).metadata().ok()?.len();
            Some((stored, bytes))
        });
        Ok(sized.collect())
    }

    /// Makes one now, whether one is due or not, and ships it where there is a bucket.
    pub async fn make_now(&self, app: &App) -> Result<Stored, Failure> {
        let path = self.settings.folder.as_ref().ok_or(Failure::NoFolder)?;
        if !app.envelope.admits(Kind::Export) {
            return Err(Failure::Busy);
        }
        let room = app.envelope.exports().take(HELD).await;
        let _room = room.map_err(|_| Failure::Busy)?;
        let (stored, _) = self.make(path, app, app.clock.now()).await?;
        unless_stopping(app, self.ship(&stored, &Folder::open(path)?.path(&stored))).await?;
        Ok(stored)
    }

    /// Deletes one in the folder.
    pub fn delete(&self, stored: &Stored) -> Result<(), Failure> {
        let path = self.settings.folder.as_ref().ok_or(Failure::NoFolder)?;
        Folder::open(path)?.remove(stored)
    }

    /// Makes one on a thread of its own, beside the server.
    async fn make(&self, path: &Path, app: &App, now: i64) -> Result<(Stored, Contents), Failure> {
        let folder = Folder::open(path)?;
        let size: Result<u64, Failure> = app.database.read(|conn| Ok(conn.database_size()?)).await;
        let (wanted, free) = (size?, folder.free());
        if let Some(free) = free.filter(|free| *free < wanted) {
            return Err(Failure::Room { free, wanted });
        }
        let brake = Brake::beside_a_server(app.envelope.limits().cpu);
        let (place, keep, mut theirs) = (self.place.clone(), self.settings.keep, brake.clone());
        self.with_state(|state| state.running = true);
        let work = move || folder.add(&place, now, keep, &mut theirs);
        let made = on_a_thread(app, &brake, work).await;
        self.with_state(|state| {
            state.running = false;
            if let Ok((stored, contents)) = &made {
                state.last_success = Some(stored.at);
                state.bytes = Some(contents.bytes);
            }
        });
        made
    }

    /// Sends a backup to the bucket, and only then removes there what is superfluous.
    pub async fn ship(&self, stored: &Stored, file: &Path) -> Result<(), Failure> {
        let Some(bucket) = &self.bucket else {
            return Ok(());
        };
        bucket.put(stored, file).await?;
        self.with_state(|state| state.shipped = Some(stored.at));
        for old in superfluous(bucket.stored().await?, self.settings.keep) {
            bucket.remove(&old).await?;
        }
        Ok(())
    }

    /// Backups in the bucket, oldest first; none where there is no bucket.
    pub async fn in_bucket(&self) -> Result<Vec<Stored>, Failure> {
        let Some(bucket) = &self.bucket else {
            return Ok(Vec::new());
        };
        let stored = bucket.stored().await?;
        self.with_state(|state| state.shipped = stored.last().map(|newest| newest.at));
        Ok(stored)
    }

    /// Brings a backup from the bucket into the folder; its path there. Waits for whoever else does that.
    pub async fn fetch(&self, stored: &Stored) -> Result<PathBuf, Failure> {
        let (Some(bucket), Some(path)) = (&self.bucket, &self.settings.folder) else {
            return Err(Failure::Bucket("BUCKET_URL is not set".to_owned()));
        };
        let folder = Folder::open(path)?;
        let _alone = folder.wait()?;
        let file = folder.path(stored);
        if file.exists() && check(&file).is_ok() {
            return Ok(file);
        }
        let unfinished = Unfinished::beside(&file)?;
        bucket.get(stored, &unfinished.0).await?;
        check(&unfinished.0)?;
        unfinished.finish(&file)?;
        Ok(file)
    }

    /// Where there is a bucket and the database is empty: restores the newest backup from there. To be awaited before
    /// anybody is served. Of several servers that start at once one restores and the others wait for it.
    pub async fn restore_if_empty(&self) -> Result<Option<(Stored, Contents)>, Failure> {
        if self.bucket.is_none() || !self.settings.restore_if_empty || !self.seems_empty()? {
            return Ok(None);
        }
        let Some(newest) = self.in_bucket().await?.pop() else {
            return Ok(None);
        };
        let file = self.fetch(&newest).await?;
        let start = Instant::now();
        loop {
            match self.place.restore(&file, ATTEMPT) {
                Ok(contents) => return Ok(Some((newest, contents))),
                Err(Failure::NotEmpty) => return Ok(None),
                // Somebody else restores into the same file, or has done so and serves by now.
                Err(Failure::InUse) if start.elapsed() < RESTORE_PATIENCE => {
                    if !self.seems_empty()? {
                        return Ok(None);
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
    }

    /// The database that they are of.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Whoever has the whole file at the moment is restoring: then it is looked at again behind them.
    fn seems_empty(&self) -> Result<bool, Failure> {
        match self.place.is_empty() {
            Err(Failure::Database(database::Error::Busy)) => Ok(true),
            answer => answer,
        }
    }

    fn saw(&self, at: Option<i64>) {
        self.with_state(|state| state.last_success = state.last_success.max(at));
    }

    fn with_state<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs the schedule of a server.
pub fn start(app: &Arc<App>) {
    if app.config.demo || app.config.backup.folder.is_none() {
        return;
    }
    let backing = Arc::clone(app);
    app.tasks.spawn("back up", async move {
        while pause(&backing, LOOK_EVERY).await {
            backing.backups.round(&backing).await;
        }
    });
}

/// Gives up what can wait for the next start.
async fn unless_stopping<T>(app: &App, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::select! {
        done = work => done,
        () = app.tasks.stopping() => Err(Failure::Stopped),
    }
}

/// Does `work`, which blocks, apart from the server's own thread. It is stopped with the server.
async fn on_a_thread<T: Send + 'static>(
    app: &App,
    brake: &Brake,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (reply, mut answer) = oneshot::channel();
    let started = thread::Builder::new().name("backup".to_owned()).spawn(move || {
        // Nobody waits any more when the server has stopped.
        let _ = reply.send(work());
    });
    started.map_err(|error| Failure::File(format!("a thread: {error}")))?;
    let answer = tokio::select! {
        answer = &mut answer => answer,
        () = app.tasks.stopping() => {
            brake.stop();
            answer.await
        }
    };
    answer.unwrap_or_else(|_| Err(Failure::Database(database::Error::Panicked)))
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
