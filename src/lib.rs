//! The server of a children's storybook platform.

pub mod accounts;
pub mod clock;
