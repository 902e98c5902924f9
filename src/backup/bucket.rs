//! A bucket of an S3-compatible store: backups go there, and come back from there.
//!
//! Every request has a limit in time and is tried again a few times; a file is sent and fetched in parts, of which one
//! at a time is in memory. An object appears under its name when all of it is there.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{
    ClientOptions, MultipartUpload, ObjectStore as _, ObjectStoreExt as _, PutPayload, RetryConfig,
};

use super::failure::{Failure, at};
use super::folder::Stored;
use super::settings::BucketSettings;

/// What is sent at a time, and held in memory; the store takes no smaller ones.
const PART: usize = 5 << 20;
/// What is read from the disk at a time, so that the thread is never held for long.
const PIECE: usize = 64 << 10;
/// For one request: a part over a slow line.
const REQUEST: Duration = Duration::from_secs(120);
const CONNECT: Duration = Duration::from_secs(10);
const RETRIES: usize = 4;
/// For a request and its repetitions.
const RETRYING: Duration = Duration::from_secs(180);

/// A bucket, or a part of one.
#[derive(Debug)]
pub(super) struct Bucket {
    store: AmazonS3,
    prefix: Key,
}

impl Bucket {
    /// Prepares to speak to a bucket; whether it answers is seen when it is first asked.
    pub(super) fn open(settings: &BucketSettings) -> Result<Self, Failure> {
        // Only the first one of a process counts, and ours is the only one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = ClientOptions::new()
            .with_timeout(REQUEST)
            .with_connect_timeout(CONNECT)
            .with_http1_only()
            .with_pool_max_idle_per_host(1)
            .with_allow_http(settings.endpoint.is_some());
        let retry = RetryConfig {
            max_retries: RETRIES,
            retry_timeout: RETRYING,
            ..RetryConfig::default()
        };
        // By https nothing can change on the way, and a hash of every part would hold the server's own thread.
        let by_https = settings
            .endpoint
            .as_ref()
            .is_none_or(|endpoint| endpoint.starts_with("https://"));
        let mut builder = AmazonS3Builder::new()
            .with_unsigned_payload(by_https)
            .with_bucket_name(&settings.name)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key_id)
            .with_secret_access_key(settings.secret_access_key.reveal())
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = &settings.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let prefix = Key::parse(&settings.prefix).map_err(|error| Failure::Bucket(error.to_string()))?;
        Ok(Self {
            store: builder.build().map_err(failed)?,
            prefix,
        })
    }

    /// All backups that are there, oldest first.
    pub(super) async fn stored(&self) -> Result<Vec<Stored>, Failure> {
        let mut stored = Vec::new();
        let mut found = self.store.list(Some(&self.prefix));
        while let Some(object) = found.next().await {
            let key = object.map_err(failed)?.location;
            // A folder in our folder is not ours.
            let ours = key
                .filename()
                .and_then(Stored::parse)
                .filter(|backup| self.key(backup) == key);
            stored.extend(ours);
        }
        stored.sort_unstable();
        Ok(stored)
    }

    /// Sends a file.
    pub(super) async fn put(&self, stored: &Stored, file: &Path) -> Result<(), Failure> {
        let mut input = File::open(file).map_err(at(file))?;
        let mut upload = self
            .store
            .put_multipart(&self.key(stored))
            .await
            .map_err(failed)?;
        let sent = send(&mut input, file, upload.as_mut()).await;
        if sent.is_err() {
            // What was sent would be kept, and paid for.
            let _ = upload.abort().await;
        }
        sent
    }

    /// Fetches an object into a new file, readable by its owner alone.
    pub(super) async fn get(&self, stored: &Stored, file: &Path) -> Result<(), Failure> {
        let fail = at(file);
        let mut options = OpenOptions::new();
        let mut out = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(file)
            .map_err(&fail)?;
        let mut pieces = self
            .store
            .get(&self.key(stored))
            .await
            .map_err(failed)?
            .into_stream();
        while let Some(piece) = pieces.next().await {
            out.write_all(&piece.map_err(failed)?).map_err(&fail)?;
        }
        out.sync_all().map_err(&fail)
    }

    /// Deletes an object.
    pub(super) async fn remove(&self, stored: &Stored) -> Result<(), Failure> {
        self.store.delete(&self.key(stored)).await.map_err(failed)
    }

    fn key(&self, stored: &Stored) -> Key {
        self.prefix.clone().join(stored.name.as_str())
    }
}

/// Sends all of a file, one part after the other.
async fn send(input: &mut File, file: &Path, upload: &mut dyn MultipartUpload) -> Result<(), Failure> {
    loop {
        let mut part: Vec<Bytes> = Vec::with_capacity(PART / PIECE);
        while part.len() < PART / PIECE {
            let mut piece = Vec::with_capacity(PIECE);
            std::io::Read::take(&mut *input, PIECE as u64)
                .read_to_end(&mut piece)
                .map_err(at(file))?;
            if piece.is_empty() {
                break;
            }
            part.push(piece.into());
            tokio::task::yield_now().await;
        }
        if part.is_empty() {
            return upload.complete().await.map(drop).map_err(failed);
        }
        upload
            .put_part(part.into_iter().collect::<PutPayload>())
            .await
            .map_err(failed)?;
    }
}

/// The store's reason in one line; it names the place, never the keys.
#[expect(clippy::needless_pass_by_value, reason = "stands in `map_err`")]
fn failed(error: object_store::Error) -> Failure {
    let why = error.to_string();
    Failure::Bucket(why.split_whitespace().collect::<Vec<_>>().join(" "))
}
