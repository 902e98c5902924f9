//! The addresses of notifications.

pub mod mail;
pub mod preferences;
pub mod stored;

use serde::Serialize;
use utoipa::ToSchema;

/// One sentence.
#[derive(Serialize, ToSchema)]
pub struct NotificationDone {
    success: bool,
    message: &'static str,
}

impl NotificationDone {
    fn new(message: &'static str) -> Self {
        Self {
            success: true,
            message,
        }
    }
}
