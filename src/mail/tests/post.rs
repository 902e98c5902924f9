//! A database with an outbox, and a transport that keeps what it is given.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};

use database::{Database, Options, Target};

use crate::clock::{Clock, SECOND};
use crate::mail::{Delivery, Mail, Mailer, Queued, SendError, Transport, queue};

/// The table of the migrations, as far as the outbox needs it.
const TABLE: &str = "CREATE TABLE mail_outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient       TEXT    NOT NULL,
    recipient_name  TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    code            TEXT,
    subject         TEXT    NOT NULL,
    body_text       TEXT    NOT NULL,
    body_html       TEXT    NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    claimed_until   INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    unsubscribe_url TEXT
);
CREATE INDEX mail_outbox_due ON mail_outbox (next_attempt_at);";

/// Some instant in 2026.
pub(super) const START: i64 = 1_770_000_000 * SECOND;

/// Keeps what it is given and answers from a list; an empty list means `Ok`.
#[derive(Default)]
pub(super) struct Letterbox {
    /// Without their ids.
    pub(super) taken: Mutex<Vec<Mail>>,
    /// The ids of all that it was given, taken or not.
    pub(super) ids: Mutex<Vec<String>>,
    answers: Mutex<VecDeque<SendError>>,
}

impl Letterbox {
    pub(super) fn answering(error: &SendError, times: usize) -> Arc<Self> {
        let answers = Mutex::new(std::iter::repeat_n(error.clone(), times).collect());
        Arc::new(Self {
            answers,
            ..Self::default()
        })
    }

    pub(super) fn taken(&self) -> usize {
        self.taken.lock().unwrap().len()
    }
}

impl Transport for Letterbox {
    fn send(&self, mail: &Mail) -> Result<(), SendError> {
        self.ids.lock().unwrap().extend(mail.id.clone());
        if let Some(error) = self.answers.lock().unwrap().pop_front() {
            return Err(error);
        }
        self.taken.lock().unwrap().push(Mail {
            id: None,
            ..mail.clone()
        });
        Ok(())
    }
}

/// A database file and a clock that several servers may share.
pub(super) struct Post {
    pub(super) database: Database,
    pub(super) clock: Clock,
    _folder: tempfile::TempDir,
}

impl Post {
    pub(super) async fn open() -> Self {
        let post = Self::without_table();
        post.create_table().await;
        post
    }

    pub(super) fn without_table() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file: &Path = &folder.path().join("mail.db");
        let database = Database::open(Target::Sqlite(file.to_owned()), Options::default()).unwrap();
        Self {
            database,
            clock: Clock::manual(START),
            _folder: folder,
        }
    }

    pub(super) async fn create_table(&self) {
        self.database.write(|conn| conn.batch(TABLE)).await.unwrap();
    }

    pub(super) fn mailer<T: Transport + 'static>(&self, transport: &Arc<T>) -> Mailer {
        let transport: Arc<T> = Arc::clone(transport);
        Mailer::new(Delivery::By(transport), self.database.clone(), self.clock.clone())
    }

    pub(super) async fn queue(&self, mail: Mail) -> Queued {
        let now = self.clock.now();
        self.database
            .write(move |conn| queue(conn, &mail, now))
            .await
            .unwrap()
    }

    pub(super) async fn waiting(&self) -> i64 {
        let count = "SELECT CAST(COUNT(*) AS BIGINT) FROM mail_outbox";
        self.database
            .read(move |conn| conn.one(count, &[])?.take())
            .await
            .unwrap()
    }
}
