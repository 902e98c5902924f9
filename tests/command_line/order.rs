//! Keeping order by hand, beside a running server.

use std::time::{Duration, Instant};

use database::{Database, Migrations, Options, Target};
use serde_json::{Value, json};
use tinytales::migrations::ALL;

use crate::operator::{Operator, Server, complaint};

/// Signs somebody up and confirms them; the id.
fn joins(operator: &Operator, server: &Server, name: &str) -> i64 {
    let email = format!("{name}@example.org");
    let form =
        json!({"name": name, "email": email, "password": "pass word 1", "confirm_password": "pass word 1"});
    let (status, answer) = server.post("/api/auth/register/", &form);
    assert_eq!(status, 201, "{answer}");
    operator.says(&["confirm", &email]);
    answer["user_id"].as_i64().unwrap()
}

fn token(server: &Server, name: &str) -> String {
    let email = format!("{name}@example.org");
    let (_, answer) = server.post(
        "/api/auth/login/",
        &json!({"email": email, "password": "pass word 1"}),
    );
    answer["access"].as_str().unwrap().to_owned()
}

fn posts(server: &Server, token: &str, path: &str, body: &Value) -> Value {
    let mut answer = ureq::post(format!("{}{path}", server.address))
        .header("authorization", format!("Bearer {token}"))
        .send_json(body)
        .unwrap();
    answer.body_mut().read_json().unwrap()
}

#[test]
fn an_operator_suspends_and_lifts_unpublishes_and_deletes() {
    let operator = Operator::new();
    let server = operator.serve(&["serve"]);
    let (mira, ben) = (
        joins(&operator, &server, "mira"),
        joins(&operator, &server, "ben"),
    );
    let by_mira = token(&server, "mira");
    let story = json!({"title": "The Kettle", "content": "Once.", "canvas_data": "[]", "is_published": true});
    let story = posts(&server, &by_mira, "/api/stories/create/", &story)["story"]["id"].clone();
    let comment = json!({"text": "Hm"});
    let path = format!("/api/stories/{story}/comments/create/");
    let comment = posts(&server, &token(&server, "ben"), &path, &comment)["comment"]["id"].clone();
    let shown = || server.get("/api/stories/?public=true")["count"].as_i64().unwrap();
    assert_eq!(shown(), 1);

    let said = operator.says(&["suspend", "mira", "--for", "7d", "--reason", "Rude words"]);
    assert!(said.starts_with("The account is suspended until 20"), "{said}");
    assert_eq!(
        (shown(), server.sign_in("mira@example.org", "pass word 1")),
        (0, 401)
    );
    assert!(
        operator
            .says(&["unsuspend", "MIRA@example.org"])
            .contains("not suspended any more")
    );
    assert_eq!(
        (shown(), server.sign_in("mira@example.org", "pass word 1")),
        (1, 200)
    );
    assert!(
        operator
            .says(&["unsuspend", &mira.to_string()])
            .contains("was not suspended")
    );
    assert!(
        operator
            .says(&["suspend", &ben.to_string()])
            .contains("until somebody lifts it")
    );
    assert!(operator.says(&["suspend", "ben"]).contains("just so already"));

    operator.says(&["delete-comment", &comment.to_string(), "--reason", "Not kind"]);
    operator.says(&["unpublish", &story.to_string()]);
    assert_eq!(shown(), 0);

    let record = operator.says(&["audit"]);
    let acts: Vec<String> = record
        .lines()
        .map(|line| line.split("  ").skip(1).collect::<Vec<_>>().join("|"))
        .collect();
    assert!(
        acts[0].starts_with(&format!("command line|suspend user {mira}|until 20")),
        "{record}"
    );
    assert!(acts[0].ends_with("Rude words"), "{record}");
    assert_eq!(acts[1], format!("command line|unsuspend user {mira}"));
    assert_eq!(acts[2], format!("command line|suspend user {ben}|until lifted."));
    // What stood so already has left no line.
    assert_eq!(acts[3], format!("command line|delete comment {comment}|Not kind"));
    assert_eq!(acts[4], format!("command line|unpublish story {story}"));
    assert_eq!(operator.says(&["audit", "--last", "1"]).lines().count(), 1);
}

#[test]
fn a_running_server_hears_of_a_suspension_at_once() {
    let operator = Operator::new();
    let server = operator.serve(&["serve"]);
    joins(&operator, &server, "mira");
    let by_mira = token(&server, "mira");
    let profile = || {
        let request = ureq::get(format!("{}/api/auth/profile/", server.address));
        let request = request.header("authorization", format!("Bearer {by_mira}"));
        match request.call() {
            Ok(answer) => answer.status().as_u16(),
            Err(ureq::Error::StatusCode(status)) => status,
            Err(error) => panic!("{error}"),
        }
    };
    // The server remembers for half a minute that this is Mira.
    assert_eq!(profile(), 200);
    operator.says(&["suspend", "mira"]);
    // Sooner than it would look by itself or forget who that is; a second where nothing else runs.
    let within = Instant::now() + Duration::from_secs(10);
    while profile() == 200 {
        assert!(Instant::now() < within, "the token is good for too long");
    }
    assert_eq!(profile(), 401);
}

#[test]
fn what_is_not_there_and_what_is_not_understood_is_said() {
    let operator = Operator::new();
    assert!(operator.says(&["audit"]).contains("Nothing has been done yet"));
    for (arguments, why) in [
        (vec!["suspend", "nobody"], "there is no such account"),
        (vec!["unsuspend", "7"], "there is no such account"),
        (vec!["unpublish", "7"], "there is no such story"),
        (vec!["delete-comment", "7"], "there is no such comment"),
    ] {
        let output = operator.run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(complaint(&output).contains(why), "{}", complaint(&output));
    }
    for arguments in [
        vec!["suspend"],
        vec!["suspend", "mira", "--for", "soon"],
        vec!["suspend", "mira", "ben"],
        vec!["unpublish"],
        vec!["unpublish", "the kettle"],
        vec!["audit", "--last", "0"],
    ] {
        assert_eq!(operator.run(&arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert!(
        operator
            .says(&["suspend", "--help"])
            .contains("within half a minute")
    );
}

#[test]
fn a_command_leaves_an_older_schema_to_the_server_beside_it() {
    let operator = Operator::new();
    let data = operator.folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let file = data.join("tinytales.db");
    let first = Migrations {
        sqlite: &ALL.sqlite[..ALL.sqlite.len() - 1],
        ..ALL
    };
    let database = Database::open(Target::Sqlite(file.clone()), Options::default()).unwrap();
    database.migrate(&first).unwrap();
    database.close();
    let before = std::fs::read(&file).unwrap();
    for command in [
        &["audit"][..],
        &["suspend", "mira", "--reason", "rude"],
        &["confirm", "mira@example.org"],
        &[
            "create-admin",
            "--email",
            "ines@example.org",
            "--name",
            "Ines Cruz",
        ],
    ] {
        let refused = operator.run(command);
        let complaint = complaint(&refused);
        assert_eq!(refused.status.code(), Some(1), "{command:?}: {complaint}");
        assert!(complaint.contains("tinytales migrate"), "{complaint}");
    }
    assert_eq!(before, std::fs::read(&file).unwrap());
    operator.says(&["migrate"]);
    operator.says(&["audit"]);
}
