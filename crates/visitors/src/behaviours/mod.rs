//! What people do, one file each; `app` and `library` are what they have in common.
//!
//! The calls, their order and their rhythm are those of the apps in the field. Times are given at human pace.

mod app;
mod artist;
mod guest;
mod library;
mod login_storm;
mod navigator;

use std::time::Duration;

use crate::accounts::Needs;
use crate::person::Person;
use crate::visit::Over;

/// What somebody does. A new behaviour is one more file here, one more arm in each function below.
#[derive(Clone, Debug)]
pub enum Behaviour {
    Navigator(Navigator),
    Artist(Artist),
    LoginStorm(LoginStorm),
    Guest(Guest),
}

/// Signs in, looks through the library, opens stories, likes, comments, rates, and polls as the apps do.
#[derive(Clone, Copy, Debug)]
pub struct Navigator {
    /// Comes with the token of the accounts' file, as somebody who has signed in before.
    pub tokens_only: bool,
    /// Covers that its screen shows of the library.
    pub covers: usize,
}

/// Opens a story and autosaves it, one changed drawing each time.
#[derive(Clone, Copy, Debug)]
pub struct Artist {
    pub tokens_only: bool,
    /// Drawings of the story; 25 make 2 MB of JSON.
    pub drawings: usize,
    /// How often it is saved.
    pub every: Duration,
    pub phases: Phases,
}

/// When the artists of a class save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phases {
    /// Each at its own moment.
    Random,
    /// All at once.
    Together,
}

/// Signs in once, together with everybody else.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoginStorm {
    /// With a password that is wrong.
    pub wrong_passwords: bool,
}

/// Looks through the library and opens stories without an account.
#[derive(Clone, Copy, Debug)]
pub struct Guest {
    pub covers: usize,
}

impl Default for Navigator {
    fn default() -> Self {
        Self {
            tokens_only: false,
            covers: 12,
        }
    }
}

impl Default for Artist {
    fn default() -> Self {
        Self {
            tokens_only: false,
            drawings: 25,
            every: Duration::from_secs(5),
            phases: Phases::Random,
        }
    }
}

impl Default for Guest {
    fn default() -> Self {
        Self { covers: 12 }
    }
}

impl Behaviour {
    /// Its name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Navigator(_) => "navigator",
            Self::Artist(_) => "artist",
            Self::LoginStorm(_) => "login-storm",
            Self::Guest(_) => "guest",
        }
    }

    /// Whether its own settings make no sense.
    pub(crate) fn is_senseless(&self) -> bool {
        let Self::Artist(artist) = self else {
            return false;
        };
        let beat = Duration::from_millis(100)..=Duration::from_secs(24 * 60 * 60);
        !beat.contains(&artist.every) || !(1..=200).contains(&artist.drawings)
    }

    pub(crate) fn needs(&self) -> Needs {
        match self {
            Self::Navigator(Navigator { tokens_only, .. }) | Self::Artist(Artist { tokens_only, .. }) => {
                if *tokens_only {
                    Needs::Token
                } else {
                    Needs::Password
                }
            }
            Self::LoginStorm(_) => Needs::Password,
            Self::Guest(_) => Needs::Nothing,
        }
    }

    /// Does it until the run is over, or there is nothing more to do.
    pub(crate) async fn visit(&self, person: &mut Person) -> Result<(), Over> {
        match self {
            Self::Navigator(navigator) => navigator.visit(person).await,
            Self::Artist(artist) => artist.visit(person).await,
            Self::LoginStorm(storm) => storm.visit(person).await,
            Self::Guest(guest) => guest.visit(person).await,
        }
    }
}
