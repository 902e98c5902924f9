//! The folder that backups stand in: their names, how many are kept, one writer at a time.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use super::brake::Brake;
use super::failure::{Failure, at};
use super::file::{Contents, Place, UNFINISHED};
use crate::clock::{DAY, SECOND};

const PREFIX: &str = "tinytales-";
const SUFFIX: &str = ".jsonl.gz";
const INSTANT: &[time::format_description::FormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");

/// A backup by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    /// When it was begun, in epoch microseconds; whole seconds.
    pub at: i64,
    /// Its name: `tinytales-20260304T050607Z.jsonl.gz`.
    pub name: String,
}

impl Stored {
    /// A backup that begins now.
    pub fn new(now: i64) -> Self {
        let at = now - now.rem_euclid(SECOND);
        let instant = OffsetDateTime::from_unix_timestamp(at / SECOND).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let instant = instant
            .format(INSTANT)
            .expect("an instant has all of these parts");
        Self {
            at,
            name: format!("{PREFIX}{instant}{SUFFIX}"),
        }
    }

    /// The backup of this name, if it is the name of one.
    pub fn parse(name: &str) -> Option<Self> {
        let instant = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        let instant = PrimitiveDateTime::parse(instant, INSTANT).ok()?.assume_utc();
        Some(Self {
            at: instant.unix_timestamp() * SECOND,
            name: name.to_owned(),
        })
    }
}

/// Those that need not be kept any more: neither among the `keep` newest, nor the newest of one of the `keep` last days
/// that have any.
pub(super) fn superfluous(mut stored: Vec<Stored>, keep: usize) -> Vec<Stored> {
    stored.sort_unstable_by(|one, other| other.cmp(one));
    let mut days = BTreeSet::new();
    let mut place = 0;
    stored.retain(|backup| {
        place += 1;
        let is_newest_of_its_day = days.insert(backup.at.div_euclid(DAY));
        let kept = place <= keep || is_newest_of_its_day && days.len() <= keep;
        !kept
    });
    stored
}

/// A folder of backups.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder at this path, made when it is missing, for its owner alone.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.map_err(at(path))?;
        Ok(Self(path.to_owned()))
    }

    /// All backups that are there, oldest first. A folder that is not there has none.
    pub fn stored(path: &Path) -> Result<Vec<Stored>, Failure> {
        let mut stored = Vec::new();
        match fs::read_dir(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(stored),
            Err(error) => return Err(at(path)(error)),
            Ok(entries) => {
                for entry in entries {
                    let name = entry.map_err(at(path))?.file_name();
                    stored.extend(name.to_str().and_then(Stored::parse));
                }
            }
        }
        stored.sort_unstable();
        Ok(stored)
    }

    /// Where a backup stands.
    pub fn path(&self, stored: &Stored) -> PathBuf {
        self.0.join(&stored.name)
    }

    /// Makes a backup of `place`, and only then removes those that are superfluous. Nobody else makes one here
    /// meanwhile, and what one that was killed has left is removed. Blocks.
    pub fn add(
        &self,
        place: &Place,
        now: i64,
        keep: usize,
        brake: &mut Brake,
    ) -> Result<(Stored, Contents), Failure> {
        let _alone = self.lock()?;
        self.sweep()?;
        let stored = Stored::new(now);
        let contents = place.back_up(&self.path(&stored), now, brake)?;
        for old in superfluous(Self::stored(&self.0)?, keep) {
            let path = self.path(&old);
            fs::remove_file(&path).map_err(at(&path))?;
        }
        Ok((stored, contents))
    }

    /// Removes a backup; one that is gone already is no failure. Nobody makes one here meanwhile.
    pub fn remove(&self, stored: &Stored) -> Result<(), Failure> {
        let _alone = self.lock()?;
        let path = self.path(stored);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(at(&path)(error)),
            _ => Ok(()),
        }
    }

    /// Bytes that are free for us.
    pub fn free(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(&self.0).ok()?;
        disk.f_bavail.checked_mul(disk.f_frsize)
    }

    /// Waits until nobody else writes here; the others wait until the handle is dropped.
    pub(super) fn wait(&self) -> Result<File, Failure> {
        let folder = File::open(&self.0).map_err(at(&self.0))?;
        folder.lock().map_err(at(&self.0))?;
        Ok(folder)
    }

    /// Ends with the handle, however the process ends.
    fn lock(&self) -> Result<File, Failure> {
        let folder = File::open(&self.0).map_err(at(&self.0))?;
        match folder.try_lock() {
            Ok(()) => Ok(folder),
            Err(fs::TryLockError::WouldBlock) => Err(Failure::UnderWay),
            Err(fs::TryLockError::Error(error)) => Err(at(&self.0)(error)),
        }
    }

    /// Removes what was never finished. Whoever holds the lock knows that nobody is still at it.
    fn sweep(&self) -> Result<(), Failure> {
        for entry in fs::read_dir(&self.0).map_err(at(&self.0))? {
            let path = entry.map_err(at(&self.0))?.path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            if name.strip_suffix(UNFINISHED).and_then(Stored::parse).is_some() {
                fs::remove_file(&path).map_err(at(&path))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::HOUR;

    fn names(stored: &[Stored]) -> Vec<i64> {
        stored.iter().map(|stored| stored.at / HOUR).collect()
    }

    #[test]
    fn a_name_says_when() {
        let stored = Stored::new(1_772_600_767_123_456);
        assert_eq!(stored.name, "tinytales-20260304T050607Z.jsonl.gz");
        assert_eq!(Stored::parse(&stored.name), Some(stored));
        for other in [
            "tinytales.db",
            "tinytales-20261304T050607Z.jsonl.gz",
            "tinytales-20260304T050607Z.jsonl.gz.unfinished",
            "tinytales-.jsonl.gz",
        ] {
            assert_eq!(Stored::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_newest_and_the_last_of_each_day_are_kept() {
        let hourly: Vec<Stored> = (0..100).map(|hour| Stored::new(hour * HOUR)).collect();
        let gone = names(&superfluous(hourly.clone(), 3));
        let kept: Vec<i64> = (0..100).filter(|hour| !gone.contains(hour)).collect();
        // Of the days that end at hours 23, 47, 71, 95 and 99 the last three.
        assert_eq!(kept, [71, 95, 97, 98, 99]);
        let daily: Vec<Stored> = hourly.into_iter().step_by(24).collect();
        assert_eq!(names(&superfluous(daily, 3)), [24, 0]);
        assert!(superfluous(Vec::new(), 1).is_empty());
    }
}
