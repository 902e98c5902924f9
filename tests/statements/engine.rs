//! A migrated database on each engine that is at hand.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use database::{Database, Dialect, Migrations, Options, Target};
use tempfile::TempDir;
use tinytales::migrations;
use tokio::runtime::Builder;
use tokio_postgres::{Config, NoTls};

/// A database of its own, gone when it is dropped.
pub(crate) struct Engine {
    database: Database,
    _place: Place,
}

/// Where a database is kept.
enum Place {
    Folder { _folder: TempDir },
    Server { server: String, name: String },
}

impl Engine {
    /// SQLite, and PostgreSQL where the environment names a server.
    pub(crate) fn all() -> Vec<Self> {
        Self::all_at(&migrations::ALL)
    }

    /// The same with the schema of these migrations.
    pub(crate) fn all_at(migrations: &Migrations) -> Vec<Self> {
        let mut all = vec![Self::sqlite_at(migrations)];
        all.extend(Self::postgres_at(migrations));
        all
    }

    /// An SQLite file.
    pub(crate) fn sqlite() -> Self {
        Self::sqlite_at(&migrations::ALL)
    }

    /// A new database on the test's server; nothing where there is none.
    pub(crate) fn postgres() -> Option<Self> {
        Self::postgres_at(&migrations::ALL)
    }

    fn sqlite_at(migrations: &Migrations) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(folder.path().join("test.db"));
        Self::open(target, Place::Folder { _folder: folder }, migrations)
    }

    fn postgres_at(migrations: &Migrations) -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = server()?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("statements_{}_{number}", std::process::id());
        administrate(&server, format!("CREATE DATABASE {name}"));
        let (address, _) = server.rsplit_once('/').expect("the URL names a database");
        let target = Target::parse(&format!("{address}/{name}")).unwrap();
        Some(Self::open(target, Place::Server { server, name }, migrations))
    }

    fn open(target: Target, place: Place, migrations: &Migrations) -> Self {
        let database = Database::open(target, Options::default()).unwrap();
        database.migrate(migrations).unwrap();
        Self {
            database,
            _place: place,
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.database.dialect()
    }

    /// Prepares a statement. What stands in its way, or in the way of reading its columns.
    pub(crate) async fn check(&self, sql: &str) -> Result<(), String> {
        self.database
            .check_statement(sql)
            .await
            .map(drop)
            .map_err(|error| error.to_string())
    }

    /// Brings the schema up to date.
    pub(crate) fn migrate(&self) {
        self.database.migrate(&migrations::ALL).unwrap();
    }

    /// Runs statements without parameters.
    pub(crate) async fn run(&self, sql: &'static str) {
        let run = self.database.write(move |conn| conn.batch(sql));
        let done: Result<(), database::Error> = run.await;
        done.unwrap();
    }

    /// The only column of all rows of a query.
    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        let read = self.database.read(move |conn| {
            let rows = conn.query(sql, &[])?;
            rows.into_iter()
                .map(|mut row| row.take())
                .collect::<Result<_, database::Error>>()
        });
        read.await.unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Server { server, name } = self {
            administrate(server, format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test runner says here which server is its own"
)]
fn server() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok()
}

/// Runs one statement on the server, outside of any transaction; on a thread of its own, because the caller's may
/// belong to a runtime.
fn administrate(server: &str, sql: String) {
    let config: Config = server.parse().expect("TEST_DATABASE_URL is a URL");
    let work = async move {
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::select! {
            outcome = client.batch_execute(&sql) => outcome.unwrap(),
            _ = connection => panic!("the server went away"),
        }
    };
    let run = || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(work);
    };
    thread::spawn(run).join().unwrap();
}
