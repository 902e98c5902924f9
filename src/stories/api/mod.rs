//! The addresses of stories, by what people come for.

pub mod characters;
pub mod comments;
pub mod detail;
pub mod lists;
pub mod marks;
pub mod publishing;
pub mod writing;

#[cfg(test)]
mod characters_tests;
#[cfg(test)]
mod comments_tests;
#[cfg(test)]
mod marks_tests;
#[cfg(test)]
mod test_house;

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
