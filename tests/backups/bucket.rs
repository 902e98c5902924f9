//! Backups that go to a bucket, and an erased disk that comes back from there.

use std::fs;
use std::process::Command;

use tempfile::TempDir;
use tinytales::app::App;
use tinytales::backup::{Failure, Round, Stored};
use tinytales::clock::{Clock, HOUR, MINUTE};

use crate::place::{Place, program};
use crate::schedule::{self, BEGINNING, in_a_runtime};
use crate::server::Server;
use crate::tools::{back_up, must, names, run, tables, with_database};
use crate::writers::{agent, send, story, token};

const CHILD: &str = "child@example.org";

#[expect(
    clippy::disallowed_methods,
    reason = "the store that xtask has started for these tests"
)]
fn endpoint() -> String {
    std::env::var("TEST_BUCKET_ENDPOINT").expect("TEST_BUCKET_ENDPOINT says where a store answers")
}

/// A new bucket of the store.
struct Bucket(String);

impl Bucket {
    fn new(name: &str) -> Self {
        let made = agent()
            .put(format!("{}/{name}", endpoint()))
            .send_empty()
            .unwrap();
        assert_eq!(made.status(), 200);
        Self(name.to_owned())
    }

    /// The settings of a server that has this bucket.
    fn settings(&self) -> [(&'static str, String); 4] {
        [
            ("BUCKET_URL", format!("s3://{}/of/tinytales", self.0)),
            ("BUCKET_ENDPOINT", endpoint()),
            ("BUCKET_ACCESS_KEY_ID", "tester".to_owned()),
            ("BUCKET_SECRET_ACCESS_KEY", "not a secret".to_owned()),
        ]
    }

    /// Gives a command these settings.
    fn on<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.settings())
    }

    /// The names of what is in it.
    fn objects(&self) -> Vec<String> {
        let listed = agent()
            .get(format!("{}/{}?list-type=2", endpoint(), self.0))
            .call();
        let listed = listed.unwrap().body_mut().read_to_string().unwrap();
        let keys = listed.split("<Key>").skip(1);
        keys.map(|rest| rest.split('<').next().unwrap().to_owned())
            .collect()
    }
}

/// A server on a disk of its own that has just been bought.
fn new_machine(bucket: &Bucket) -> (TempDir, Server) {
    let folder = TempDir::new().unwrap();
    let server = Server::start(bucket.on(program(folder.path()).arg("serve")));
    (folder, server)
}

fn on_disk(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = program(folder.path());
    command.args(arguments);
    command
}

fn write_story(server: &Server, token: &str, title: &str) {
    let sent = send(
        &agent(),
        &server.url("/api/stories/create/"),
        token,
        &story(title, "Once."),
    );
    assert_eq!(sent.unwrap().0, 201);
}

fn titles(server: &Server, token: &str) -> String {
    let request = agent()
        .get(server.url("/api/stories/"))
        .header("authorization", format!("Bearer {token}"));
    request.call().unwrap().body_mut().read_to_string().unwrap()
}

#[test]
fn an_erased_disk_comes_back() {
    let bucket = Bucket::new("erased-disk");
    let (disk, server) = new_machine(&bucket);
    must(&mut on_disk(
        &disk,
        &["create-admin", "--email", CHILD, "--name", "Child"],
    ));
    let token = token(&agent(), &server, CHILD);
    write_story(&server, &token, "Kept");
    let said = must(bucket.on(&mut on_disk(&disk, &["backup"])));
    assert!(said.contains("rows of"), "{said}");
    write_story(&server, &token, "Lost with the disk");
    server.kill();
    drop((server, disk));

    let (disk, server) = new_machine(&bucket);
    let titles = titles(&server, &token);
    assert!(titles.contains("Kept") && !titles.contains("Lost"), "{titles}");
    // What was fetched is the newest backup here too, and is not made again.
    assert_eq!(names(&disk.path().join("backups")).len(), 1);
    // The next start finds people, and asks nobody.
    write_story(&server, &token, "After");
    drop(server);
    let again = Server::start(
        on_disk(&disk, &["serve"])
            .env("BUCKET_URL", "")
            .env("BACKUP_DIR", "off"),
    );
    assert!(self::titles(&again, &token).contains("After"));
}

