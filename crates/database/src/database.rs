//! The handle that the rest of a program holds: queues in front of database threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::job::{Closure, Done, Job, Kind, Work};
use crate::queue::Queue;
use crate::{
    Conn, Dialect, Error, Migration, MigrationError, MigrationReport, Migrations, Options, Target, postgres,
    sqlite,
};

/// Stack of a database thread; only what is touched counts as memory.
const STACK: usize = 512 << 10;
/// How long after its deadline a job that has not answered is given up: a disk or a server that hangs.
const GRACE: Duration = Duration::from_secs(8);
/// How often it is looked whether a thread has ended, where that has a limit.
const ENDED_EVERY: Duration = Duration::from_millis(5);

/// A database with its threads. Clones share them; the last one that is dropped closes them.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    options: Options,
    counters: Arc<Counters>,
    /// Gone after closing. Held only to push, which never waits.
    queues: RwLock<Option<Queues>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Where jobs are pushed. On SQLite all writes are one queue; on PostgreSQL reads and writes are, and ordered writes of
/// many rows have one of their own: they come one after the other, everybody waits for them, and they must not stand
/// behind everybody's reads while the server is far away.
pub(crate) struct Queues {
    pub(crate) reads: Queue,
    pub(crate) writes: Queue,
    pub(crate) apart: Queue,
}

/// What the threads count.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) statements: AtomicU64,
    answered: AtomicU64,
}

impl Counters {
    /// A job gets its answer now: what it has run is counted before it counts itself.
    pub(crate) fn answered(&self) {
        self.answered.fetch_add(1, Ordering::Release);
    }
}

/// How busy a database is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Reads that wait for a thread. On PostgreSQL one queue holds both, and is shown as `writes_waiting`.
    pub reads_waiting: usize,
    /// Writes that wait for a thread.
    pub writes_waiting: usize,
    /// Bytes held by sized writes, waiting or running.
    pub bytes_waiting: usize,
    /// Jobs answered since the start, refused ones included.
    pub jobs: u64,
    /// Statements run since the start.
    pub statements: u64,
}

impl Database {
    /// Opens the database and starts its threads. Blocks; for the start of a program.
    pub fn open(target: Target, options: Options) -> Result<Self, Error> {
        let counters = Arc::new(Counters::default());
        let (queues, threads) = match &target {
            Target::Sqlite(path) => sqlite::start(path, &options, &counters)?,
            Target::Postgres(target) => postgres::start(target, &options, &counters)?,
        };
        let (queues, threads) = (RwLock::new(Some(queues)), Mutex::new(threads));
        Ok(Self {
            inner: Arc::new(Inner {
                target,
                options,
                counters,
                queues,
                threads,
            }),
        })
    }

    /// Brings the schema up to date. Blocks; for the start of a program.
    pub fn migrate(&self, migrations: &Migrations) -> Result<MigrationReport, MigrationError> {
        match &self.inner.target {
            Target::Sqlite(path) => sqlite::migrate(path, self.inner.options.max_pages, migrations.sqlite),
            Target::Postgres(target) => postgres::migrate(target, &self.inner.options, migrations.postgres),
        }
    }

