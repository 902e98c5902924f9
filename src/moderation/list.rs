//! The word list as the server holds it in memory: what the public list answers and what masking uses.
//!
//! Owns when it is read again. Must not know how it is answered.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use database::Error;

use super::store::{self, ActiveWord};
use super::{Language, Masker};
use crate::app::App;
use crate::clock::MINUTE;

/// After this long the list is read again: another server may have changed it.
const REFRESH_AFTER: i64 = MINUTE;

/// The words in force, replaced as a whole when they change.
#[derive(Debug)]
pub struct Words {
    installed: RwLock<Installed>,
    /// When the list was last read or its reading last begun, in epoch microseconds.
    read_at: AtomicI64,
    readings: AtomicU64,
}

#[derive(Debug)]
struct Installed {
    reading: u64,
    snapshot: Arc<Snapshot>,
}

/// The words in force at one moment, and their masker.
#[derive(Debug)]
pub struct Snapshot {
    words: Vec<ActiveWord>,
    masker: Arc<Masker>,
}

/// Which words the public list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Every word.
    All,
    /// The words of a language and those of both.
    Of(Language),
}

impl Filter {
    /// As the query spells it; nothing means all, anything unknown only the words of both languages.
    pub fn parse(text: &str) -> Self {
        match text {
            "" | "all" => Self::All,
            "en" => Self::Of(Language::En),
            "tl" => Self::Of(Language::Tl),
            _ => Self::Of(Language::Both),
        }
    }

    fn admits(self, word: &ActiveWord) -> bool {
        match self {
            Self::All => true,
            Self::Of(language) => word.language == "both" || word.language == language.as_str(),
        }
    }
}

impl Snapshot {
    fn new(words: Vec<ActiveWord>) -> Self {
        let masker = Arc::new(Masker::new(words.iter().map(|word| word.word.as_str())));
        Self { words, masker }
    }

    /// The words that `filter` admits, alphabetically.
    pub fn words(&self, filter: Filter) -> impl Iterator<Item = &str> {
        self.words
            .iter()
            .filter(move |word| filter.admits(word))
            .map(|word| word.word.as_str())
    }

    /// The masker of all words, whatever their language: children mix them.
    pub fn masker(&self) -> &Masker {
        &self.masker
    }
}

impl Default for Words {
    /// No words yet; `load` fetches them.
    fn default() -> Self {
        let snapshot = Arc::new(Snapshot::new(Vec::new()));
        Self {
            installed: RwLock::new(Installed { reading: 0, snapshot }),
            read_at: AtomicI64::new(i64::MIN),
            readings: AtomicU64::new(0),
        }
    }
}

impl Words {
    /// At start: fills an empty list with the first words, then reads it.
    pub async fn load(app: &App) -> Result<(), Error> {
        let now = app.clock.now();
        app.database
            .write(move |conn| store::seed_if_empty(conn, now))
            .await?;
        Self::reload(app).await
    }

    /// Reads the list now; for whoever has just changed it.
    pub async fn reload(app: &App) -> Result<(), Error> {
        let words = &app.words;
        let reading = words.readings.fetch_add(1, Ordering::Relaxed) + 1;
        words.read_at.store(app.clock.now(), Ordering::Relaxed);
        let active = app.database.read(store::active).await?;
        words.install(reading, active);
        Ok(())
    }

    /// The list, at most a minute old, or as it was last read while the database is away. Costs a query only
    /// for the one caller who finds it too old.
    pub async fn current(app: &App) -> Arc<Snapshot> {
        if app.words.claims_reading(app.clock.now())
            && let Err(error) = Self::reload(app).await
        {
            tracing::warn!(%error, "could not read the word list; the last one stays");
        }
        app.words.snapshot()
    }

    /// The masker of the list as last read.
    pub fn masker(&self) -> Arc<Masker> {
        Arc::clone(&self.snapshot().masker)
    }

    /// The words that `filter` admits, of the list as last read.
    pub fn listed(&self, filter: Filter) -> Vec<String> {
        self.snapshot().words(filter).map(str::to_owned).collect()
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        let installed = self.installed.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&installed.snapshot)
    }

    /// Whether the list is too old and this caller is the one to read it.
    fn claims_reading(&self, now: i64) -> bool {
        let read_at = self.read_at.load(Ordering::Relaxed);
        now.saturating_sub(read_at) >= REFRESH_AFTER
            && self
                .read_at
                .compare_exchange(read_at, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// Puts the words of a reading in force, unless one that began later has already been. What has not changed stays where it
    /// is: made anew every minute, it would lie scattered wherever a busy minute left a gap, and keep those pages.
    fn install(&self, reading: u64, words: Vec<ActiveWord>) {
        let mut snapshot = self.snapshot();
        if snapshot.words != words {
            snapshot = Arc::new(Snapshot::new(words));
        }
        let mut installed = self.installed.write().unwrap_or_else(PoisonError::into_inner);
        if installed.reading < reading {
            *installed = Installed { reading, snapshot };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn active(words: &[(&str, &str)]) -> Vec<ActiveWord> {
        let own = |(word, language): &(&str, &str)| ActiveWord {
            word: (*word).to_owned(),
            language: (*language).to_owned(),
        };
        words.iter().map(own).collect()
    }

    #[test]
    fn each_language_has_its_words_and_those_of_both() {
        let snapshot = Snapshot::new(active(&[("drat", "en"), ("hay", "both"), ("naku", "tl")]));
        for (language, expected) in [
            ("", vec!["drat", "hay", "naku"]),
            ("all", vec!["drat", "hay", "naku"]),
            ("en", vec!["drat", "hay"]),
            ("tl", vec!["hay", "naku"]),
            ("both", vec!["hay"]),
            ("EN' OR 1=1", vec!["hay"]),
        ] {
            let words: Vec<_> = snapshot.words(Filter::parse(language)).collect();
            assert_eq!(words, expected, "{language}");
        }
        assert_eq!(snapshot.masker().mask("naku, drat"), "n**u, d**t");
    }

    #[test]
    fn one_caller_reads_an_old_list() {
        let words = Words::default();
        assert!(words.claims_reading(0));
        assert!(!words.claims_reading(REFRESH_AFTER - 1));
        assert!(words.claims_reading(REFRESH_AFTER));
        assert!(!words.claims_reading(REFRESH_AFTER));
    }

    #[test]
    fn a_reading_that_began_earlier_does_not_replace_a_later_one() {
        let words = Words::default();
        words.install(2, active(&[("drat", "en")]));
        words.install(1, active(&[]));
        assert_eq!(words.masker().mask("drat"), "d**t");
        words.install(3, active(&[]));
        assert_eq!(words.masker().mask("drat"), "drat");
    }

    #[test]
    fn a_list_that_has_not_changed_is_not_made_anew() {
        let words = Words::default();
        words.install(1, active(&[("drat", "en")]));
        let before = words.masker();
        words.install(2, active(&[("drat", "en")]));
        assert!(Arc::ptr_eq(&before, &words.masker()));
        words.install(3, active(&[("drat", "both")]));
        assert!(!Arc::ptr_eq(&before, &words.masker()));
    }
}
