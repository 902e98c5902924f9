//! Stories as they are written in `tests/golden`: the title in the first line, then pages with `---` between them.

use std::path::{Path, PathBuf};

use storygames::{Games, Story};

/// A story in a file.
pub(crate) struct Written {
    /// Where it stands, for those who write beside it.
    #[allow(dead_code, reason = "not every test writes")]
    pub(crate) path: PathBuf,
    pub(crate) title: String,
    pub(crate) pages: Vec<String>,
}

/// All of them, by name.
pub(crate) fn golden() -> Vec<Written> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the golden folder")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| !path.to_string_lossy().ends_with(".games.txt"))
        .collect();
    paths.sort();
    paths.into_iter().map(read).collect()
}

fn read(path: PathBuf) -> Written {
    let file = std::fs::read_to_string(&path).expect("a story");
    let (title, text) = file.split_once('\n').expect("a title");
    Written {
        title: title.to_owned(),
        pages: text.split("\n---\n").map(|page| page.trim().to_owned()).collect(),
        path,
    }
}

pub(crate) fn make(title: &str, pages: &[String], seed: u64) -> Option<Games> {
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    storygames::make(&Story {
        title,
        pages: &pages,
        language: None,
        seed,
        rude: &["kulangot"],
    })
}