#[test]
fn several_that_start_at_once_restore_once() {
    let bucket = Bucket::new("at-once");
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    place.create_account(CHILD);
    must(bucket.on(&mut place.command(&["backup"])));
    let file = folder.path().join("expected");
    back_up(&place, &file);

    let empty = Place::new();
    std::thread::scope(|scope| {
        let starting: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| Server::start(bucket.on(&mut empty.command(&["serve"])))))
            .collect();
        for server in starting {
            let server = server.join().unwrap();
            assert!(!token(&agent(), &server, CHILD).is_empty());
        }
    });
    let after = folder.path().join("after");
    back_up(&empty, &after);
    // Those who serve have added what an empty database lacks, such as rude words; people come from the backup alone.
    assert_eq!(tables(&file)["users"].0, tables(&after)["users"].0);
}

#[test]
fn a_store_that_does_not_answer_stops_an_empty_start() {
    let folder = TempDir::new().unwrap();
    let bucket = Bucket("nowhere".to_owned());
    let mut serve = on_disk(&folder, &["serve"]);
    let (succeeded, said) = run(bucket.on(&mut serve));
    assert!(!succeeded && said.contains("RESTORE_IF_EMPTY=off"), "{said}");
    assert!(!folder.path().join("tinytales.db").exists(), "nothing was begun");
    drop(Server::start(
        bucket.on(on_disk(&folder, &["serve"]).env("RESTORE_IF_EMPTY", "off")),
    ));
}

#[test]
fn what_is_too_long_for_one_part_goes_and_comes_in_several() {
    let bucket = Bucket::new("parts");
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    place.create_account(CHILD);
    // 12 MB that cannot be packed.
    let noise: Vec<u8> = (0..3_000_000_u32)
        .flat_map(|n| blake3::hash(&n.to_le_bytes()).as_bytes()[..4].to_vec())
        .collect();
    with_database(place.url(), move |conn| {
        let insert =
            "INSERT INTO pictures (hash, kind, bytes, created_at) VALUES ('h', 'png', 1, 1) RETURNING id";
        let picture: i64 = conn.one(insert, &[])?.take()?;
        for (number, piece) in (0_i64..).zip(noise.chunks(96_000)) {
            let insert = "INSERT INTO picture_pieces (picture_id, number, data) VALUES ($1, $2, $3)";
            conn.execute(insert, &[&picture, &number, &piece])?;
        }
        Ok(())
    });
    must(bucket.on(&mut place.command(&["backup", "--keep", "1"])));
    let elsewhere = Place::new();
    let said = must(bucket.on(&mut elsewhere.command(&["restore", "--from-bucket"])));
    assert!(said.starts_with("Restored"), "{said}");
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    back_up(&place, &first);
    back_up(&elsewhere, &second);
    assert!(fs::metadata(&first).unwrap().len() > 11_000_000);
    assert_eq!(tables(&first), tables(&second));
}

#[test]
fn old_ones_leave_the_bucket_when_a_new_one_is_there() {
    let bucket = Bucket::new("retention");
    let disk = TempDir::new().unwrap();
    must(&mut on_disk(
        &disk,
        &["create-admin", "--email", CHILD, "--name", "Child"],
    ));
    let prefix = format!("{}/{}/of/tinytales", endpoint(), bucket.0);
    let others = [
        "notes.txt",
        "tinytales-20200101T000000Z.jsonl.gz",
        "tinytales-20200102T000000Z.jsonl.gz",
    ];
    for name in others {
        assert_eq!(
            agent()
                .put(format!("{prefix}/{name}"))
                .send("text")
                .unwrap()
                .status(),
            200
        );
    }
    must(bucket.on(on_disk(&disk, &["backup"]).env("BACKUP_KEEP", "2")));
    let objects = bucket.objects();
    assert_eq!(objects.len(), 3, "{objects:?}");
    assert!(
        objects.iter().any(|key| key.ends_with("notes.txt")),
        "{objects:?}"
    );
    assert!(!objects.iter().any(|key| key.contains("20200101")), "{objects:?}");
}

