//! When and where backups are made, decided from texts that `config` has read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::Secret;

/// The settings of backups as text, each `None` when unset.
#[derive(Debug, Default)]
pub struct Texts {
    /// `BACKUP_DIR`
    pub folder: Option<String>,
    /// `BACKUP_EVERY`
    pub every: Option<String>,
    /// `BACKUP_KEEP`
    pub keep: Option<String>,
    /// `RESTORE_IF_EMPTY`
    pub restore_if_empty: bool,
    /// `BUCKET_URL`
    pub bucket: Option<String>,
    /// `BUCKET_ENDPOINT`
    pub endpoint: Option<String>,
    /// `BUCKET_REGION`
    pub region: Option<String>,
    /// `BUCKET_ACCESS_KEY_ID`
    pub access_key_id: Option<String>,
    /// `BUCKET_SECRET_ACCESS_KEY`
    pub secret_access_key: Option<Secret>,
}

/// What the settings say about backups.
#[derive(Clone, Debug)]
pub struct BackupSettings {
    /// The folder of the backups that the server makes by itself; `None`: it makes none.
    pub folder: Option<PathBuf>,
    /// Time from one backup to the next: what is written in between is lost with the disk.
    pub every: Duration,
    /// How many are kept: the newest ones, and the newest of as many days.
    pub keep: usize,
    /// A server with a bucket and an empty database first takes the newest backup from there.
    pub restore_if_empty: bool,
    /// Where backups are shipped to.
    pub bucket: Option<BucketSettings>,
}

/// A bucket of an S3-compatible store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketSettings {
    /// Its name.
    pub name: String,
    /// What the names of our objects begin with; empty, or without slashes at its ends.
    pub prefix: String,
    /// The store's address; `None`: Amazon's.
    pub endpoint: Option<String>,
    /// The store's region.
    pub region: String,
    /// Who we are.
    pub access_key_id: String,
    /// And the proof of it.
    pub secret_access_key: Secret,
}

const DEFAULT_EVERY: Duration = Duration::from_secs(24 * 3600);
const DEFAULT_KEEP: usize = 7;
/// More often would be one long backup.
const SHORTEST: Duration = Duration::from_secs(60);
const DEFAULT_REGION: &str = "us-east-1";

impl BackupSettings {
    /// No backups at all.
    pub fn off() -> Self {
        Self {
            folder: None,
            every: DEFAULT_EVERY,
            keep: DEFAULT_KEEP,
            restore_if_empty: false,
            bucket: None,
        }
    }

    /// Reads the texts. `embedded`: the database is a file beside us, so that a folder beside it is better than nothing.
    /// Each fault is a sentence.
    pub fn read(texts: &Texts, data_dir: &Path, embedded: bool) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let mut checked = |fault: Option<String>| faults.extend(fault);
        let every = texts.every.as_deref().map_or(Some(DEFAULT_EVERY), duration);
        checked(every.is_none().then(|| {
            "BACKUP_EVERY is not understood; say minutes, hours or days as in 15m, 24h or 7d, at least 1m"
                .to_owned()
        }));
        let keep = texts
            .keep
            .as_deref()
            .map_or(Some(DEFAULT_KEEP), |text| text.parse().ok());
        let keep = keep.filter(|keep| *keep > 0);
        checked(
            keep.is_none()
                .then(|| "BACKUP_KEEP is a whole number, at least 1".to_owned()),
        );
        let bucket = texts.bucket.as_deref().map(|url| texts.bucket(url)).transpose();
        checked(bucket.as_ref().err().cloned());
        let bucket = bucket.unwrap_or_default();
        let beside = data_dir.join("backups");
        let folder = match texts.folder.as_deref() {
            Some("off") => None,
            Some(folder) => Some(PathBuf::from(folder)),
            None => (embedded || bucket.is_some()).then_some(beside),
        };
        checked((folder.is_none() && bucket.is_some()).then(|| {
            "BUCKET_URL needs a folder to make backups in: leave BACKUP_DIR unset, or name one".to_owned()
        }));
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            folder,
            every: every.unwrap_or(DEFAULT_EVERY),
            keep: keep.unwrap_or(DEFAULT_KEEP),
            restore_if_empty: texts.restore_if_empty,
            bucket,
        })
    }
}

impl Texts {
    fn bucket(&self, url: &str) -> Result<BucketSettings, String> {
        if !cfg!(feature = "bucket") {
            return Err(
                "BUCKET_URL is set, but this program was built without buckets; build it with `--features bucket`"
                    .to_owned(),
            );
        }
        let Some(place) = url.strip_prefix("s3://").filter(|place| !place.is_empty()) else {
            return Err("BUCKET_URL is written s3://bucket or s3://bucket/prefix".to_owned());
        };
        let (name, prefix) = place.split_once('/').unwrap_or((place, ""));
        let prefix = prefix.trim_matches('/');
        if name.is_empty() || !is_prefix(prefix) {
            return Err("BUCKET_URL has a name or a prefix with an empty part, or with . or ..".to_owned());
        }
        if self.endpoint.as_deref().is_some_and(|url| !is_web_address(url)) {
            return Err("BUCKET_ENDPOINT begins with https:// or http:// and has a host".to_owned());
        }
        let needed = |text: &Option<String>, name: &str| {
            text.clone()
                .ok_or_else(|| format!("{name} is not set, and BUCKET_URL needs it"))
        };
        let secret = self.secret_access_key.clone();
        Ok(BucketSettings {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: self.endpoint.clone(),
            region: self.region.clone().unwrap_or_else(|| DEFAULT_REGION.to_owned()),
            access_key_id: needed(&self.access_key_id, "BUCKET_ACCESS_KEY_ID")?,
            secret_access_key: secret
                .ok_or("BUCKET_SECRET_ACCESS_KEY is not set, and BUCKET_URL needs it")?,
        })
    }
}

