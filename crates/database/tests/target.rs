//! What the database's URL may look like, and what is never shown of it.

use std::path::Path;

use database::Target;

#[test]
fn sqlite_urls_name_relative_and_absolute_files() {
    for (url, expected) in [
        ("sqlite:///data/tales.db", "data/tales.db"),
        ("sqlite:////var/tales.db", "/var/tales.db"),
        ("sqlite:///./a b.db", "./a b.db"),
    ] {
        assert!(
            matches!(Target::parse(url), Ok(Target::Sqlite(path)) if path == Path::new(expected)),
            "{url}"
        );
    }
}

#[test]
fn what_is_no_database_is_refused_without_showing_the_password() {
    for url in [
        "",
        "tales.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://tales.db",
        "mysql://child:hidden@host/tales",
        "postgres://child:hidden@/tales",
        "postgres://child:hidden@host:port/tales",
        "postgres://child:hidden@host/tales?sslmode=hidden",
        "postgres://child:hidden@host/tales?hidden=1&unknown=hidden",
        "postgres://child:hidden@host/tales?sslrootcert=%2",
        "postgres://child:hidden@host/tales?connect_timeout=hidden",
    ] {
        let refusal = Target::parse(url).unwrap_err();
        assert!(!refusal.is_empty() && !refusal.contains('\n'), "{url}");
        assert!(
            !refusal.contains("hidden") || url.contains("?hidden="),
            "{refusal}"
        );
    }
}

#[test]
fn a_server_is_shown_without_user_and_password() {
    for url in [
        "postgres://child:hid%40den@db.example:6543/tales?sslmode=require&application_name=t",
        "postgresql://child:hid?den@db.example:6543/tales",
    ] {
        let target = Target::parse(url).unwrap();
        let Target::Postgres(server) = &target else {
            panic!("{url}")
        };
        assert_eq!(server.to_string(), "postgres://db.example/tales");
        for shown in [format!("{target:?}"), format!("{server:?}")] {
            assert!(!shown.contains("hid") && !shown.contains("child"), "{shown}");
        }
    }
}
