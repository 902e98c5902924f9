//! A disk that is full: a small file system in memory, which only the server and this test see and which ends with the
//! server (a mount namespace of its own).

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

use crate::place::settings;
use crate::server::Server;
use crate::writers::{agent, send, story, token};

const KEEPER: &str = "keeper@example.org";
/// What is sent at once when the disk is full.
const CROWD: usize = 50;
/// Stories after which a full disk must have been noticed.
const PATIENCE: usize = 300;

#[test]
fn a_full_disk_refuses_every_write_and_loses_none() {
    let folder = TempDir::new().unwrap();
    let Some(server) = on_a_small_disk(folder.path()) else {
        assert_no_mounts();
        return;
    };
    let agent = agent();
    let token = token(&agent, &server, KEEPER);
    let create = |title: String| {
        // Long enough that nothing fits into a page that happens to be free.
        let story = story(&title, &"The lamp went round. ".repeat(2000));
        let (status, _) = send(&agent, &server.url("/api/stories/create/"), &token, &story).unwrap();
        (title, status)
    };
    let mut stored = vec![create("While there was room".to_owned())];
    assert_eq!(stored[0].1, 201);

    let filler = Filler::fill(&seen_by(&server, folder.path()));
    // What the log has of old room is used up first.
    let refused = (0..PATIENCE)
        .map(|n| create(format!("Last {n}")))
        .find(|(title, status)| {
            if *status == 201 {
                stored.push((title.clone(), 201));
            }
            *status != 201
        });
    assert!(matches!(refused, Some((_, 507 | 503))), "{refused:?}");
    let crowd: Vec<(String, u16)> = thread::scope(|scope| {
        let senders: Vec<_> = (0..CROWD)
            .map(|n| scope.spawn(move || create(format!("Refused {n}"))))
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    assert!(
        crowd.iter().all(|(_, status)| matches!(status, 507 | 503)),
        "{crowd:?}"
    );
    assert_eq!(
        titles(&server, &token),
        reversed(&stored),
        "while the disk is full"
    );

    filler.remove();
    stored.push(create("When there was room again".to_owned()));
    assert_eq!(stored.last().unwrap().1, 201);
    assert_eq!(titles(&server, &token), reversed(&stored), "with room again");
}

/// The newest first, as the server lists them.
fn reversed(stored: &[(String, u16)]) -> Vec<String> {
    stored.iter().rev().map(|(title, _)| title.clone()).collect()
}

/// All titles of the caller's own list.
fn titles(server: &Server, token: &str) -> Vec<String> {
    let mut titles = Vec::new();
    let mut next = Some(server.url("/api/stories/?page_size=100"));
    while let Some(url) = next {
        let mut response = agent()
            .get(&url)
            .header("authorization", format!("Bearer {token}"))
            .call()
            .unwrap();
        assert_eq!(response.status(), 200, "reads go on");
        let page: Value = response.body_mut().read_json().unwrap();
        let rows = page["results"].as_array().unwrap();
        titles.extend(rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()));
        next = page["next"].as_str().map(str::to_owned);
    }
    titles
}

/// A server with an account, on a disk of 8 MB; nothing where the system lets nobody mount one.
fn on_a_small_disk(folder: &Path) -> Option<Server> {
    let may_mount = unshare("mount -t tmpfs tmpfs /mnt")
        .output()
        .is_ok_and(|tried| tried.status.success());
    let mut serve = unshare(
        "mount -t tmpfs -o size=8m tmpfs \"$DATA_DIR\"
         \"$PROGRAM\" create-admin --email \"$KEEPER\" --name Keeper
         exec \"$PROGRAM\" serve",
    );
    settings(&mut serve, folder);
    serve
        .env("PROGRAM", env!("CARGO_BIN_EXE_tinytales"))
        .env("KEEPER", KEEPER);
    may_mount.then(|| Server::start(&mut serve))
}

/// A script in a mount namespace of its own, as its root.
fn unshare(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-ec", script]);
    command
}

/// Only an unprivileged process may be let off: there `max_page_count` is the full disk, in crates/database's tests.
fn assert_no_mounts() {
    assert!(
        !rustix::process::geteuid().is_root(),
        "root can mount a file system: is unshare missing?"
    );
}

/// The folder as the server sees it.
fn seen_by(server: &Server, folder: &Path) -> PathBuf {
    let root = format!("/proc/{}/root", server.id().as_raw_nonzero());
    Path::new(&root).join(folder.strip_prefix("/").unwrap())
}

/// A file that takes all the room that is left.
struct Filler(PathBuf);

impl Filler {
    fn fill(folder: &Path) -> Self {
        let path = folder.join("filler");
        let mut file = File::create(&path).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        Self(path)
    }

    fn remove(self) {
        fs::remove_file(self.0).unwrap();
    }
}
