//! The addresses of stories, by what people come for.

pub mod characters;
pub mod comments;
pub mod detail;
pub mod lists;
pub mod marks;
pub mod publishing;
pub mod writing;

use serde::Serialize;
use utoipa::ToSchema;

/// One sentence.
#[derive(Serialize, ToSchema)]
pub struct Done {
    success: bool,
    message: &'static str,
}

impl Done {
    fn new(message: &'static str) -> Self {
        Self {
            success: true,
            message,
        }
    }
}
