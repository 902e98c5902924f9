//! Settings that are wrong, and what stands in for them in development.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::operator::{Operator, complaint};

/// What an operator gets wrong, and words of the one line that says so.
const FAULTS: &[(&[(&str, &str)], &str)] = &[
    (&[("DATABASE_URL", "foo")], "DATABASE_URL"),
    (
        &[("DATABASE_URL", "mysql://u:hunter2@h/x")],
        "neither sqlite: nor postgres:",
    ),
    (&[("DATABASE_URL", "postgres://u:hunter2@h:x/d")], "DATABASE_URL"),
    (
        &[("DATABASE_URL", "sqlite:////nowhere/at/all.db")],
        "/nowhere/at/all.db",
    ),
    (&[("DATABASE_URL", "sqlite:////tmp")], "not a file"),
    (&[("DATABASE_URL", "sqlite:////proc/self/status")], "DATABASE_URL"),
    (&[("DATA_DIR", "/etc/passwd/data")], "DATA_DIR"),
    (&[("DATA_DIR", "/proc/data")], "DATA_DIR"),
    (&[("PORT", "70000")], "from 0 to 65535"),
    (&[("PORT", "eighty")], "PORT"),
    (&[("HOST", "nowhere.invalid")], "HOST nowhere.invalid"),
    (&[("MEMORY_LIMIT", "31M")], "at least 32M"),
    (&[("MEMORY_LIMIT", "lots")], "MEMORY_LIMIT"),
    (&[("SECRET_KEY", "")], "openssl rand -hex 32"),
    (&[("SECRET_KEY", "short")], "too short"),
    (
        &[("SECRET_KEY", "django-insecure-0f9g8h7j6k5l4m3n2b1v")],
        "well-known",
    ),
    (
        &[("SECRET_KEY", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")],
        "guessed",
    ),
    (
        &[
            ("SECRET_KEY", "short"),
            ("DEBUG", "true"),
            ("PUBLIC_URL", "https://tales.example"),
        ],
        "too short",
    ),
    (&[("LOG_LEVEL", "loud")], "error, warn, info or debug"),
    (&[("DEBUG", "maybe")], "true or false"),
    (&[("ALLOWED_HOSTS", "https://tales.example")], "ALLOWED_HOSTS"),
    (&[("REDIS_URL", "localhost:6379")], "REDIS_URL"),
    (&[("REDIS_URL", "redis://:hunter2@")], "names no host"),
    (&[("CHANNEL_LAYER", "pigeons")], "memory, redis or postgres"),
    (&[("CHANNEL_LAYER", "redis")], "REDIS_URL"),
    (&[("CHANNEL_LAYER", "postgres")], "DATABASE_URL"),
    (&[("TRUSTED_PROXIES", "somebody")], "TRUSTED_PROXIES"),
    (&[("PUBLIC_URL", "tales")], "PUBLIC_URL"),
    (&[("METRICS_TOKEN", "short")], "METRICS_TOKEN"),
    (&[("MAIL_PROVIDER", "pigeon")], "MAIL_PROVIDER"),
    (&[("MAIL_PROVIDER", "log")], "DEBUG"),
    (
        &[("SMTP_HOST", "mail.example"), ("SMTP_USER", "tales")],
        "SMTP_USER and SMTP_PASSWORD",
    ),
    (&[("BREVO_API_KEY", "hunter2")], "MAIL_FROM"),
    (&[("BACKUP_EVERY", "often")], "BACKUP_EVERY"),
    (&[("BACKUP_KEEP", "0")], "BACKUP_KEEP"),
    (&[("BUCKET_URL", "https://u:hunter2@store.example")], "BUCKET_URL"),
    (
        &[
            ("BUCKET_URL", "s3://tales/of//children"),
            ("BUCKET_ACCESS_KEY_ID", "tales"),
            ("BUCKET_SECRET_ACCESS_KEY", "hunter2"),
        ],
        "BUCKET_URL",
    ),
    (
        &[
            ("ADMIN_EMAIL", "ines"),
            ("ADMIN_PASSWORD", "a good long password"),
        ],
        "ADMIN_EMAIL",
    ),
    (&[("ADMIN_EMAIL", "ines@example.org")], "ADMIN_PASSWORD"),
    (
        &[("ADMIN_EMAIL", "ines@example.org"), ("ADMIN_PASSWORD", "hunter2")],
        "at least 8 characters",
    ),
];

#[test]
fn bad_settings_end_with_2_and_one_line_each_and_leave_nothing_behind() {
    for (settings, says) in FAULTS {
        for command in ["serve", "migrate"] {
            let about_listening = settings.iter().any(|(name, _)| *name == "HOST");
            if command == "migrate" && about_listening {
                continue;
            }
            let operator = Operator::new();
            let mut program = operator.command(&[command]);
            program.env("PORT", "0").env("RUST_BACKTRACE", "1");
            let refused = program.envs(settings.iter().copied()).output().unwrap();
            let line = complaint(&refused);
            assert_eq!(refused.status.code(), Some(2), "{command} {settings:?}: {line}");
            assert_eq!(line.lines().count(), 1, "{command} {settings:?}: {line}");
            assert!(line.contains(says), "{command} {settings:?}: {line}");
            assert!(!line.contains("hunter2") && !line.contains("panicked"), "{line}");
            let left = std::fs::read_dir(operator.folder.path()).unwrap().count();
            assert_eq!(left, 0, "{command} {settings:?} leaves something behind");
        }
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let operator = Operator::new();
    let mut program = operator.command(&["serve"]);
    program
        .env("PORT", "x")
        .env("SECRET_KEY", "short")
        .env("LOG_LEVEL", "loud")
        .env("DATABASE_URL", "foo");
    let refused = program.output().unwrap();
    assert_eq!(complaint(&refused).lines().count(), 4, "{}", complaint(&refused));

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut program = operator.command(&["serve"]);
    program.env("PORT", &port).env("DATA_DIR", "/etc/passwd/data");
    let refused = program.output().unwrap();
    let lines = complaint(&refused);
    assert_eq!(
        (refused.status.code(), lines.lines().count()),
        (Some(2), 2),
        "{lines}"
    );
    assert!(lines.contains(&port) && lines.contains("DATA_DIR"), "{lines}");
}

#[test]
fn what_waiting_may_mend_ends_with_1() {
    let operator = Operator::new();
    let mut program = operator.command(&["migrate"]);
    let refused = program
        .env("DATABASE_URL", "postgres://127.0.0.1:1/none")
        .env("DB_CONNECT_TIMEOUT", "1")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1), "{}", complaint(&refused));
}

#[test]
fn in_development_a_secret_is_made_and_a_file_stands_in_for_the_environment() {
    let operator = Operator::new();
    let file = operator.folder.path().join(".env");
    std::fs::write(&file, "DEBUG=True\nMAIL_DIR=letters # for us\n").unwrap();
    let serve = |change: &dyn Fn(&mut Command)| {
        operator.serve_with(&["serve"], |program| {
            program.env_remove("SECRET_KEY").stderr(Stdio::null());
            change(program);
        })
    };
    let server = serve(&|_| ());
    assert!(
        operator.folder.path().join("letters").is_dir(),
        "MAIL_DIR of the file"
    );
    let secret = operator.folder.path().join("data/own-secret");
    assert_eq!(
        std::fs::metadata(&secret).unwrap().permissions().mode() & 0o777,
        0o600
    );
    drop(server);

    // The environment wins; a weak secret will do here, and nowhere else.
    drop(serve(&|program| {
        program.env("SECRET_KEY", "short");
    }));
    for production in [("DEBUG", "false"), ("RENDER", "true")] {
        let mut program = operator.command(&["serve"]);
        program
            .env_remove("SECRET_KEY")
            .env("PORT", "0")
            .env(production.0, production.1);
        let refused = program.output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{production:?}");
        assert!(
            complaint(&refused).contains(".env was not read"),
            "{}",
            complaint(&refused)
        );
    }
}
