//! How much a running server logs.

use crate::operator::{Operator, complaint};

#[test]
fn the_log_of_a_running_server_is_raised_and_falls_back() {
    let operator = Operator::new();
    let alone = operator.run(&["debug"]);
    assert_eq!(alone.status.code(), Some(1));
    assert!(
        complaint(&alone).contains("no server answers"),
        "{}",
        complaint(&alone)
    );

    let server = operator.serve(&["serve"]);
    let debug = |arguments: &[&str]| operator.says(&[&["debug"], arguments].concat());
    assert_eq!(debug(&[]), "The log level is warn.\n");
    assert!(debug(&["--for", "10m"]).starts_with("The log level is debug until "));
    assert!(debug(&[]).starts_with("The log level is debug until "));
    assert_eq!(debug(&["--off"]), "The log level is warn.\n");
    for wrong in ["2h", "0s", "ten"] {
        assert_eq!(
            operator.run(&["debug", "--for", wrong]).status.code(),
            Some(2),
            "{wrong}"
        );
    }
    drop(server);
    assert!(!operator.folder.path().join("data/control.sock").exists());
}
