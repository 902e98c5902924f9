//! For tests and development: each mail becomes one JSON file in a folder.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use super::{SendError, Transport};
use crate::clock::Clock;
use crate::mail::Mail;

/// Writes `{to, kind, code, subject, unsubscribe, id, text}` per mail. File names sort by time, a reader never sees half a file,
/// and only the server's own user can read them.
pub struct FileTransport {
    folder: PathBuf,
    clock: Clock,
    counter: AtomicU64,
    /// Tells apart two servers that write into one folder in the same microsecond.
    writer: u32,
}

impl FileTransport {
    /// Makes `folder` (mode 0700) when it is missing.
    pub fn open(folder: &Path, clock: Clock) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut writer = [0; 4];
        getrandom::fill(&mut writer).map_err(io::Error::other)?;
        Ok(Self {
            folder: folder.to_owned(),
            clock,
            counter: AtomicU64::new(0),
            writer: u32::from_ne_bytes(writer),
        })
    }

    fn write(&self, mail: &Mail) -> io::Result<()> {
        let content = json!({
            "to": mail.to,
            "kind": mail.kind.as_str(),
            "code": mail.code,
            "subject": mail.subject,
            "unsubscribe": mail.unsubscribe,
            "id": mail.id,
            "text": mail.text,
        });
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        let name = format!("{:020}-{count:06}-{:08x}", self.clock.now(), self.writer);
        let unfinished = self.folder.join(format!(".{name}.tmp"));
        let finished = self.folder.join(format!("{name}.json"));

        let written = write_private(&unfinished, &content.to_string());
        let renamed = written.and_then(|()| fs::rename(&unfinished, &finished));
        if renamed.is_err() {
            // The first error is the one to report; a leftover is harmless, nobody reads `.tmp`.
            let _ = fs::remove_file(&unfinished);
        }
        renamed
    }
}

fn write_private(path: &Path, content: &str) -> io::Result<()> {
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

impl Transport for FileTransport {
    fn send(&self, mail: &Mail) -> Result<(), SendError> {
        self.write(mail).map_err(|error| {
            SendError::Temporary(format!("the mail folder cannot be written: {}", error.kind()))
        })
    }
}
