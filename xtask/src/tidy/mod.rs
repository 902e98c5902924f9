//! `cargo xtask tidy`: the house rules that a machine can check, each a function from the repository's files to findings.
//!
//! A check whose input is missing finds that: nothing passes because there was nothing to look at.

mod code;
mod documents;
mod lengths;
mod manifests;
mod routes;
mod settings;
mod source;

use std::fmt;
use std::fs;
use std::process::Command;

use crate::output::say;
use crate::workspace::{output_of, root};
use crate::{Result, tidy::source::Source};

/// What a check has to say about one place.
#[derive(Clone, Debug, PartialEq)]
struct Finding {
    /// A file, with its line where there is one.
    place: String,
    what: String,
}

impl Finding {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }

    fn at(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self::new(format!("{path}:{line}"), what)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// The text files of the repository that the rules speak about.
#[derive(Debug, Default)]
struct Tree {
    /// Rust, understood well enough to be checked.
    sources: Vec<Source>,
    /// Everything else, as path and text.
    files: Vec<(String, String)>,
}

type Check = fn(&Tree) -> Vec<Finding>;

const CHECKS: [(&str, Check); 16] = [
    ("files are short", lengths::files),
    ("functions are short", lengths::functions),
    ("modules say what they own", code::module_docs),
    ("only the configuration reads the environment", code::environment),
    ("nothing prints", code::printing),
    ("unsafe stays in the allocator", code::unsafe_code),
    ("rules and stores never wait", code::waiting),
    ("every queue has a bound", code::unbounded),
    ("every task has an owner", code::spawning),
    ("ARCHITECTURE.md is a map", documents::map),
    ("documents name no machine", documents::machines),
    ("the settings table is the code's", settings::table),
    ("every route is in the OpenAPI file", routes::documented),
    ("every operation of the OpenAPI file has a route", routes::served),
    ("every dependency has its reason", manifests::reasons),
    ("packages come from the public index", manifests::sources),
];

/// Runs every check; an error if any of them found something.
pub(crate) fn run() -> Result<()> {
    let tree = Tree::load()?;
    let mut count = 0;
    for (rule, check) in CHECKS {
        let findings = check(&tree);
        if !findings.is_empty() {
            say(&format!("{rule}, but:"));
        }
        for finding in &findings {
            say(&format!("  {finding}"));
        }
        count += findings.len();
    }
    let files = tree.sources.len() + tree.files.len();
    say(&format!(
        "tidy: {} checks over {files} files, {count} findings",
        CHECKS.len()
    ));
    if count == 0 {
        Ok(())
    } else {
        Err(format!("{count} findings").into())
    }
}

impl Tree {
    /// The files that git tracks, and new ones that it does not ignore.
    fn load() -> Result<Self> {
        let mut list = Command::new("git");
        list.args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(root());
        let mut tree = Self::default();
        for path in output_of(&mut list)?.lines() {
            let checked = ["rs", "md", "toml", "json", "lock", "txt"];
            // A file that git still lists may be deleted already.
            if !checked.contains(&extension(path)) || !root().join(path).exists() {
                continue;
            }
            let text = fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
            tree.add(path, text);
        }
        Ok(tree)
    }

    fn add(&mut self, path: &str, text: String) {
        if extension(path) == "rs" {
            self.sources.push(Source::new(path, text));
        } else {
            self.files.push((path.to_owned(), text));
        }
    }

    /// The file of this path, or the finding that it is missing.
    fn file(&self, path: &str) -> std::result::Result<&str, Vec<Finding>> {
        let found = self.files.iter().find(|(name, _)| name == path);
        found
            .map(|(_, text)| text.as_str())
            .ok_or_else(|| vec![Finding::new(path, "is missing")])
    }

    #[cfg(test)]
    fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add(path, (*text).to_owned());
        }
        tree
    }
}

/// What stands behind the last dot of a path.
fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// The places of a check's findings, for its tests.
#[cfg(test)]
fn places(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.place.as_str()).collect()
}
