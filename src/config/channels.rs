//! How events get from one server to another.

use std::fmt::Display;

use channels::{Channels, PostgresOptions, RedisOptions, StartError};
use database::Target;

use super::reader::Reader;
use super::{Config, Secret};

/// What stands before the names of our groups in Redis, and of our tables and channels in PostgreSQL.
const PRODUCT: &str = "tinytales";

/// `CHANNEL_LAYER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelLayer {
    /// Inside of one process: for one server.
    Memory,
    /// Through the server of `REDIS_URL`.
    Redis,
    /// Through the database, if that is PostgreSQL.
    Postgres,
}

impl ChannelLayer {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "memory" => Some(Self::Memory),
            "redis" => Some(Self::Redis),
            "postgres" => Some(Self::Postgres),
            _ => None,
        }
    }
}

impl Display for ChannelLayer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory",
            Self::Redis => "Redis",
            Self::Postgres => "PostgreSQL",
        })
    }
}

impl Config {
    /// The channels that the settings choose, not connected yet: `Channels::run` does that.
    pub fn channels(&self) -> Result<Channels, StartError> {
        match (self.channel_layer, &self.redis_url, &self.database) {
            (ChannelLayer::Redis, Some(url), _) => Channels::redis(&redis(url)),
            (ChannelLayer::Postgres, _, Target::Postgres(target)) => {
                Channels::postgres(&PostgresOptions::new(target.clone(), PRODUCT))
            }
            // The reader lets no other layer pass without what it needs.
            _ => Ok(Channels::memory()),
        }
    }
}

fn redis(url: &Secret) -> RedisOptions {
    RedisOptions::new(url.reveal(), format!("{PRODUCT}:"))
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    pub(super) fn redis_url(&mut self) -> Option<Secret> {
        let url = Secret::new(self.text("REDIS_URL")?);
        if let Err(fault) = Channels::redis(&redis(&url)) {
            self.faults.push(format!("REDIS_URL: {fault}"));
        }
        Some(url)
    }

    pub(super) fn channel_layer(&mut self, redis_url: Option<&Secret>, database: &Target) -> ChannelLayer {
        let usual = match redis_url {
            Some(_) => ChannelLayer::Redis,
            None => ChannelLayer::Memory,
        };
        let Some(text) = self.text("CHANNEL_LAYER") else {
            return usual;
        };
        let layer = ChannelLayer::parse(&text.to_ascii_lowercase());
        let fault = match (layer, redis_url, database) {
            (None, ..) => format!("CHANNEL_LAYER is {text:?}; say memory, redis or postgres"),
            (Some(ChannelLayer::Redis), None, _) => {
                "CHANNEL_LAYER is redis, which needs REDIS_URL".to_owned()
            }
            (Some(ChannelLayer::Postgres), _, Target::Sqlite(_)) => {
                "CHANNEL_LAYER is postgres, which needs a DATABASE_URL of PostgreSQL".to_owned()
            }
            (Some(layer), ..) => return layer,
        };
        self.faults.push(fault);
        usual
    }
}
