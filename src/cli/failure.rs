//! Why a command did not do its work.

use std::fmt;
use std::process::ExitCode;

use crate::app::StartError;

/// In sentences for the operator, one a line.
#[derive(Debug)]
pub(super) enum Failure {
    /// The settings, or what they name, do not allow it: exit code 2.
    Settings(Vec<String>),
    /// Anything else: exit code 1.
    Failed(String),
}

impl Failure {
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Settings(_) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(faults) => f.write_str(&faults.join("\n")),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self::Failed(why)
    }
}

impl From<&str> for Failure {
    fn from(why: &str) -> Self {
        Self::Failed(why.to_owned())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Settings(_) | StartError::Mail(_) | StartError::Backups(_) => {
                Self::Settings(vec![error.to_string()])
            }
            StartError::Database(_) | StartError::Thread(_) => Self::Failed(error.to_string()),
        }
    }
}
