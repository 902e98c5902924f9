//! The backups that a server makes by itself, by a clock that the tests move.

use std::fs;
use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

use envelope::{Probe, Usage};
use tempfile::TempDir;
use tinytales::app::App;
use tinytales::backup::{Round, Stored};
use tinytales::clock::{Clock, HOUR, MINUTE};
use tinytales::config::Config;
use tinytales::logging::Log;
use tokio::runtime::Builder;

use crate::place::Place;
use crate::tools::{names, restore};

/// 2026-03-04, five o'clock.
pub(crate) const BEGINNING: i64 = 1_772_600_400_000_000;

pub(crate) async fn server(place: &Place, folder: &Path, clock: &Clock, more: &[(&str, &str)]) -> Arc<App> {
    server_with(place, folder, clock, more, Probe::system()).await
}

async fn server_with(
    place: &Place,
    folder: &Path,
    clock: &Clock,
    more: &[(&str, &str)],
    memory: Probe,
) -> Arc<App> {
    let settings = |name: &str| match name {
        "SECRET_KEY" => Some("for tests, and long enough for that".to_owned()),
        "DATABASE_URL" => Some(place.url().to_owned()),
        "BACKUP_DIR" => Some(folder.display().to_string()),
        name => more
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned()),
    };
    let config = Config::read(false, settings).unwrap();
    App::with(config, clock.clone(), Log::silent(), memory)
        .await
        .unwrap()
}

/// Runs a server inside of a runtime. Places are made and removed outside of it.
pub(crate) fn in_a_runtime(work: impl Future<Output = ()>) {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work);
}