    /// What [`Database::migrate`] would apply; refuses a newer schema in the same way. Blocks.
    pub fn pending(&self, migrations: &Migrations) -> Result<Vec<&'static Migration>, MigrationError> {
        match &self.inner.target {
            Target::Sqlite(path) => sqlite::pending(path, migrations.sqlite),
            Target::Postgres(target) => postgres::pending(target, &self.inner.options, migrations.postgres),
        }
    }

    /// Runs a closure that only reads. On SQLite all its statements see the same state.
    pub fn read<T, E, F>(&self, work: F) -> impl Future<Output = Result<T, E>> + Send
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.submit(Kind::Read, self.inner.options.read_deadline, None, 0, work)
    }

    /// Like [`Database::read`], within `limit` instead of the usual deadline, such as a search.
    pub fn read_within<T, E, F>(&self, limit: Duration, work: F) -> impl Future<Output = Result<T, E>> + Send
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.submit(Kind::Read, limit, Some(limit), 0, work)
    }

    /// Runs a closure that writes. Answers after the commit; an `Err` of the closure undoes what it wrote.
    pub fn write<T, E, F>(&self, work: F) -> impl Future<Output = Result<T, E>> + Send
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.submit(Kind::Write, self.inner.options.write_deadline, None, 0, work)
    }

    /// Like [`Database::write`] for a closure that holds `bytes` of data: small writes overtake it, and what waits
    /// is bounded in bytes.
    pub fn write_sized<T, E, F>(&self, bytes: usize, work: F) -> impl Future<Output = Result<T, E>> + Send
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.submit(
            Kind::Write,
            self.inner.options.write_deadline,
            None,
            bytes.max(1),
            work,
        )
    }

    /// Like [`Database::write_sized`] for a closure whose first statement changes the rows that it is about, so that
    /// whoever else changes them waits until this commits. On PostgreSQL it runs READ COMMITTED: it never has to run
    /// again because another came first, and sees after that first statement what the other has left. `bytes` may be 0.
    pub fn write_ordered<T, E, F>(&self, bytes: usize, work: F) -> impl Future<Output = Result<T, E>> + Send
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let deadline = self.inner.options.write_deadline;
        self.submit(Kind::Ordered, deadline, None, bytes, work)
    }

    /// Like [`Database::write_ordered`], on a connection that nothing else uses: for writes for which many people wait, one
    /// behind the other, and which must not wait for those of others. On SQLite there is one writer all the same.
    pub fn write_apart<T, E, F>(&self, bytes: usize, work: F) -> impl Future<Output = Result<T, E>> + Send
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let deadline = self.inner.options.write_deadline;
        self.submit(Kind::Apart, deadline, None, bytes, work)
    }

    /// Prepares a statement without running it. The types of its columns, all of which a [`Row`](crate::Row) can
    /// read; SQLite says `ANY`. For a test that goes through every statement of a program.
    pub async fn check_statement(&self, sql: &str) -> Result<Vec<String>, Error> {
        let sql = sql.to_owned();
        self.read(move |conn| conn.column_types(&sql)).await
    }

    /// Which engine this is.
    pub fn dialect(&self) -> Dialect {
        match self.inner.target {
            Target::Sqlite(_) => Dialect::Sqlite,
            Target::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Statements that closures have run; BEGIN, COMMIT, savepoints and batches are not counted.
    pub fn statements(&self) -> u64 {
        self.inner.counters.statements.load(Ordering::Relaxed)
    }

    /// How busy it is; costs a few loads.
    pub fn gauges(&self) -> Gauges {
        let queues = self.inner.queues.read().unwrap_or_else(PoisonError::into_inner);
        let (reads_waiting, writes_waiting, bytes_waiting) = match &*queues {
            Some(Queues { reads, writes, apart }) => match self.dialect() {
                Dialect::Sqlite => (reads.len(), writes.len(), writes.bytes()),
                Dialect::Postgres => (
                    reads.len(),
                    writes.len() + apart.len(),
                    writes.bytes() + apart.bytes(),
                ),
            },
            None => (0, 0, 0),
        };
        let jobs = self.inner.counters.answered.load(Ordering::Acquire);
        Gauges {
            reads_waiting,
            writes_waiting,
            bytes_waiting,
            jobs,
            statements: self.statements(),
        }
    }

    /// Finishes what is queued, moves the log into the file and ends the threads. Blocks. Later jobs are refused
    /// as [`Error::Unavailable`].
    pub fn close(&self) {
        self.inner.close(None);
    }

    /// The same, but leaves behind what has not ended after `patience`: a thread that waits for a disk or a server which
    /// hangs. False when something was left. For the end of a program, which ends them.
    pub fn close_within(&self, patience: Duration) -> bool {
        self.inner.close(Some(patience))
    }

    async fn submit<T, E, F>(
        &self,
        kind: Kind,
        time: Duration,
        limit: Option<Duration>,
        bytes: usize,
        work: F,
    ) -> Result<T, E>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let done = self
            .ask(kind, time, limit, bytes, Box::new(Closure::new(work)))
            .await?;
        *done
            .downcast::<Result<T, E>>()
            .expect("a closure's result has the types of its closure")
    }

    /// What of [`Database::submit`] is the same for all closures.
    async fn ask(
        &self,
        kind: Kind,
        time: Duration,
        limit: Option<Duration>,
        bytes: usize,
        work: Box<dyn Work>,
    ) -> Result<Done, Error> {
        let counters = Arc::clone(&self.inner.counters);
        let (job, answer) = Job::new(kind, Instant::now() + time, limit, bytes, counters, work);
        self.inner.push(job)?;
        match tokio::time::timeout(time + GRACE, answer).await {
            Ok(Ok(result)) => result,
            // The thread ended without an answer.
            Ok(Err(_)) => Err(Error::Unavailable),
            Err(_) if kind == Kind::Read => Err(Error::Deadline),
            Err(_) => Err(Error::OutcomeUnknown),
        }
    }
}

impl Inner {
    fn push(&self, job: Job) -> Result<(), Error> {
        let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        let Some(Queues { reads, writes, apart }) = &*queues else {
            return Err(Error::Unavailable);
        };
        match job.kind {
            Kind::Read => reads.push(job),
            Kind::Write | Kind::Ordered => writes.push(job),
            Kind::Apart => apart.push(job),
        }
    }

    /// True when every thread has ended, or has to end without being waited for.
    fn close(&self, patience: Option<Duration>) -> bool {
        drop(self.queues.write().unwrap_or_else(PoisonError::into_inner).take());
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // A closure may hold the last handle, and be dropped on a database thread, which cannot wait for itself.
        let here = thread::current().id();
        if threads.iter().any(|thread| thread.thread().id() == here) {
            return true;
        }
        let end = patience.map(|patience| Instant::now() + patience);
        for thread in threads {
            while end.is_some() && !thread.is_finished() {
                if end <= Some(Instant::now()) {
                    return false;
                }
                thread::sleep(ENDED_EVERY);
            }
            if thread.join().is_err() {
                tracing::error!("a database thread panicked");
            }
        }
        true
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close(None);
    }
}

/// Starts a named thread with a small stack.
pub(crate) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    thread::Builder::new()
        .name(name.to_owned())
        .stack_size(STACK)
        .spawn(run)
        .map_err(|error| Error::Sql(format!("cannot start the thread {name}: {error}")))
}
