//! Stories as they are written in `tests/golden`: the title in the first line, then pages with `---` between them.

use storygames::{Games, Story};

/// A story in a file.
pub(crate) struct Written {
    pub(crate) title: String,
    pub(crate) pages: Vec<String>,
}

impl Written {
    pub(crate) fn read(file: &str) -> Self {
        let (title, text) = file.split_once('\n').unwrap_or((file, ""));
        Self {
            title: title.to_owned(),
            pages: text.split("\n---\n").map(|page| page.trim().to_owned()).collect(),
        }
    }

    pub(crate) fn words(&self) -> usize {
        self.pages.iter().map(|page| page.split_whitespace().count()).sum()
    }

    pub(crate) fn games(&self) -> Option<Games> {
        let pages: Vec<&str> = self.pages.iter().map(String::as_str).collect();
        storygames::make(&Story {
            title: &self.title,
            pages: &pages,
            language: None,
            seed: 1_000_001,
            rude: &[],
        })
    }
}
