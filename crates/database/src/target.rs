//! Where the database is, as `DATABASE_URL` says it.

use std::fmt;
use std::path::PathBuf;

/// A file, or a server.
#[derive(Clone, Debug)]
pub enum Target {
    /// The file of an embedded database; it is made when it is missing, its folder is not.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(PostgresTarget),
}

/// A server's address. Its `Debug` and `Display` leave the password out.
#[derive(Clone)]
pub struct PostgresTarget {
    url: String,
}

impl Target {
    /// Reads `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgres://user:password@host:port/name?sslmode=…`.
    /// The error is one line without the password.
    pub fn parse(url: &str) -> Result<Self, String> {
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err("the database's URL has no scheme, such as sqlite: or postgres:".to_owned());
        };
        match scheme {
            "sqlite" | "sqlite3" => sqlite_path(rest).map(Self::Sqlite),
            "postgres" | "postgresql" => Ok(Self::Postgres(PostgresTarget { url: url.to_owned() })),
            other => Err(format!(
                "the database's URL begins with {other}:, not with sqlite: or postgres:"
            )),
        }
    }
}

fn sqlite_path(rest: &str) -> Result<PathBuf, String> {
    // After the empty host, one more slash separates it from a relative path, two begin an absolute one.
    match rest.strip_prefix("///") {
        Some("" | ":memory:") | None => {
            Err("a SQLite URL names a file: sqlite:///relative.db or sqlite:////absolute.db".to_owned())
        }
        Some(path) => Ok(PathBuf::from(path)),
    }
}

impl fmt::Debug for PostgresTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresTarget")
    }
}
