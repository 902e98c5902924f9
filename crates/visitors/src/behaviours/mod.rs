//! What people do, one file each; `app` and `library` are what they have in common.
//!
//! The calls, their order and their rhythm are those of the apps in the field. Times are given at human pace.

mod app;
mod artist;
mod chatter;
mod co_drawing;
mod crowd;
mod flood;
mod guest;
mod library;
mod login_storm;
mod navigator;
mod player;
mod session;

use std::time::Duration;

use crate::accounts::Needs;
use crate::person::Person;
use crate::visit::Over;

/// What somebody does. A new behaviour is one more file here, one more arm in each function below.
#[derive(Clone, Debug)]
pub enum Behaviour {
    Navigator(Navigator),
    Player(Player),
    Chatter(Chatter),
    Artist(Artist),
    LoginStorm(LoginStorm),
    Guest(Guest),
    CoDrawing(CoDrawing),
    Crowd(Crowd),
    Flood(Flood),
}

/// Signs in, looks through the library, opens stories, likes, comments, rates, and polls as the apps do.
#[derive(Clone, Copy, Debug)]
pub struct Navigator {
    /// Comes with the token of the accounts' file, as somebody who has signed in before.
    pub tokens_only: bool,
    /// Covers that its screen shows of the library.
    pub covers: usize,
}

/// Signs in and plays the games of stories, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Player {
    pub tokens_only: bool,
}

/// Signs in and writes to friends, with a notification socket open.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chatter {
    pub tokens_only: bool,
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

/// Draws together with others over live sockets, in rooms; the first of each room hosts its session.
#[derive(Clone, Copy, Debug)]
pub struct CoDrawing {
    pub tokens_only: bool,
    /// Children of a room, 2 to 10.
    pub room: usize,
    /// All stay on the first page and keep their network: in the end everybody has to have what anybody has seen.
    pub calm: bool,
}

/// Keeps a live socket open and does nothing. More of them than there are accounts share these.
#[derive(Clone, Copy, Debug, Default)]
pub struct Crowd {
    /// Sit in rooms of so many, each with a collaboration socket; without, each has a notification socket.
    pub room: Option<usize>,
}

/// Sends messages in rooms, as many as it can: what the server delivers is to be measured.
#[derive(Clone, Copy, Debug)]
pub struct Flood {
    /// People of a room, 2 to 10.
    pub room: usize,
    /// Messages a second of each.
    pub rate: u32,
}

impl Default for CoDrawing {
    fn default() -> Self {
        Self {
            tokens_only: false,
            room: 4,
            calm: false,
        }
    }
}

impl Default for Flood {
    fn default() -> Self {
        Self { room: 10, rate: 100 }
    }
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
            Self::Player(_) => "player",
            Self::Chatter(_) => "chatter",
            Self::Artist(_) => "artist",
            Self::LoginStorm(_) => "login-storm",
            Self::Guest(_) => "guest",
            Self::CoDrawing(_) => "co-drawing",
            Self::Crowd(_) => "crowd",
            Self::Flood(_) => "flood",
        }
    }

    /// Why its own settings make no sense, if they do not.
    pub(crate) fn senseless(&self) -> Option<&'static str> {
        let beat = Duration::from_millis(100)..=Duration::from_secs(24 * 60 * 60);
        let room = match self {
            Self::Artist(artist)
                if !beat.contains(&artist.every) || !(1..=200).contains(&artist.drawings) =>
            {
                return Some("an artist draws 1 to 200 pages and saves every 100 ms to every day");
            }
            Self::Flood(flood) if !(1..=10_000).contains(&flood.rate) => {
                return Some("a flood is 1 to 10000 messages a second of each");
            }
            Self::CoDrawing(CoDrawing { room, .. }) | Self::Flood(Flood { room, .. }) => Some(*room),
            Self::Crowd(crowd) => crowd.room,
            _ => None,
        };
        let is_wrong = room.is_some_and(|room| !(2..=10).contains(&room));
        is_wrong.then_some("a room has 2 to 10 people")
    }

    /// Whether it sends pictures.
    pub(crate) fn draws(&self) -> bool {
        matches!(self, Self::Artist(_) | Self::CoDrawing(_))
    }

    pub(crate) fn needs(&self) -> Needs {
        match self {
            Self::Navigator(Navigator { tokens_only, .. })
            | Self::Player(Player { tokens_only })
            | Self::Chatter(Chatter { tokens_only })
            | Self::Artist(Artist { tokens_only, .. })
            | Self::CoDrawing(CoDrawing { tokens_only, .. }) => {
                if *tokens_only {
                    Needs::Token
                } else {
                    Needs::Password
                }
            }
            Self::LoginStorm(_) => Needs::Password,
            Self::Guest(_) => Needs::Nothing,
            Self::Crowd(_) => Needs::AnyToken,
            Self::Flood(_) => Needs::Token,
        }
    }

    /// Does it until the run is over, or there is nothing more to do.
    pub(crate) async fn visit(&self, person: &mut Person) -> Result<(), Over> {
        match self {
            Self::Navigator(navigator) => navigator.visit(person).await,
            Self::Player(player) => player.visit(person).await,
            Self::Chatter(chatter) => chatter.visit(person).await,
            Self::Artist(artist) => artist.visit(person).await,
            Self::LoginStorm(storm) => storm.visit(person).await,
            Self::Guest(guest) => guest.visit(person).await,
            Self::CoDrawing(child) => child.visit(person).await,
            Self::Crowd(somebody) => somebody.visit(person).await,
            Self::Flood(sender) => sender.visit(person).await,
        }
    }
}
