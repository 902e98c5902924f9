//! The folder where the data is: whether it lasts, whether it can be written, and how much room it has.

use std::fs;
use std::path::{Path, PathBuf};

use database::Target;
use rustix::fs::{Access, access, statvfs};

use crate::config::Config;

/// A folder of data as the machine has it.
#[derive(Clone, Debug)]
pub struct Folder {
    /// The folder; it may not exist yet.
    pub path: PathBuf,
    /// Whether this process may write there, or make it.
    pub writable: bool,
    /// Bytes that are free.
    pub free: Option<u64>,
    /// What is mounted there.
    pub mount: Option<Mount>,
}

/// What a folder is mounted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where it is mounted.
    pub point: PathBuf,
    /// The kind of file system: `ext4`, `overlay`, `tmpfs`, ….
    pub kind: String,
}

/// How long what is written stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Until somebody deletes it.
    Lasting,
    /// Until its container is replaced, as by a new version.
    OfTheContainer,
    /// Until the next restart.
    UntilRestart,
}

impl Folder {
    /// Looks at the folder, or at the nearest one above it that exists.
    pub fn look(path: &Path) -> Self {
        let existing = nearest(path);
        let room = existing.as_deref().and_then(|folder| statvfs(folder).ok());
        let writable = existing.as_deref().is_some_and(|folder| {
            folder.is_dir() && access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
        });
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        Self {
            path: path.to_owned(),
            writable,
            free: room.map(|room| room.f_bavail.saturating_mul(room.f_frsize)),
            mount: existing.and_then(|folder| mount_of(&mounts, &folder)),
        }
    }

    /// How long its files stay. `on_platform`: on a host that keeps nothing but what is mounted from outside.
    pub fn lifetime(&self, on_platform: bool) -> Lifetime {
        let Some(Mount { point, kind }) = &self.mount else {
            return if on_platform {
                Lifetime::UntilRestart
            } else {
                Lifetime::Lasting
            };
        };
        match kind.as_str() {
            "tmpfs" | "ramfs" => Lifetime::UntilRestart,
            // What is not mounted from outside is part of the instance.
            _ if on_platform && (kind == "overlay" || point == Path::new("/")) => Lifetime::UntilRestart,
            "overlay" => Lifetime::OfTheContainer,
            _ => Lifetime::Lasting,
        }
    }
}

/// The folder of the SQLite file, or of our own files where the data is elsewhere.
pub fn data_folder(config: &Config) -> PathBuf {
    let Target::Sqlite(file) = &config.database else {
        return config.data_dir.clone();
    };
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The nearest of a path and those above it that exists, without links.
fn nearest(path: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(path).ok()?;
    whole.ancestors().find_map(|folder| folder.canonicalize().ok())
}

/// The mount of a folder, from the text of `/proc/self/mountinfo`:
/// `36 35 98:0 /root /mnt/data rw,noatime master:1 - ext4 /dev/sda1 rw`.
fn mount_of(mounts: &str, folder: &Path) -> Option<Mount> {
    let mounts = mounts.lines().filter_map(|line| {
        let (place, system) = line.split_once(" - ")?;
        Some(Mount {
            point: PathBuf::from(unescape(place.split(' ').nth(4)?)),
            kind: system.split(' ').next()?.to_owned(),
        })
    });
    // Of several on the same point the last one covers the others, and `max_by_key` takes the last.
    mounts
        .filter(|mount| folder.starts_with(&mount.point))
        .max_by_key(|mount| mount.point.components().count())
}

/// The kernel writes blanks as `\040`, and backslashes, tabs and line ends likewise.
fn unescape(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .into_iter()
        .fold(text.to_owned(), |text, (code, character)| {
            text.replace(code, character)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 0:21 / / rw,relatime - overlay overlay rw,lowerdir=a
23 22 0:22 / /proc rw,relatime - proc proc rw
30 22 8:1 /x /var/lib/our\\040tales rw,relatime shared:1 - ext4 /dev/sda1 rw
31 30 0:40 / /var/lib/our\\040tales/scratch rw - ext4 /dev/sdb1 rw
32 30 0:41 / /var/lib/our\\040tales/scratch rw - tmpfs tmpfs rw
";

    fn folder(kind: &str, point: &str) -> Folder {
        Folder {
            path: PathBuf::from("/data"),
            writable: true,
            free: None,
            mount: Some(Mount {
                point: PathBuf::from(point),
                kind: kind.to_owned(),
            }),
        }
    }

    #[test]
    fn the_nearest_mount_is_found_and_the_last_of_those_on_one_point() {
        let kind = |path: &str| mount_of(MOUNTS, Path::new(path)).unwrap().kind;
        assert_eq!(kind("/srv"), "overlay");
        assert_eq!(kind("/var/lib/our tales/data"), "ext4");
        assert_eq!(kind("/var/lib/our tales/scratch/x"), "tmpfs");
        assert_eq!(kind("/var/lib/our talesmen"), "overlay");
        assert_eq!(mount_of("nonsense\n - \n", Path::new("/")), None);
    }

    #[test]
    fn a_disk_lasts_and_memory_does_not() {
        assert_eq!(folder("ext4", "/").lifetime(false), Lifetime::Lasting);
        assert_eq!(folder("tmpfs", "/data").lifetime(false), Lifetime::UntilRestart);
        assert_eq!(folder("overlay", "/").lifetime(false), Lifetime::OfTheContainer);
    }

    #[test]
    fn a_platform_keeps_only_what_is_mounted() {
        assert_eq!(folder("overlay", "/").lifetime(true), Lifetime::UntilRestart);
        assert_eq!(folder("ext4", "/").lifetime(true), Lifetime::UntilRestart);
        assert_eq!(folder("ext4", "/data").lifetime(true), Lifetime::Lasting);
        let unknown = Folder {
            mount: None,
            ..folder("", "")
        };
        assert_eq!(unknown.lifetime(true), Lifetime::UntilRestart);
    }

    #[test]
    fn a_folder_that_does_not_exist_yet_is_judged_by_the_one_above() {
        let above = tempfile::tempdir().unwrap();
        let folder = Folder::look(&above.path().join("not/yet"));
        assert!(folder.writable && folder.free.is_some() && folder.mount.is_some());
        assert!(!above.path().join("not").exists());

        let file = above.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(!Folder::look(&file.join("below")).writable);
    }
}
