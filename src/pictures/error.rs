//! Why a body with pictures is refused, as a sentence for who sent it.

use std::fmt;

/// The most pictures of one body: 200 pages, their cover twice, and some room.
pub(super) const MOST_PICTURES: usize = 256;

/// Why a body is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// Not JSON.
    Malformed,
    /// Not UTF-8.
    InvalidUtf8,
    /// JSON, but no object.
    NotAnObject,
    /// Arrays and objects nested more than 32 deep.
    TooDeep,
    /// The end is missing.
    Truncated,
    /// Over a limit.
    TooLarge(Limit),
}

/// Which limit a body exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The value of this field.
    Field(&'static str),
    /// The base64 of one picture: 4 MiB.
    Picture,
    /// What is not a picture in a text with pictures.
    Text,
    /// The number of pictures: 256.
    Pictures,
}

impl fmt::Display for BodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => formatter.write_str("The request is not valid JSON."),
            Self::InvalidUtf8 => formatter.write_str("The request is not valid UTF-8."),
            Self::NotAnObject => formatter.write_str("Expected an object."),
            Self::TooDeep => formatter.write_str("The request is nested too deeply."),
            Self::Truncated => formatter.write_str("The request ended too early."),
            Self::TooLarge(limit) => limit.fmt(formatter),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(formatter, "The field '{name}' is too large."),
            Self::Picture => {
                formatter.write_str("A picture is too large. At most 4 MiB can be sent for each.")
            }
            Self::Text => formatter.write_str("The pages are too large, even without their pictures."),
            Self::Pictures => write!(
                formatter,
                "There are too many pictures. At most {MOST_PICTURES} can be sent."
            ),
        }
    }
}

impl std::error::Error for BodyError {}
