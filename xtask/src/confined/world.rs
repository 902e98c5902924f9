//! What the server serves: people and stories that `tinytales populate` has made, in a SQLite file of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{Advice, fadvise};
use tempfile::TempDir;
use visitors::Accounts;

use crate::Result;
use crate::process::Launch;
use crate::workspace::{self, output_of};

const SECRET: &str = "for load runs alone, on this machine alone";
const PASSWORD: &str = "a lighthouse keeps its lamp";

/// How large a world is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) users: usize,
    /// Published, a fifth of them drawn by hand.
    pub(crate) stories: usize,
    pub(crate) pages: usize,
    pub(crate) picture_kb: usize,
}

/// A populated database, and who lives in it; dropping it removes it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) accounts: Accounts,
    program: PathBuf,
    settings: Vec<(&'static str, String)>,
    data: TempDir,
}

impl World {
    /// Populates a new SQLite file by the release build.
    pub(crate) fn in_a_file(order: Order) -> Result<Self> {
        Self::populate(order, Vec::new())
    }

    /// Populates an empty PostgreSQL database by the release build.
    pub(crate) fn in_postgres(order: Order, url: &str) -> Result<Self> {
        Self::populate(order, vec![("DATABASE_URL", url.to_owned())])
    }

    fn populate(order: Order, mut settings: Vec<(&'static str, String)>) -> Result<Self> {
        settings.push(("SECRET_KEY", SECRET.to_owned()));
        let data = tempfile::Builder::new().prefix("tinytales-load-").tempdir()?;
        let program = workspace::target().join("release/tinytales");
        let accounts = populate(&program, data.path(), &settings, order)?;
        Ok(Self {
            accounts,
            program,
            settings,
            data,
        })
    }

    /// How to serve it, with the settings of a production server, and these besides.
    pub(crate) fn launch(&self, more: &[(&'static str, String)]) -> Result<Launch> {
        // What the server reads of its file is to be counted as its own, not as that of whoever read it last.
        for file in fs::read_dir(self.data.path())? {
            let file = File::open(file?.path())?;
            file.sync_all()?;
            fadvise(&file, 0, None, Advice::DontNeed)?;
        }
        Ok(Launch {
            program: self.program.clone(),
            arguments: vec!["serve"],
            data: self.data.path().to_owned(),
            settings: self.settings.iter().chain(more).cloned().collect(),
            groups: Vec::new(),
        })
    }
}

/// Lets the program fill the database of these settings; the people whom it made.
pub(crate) fn populate(
    program: &Path,
    data: &Path,
    settings: &[(&'static str, String)],
    order: Order,
) -> Result<Accounts> {
    let tokens = data.join("tokens.json");
    let path = workspace::environment("PATH").unwrap_or_default();
    let mut command = Command::new(program);
    command.arg("populate").arg("--tokens").arg(&tokens);
    for (option, number) in [
        ("--users", order.users),
        ("--stories", order.stories),
        ("--pages", order.pages),
        ("--picture-kb", order.picture_kb),
    ] {
        command.arg(option).arg(number.to_string());
    }
    command.args(["--password", PASSWORD]);
    command.env_clear().env("PATH", path).env("DATA_DIR", data);
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    output_of(&mut command)?;
    Ok(Accounts::parse(&fs::read_to_string(&tokens)?)?)
}
