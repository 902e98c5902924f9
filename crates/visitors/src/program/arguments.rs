//! The command line as a plan.

use std::ffi::OsString;
use std::fs;
use std::time::Duration;

use lexopt::prelude::*;
use visitors::{
    Accounts, Artist, Behaviour, Chatter, CoDrawing, Crowd, Flood, Group, Guest, LoginStorm, Navigator,
    Phases, Plan, Player,
};

pub(super) const USAGE: &str = "\
visitors: virtual people who use a storybook server over real HTTP, and measure what they feel

  visitors navigator --people N --accounts FILE   sign in, browse, read, like, comment, rate, poll
  visitors player --people N --accounts FILE      sign in and play the games of stories
  visitors chatter --people N --accounts FILE     sign in and write to friends
  visitors guest --people N                       browse and read without an account
  visitors artist --people N --accounts FILE      autosave a story of 2 MB, one drawing changed each time
  visitors login-storm --people N --accounts FILE sign in, all at once
  visitors co-drawing --people N --accounts FILE  draw together over live sockets, in rooms of four
  visitors crowd --people N --accounts FILE       open notification sockets that stay; --room 4: in rooms, instead
  visitors flood --people N --accounts FILE       as many messages in rooms of ten as are delivered
  visitors mixed --navigators N --guests N --artists N --accounts FILE

Whom and whence
  --url URL              the server (http://127.0.0.1:8000)
  --accounts FILE        JSON from `tinytales populate --tokens FILE`
  --email PATTERN        instead of a file: addresses like load%03d@example.invalid, counted from 1 …
  --password PASSWORD    … and the one password of all of them
  --tokens-only          come with the file's tokens instead of signing in
  --addresses N          come from N addresses of 127/8 (one for each person)
  --i-run-this-server    allow a server that is not on this machine

How long and how fast
  --ramp R               arrivals per second at most; 0 for all at once (1; login-storm 0)
  --measure-for TIME     after everybody has arrived (120s)
  --for TIME             end after so long, the ramp included
  --seed N               the same seed, the same script (1)
  --pace X               think and poll X times as fast as people (1)
  --timeout TIME         of a call with its whole answer (30s)

What they do
  --covers N             navigator, guest: covers on the screen (12)
  --drawings N           artist: drawings of a story (25, about 2 MB)
  --every TIME           artist: between two saves (5s)
  --phases P             artist: random or together (random)
  --room N               co-drawing (4), crowd, flood (10): people of a room
  --rooms N              crowd: that many rooms, instead of --room
  --calm                 co-drawing: stay on the first page, and online
  --rate N               flood: messages a second of each (100)
  --wrong-passwords      login-storm: expect to be turned away

What is shown
  --json FILE            write the report as JSON; - for standard output
  --quiet                nothing until the end

Times: 500ms, 90s, 2m. Exit code: 0, 1 when calls failed, 2 when nothing was sent.
";

/// Who can come.
const PEOPLE: [&str; 10] = [
    "navigator",
    "player",
    "chatter",
    "guest",
    "artist",
    "login-storm",
    "co-drawing",
    "crowd",
    "flood",
    "mixed",
];

pub(super) enum Command {
    Help,
    Visit(Box<Plan>, Output),
}

/// Where the result goes.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) json: Option<String>,
    pub(super) is_quiet: bool,
}

/// What was typed, before it is put together.
#[derive(Default)]
struct Typed {
    /// How many of whom.
    people: Option<usize>,
    navigators: usize,
    guests: usize,
    artists: usize,
    accounts: Option<OsString>,
    email: Option<String>,
    password: Option<String>,
    tokens_only: bool,
    covers: Option<usize>,
    artist: Artist,
    wrong_passwords: bool,
    room: Option<usize>,
    rooms: Option<usize>,
    rate: Option<u32>,
    calm: bool,
    ramp: Option<f64>,
}

/// Understands the arguments (the program's name first), and reads the file of accounts.
pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, lexopt::Error> {
    let mut parser = lexopt::Parser::from_iter(arguments);
    let who = match parser.next()? {
        Some(Value(who)) if who != "help" => who.string()?,
        None | Some(Short('h') | Long("help") | Value(_)) => return Ok(Command::Help),
        Some(other) => return Err(other.unexpected()),
    };
    if !PEOPLE.contains(&who.as_str()) {
        return Err(format!("nobody is called {who:?}").into());
    }
    let mut typed = Typed::default();
    let mut output = Output::default();
    let mut plan = Plan {
        groups: Vec::new(),
        ..Plan::new("http://127.0.0.1:8000", Behaviour::Guest(Guest::default()), 0)
    };
    while let Some(argument) = parser.next()? {
        let Long(name) = argument else {
            return match argument {
                Short('h') => Ok(Command::Help),
                other => Err(other.unexpected()),
            };
        };
        let name = name.to_owned();
        match name.as_str() {
            "help" => return Ok(Command::Help),
            "json" => output.json = Some(parser.value()?.string()?),
            "quiet" => output.is_quiet = true,
            _ if of_plan(&name, &mut parser, &mut plan)? || typed.take(&name, &mut parser)? => {}
            other => return Err(format!("there is no option --{other}").into()),
        }
    }
    typed.finish(&who, &mut plan)?;
    Ok(Command::Visit(Box::new(plan), output))
}