/// Nothing, or names with slashes between them.
fn is_prefix(prefix: &str) -> bool {
    let is_name = |part: &str| !matches!(part, "" | "." | "..") && !part.chars().any(char::is_control);
    prefix.is_empty() || prefix.split('/').all(is_name)
}

fn is_web_address(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split('/').next());
    host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace))
}

/// Reads `15m`, `24h` or `7d`.
fn duration(text: &str) -> Option<Duration> {
    let seconds = match text.chars().last()? {
        'm' => 60,
        'h' => 3600,
        'd' => 24 * 3600,
        _ => return None,
    };
    let count: u64 = text[..text.len() - 1].trim().parse().ok()?;
    let duration = Duration::from_secs(count.checked_mul(seconds)?);
    (duration >= SHORTEST).then_some(duration)
}

/// A duration as it was written: `15m`, `24h`.
pub fn spelled(duration: Duration) -> String {
    let minutes = duration.as_secs() / 60;
    if minutes.is_multiple_of(60) {
        format!("{}h", minutes / 60)
    } else {
        format!("{minutes}m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &Texts, embedded: bool) -> Result<BackupSettings, Vec<String>> {
        BackupSettings::read(texts, Path::new("/data"), embedded)
    }

    #[test]
    fn a_file_is_backed_up_beside_itself_and_a_server_only_where_it_is_said() {
        let settings = read(&Texts::default(), true).unwrap();
        assert_eq!(settings.folder.as_deref(), Some(Path::new("/data/backups")));
        assert_eq!((settings.every, settings.keep), (DEFAULT_EVERY, 7));
        assert_eq!(read(&Texts::default(), false).unwrap().folder, None);
        for (folder, expected) in [("off", None), ("/elsewhere", Some(PathBuf::from("/elsewhere")))] {
            let folder = Some(folder.to_owned());
            let texts = Texts {
                folder,
                ..Texts::default()
            };
            assert_eq!(read(&texts, true).unwrap().folder, expected);
        }
    }

    #[test]
    fn times_are_minutes_hours_or_days() {
        let minutes = |text| duration(text).map(|duration| duration.as_secs() / 60);
        assert_eq!(
            ["15m", "24h", "7d"].map(minutes),
            [Some(15), Some(1440), Some(10080)]
        );
        assert_eq!(
            ["", "0m", "15", "m", "-1h", "99999999999999999999d"].map(minutes),
            [None; 6]
        );
        assert_eq!(spelled(Duration::from_secs(900)), "15m");
        assert_eq!(spelled(Duration::from_secs(7200)), "2h");
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let texts = Texts {
            folder: Some("off".to_owned()),
            every: Some("often".to_owned()),
            keep: Some("0".to_owned()),
            bucket: Some("https://bucket".to_owned()),
            ..Texts::default()
        };
        assert_eq!(read(&texts, true).unwrap_err().len(), 3);
    }

    #[test]
    fn a_bucket_has_a_prefix_of_names_and_an_address_of_the_web() {
        for (prefix, fits) in [
            ("", true),
            ("a/b", true),
            ("a//b", false),
            ("a/../b", false),
            ("a\nb", false),
        ] {
            assert_eq!(is_prefix(prefix), fits, "{prefix:?}");
        }
        for (url, fits) in [
            ("https://s3.example.org", true),
            ("http://127.0.0.1:9000/x", true),
            ("s3.example.org", false),
            ("https://", false),
        ] {
            assert_eq!(is_web_address(url), fits, "{url}");
        }
    }

    #[test]
    fn a_bucket_needs_the_feature_and_its_keys() {
        let mut texts = Texts {
            bucket: Some("s3://tales/a/b/".to_owned()),
            access_key_id: Some("me".to_owned()),
            ..Texts::default()
        };
        let fault = read(&texts, false).unwrap_err().join("");
        if !cfg!(feature = "bucket") {
            assert!(fault.contains("--features bucket"), "{fault}");
            return;
        }
        assert!(fault.contains("BUCKET_SECRET_ACCESS_KEY"), "{fault}");
        texts.secret_access_key = Some(Secret::new("hush"));
        let settings = read(&texts, false).unwrap();
        assert_eq!(settings.folder.as_deref(), Some(Path::new("/data/backups")));
        let bucket = settings.bucket.unwrap();
        assert_eq!((bucket.name.as_str(), bucket.prefix.as_str()), ("tales", "a/b"));
        assert!(!format!("{bucket:?}").contains("hush"));
    }
}
