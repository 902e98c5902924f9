use super::*;

const SOON: Duration = Duration::from_secs(10);

fn shell(script: &str) -> Running {
    let mut command = tied(Path::new("/bin/sh"), StopBy::Terminate, None).unwrap();
    command.args(["-c", script]);
    Running::start(command, StopBy::Terminate).unwrap()
}

fn exists(id: u32) -> bool {
    Path::new(&format!("/proc/{id}")).exists()
}

#[test]
fn a_dropped_process_is_gone() {
    let running = shell("exec sleep 60");
    let id = running.id();
    assert!(exists(id));
    drop(running);
    assert!(!exists(id));
}

#[test]
fn stopping_sends_the_chosen_signal() {
    let status = shell("exec sleep 60").stop().unwrap();
    assert_eq!(status.signal(), Some(Signal::TERM.as_raw()));
}

#[test]
fn a_process_that_ends_too_early_is_not_waited_for() {
    let mut running = shell("exit 3");
    let error = wait_until(&mut running, SOON, || false).unwrap_err();
    assert!(error.to_string().contains("exit status: 3"), "{error}");
}

#[test]
fn a_process_that_takes_too_long_is_stopped() {
    let running = shell("exec sleep 60");
    let id = running.id();
    assert!(running.wait(Duration::ZERO).is_err());
    assert!(!exists(id));
}

/// The kernel watches the thread that started the process, so a thread that ends stands for a chore that is killed.
#[test]
fn a_process_ends_with_the_one_that_started_it() {
    let orphan = std::thread::spawn(|| {
        let mut orphan = shell("exec sleep 60");
        let comm = format!("/proc/{}/comm", orphan.id());
        wait_until(&mut orphan, SOON, || {
            std::fs::read_to_string(&comm).is_ok_and(|name| name == "sleep\n")
        })
        .unwrap();
        orphan
    });
    let status = orphan.join().unwrap().ended_within(SOON).unwrap();
    assert_eq!(status.signal(), Some(Signal::TERM.as_raw()));
}

#[test]
fn the_tail_is_the_last_lines() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let lines: Vec<String> = (1..=30).map(|n| n.to_string()).collect();
    std::fs::write(&log, lines.join("\n")).unwrap();
    let tail = tail(&log);
    assert!(
        tail.starts_with("\n    11\n") && tail.ends_with("\n    30"),
        "{tail}"
    );
}