async fn made(app: &App) -> bool {
    match app.backups.round(app).await {
        Round::Made(..) => true,
        Round::NotDue => false,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_is_made_when_it_is_due_also_after_a_restart() {
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    in_a_runtime(async {
        let clock = Clock::manual(BEGINNING);
        let app = server(&place, folder.path(), &clock, &[("BACKUP_EVERY", "12h")]).await;
        assert!(!made(&app).await, "nobody has an account");
        assert_eq!(app.backups.state().last_success, None);
        place.create_account("keeper@example.org");
        assert!(made(&app).await);
        assert!(!made(&app).await);
        let state = app.backups.state();
        assert_eq!((state.last_success, state.running), (Some(BEGINNING), false));
        assert!(state.bytes.is_some_and(|bytes| bytes > 1000));
        clock.advance(12 * HOUR - 1);
        assert!(!made(&app).await);
        app.stop().await;

        let app = server(&place, folder.path(), &clock, &[("BACKUP_EVERY", "12h")]).await;
        assert!(!made(&app).await, "the one of the last run counts");
        clock.advance(1);
        assert!(made(&app).await);
        assert_eq!(names(folder.path()).len(), 2);
        app.stop().await;
    });
}

#[test]
fn making_one_takes_room_from_the_exports() {
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    in_a_runtime(async {
        let clock = Clock::manual(BEGINNING);
        let app = server(&place, folder.path(), &clock, &[]).await;
        place.create_account("keeper@example.org");
        let held = || app.envelope.gauges().exports.held;
        let mut most = 0;
        let mut making = pin!(made(&app));
        let was_made = poll_fn(|context| {
            let polled = making.as_mut().poll(context);
            most = most.max(held());
            polled
        });
        assert!(was_made.await);
        assert_eq!((most, held()), (512 * 1024, 0));
        app.stop().await;
    });
}

/// It is made while the run that makes it is open.
#[test]
fn a_restored_server_knows_of_no_end_without_a_word() {
    let (place, elsewhere, folder) = (Place::new(), Place::new(), TempDir::new().unwrap());
    in_a_runtime(async {
        let clock = Clock::manual(BEGINNING);
        let app = server(&place, folder.path(), &clock, &[]).await;
        place.create_account("keeper@example.org");
        assert!(made(&app).await);
        restore(&elsewhere, &folder.path().join(&names(folder.path())[0]));
        clock.advance(HOUR);
        let again = server(&elsewhere, folder.path(), &clock, &[]).await;
        assert_eq!(again.history.unclean(), 0);
        again.stop().await;
        app.stop().await;
    });
}

#[test]
fn none_is_made_while_memory_is_short() {
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    in_a_runtime(async {
        let (clock, memory) = (Clock::manual(BEGINNING), Probe::manual(Usage::default()));
        let app = server_with(&place, folder.path(), &clock, &[], memory.clone()).await;
        place.create_account("keeper@example.org");
        let uses = |percent| {
            let resident = app.envelope.limit() / 100 * percent;
            memory.set(Usage {
                resident,
                cgroup: None,
            });
            app.envelope.look();
        };
        uses(85);
        assert!(!made(&app).await);
        let told = || app.backups.state().held_back.map(|held| held.told);
        assert_eq!(told(), Some(false));
        clock.advance(24 * HOUR + 1);
        assert!(!made(&app).await);
        assert_eq!(told(), Some(true), "a day is too long");
        uses(10);
        assert!(made(&app).await);
        assert_eq!(told(), None);
        app.stop().await;
    });
}

#[test]
fn the_newest_is_overdue_after_twice_the_time() {
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    in_a_runtime(async {
        let clock = Clock::manual(BEGINNING);
        let app = server(&place, folder.path(), &clock, &[("BACKUP_EVERY", "6h")]).await;
        let is_overdue = || app.backups.is_overdue(clock.now(), app.started_at);
        clock.advance(12 * HOUR);
        assert!(!is_overdue());
        clock.advance(1);
        assert!(is_overdue(), "since the start there was none");
        place.create_account("keeper@example.org");
        assert!(made(&app).await);
        assert!(!is_overdue());
        clock.advance(12 * HOUR + MINUTE);
        assert!(is_overdue());
        app.stop().await;
    });
}

#[test]
fn old_ones_go_when_a_new_one_has_succeeded() {
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    in_a_runtime(async {
        place.create_account("keeper@example.org");
        let clock = Clock::manual(BEGINNING);
        let app = server(
            &place,
            folder.path(),
            &clock,
            &[("BACKUP_EVERY", "8h"), ("BACKUP_KEEP", "2")],
        )
        .await;
        fs::write(folder.path().join("notes.txt"), "not ours").unwrap();
        for _ in 0..7 {
            assert!(made(&app).await);
            clock.advance(8 * HOUR);
        }
        let hours = |hours: i64| Stored::new(BEGINNING + hours * HOUR).name;
        // The two newest, and the newest of the two newest days, which end at hours 16 and 40 and now.
        assert_eq!(
            names(folder.path()),
            ["notes.txt".to_owned(), hours(40), hours(48)]
        );
        app.stop().await;
    });
}

#[test]
fn a_failure_is_told_and_tried_again_later() {
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    in_a_runtime(async {
        place.create_account("keeper@example.org");
        let clock = Clock::manual(BEGINNING);
        let path = folder.path().join("backups");
        let app = server(&place, &path, &clock, &[]).await;
        fs::create_dir(&path).unwrap();
        let old = path.join(Stored::new(BEGINNING - 48 * HOUR).name);
        fs::write(&old, "an old one").unwrap();
        // A folder stands where the file would be written.
        let stored = Stored::new(BEGINNING);
        fs::create_dir(path.join(format!("{}.unfinished", stored.name))).unwrap();
        let round = app.backups.round(&app).await;
        assert!(matches!(round, Round::Failed(_)), "{round:?}");
        let (at, why) = app.backups.state().last_error.unwrap();
        assert!(at == BEGINNING && why.contains("unfinished"), "{why}");
        assert_eq!(app.backups.state().failures, 1);
        assert!(old.exists());
        fs::remove_dir(path.join(format!("{}.unfinished", stored.name))).unwrap();
        assert!(!made(&app).await, "not at once");
        clock.advance(10 * MINUTE);
        assert!(made(&app).await);
        assert_eq!(app.backups.state().last_error, None);
        app.stop().await;
    });
}

#[test]
fn two_never_run_at_once() {
    let (place, folder) = (Place::new(), TempDir::new().unwrap());
    in_a_runtime(async {
        place.create_account("keeper@example.org");
        let app = server(&place, folder.path(), &Clock::manual(BEGINNING), &[]).await;
        let other = fs::File::open(folder.path()).unwrap();
        other.lock().unwrap();
        let round = app.backups.round(&app).await;
        assert!(
            matches!(round, Round::Failed(tinytales::backup::Failure::UnderWay)),
            "{round:?}"
        );
        drop(other);
        app.stop().await;
    });
}
