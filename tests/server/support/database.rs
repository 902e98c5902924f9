//! A database per world: a file, or one of its own on the PostgreSQL server of `TEST_DATABASE_URL`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::thread;

use database::{Cell, Conn, Database, Dialect, FromValue, Options, Target};
use tinytales::migrations;
use tokio::runtime::Builder;
use tokio_postgres::{Config, NoTls};

use super::world::World;

/// Names the PostgreSQL server of the tests; unset: SQLite.
const SERVER: &str = "TEST_DATABASE_URL";

/// A database that nobody else uses; on a PostgreSQL server it is dropped in the end.
pub enum OwnDatabase {
    File(PathBuf),
    OnServer { server: String, name: String },
}

impl OwnDatabase {
    pub fn create(folder: &Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Some(server) = server() else {
            return Self::File(folder.join("tinytales.db"));
        };
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tinytales_test_{}_{count}", std::process::id());
        command(
            &server,
            &format!("CREATE DATABASE {name} TEMPLATE {}", template(&server)),
        );
        Self::OnServer { server, name }
    }

    pub fn url(&self) -> String {
        match self {
            Self::File(path) => format!("sqlite:///{}", path.display()),
            Self::OnServer { server, name } => with_name(server, name),
        }
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        if let Self::OnServer { server, name } = self {
            command(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one setting of the tests; the server under test reads none"
)]
fn server() -> Option<String> {
    std::env::var(SERVER).ok().filter(|url| !url.is_empty())
}

/// The URL of another database of the same server.
fn with_name(server: &str, name: &str) -> String {
    let (address, parameters) = server.split_once('?').unwrap_or((server, ""));
    let (scheme, rest) = address.split_once("://").expect("the URL has a scheme");
    let host = rest.split('/').next().unwrap_or_default();
    let mark = if parameters.is_empty() { "" } else { "?" };
    format!("{scheme}://{host}/{name}{mark}{parameters}")
}

/// A database with the schema of today, made once: copying it is quicker than migrating an empty one for each test.
fn template(server: &str) -> &'static str {
    static MADE: OnceLock<String> = OnceLock::new();
    MADE.get_or_init(|| {
        let name = format!("tinytales_template_{}", std::process::id());
        command(server, &format!("CREATE DATABASE {name}"));
        let target = Target::parse(&with_name(server, &name)).expect("the URL is right");
        let database = Database::open(target, Options::default()).expect("the database opens");
        database.migrate(&migrations::ALL).expect("the schema fits");
        database.close();
        name
    })
}

/// Runs one statement outside of any transaction, as making a database asks for. On a thread of its own: a world may
/// be dropped inside a runtime.
fn command(server: &str, sql: &str) {
    let (config, sql): (Config, _) = (
        server.parse().expect("TEST_DATABASE_URL is a URL"),
        sql.to_owned(),
    );
    let work = move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = config
                .connect(NoTls)
                .await
                .expect("the PostgreSQL server answers");
            tokio::select! {
                ended = connection => panic!("the connection ended: {ended:?}"),
                done = client.batch_execute(&sql) => done.expect("the statement is right"),
            }
        });
    };
    thread::spawn(work).join().expect("the statement runs");
}

/// Any value as text, for dumps.
struct Shown(String);

impl FromValue for Shown {
    const KIND: &'static str = "anything";

    fn from_cell(cell: Cell) -> Result<Self, Cell> {
        Ok(Self(format!("{cell:?}")))
    }
}

impl World {
    /// All rows of a table as text, in a fixed order: for comparing before and after.
    pub fn dump(&self, table: &'static str) -> Vec<String> {
        self.sql(move |conn| rows(conn, table))
    }

    /// The same of several tables at one moment, each with its name.
    pub fn dump_all(&self, tables: Vec<&'static str>) -> Vec<(&'static str, Vec<String>)> {
        self.sql(move |conn| {
            let each = tables.iter().map(|table| Ok((*table, rows(conn, table)?)));
            each.collect()
        })
    }
}

/// The names of a table's columns.
type Columns = Arc<[String]>;

fn rows(conn: &mut Conn<'_>, table: &'static str) -> Result<Vec<String>, database::Error> {
    let columns = columns(conn, table)?;
    let select = format!("SELECT {} FROM {table}", columns.join(", "));
    let mut rows: Vec<String> = conn
        .query(&select, &[])?
        .into_iter()
        .map(|mut row| {
            let cells = columns
                .iter()
                .map(|name| Ok(format!("{name}={}", row.take::<Shown>()?.0)));
            Ok(cells.collect::<Result<Vec<_>, database::Error>>()?.join(" "))
        })
        .collect::<Result<_, database::Error>>()?;
    rows.sort();
    Ok(rows)
}

/// The columns of a table, but for the one that the server writes by itself. They are looked up once: every world has the
/// same, and PostgreSQL takes its time to say them.
fn columns(conn: &mut Conn<'_>, table: &'static str) -> Result<Columns, database::Error> {
    static KNOWN: LazyLock<Mutex<HashMap<&'static str, Columns>>> = LazyLock::new(Mutex::default);
    if let Some(known) = KNOWN.lock().unwrap().get(table) {
        return Ok(Arc::clone(known));
    }
    let sql = match conn.dialect() {
        Dialect::Sqlite => "SELECT name FROM pragma_table_info($1) WHERE name <> 'last_seen'",
        Dialect::Postgres => {
            "SELECT CAST(column_name AS TEXT) FROM information_schema.columns
             WHERE CAST(table_name AS TEXT) = $1 AND column_name <> 'last_seen' ORDER BY ordinal_position"
        }
    };
    let rows = conn.query(sql, &[&table])?;
    let names: Result<Columns, _> = rows.into_iter().map(|mut row| row.take()).collect();
    let names = names?;
    KNOWN.lock().unwrap().insert(table, Arc::clone(&names));
    Ok(names)
}
