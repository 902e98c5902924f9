//! The server of a children's storybook platform.

pub mod clock;
pub mod pictures;
