//! The addresses of friends and messages.

pub mod friends;
pub mod messages;
pub mod people;

use serde::Serialize;
use utoipa::ToSchema;

/// One sentence.
#[derive(Serialize, ToSchema)]
pub struct SocialDone {
    success: bool,
    message: &'static str,
}

impl SocialDone {
    fn new(message: &'static str) -> Self {
        Self {
            success: true,
            message,
        }
    }
}
