//! What people do, and when.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::fake::{Asked, Told, run, well};
use crate::accounts::Accounts;
use crate::behaviours::{Artist, Behaviour, Chatter, Navigator, Phases, Player};
use crate::plan::Plan;

fn plan(behaviour: Behaviour, people: usize) -> Plan {
    let mut accounts = Accounts::numbered("a%d@example.invalid", "p", people).unwrap();
    for account in &mut accounts.people {
        account.access = format!("token of {}", account.email);
    }
    Plan {
        accounts,
        ..Plan::new("http://memory", behaviour, people)
    }
}

fn navigators(people: usize, seed: u64) -> Plan {
    Plan {
        seed,
        ..plan(Behaviour::Navigator(Navigator::default()), people)
    }
}

fn artists(people: usize, phases: Phases) -> Plan {
    let artist = Artist {
        phases,
        drawings: 3,
        ..Artist::default()
    };
    Plan {
        measure_for: Duration::from_secs(60),
        ..plan(Behaviour::Artist(artist), people)
    }
}

/// Answers well, and with 304 to who has it already.
fn polled(asked: &Asked) -> Told {
    if asked.etag.is_some() {
        Told::new(304)
    } else {
        well(asked)
    }
}

fn calls<'a>(asked: &'a [Asked], method: &str, path: &str) -> Vec<&'a Asked> {
    asked.iter().filter(|asked| asked.is(method, path)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_script() {
    let (_, one) = run(navigators(5, 7), well).await;
    let (_, same) = run(navigators(5, 7), well).await;
    let (_, other) = run(navigators(5, 8), well).await;
    assert!(one.len() > 200, "{}", one.len());
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[tokio::test(start_paused = true)]
async fn a_navigator_does_what_the_app_does() {
    let (report, asked) = run(navigators(1, 3), polled).await;
    assert_eq!(report.failed(), 0, "{report}");
    let order: Vec<&str> = asked
        .iter()
        .filter(|asked| asked.method != "OPTIONS")
        .map(|asked| asked.path.as_str())
        .collect();
    assert_eq!(
        order[..4],
        [
            "/api/profanity/active/?language=all",
            "/api/auth/login/",
            "/api/stories/",
            "/api/stories/?public=true&page_size=100"
        ]
    );
    // Covers are loaded once, as many as the screen shows; each address is asked for leave once.
    let pictures = asked.iter().filter(|asked| asked.path.starts_with("/media/"));
    assert_eq!(pictures.count(), 12);
    let mut questions = BTreeMap::new();
    for asked in asked.iter().filter(|asked| asked.method == "OPTIONS") {
        *questions.entry(&asked.path).or_insert(0) += 1;
    }
    assert!(questions.values().all(|&count| count <= 2), "{questions:?}");
    // The token goes with the app's calls alone.
    for asked in &asked {
        let is_for_all = asked.method == "OPTIONS"
            || ["profanity", "login", "/media/"]
                .iter()
                .any(|part| asked.path.contains(part));
        let token = (!is_for_all).then(|| "Bearer token of a1@example.invalid".to_owned());
        assert_eq!(asked.token, token, "{asked:?}");
    }
    // After three stories: three likes, one comment, one rating, and stats as often as the reader asks.
    let ends = |end: &'static str| move |asked: &&Asked| asked.method == "POST" && asked.path.ends_with(end);
    let likes = asked.iter().filter(ends("/like/")).count();
    let comments = asked.iter().filter(ends("/comments/create/")).count();
    let ratings = asked.iter().filter(ends("/rate/")).count();
    assert!(
        likes >= 3 && comments >= 1 && ratings >= 1,
        "{likes} {comments} {ratings}"
    );
    let rating = asked.iter().find(ends("/rate/")).unwrap().json()["rating"]
        .as_u64()
        .unwrap();
    assert!((3..=5).contains(&rating));
}

#[tokio::test(start_paused = true)]
async fn polls_keep_their_rhythm_and_say_what_they_have() {
    let (report, asked) = run(navigators(1, 3), polled).await;
    let library = calls(&asked, "GET", "/api/stories/?public=true&page_size=100");
    assert!(
        library[1..]
            .iter()
            .all(|asked| asked.etag.as_deref() == Some("\"list\""))
    );
    assert_eq!(
        report.steady.calls["library"].statuses.keys().collect::<Vec<_>>(),
        [&304]
    );
    // Nobody waits longer than the poll's time while a screen is open.
    let badges = calls(&asked, "GET", "/api/messages/conversations/");
    let gaps = badges.windows(2).map(|pair| pair[1].at.abs_diff(pair[0].at));
    let gaps: Vec<u64> = gaps.map(|gap| gap.as_secs()).collect();
    assert!(
        gaps.len() >= 3 && gaps.iter().all(|gap| (30..32).contains(gap)),
        "{gaps:?}"
    );
    // Between two things that a reader does, the stats are asked for at least every ten seconds.
    let read: Vec<&Asked> = asked
        .iter()
        .filter(|asked| asked.path.ends_with("/stats/") && asked.method == "GET")
        .collect();
    let same = read.windows(2).filter(|pair| pair[0].path == pair[1].path);
    assert!(same.clone().count() >= 5);
    assert!(
        same.map(|pair| pair[1].at.abs_diff(pair[0].at))
            .all(|gap| gap <= Duration::from_millis(10_100))
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_stands_for_the_sign_in() {
    let navigator = Navigator {
        tokens_only: true,
        ..Navigator::default()
    };
    let (report, asked) = run(plan(Behaviour::Navigator(navigator), 2), well).await;
    assert_eq!((report.failed(), report.entered), (0, 2));
    assert!(asked.iter().all(|asked| !asked.path.contains("login")));
    assert_eq!(calls(&asked, "GET", "/api/auth/profile/").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_pace_is_that_of_the_plan() {
    let quick = Plan {
        pace: 50.0,
        measure_for: Duration::from_secs(10),
        ..navigators(1, 3)
    };
    let (report, asked) = run(quick, polled).await;
    assert_eq!(report.failed(), 0);
    let badges = calls(&asked, "GET", "/api/messages/conversations/").len();
    // Every 0.6 s.
    assert!((15..=18).contains(&badges), "{badges}");
}

#[tokio::test(start_paused = true)]
async fn an_artist_saves_every_five_seconds_with_one_drawing_changed() {
    let (report, asked) = run(artists(1, Phases::Random), well).await;
    assert_eq!((report.failed(), report.entered), (0, 1), "{report}");
    let saves = calls(&asked, "PATCH", "/api/stories/77/update/");
    assert!((12..=13).contains(&saves.len()), "{}", saves.len());
    let pages = |asked: &Asked| -> Vec<Value> {
        serde_json::from_str(asked.json()["canvas_data"].as_str().unwrap()).unwrap()
    };
    for pair in saves.windows(2) {
        assert_eq!((pair[1].at.abs_diff(pair[0].at)).as_millis(), 5000);
        let (before, after) = (pages(pair[0]), pages(pair[1]));
        assert_eq!((0..3).filter(|&page| before[page] != after[page]).count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn artists_save_together_or_each_at_its_own_moment() {
    for (phases, expected) in [(Phases::Together, 1), (Phases::Random, 8)] {
        let plan = Plan {
            ramp: 0.0,
            ..artists(8, phases)
        };
        let (_, asked) = run(plan, well).await;
        let saves = calls(&asked, "PATCH", "/api/stories/77/update/");
        let mut moments: Vec<u128> = saves.iter().map(|save| save.at.as_millis() % 5000).collect();
        moments.sort_unstable();
        moments.dedup();
        assert_eq!(moments.len(), expected, "{moments:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_autosave_is_late_is_felt_and_left_out_rounds_are_counted() {
    let slow = |asked: &Asked| match asked.method.as_str() {
        "PATCH" => well(asked).after(Duration::from_secs(12)),
        _ => well(asked),
    };
    let (report, _) = run(artists(1, Phases::Together), slow).await;
    let saves = &report.steady.calls["autosave"];
    // Due at 5 s, answered at 17 s; two rounds left out, the next at 20 s.
    assert_eq!((saves.answered, saves.skipped), (4, 6), "{report}");
    assert!((saves.latency.max - 12_000.0).abs() < 300.0, "{saves:?}");
}

/// A server with one story that has a quiz and a word search.
fn with_games(asked: &Asked) -> Told {
    let question = |id: u32, context: Option<&str>| json!({"id": id, "options": ["A", "B"], "context": context, "is_answered": id == 1});
    match asked.path.as_str() {
        "/api/games/available_stories/" => Told::json(&json!({"stories": [{"id": 9}], "total": 1})),
        "/api/games/story/9/" => Told::json(&json!({"games": [{"id": 31}, {"id": 32}]})),
        "/api/games/31/start_game/" => {
            let questions = [question(1, None), question(2, None), question(3, None)];
            Told::json(&json!({"attempt_id": 77, "questions": questions}))
        }
        "/api/games/32/start_game/" => {
            let questions = [question(4, Some("Words to find: KITE, TREE"))];
            Told::json(&json!({"attempt_id": 78, "questions": questions}))
        }
        _ => well(asked),
    }
}

#[tokio::test(start_paused = true)]
async fn a_player_plays_as_the_app_does() {
    let (report, asked) = run(plan(Behaviour::Player(Player::default()), 1), with_games).await;
    assert_eq!(report.failed(), 0, "{report}");
    let first: Vec<&Asked> = asked
        .iter()
        .filter(|asked| asked.path.contains("/games/") && asked.method != "OPTIONS")
        .take(15)
        .collect();
    let order: Vec<&str> = first
        .iter()
        .map(|asked| &asked.path["/api/games/".len()..])
        .collect();
    let (start, answer) = ("31/start_game/", "submit_answer/");
    assert_eq!(
        order,
        [
            "available_stories/",
            "story/9/",
            start,
            answer,
            answer,
            "complete/",
            start,
            start,
            "story/9/",
            "32/start_game/",
            answer,
            "complete/",
            "32/start_game/",
            "32/start_game/",
            "story/9/",
        ]
    );
    // What was answered before is not answered again.
    assert_eq!(first[3].json()["question_id"], json!(2));
    assert!(["A", "B"].contains(&first[3].json()["answer"].as_str().unwrap()));
    assert!(
        first[4].at >= first[3].at + Duration::from_secs(4),
        "they read it"
    );
    let words = first[10].json()["answer"].as_str().unwrap().to_owned();
    let mut letters: Vec<char> = words.chars().collect();
    letters.sort_unstable();
    assert_eq!(letters.iter().collect::<String>(), ",EEEIKRTT", "{words}");
    assert_eq!(first[5].json(), json!({"attempt_id": 77}));
    assert_eq!(first[2].json(), first[6].json(), "with the same body");
}

/// A server on which everybody has two friends.
fn with_friends(asked: &Asked) -> Told {
    match asked.path.as_str() {
        "/api/friends/" => Told::json(&json!({"friends": [{"id": 5}, {"id": 6}]})),
        _ => well(asked),
    }
}

#[tokio::test(start_paused = true)]
async fn a_chatter_writes_as_the_app_does() {
    let mut plan = plan(Behaviour::Chatter(Chatter { tokens_only: true }), 1);
    // It stands in the address of the socket.
    plan.accounts.people[0].access = "token-1".to_owned();
    plan.measure_for = Duration::from_secs(600);
    let (report, asked) = run(plan, with_friends).await;
    assert_eq!(
        (report.failed(), report.entered, report.sockets_open),
        (0, 1, 1),
        "{report}"
    );
    let order: Vec<&Asked> = asked
        .iter()
        .filter(|asked| asked.method != "OPTIONS")
        .filter(|asked| asked.path.contains("/friends/") || asked.path.contains("/messages/"))
        .collect();
    let screen = order
        .iter()
        .position(|asked| asked.is("GET", "/api/friends/"))
        .unwrap();
    assert!(order[screen + 1].is("GET", "/api/messages/conversations/"));
    let history = order[screen + 2];
    let friend: i64 = history
        .path
        .trim_start_matches("/api/messages/")
        .trim_end_matches('/')
        .parse()
        .unwrap();
    let sent: Vec<&&Asked> = order[screen + 3..]
        .iter()
        .take_while(|asked| asked.is("POST", "/api/messages/send/"))
        .collect();
    assert!((2..=5).contains(&sent.len()), "{}", sent.len());
    assert!(
        sent.iter()
            .all(|asked| asked.json()["receiver_id"] == json!(friend))
    );
    assert!(sent[0].at >= history.at + Duration::from_secs(4), "they type");
    assert!(
        order[screen + 3 + sent.len()].is("GET", &history.path),
        "what has come"
    );
    for path in ["/api/social/activity-feed/", "/api/social/leaderboard/"] {
        assert!(!calls(&asked, "GET", path).is_empty(), "{path}");
    }
    assert!(
        asked
            .iter()
            .any(|asked| asked.path.starts_with("/ws/notifications/"))
    );
}
