//! Virtual people against the real server: what they do is right, all of it is answered, and the server knows of it.

use std::time::Duration;

use tinytales::social::store::friends;
use tokio::runtime::Builder;
use visitors::{
    Account, Accounts, Artist, Behaviour, Chatter, CoDrawing, Crowd, Group, Navigator, Plan, Player, Report,
};

use crate::drawings::story;
use crate::playground::kite;
use crate::support::{Client, PASSWORD, World};

const NAVIGATORS: usize = 5;
const ARTISTS: usize = 2;

fn account(person: &Client) -> Account {
    Account {
        id: person.id(),
        email: person.email().to_owned(),
        access: person.access().to_owned(),
        refresh: person.refresh().to_owned(),
    }
}

/// Children with accounts, and a few stories that one of them has published.
fn accounts(world: &World) -> Accounts {
    let people: Vec<Client> = (0..NAVIGATORS + ARTISTS)
        .map(|number| world.child(&format!("Child{number}")))
        .collect();
    let publish = |number| people[0].publishes(story(&format!("the kettle, part {number}")));
    Accounts {
        password: PASSWORD.to_owned(),
        public_stories: (0..6).map(publish).collect(),
        people: people.iter().map(account).collect(),
        ..Accounts::default()
    }
}

/// Fifty times as fast as people, and two seconds that are measured.
fn quick(world: &World, groups: Vec<Group>) -> Plan {
    Plan {
        accounts: accounts(world),
        groups,
        ramp: 50.0,
        pace: 50.0,
        measure_for: Duration::from_secs(2),
        ..Plan::new(
            format!("http://{}", world.address),
            Behaviour::Navigator(Navigator::default()),
            0,
        )
    }
}

fn run(plan: Plan) -> Report {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(visitors::run(plan)).unwrap()
}

/// Answered calls of this kind in both phases.
fn answered(report: &Report, call: &str) -> u64 {
    let phases = [&report.ramp, &report.steady];
    phases
        .iter()
        .filter_map(|phase| phase.calls.get(call))
        .map(|figures| figures.answered)
        .sum()
}

#[test]
fn a_school_at_fifty_times_its_pace_is_served_without_an_error() {
    let world = World::new();
    let artist = Artist {
        drawings: 4,
        ..Artist::default()
    };
    let navigators = Group::new(Behaviour::Navigator(Navigator::default()), NAVIGATORS);
    let artists = Group::new(Behaviour::Artist(artist), ARTISTS);
    let report = run(quick(&world, vec![navigators, artists]));
    assert_eq!((report.failed(), report.refused()), (0, 0), "{report}");
    let everybody = NAVIGATORS + ARTISTS;
    assert_eq!(
        (report.arrived, report.entered),
        (everybody, everybody),
        "{report}"
    );
    assert_eq!(answered(&report, "sign-in"), everybody as u64, "{report}");
    for call in ["library", "picture", "detail", "stats", "like", "autosave"] {
        assert!(answered(&report, call) > 0, "{call}: {report}");
    }
    // What they were told is what the server has.
    assert_eq!(
        world.dump("story_comments").len() as u64,
        answered(&report, "comment"),
        "{report}"
    );
    assert_eq!(world.dump("stories").len(), 6 + ARTISTS);
    assert_eq!(answered(&report, "create"), ARTISTS as u64);
}

#[test]
fn a_crowd_of_sockets_stays() {
    let world = World::new();
    let crowd = Group::new(Behaviour::Crowd(Crowd::default()), 30);
    let report = run(quick(&world, vec![crowd]));
    assert_eq!((report.failed(), report.refused()), (0, 0), "{report}");
    // Seven accounts, five sockets of each at most.
    assert_eq!((report.entered, report.sockets_open), (30, 30), "{report}");
    assert!(report.steady.sockets.received > 0, "{report}");
}

#[test]
fn children_who_draw_together_see_it_all() {
    let world = World::new();
    let child = CoDrawing {
        tokens_only: true,
        room: 3,
        ..CoDrawing::default()
    };
    let children = Group::new(Behaviour::CoDrawing(child), 6);
    let plan = Plan {
        pace: 5.0,
        measure_for: Duration::from_secs(8),
        ..quick(&world, vec![children])
    };
    let report = run(plan);
    assert_eq!((report.failed(), report.entered), (0, 6), "{report}");
    let strokes = &report.strokes;
    assert!(strokes.rooms == 2 && strokes.expected > 0, "{report}");
    assert!(strokes.are_well(), "{report}");
}

#[test]
fn guests_need_no_account() {
    let world = World::new();
    let guests = Group::new(Behaviour::Guest(visitors::Guest::default()), 3);
    let report = run(quick(&world, vec![guests]));
    assert_eq!((report.failed(), report.entered), (0, 3), "{report}");
    assert!(
        answered(&report, "detail") > 0 && answered(&report, "like") == 0,
        "{report}"
    );
}

#[test]
fn children_who_play_are_paid_what_they_were_told() {
    let world = World::new();
    let mira = world.child("Mira");
    for _ in 0..3 {
        mira.publishes_games(kite());
    }
    let players = Group::new(Behaviour::Player(Player::default()), NAVIGATORS);
    let report = run(quick(&world, vec![players]));
    assert_eq!((report.failed(), report.refused()), (0, 0), "{report}");
    assert_eq!(report.entered, NAVIGATORS, "{report}");
    for call in ["stories with games", "games", "start", "answer", "complete"] {
        assert!(answered(&report, call) > 0, "{call}: {report}");
    }
    let completed = "SELECT CAST(COUNT(*) AS BIGINT) FROM game_attempts WHERE state = 'completed'";
    assert_eq!(
        world.number(completed).cast_unsigned(),
        answered(&report, "complete"),
        "{report}"
    );
    world.books_balance();
}

#[test]
fn children_who_write_to_their_friends_are_heard() {
    let world = World::new();
    let chatters = Group::new(Behaviour::Chatter(Chatter::default()), NAVIGATORS);
    let plan = quick(&world, vec![chatters]);
    let people: Vec<i64> = plan.accounts.people.iter().map(|person| person.id).collect();
    let now = world.app.clock.now();
    world.sql(move |conn| {
        let mut pairs = people.windows(2);
        pairs.try_for_each(|pair| friends::befriend(conn, pair[0], pair[1], now))
    });
    let report = run(plan);
    assert_eq!((report.failed(), report.refused()), (0, 0), "{report}");
    assert_eq!(report.entered, NAVIGATORS, "{report}");
    for call in ["friends", "conversations", "history", "message", "feed", "board"] {
        assert!(answered(&report, call) > 0, "{call}: {report}");
    }
    let kept = world.number("SELECT CAST(COUNT(*) AS BIGINT) FROM messages");
    assert_eq!(kept.cast_unsigned(), answered(&report, "message"), "{report}");
    assert!(
        report.ramp.sockets.received + report.steady.sockets.received > 0,
        "{report}"
    );
}