/// Takes an option of the whole run; false when it is none.
fn of_plan(name: &str, parser: &mut lexopt::Parser, plan: &mut Plan) -> Result<bool, lexopt::Error> {
    match name {
        "url" => plan.url = parser.value()?.string()?,
        "seed" => plan.seed = parser.value()?.parse()?,
        "pace" => plan.pace = parser.value()?.parse()?,
        "addresses" => plan.addresses = parser.value()?.parse()?,
        "measure-for" => plan.measure_for = parser.value()?.parse_with(time)?,
        "for" => plan.end_after = Some(parser.value()?.parse_with(time)?),
        "timeout" => plan.timeout = parser.value()?.parse_with(time)?,
        "i-run-this-server" => plan.is_my_server = true,
        _ => return Ok(false),
    }
    Ok(true)
}

impl Typed {
    /// Takes an option about the people; false when it is none.
    fn take(&mut self, name: &str, parser: &mut lexopt::Parser) -> Result<bool, lexopt::Error> {
        match name {
            "people" => self.people = Some(parser.value()?.parse()?),
            "navigators" => self.navigators = parser.value()?.parse()?,
            "guests" => self.guests = parser.value()?.parse()?,
            "artists" => self.artists = parser.value()?.parse()?,
            "accounts" => self.accounts = Some(parser.value()?),
            "email" => self.email = Some(parser.value()?.string()?),
            "password" => self.password = Some(parser.value()?.string()?),
            "tokens-only" => self.tokens_only = true,
            "covers" => self.covers = Some(parser.value()?.parse()?),
            "drawings" => self.artist.drawings = parser.value()?.parse()?,
            "every" => self.artist.every = parser.value()?.parse_with(time)?,
            "phases" => self.artist.phases = parser.value()?.parse_with(phases)?,
            "room" => self.room = Some(parser.value()?.parse()?),
            "rooms" => self.rooms = Some(parser.value()?.parse()?),
            "rate" => self.rate = Some(parser.value()?.parse()?),
            "calm" => self.calm = true,
            "wrong-passwords" => self.wrong_passwords = true,
            "ramp" => self.ramp = Some(parser.value()?.parse()?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// One of those who use live sockets.
    fn live(&self, who: &str) -> Behaviour {
        match who {
            "co-drawing" => Behaviour::CoDrawing(CoDrawing {
                tokens_only: self.tokens_only,
                room: self.room.unwrap_or(CoDrawing::default().room),
                calm: self.calm,
            }),
            "flood" => Behaviour::Flood(Flood {
                room: self.room.unwrap_or(Flood::default().room),
                rate: self.rate.unwrap_or(Flood::default().rate),
            }),
            _ => {
                let people = self.people.unwrap_or_default();
                let shared = self.rooms.map(|rooms| people.div_ceil(rooms.max(1)));
                Behaviour::Crowd(Crowd {
                    room: shared.or(self.room),
                })
            }
        }
    }

    /// Puts the people and their accounts into the plan.
    fn finish(self, who: &str, plan: &mut Plan) -> Result<(), String> {
        if (who == "mixed") != self.people.is_none() {
            return Err(match who {
                "mixed" => "mixed: say --navigators, --guests and --artists instead of --people".to_owned(),
                _ => "--people is missing".to_owned(),
            });
        }
        let tokens_only = self.tokens_only;
        let covers = self.covers.unwrap_or(Navigator::default().covers);
        let navigator = Behaviour::Navigator(Navigator { tokens_only, covers });
        let guest = Behaviour::Guest(Guest { covers });
        let artist = Behaviour::Artist(Artist {
            tokens_only,
            ..self.artist
        });
        let storm = Behaviour::LoginStorm(LoginStorm {
            wrong_passwords: self.wrong_passwords,
        });
        let people = self.people.unwrap_or_default();
        plan.groups = match who {
            "navigator" => vec![Group::new(navigator, people)],
            "player" => vec![Group::new(Behaviour::Player(Player { tokens_only }), people)],
            "chatter" => vec![Group::new(Behaviour::Chatter(Chatter { tokens_only }), people)],
            "guest" => vec![Group::new(guest, people)],
            "artist" => vec![Group::new(artist, people)],
            "login-storm" => vec![Group::new(storm, people)],
            "co-drawing" | "crowd" | "flood" => vec![Group::new(self.live(who), people)],
            // Guests come last: they need none of the accounts.
            _ => vec![
                Group::new(navigator, self.navigators),
                Group::new(artist, self.artists),
                Group::new(guest, self.guests),
            ],
        };
        plan.ramp = self.ramp.unwrap_or(if who == "login-storm" { 0.0 } else { 1.0 });
        plan.accounts = match (self.accounts, self.email, self.password) {
            (None, None, None) => Accounts::default(),
            (Some(file), None, None) => {
                let json =
                    fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
                Accounts::parse(&json)?
            }
            (None, Some(pattern), Some(password)) => Accounts::numbered(&pattern, &password, plan.people())?,
            _ => {
                return Err(
                    "accounts come from --accounts, or from --email and --password together".to_owned(),
                );
            }
        };
        Ok(())
    }
}

/// A length of time: `500ms`, `90s`, `2m`, and bare seconds.
fn time(text: &str) -> Result<Duration, String> {
    let misspelt = || format!("{text:?} is no time like 500ms, 90s or 2m");
    let unit = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let seconds = match &text[unit..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        _ => return Err(misspelt()),
    };
    let number: f64 = text[..unit].parse().map_err(|_| misspelt())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| misspelt())
}

fn phases(text: &str) -> Result<Phases, String> {
    match text {
        "random" => Ok(Phases::Random),
        "together" => Ok(Phases::Together),
        _ => Err(format!("{text:?} is neither random nor together")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(line: &str) -> Result<(Plan, Output), String> {
        let words = std::iter::once("visitors").chain(line.split_whitespace());
        match parse(words.map(OsString::from)) {
            Ok(Command::Visit(plan, output)) => Ok((*plan, output)),
            Ok(Command::Help) => Err("help".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn a_line_becomes_a_plan() {
        let line = "navigator --url http://127.0.0.1:9 --people 100 --for 3m --seed 7 --email a%d@b.c --password p \
                    --addresses 1 --json - --measure-for 500ms --covers 3";
        let (plan, output) = plan(line).unwrap();
        assert_eq!(
            (plan.url.as_str(), plan.people(), plan.seed),
            ("http://127.0.0.1:9", 100, 7)
        );
        assert_eq!(
            (plan.end_after, plan.measure_for),
            (Some(Duration::from_secs(180)), Duration::from_millis(500))
        );
        assert_eq!((plan.accounts.people.len(), plan.addresses), (100, 1));
        assert!((plan.ramp - 1.0).abs() < 1e-9 && !plan.is_my_server);
        assert_eq!(output.json.as_deref(), Some("-"));
        let Behaviour::Navigator(navigator) = plan.groups[0].behaviour else {
            panic!("{:?}", plan.groups);
        };
        assert_eq!(navigator.covers, 3);
    }

    #[test]
    fn artists_and_storms_have_their_own_ways() {
        let (artists, _) = plan("artist --people 30 --phases together --every 2s --drawings 3").unwrap();
        let Behaviour::Artist(artist) = artists.groups[0].behaviour else {
            panic!("{:?}", artists.groups);
        };
        assert_eq!(
            (artist.phases, artist.every.as_secs(), artist.drawings),
            (Phases::Together, 2, 3)
        );
        assert!(plan("login-storm --people 9").unwrap().0.ramp.abs() < 1e-9);
        let (mixed, _) = plan("mixed --navigators 5 --artists 2 --guests 3").unwrap();
        let names: Vec<_> = mixed
            .groups
            .iter()
            .map(|group| (group.behaviour.name(), group.people))
            .collect();
        assert_eq!(names, [("navigator", 5), ("artist", 2), ("guest", 3)]);
    }

    #[test]
    fn rooms_have_the_size_that_was_typed() {
        let room = |line: &str| match plan(line).unwrap().0.groups[0].behaviour {
            Behaviour::CoDrawing(child) => Some(child.room),
            Behaviour::Crowd(crowd) => crowd.room,
            Behaviour::Flood(flood) => Some(flood.room + flood.rate as usize),
            _ => None,
        };
        assert_eq!(room("co-drawing --people 9"), Some(4));
        assert_eq!(room("co-drawing --people 9 --room 2"), Some(2));
        let calm = |line: &str| matches!(plan(line).unwrap().0.groups[0].behaviour, Behaviour::CoDrawing(child) if child.calm);
        assert!(calm("co-drawing --people 9 --calm") && !calm("co-drawing --people 9"));
        assert_eq!(room("crowd --people 9"), None);
        assert_eq!(room("crowd --people 9 --room 3"), Some(3));
        assert_eq!(room("crowd --people 10000 --rooms 2500"), Some(4));
        assert_eq!(room("flood --people 9 --rate 7"), Some(17));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for line in [
            "dancer --people 1",
            "crowd --people 1 --room four",
            "guest",
            "mixed --people 3",
            "guest --people many",
            "guest --people 1 --for 3h",
            "guest --people 1 --for -3s",
            "guest --people 1 --fast",
            "guest --people 1 more",
            "artist --people 1 --phases seldom",
            "navigator --people 1 --email a%d@b.c",
            "navigator --people 1 --accounts no-such-file.json",
        ] {
            let said = plan(line).map(|_| ()).unwrap_err();
            assert!(!said.is_empty() && said != "help", "{line}");
        }
        for line in ["", "--help", "help", "guest --help", "guest -h"] {
            assert_eq!(plan(line).map(|_| ()), Err("help".to_owned()), "{line}");
        }
    }
}
