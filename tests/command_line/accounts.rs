//! Accounts that an operator makes or mends: by hand, by settings, and those of the demo.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::operator::Operator;

#[test]
fn an_operator_without_mail_helps_by_hand() {
    let operator = Operator::new();
    operator.says(&["migrate"]);
    operator.says(&[
        "create-admin",
        "--email",
        "ines@example.org",
        "--name",
        "Ines Cruz",
    ]);
    let taken = operator.run(&[
        "create-admin",
        "--email",
        "INES@example.org",
        "--name",
        "Ines Cruz",
    ]);
    assert_eq!(taken.status.code(), Some(1));

    let server = operator.serve(&["serve"]);
    assert_eq!(server.sign_in("ines@example.org", "a good long password"), 200);
    let mira = json!({"name": "Mira Lopez", "email": "mira@example.org", "password": "pass word 1", "confirm_password": "pass word 1"});
    let (status, answer) = server.post("/api/auth/register/", &mira);
    assert_eq!((status, &answer["email_sent"]), (201, &json!(false)));
    assert_eq!(server.sign_in("mira@example.org", "pass word 1"), 401);

    // Beside the running server, on the same file.
    operator.says(&["confirm", "mira@example.org"]);
    assert_eq!(server.sign_in("mira@example.org", "pass word 1"), 200);
    let said = operator.says(&["reset-password", "mira@example.org"]);
    let password = said.trim().rsplit(' ').next().unwrap();
    assert_eq!(server.sign_in("mira@example.org", "pass word 1"), 401);
    assert_eq!(server.sign_in("mira@example.org", password), 200);
    for command in ["confirm", "reset-password"] {
        assert_eq!(
            operator.run(&[command, "nobody@example.org"]).status.code(),
            Some(1),
            "{command}"
        );
    }
}

const KEEPER: [(&str, &str); 2] = [
    ("ADMIN_EMAIL", "ines@example.org"),
    ("ADMIN_PASSWORD", "a good long password"),
];

#[test]
fn the_first_administrator_comes_from_the_settings_once() {
    let operator = Operator::new();
    let serve = |password: &'static str| {
        operator.serve_with(&["serve"], |program| {
            program.envs(KEEPER).env("ADMIN_PASSWORD", password);
        })
    };
    let first = serve("a good long password");
    assert!(first.said.contains("can sign in now"), "{}", first.said);
    assert!(!first.said.contains("ines") && !first.said.contains("good long"));
    assert_eq!(first.sign_in("ines@example.org", "a good long password"), 200);
    let door = first.form(
        "/ops/sign-in",
        &[("email", KEEPER[0].1), ("password", KEEPER[1].1)],
    );
    assert_eq!(door, 303, "the console lets them in");
    drop(first);

    let again = serve("another long password");
    assert!(!again.said.contains("can sign in now"), "{}", again.said);
    assert_eq!(again.sign_in("ines@example.org", "another long password"), 401);
    assert_eq!(again.sign_in("ines@example.org", "a good long password"), 200);
}

#[test]
fn whoever_signed_up_under_the_address_is_not_made_an_administrator() {
    let operator = Operator::new();
    let server = operator.serve(&["serve"]);
    let ines = json!({"name": "Ines Cruz", "email": "ines@example.org", "password": "pass word 1", "confirm_password": "pass word 1"});
    assert_eq!(server.post("/api/auth/register/", &ines).0, 201);
    drop(server);
    operator.says(&["confirm", "ines@example.org"]);
    let log = operator.folder.path().join("log");
    let server = operator.serve_with(&["serve"], |program| {
        program.envs(KEEPER).stderr(std::fs::File::create(&log).unwrap());
    });
    let door = server.form(
        "/ops/sign-in",
        &[("email", KEEPER[0].1), ("password", "pass word 1")],
    );
    assert_eq!(door, 401);
    assert_eq!(server.sign_in("ines@example.org", "a good long password"), 401);
    drop(server);
    let said = std::fs::read_to_string(log).unwrap();
    assert!(said.contains("ADMIN_EMAIL belongs to an account"), "{said}");
    assert!(!said.contains("ines") && !said.contains("good long"), "{said}");
}

#[test]
fn the_demo_prints_accounts_that_can_sign_in_and_is_filled_once() {
    let operator = Operator::new();
    let file = operator.folder.path().join("data/demo-accounts.json");
    let first = operator.serve(&["serve", "--demo"]);
    let accounts: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    for name in ["demo-accounts.json", "own-secret"] {
        let mode = std::fs::metadata(file.with_file_name(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name} is its owner's alone");
    }
    for role in ["child", "parent", "teacher", "admin"] {
        let account = accounts
            .as_array()
            .unwrap()
            .iter()
            .find(|account| account["role"] == role)
            .unwrap();
        let (email, password) = (
            account["email"].as_str().unwrap(),
            account["password"].as_str().unwrap(),
        );
        assert!(
            first.said.contains(email) && first.said.contains(password),
            "{role} is printed"
        );
        assert_eq!(first.sign_in(email, password), 200, "{role} signs in");
    }
    let stories = first.get("/api/stories/?public=true&page_size=100");
    assert_eq!(stories["count"], 12);
    let of_role = |role: &str| {
        accounts
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["role"] == role)
    };
    let classes = first.get_as(of_role("teacher").unwrap(), "/api/teacher/classes/");
    assert_eq!(classes[0]["student_count"], 4);
    assert_eq!(classes[0]["code"].as_str().unwrap().len(), 8);
    drop(first);

    let again = operator.serve(&["serve", "--demo"]);
    assert_eq!(again.get("/api/stories/?public=true")["count"], 12);
    assert_eq!(
        serde_json::from_slice::<Value>(&std::fs::read(&file).unwrap()).unwrap(),
        accounts
    );
}