/// A look at the schedule. Where there is a bucket, what was made or shipped is known to be there.
async fn look(app: &App) -> Round {
    let round = app.backups.round(app).await;
    if let Round::Made(stored, _) | Round::Shipped(stored) = &round {
        let there = app.backups.has_bucket().then_some(stored.at);
        assert_eq!(app.backups.state().shipped, there);
    }
    round
}

#[test]
fn the_schedule_sends_what_it_makes_and_what_it_finds_unsent() {
    let bucket = Bucket::new("schedule");
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    place.create_account(CHILD);
    let settings = bucket.settings();
    let mut with_bucket: Vec<_> = settings
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    with_bucket.extend([("BACKUP_EVERY", "12h"), ("BACKUP_KEEP", "2")]);
    let key = |hours: i64| format!("of/tinytales/{}", Stored::new(BEGINNING + hours * HOUR).name);
    in_a_runtime(async {
        let clock = Clock::manual(BEGINNING);
        let app = schedule::server(&place, folder.path(), &clock, &[]).await;
        assert!(
            matches!(look(&app).await, Round::Made(..)),
            "into the folder alone"
        );
        app.stop().await;

        let app = schedule::server(&place, folder.path(), &clock, &with_bucket).await;
        assert!(matches!(look(&app).await, Round::Shipped(_)));
        assert_eq!(bucket.objects(), [key(0)]);
        assert!(matches!(look(&app).await, Round::NotDue));
        for (hours, kept) in [(12, [0, 12]), (24, [12, 24])] {
            clock.advance(12 * HOUR);
            assert!(matches!(look(&app).await, Round::Made(..)));
            assert_eq!(bucket.objects(), kept.map(key), "after {hours} hours");
            assert!(matches!(look(&app).await, Round::NotDue));
        }
        app.stop().await;
    });
}

#[test]
fn while_the_bucket_is_out_of_reach_the_folder_gets_its_backups() {
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    place.create_account(CHILD);
    let bucket = Bucket("not-made-yet".to_owned());
    let settings = bucket.settings();
    let mut with_bucket: Vec<_> = settings
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    with_bucket.push(("BACKUP_EVERY", "15m"));
    in_a_runtime(async {
        let clock = Clock::manual(BEGINNING);
        let app = schedule::server(&place, folder.path(), &clock, &with_bucket).await;
        let is_overdue = || app.backups.is_overdue(clock.now(), app.started_at);
        // What is made is sent, and tried to be sent again after ten minutes.
        for (minutes, made, fails) in [
            (0, 1, true),
            (9, 1, false),
            (10, 1, true),
            (15, 2, true),
            (20, 2, false),
            (31, 3, true),
        ] {
            clock.advance(BEGINNING + minutes * MINUTE - clock.now());
            let round = look(&app).await;
            assert_eq!(
                matches!(round, Round::Failed(Failure::Bucket(_))),
                fails,
                "{minutes}: {round:?}"
            );
            assert_eq!(names(folder.path()).len(), made, "after {minutes} minutes");
        }
        let state = app.backups.state();
        assert_eq!(
            (state.last_success, state.shipped),
            (Some(BEGINNING + 31 * MINUTE), None)
        );
        assert!(state.last_error.is_some() && is_overdue());

        let bucket = Bucket::new(&bucket.0);
        clock.advance(10 * MINUTE);
        assert!(matches!(look(&app).await, Round::Shipped(_)));
        assert_eq!(bucket.objects().len(), 1);
        assert_eq!(names(folder.path()).len(), 3, "it is not made again");
        assert!(app.backups.state().last_error.is_none() && !is_overdue());
        app.stop().await;
    });
}
