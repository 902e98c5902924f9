//! The shape of the wire: errors, bodies, fields, pages, instants, credentials, and the layers around every route.
//!
//! Owns what is common to all areas of the contract (conventions). Knows no noun of the storybook world.

mod body;
mod credentials;
mod error;
mod fields;
mod follow;
pub mod gzip;
pub mod hosts;
pub mod layers;
pub mod limits;
pub mod origin;
pub mod page;
mod query;
pub mod respond;
mod time;
pub mod turns;

pub use body::{
    Body, Form, PUBLIC_BODY, Room, Sender, TINY, over, refuse_announced, refuse_compressed, speaks_json,
};
pub use credentials::{Bearer, admin_bearer, bearer};
pub use error::{Error, FieldErrors};
pub use fields::Fields;
pub use follow::{Follow, follow};
pub use query::{Id, Query};
pub use respond::ETag;
pub use time::{Timestamp, calendar_date};
