//! Where one test's data lies: a folder, with an SQLite file or a database of its own on the PostgreSQL server of
//! `TEST_DATABASE_URL`.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use database::{Conn, Database, Dialect, Error, Options, Row, Target};
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio_postgres::{Config, NoTls};

use crate::server::Server;

/// Of every account.
pub(crate) const PASSWORD: &str = "a lighthouse keeps its lamp";

/// Gives every database of this process a name of its own.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A folder and a database that go away with the test.
pub(crate) struct Place {
    folder: TempDir,
    url: String,
    /// The PostgreSQL server and the name of our database on it.
    on_server: Option<(String, String)>,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let Some(server) = server_of_the_tests() else {
            let url = format!("sqlite:///{}", folder.path().join("tinytales.db").display());
            return Self {
                folder,
                url,
                on_server: None,
            };
        };
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tinytales_durability_{}_{count}", std::process::id());
        command(&server, &format!("CREATE DATABASE {name}"));
        Self {
            folder,
            url: with_name(&server, &name),
            on_server: Some((server, name)),
        }
    }

    /// Where the database is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The PostgreSQL server that it is on, and its name there.
    #[allow(dead_code, reason = "for the tests of several instances")]
    pub(crate) fn on_server(&self) -> Option<&(String, String)> {
        self.on_server.as_ref()
    }

    /// A server on what is there.
    pub(crate) fn start(&self) -> Server {
        Server::start(&mut self.command(&["serve"]))
    }

    /// Makes an account by the command line.
    pub(crate) fn create_account(&self, email: &str) {
        let mut create = self.command(&["create-admin", "--email", email, "--name", "Keeper"]);
        let made = create.output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// The program with these arguments, on what is there.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.folder.path());
        command.args(arguments).env("DATABASE_URL", self.url());
        command
    }

    /// Rows, read beside a server that may be running.
    pub(crate) fn query(&self, sql: &'static str) -> Vec<Row> {
        self.read(move |conn| conn.query(sql, &[]))
    }

    /// SQLite's own look at the whole file.
    pub(crate) fn check_integrity(&self) {
        let found = self.read(|conn| match conn.dialect() {
            Dialect::Sqlite => Ok(Some(conn.one("SELECT * FROM pragma_integrity_check", &[])?)),
            Dialect::Postgres => Ok(None),
        });
        if let Some(mut row) = found {
            assert_eq!(row.take::<String>().unwrap(), "ok");
        }
    }

    fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        let patient = Options {
            read_deadline: std::time::Duration::from_secs(30),
            ..Options::default()
        };
        let database = Database::open(Target::parse(self.url()).unwrap(), patient).unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let found = runtime.block_on(database.read(work)).unwrap();
        database.close();
        found
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.on_server {
            command(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// The program with settings of its own and its log beside its data.
pub(crate) fn program(folder: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tinytales"));
    settings(&mut program, folder);
    program
}

/// The settings of a server of these tests.
pub(crate) fn settings(command: &mut Command, folder: &Path) {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.join("server.log"))
        .unwrap();
    command
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("DATA_DIR", folder)
        .env("SECRET_KEY", "for tests, and long enough for that")
        .env("ADMIN_PASSWORD", PASSWORD)
        .env("RATE_LIMITS", "off")
        .env("PORT", "0")
        .stderr(log);
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one setting of the tests; the server under test reads none of theirs"
)]
fn server_of_the_tests() -> Option<String> {
    std::env::var("TEST_DATABASE_URL")
        .ok()
        .filter(|url| !url.is_empty())
}

/// The URL of another database of the same server.
fn with_name(server: &str, name: &str) -> String {
    let (address, parameters) = server.split_once('?').unwrap_or((server, ""));
    let (scheme, rest) = address.split_once("://").unwrap();
    let host = rest.split('/').next().unwrap();
    let mark = if parameters.is_empty() { "" } else { "?" };
    format!("{scheme}://{host}/{name}{mark}{parameters}")
}

/// Runs one statement outside of any transaction, as making a database asks for.
pub(crate) fn command(server: &str, sql: &str) {
    let config: Config = server.parse().unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::select! {
            ended = connection => panic!("the connection ended: {ended:?}"),
            done = client.batch_execute(sql) => done.unwrap(),
        }
    });
}
