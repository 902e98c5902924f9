//! x
use crate::clock::MINUTE;
use crate::wire::limits::{Limit, limit};
pub const CREATE: Limit = limit("create",20,MINUTE);
pub const CHANGE: Limit = limit("change",60,MINUTE);
