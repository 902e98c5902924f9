//! Stands in for the bucket in a build without the feature `bucket`, where there never is one.

use std::path::Path;

use super::failure::Failure;
use super::folder::Stored;
use super::settings::BucketSettings;

/// There is none.
#[derive(Debug)]
pub(super) enum Bucket {}

impl Bucket {
    /// The settings are refused before anybody asks.
    pub(super) fn open(_: &BucketSettings) -> Result<Self, Failure> {
        Err(Failure::Bucket(
            "this program was built without buckets".to_owned(),
        ))
    }

    /// See `bucket.rs`.
    #[expect(clippy::unused_async, reason = "the same shape as with the feature")]
    pub(super) async fn stored(&self) -> Result<Vec<Stored>, Failure> {
        match *self {}
    }

    /// See `bucket.rs`.
    #[expect(clippy::unused_async, reason = "the same shape as with the feature")]
    pub(super) async fn put(&self, _: &Stored, _: &Path) -> Result<(), Failure> {
        match *self {}
    }

    /// See `bucket.rs`.
    #[expect(clippy::unused_async, reason = "the same shape as with the feature")]
    pub(super) async fn get(&self, _: &Stored, _: &Path) -> Result<(), Failure> {
        match *self {}
    }

    /// See `bucket.rs`.
    #[expect(clippy::unused_async, reason = "the same shape as with the feature")]
    pub(super) async fn remove(&self, _: &Stored) -> Result<(), Failure> {
        match *self {}
    }
}
