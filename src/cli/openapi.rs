//! `openapi`: prints the OpenAPI document.

use super::{Command, say};
use crate::openapi;

pub(super) const COMMAND: Command = Command {
    name: "openapi",
    arguments: "",
    meaning: "print the OpenAPI document",
    details: None,
    parse: |_| Ok(Box::new(|| say(&openapi::generate()))),
};
