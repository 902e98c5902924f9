//! What the program says when it is called, and when it starts.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::operator::{Operator, complaint};

#[test]
fn what_it_does_not_understand_ends_with_2_and_the_usage() {
    let operator = Operator::new();
    for arguments in [
        &["fly"][..],
        &["serve", "--fast"],
        &["create-admin"],
        &["migrate", "now"],
    ] {
        let refused = operator.run(arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(
            complaint(&refused).contains("tinytales serve [--demo]"),
            "{arguments:?}"
        );
    }
    assert!(operator.says(&["--help"]).contains("create-admin"));
    assert!(operator.says(&["serve", "--help"]).contains("DATABASE_URL"));
}

#[test]
fn it_says_what_it_may_use_and_how_that_is_shared() {
    let operator = Operator::new();
    let mut command = operator.command(&["serve"]);
    command
        .env("PORT", "0")
        .env("MEMORY_LIMIT", "64M")
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut lines = [String::new(), String::new()];
    for line in &mut lines {
        out.read_line(line).unwrap();
    }
    assert!(lines[0].starts_with("Tinytales is listening on "), "{}", lines[0]);
    assert!(
        lines[1].starts_with("Memory 64 MiB (setting), CPU "),
        "{}",
        lines[1]
    );
    assert!(
        lines[1].contains(" instead of 4096: their share of the memory"),
        "{}",
        lines[1]
    );
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
}
