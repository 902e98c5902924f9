//! The wire as a whole: paths, methods, headers, and who may call from where.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::json;

use crate::drawings::plain_story;
use crate::support::{Answer, PASSWORD, World};

#[test]
fn no_answer_of_the_api_is_kept_unless_it_says_so() {
    let world = World::new();
    let mira = world.child("Mira");
    for answer in [
        mira.get("/api/auth/profile/"),
        world.guest().get("/api/auth/profile/"),
        world.guest().get("/api/nothing/"),
    ] {
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let list = mira.get("/api/stories/");
    assert_eq!(list.header("cache-control"), Some("private, no-cache"));
    assert_eq!(world.guest().get("/healthz").header("cache-control"), None);
}

#[test]
fn a_list_is_compressed_for_who_takes_it() {
    let world = World::new();
    let mira = world.child("Mira");
    for page in 0..9 {
        let id = mira.makes(plain_story(&format!("Tale {page}")));
        mira.post_nothing(&format!("/api/stories/{id}/publish/")).ok();
    }
    let list = "/api/stories/?public=true";
    let plain = mira.get(list);
    assert_eq!(plain.header("content-encoding"), None);
    let compressed = mira.with_header("Accept-Encoding", "gzip, deflate, br").get(list);
    assert_eq!(compressed.header("content-encoding"), Some("gzip"));
    assert!(compressed.body.len() * 3 < plain.body.len());
    let mut text = Vec::new();
    GzDecoder::new(&compressed.body[..])
        .read_to_end(&mut text)
        .unwrap();
    assert_eq!(text, plain.body);
    for answer in [&plain, &compressed] {
        let varies = ("vary".to_owned(), "Accept-Encoding".to_owned());
        assert!(answer.headers.contains(&varies), "{:?}", answer.headers);
    }
    // The tag is a weak one: it stands for both.
    let tag = compressed.header("etag").unwrap();
    mira.with_header("If-None-Match", tag).get(list).status(304);
}

#[test]
fn only_a_server_known_by_https_insists_on_it() {
    for (url, expected) in [
        (None, None),
        (Some("http://tales.example"), None),
        (Some("https://tales.example"), Some("max-age=31536000")),
    ] {
        let world = World::with(|config| config.public_url = url.map(str::to_owned));
        let answer = world.guest().get("/healthz");
        assert_eq!(answer.header("strict-transport-security"), expected);
    }
}

#[test]
fn both_forms_of_a_path_are_one() {
    let world = World::new();
    let mira = world.child("Mira");
    for (slash, none) in [
        ("/api/", "/api"),
        ("/api/stories/", "/api/stories"),
        ("/api/stories/?page_size=3", "/api/stories?page_size=3"),
        ("/api/auth/profile/", "/api/auth/profile"),
        ("/api/users/search/?q=x/y", "/api/users/search?q=x/y"),
    ] {
        assert_eq!(mira.get(slash).ok(), mira.get(none).ok(), "{none}");
    }
    let login = json!({"email": "mira@example.org", "password": PASSWORD});
    for path in ["/api/auth/login/", "/api/auth/login"] {
        world.guest().post(path, login.clone()).ok();
    }
    for path in ["/api/auth/profile/", "/api/auth/profile"] {
        mira.patch(path, json!({"bio": path})).ok();
        assert_eq!(mira.get(path).ok()["data"]["bio"], json!(path));
    }
}

#[test]
fn the_apps_can_test_their_connection() {
    let world = World::new();
    let guest = world.guest();
    for client in [
        guest.clone(),
        guest.with_token("stale.old.token"),
        world.child("Mira"),
    ] {
        assert_eq!(client.get("/api/").ok(), json!({"status": "ok"}));
    }
}

#[test]
fn unknown_paths_are_404_for_everybody() {
    let world = World::new();
    let (guest, mira) = (world.guest(), world.child("Mira"));
    for path in [
        "/nowhere",
        "/api/nowhere/",
        "/api/auth/",
        "/api/auth/nowhere",
        "/api/stories/1/2/3/",
        "/ws/nowhere/",
        "/api//",
        "//api/",
        "/api/%00/",
        "/api/%FF%FE/",
        "/api/../etc/passwd",
        "/api/auth/login/extra/",
        "/API/",
    ] {
        for client in [&guest, &mira, &guest.with_token("stale.old.token")] {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                let body = client.json(method, path, json!({})).refused(404);
                assert_eq!(body["code"], json!("not_found"), "{method} {path}");
            }
        }
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let world = World::new();
    for (method, path, allowed) in [
        ("GET", "/api/auth/login/", vec!["POST"]),
        ("DELETE", "/api/auth/register", vec!["POST"]),
        ("POST", "/api/auth/profile/", vec!["GET", "PUT", "PATCH"]),
        ("DELETE", "/api/auth/profile/", vec!["GET", "PUT", "PATCH"]),
        ("GET", "/api/users/profile/update/", vec!["PUT", "PATCH"]),
        ("POST", "/api/", vec!["GET"]),
        ("TRACE", "/api/auth/login/", vec!["POST"]),
        ("PURGE", "/api/auth/login/", vec!["POST"]),
    ] {
        let answer = world.guest().raw(method, path, &[], b"");
        assert_eq!(
            answer.refused(405)["code"],
            json!("method_not_allowed"),
            "{method} {path}"
        );
        let allow = answer.header("allow").unwrap_or_default();
        let told: Vec<&str> = allow.split(',').map(str::trim).collect();
        assert!(
            allowed.iter().all(|method| told.contains(method)),
            "{method} {path}: {allow:?}"
        );
        assert!(!told.contains(&method), "{method} {path}: {allow:?}");
    }
}

#[test]
fn a_head_has_no_body() {
    let world = World::new();
    let answer = world.guest().raw("HEAD", "/api/", &[], b"");
    assert!(answer.status < 500 && answer.body.is_empty());
}

#[test]
fn the_head_of_a_packed_answer_is_that_of_the_answer() {
    let world = World::new();
    let mira = world.child("Mira");
    for number in 0..4 {
        mira.publishes(plain_story(&format!("tale {number}")));
    }
    let ask = |method| {
        let headers = [("Accept-Encoding", "gzip")];
        let answer = world
            .guest()
            .raw(method, "/api/stories/?public=true", &headers, b"");
        ["content-encoding", "content-length", "vary", "etag"]
            .map(|name| answer.header(name).map(str::to_owned))
    };
    let whole = ask("GET");
    assert_eq!(whole[0].as_deref(), Some("gzip"));
    assert_eq!(ask("HEAD"), whole);
}

#[test]
fn the_readable_api_is_rendered_once_and_kept() {
    let world = World::new();
    let page = world.guest().get("/api/docs/");
    assert_eq!(page.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let tag = page.header("etag").expect("a tag").to_owned();
    let again = world.guest().with_header("If-None-Match", &tag).get("/api/docs/");
    assert_eq!((again.status, again.body.len()), (304, 0));
}

#[test]
fn the_document_of_the_api_comes_packed_to_who_takes_it() {
    let world = World::new();
    let guest = world.guest();
    let plain = guest.get("/api/openapi.json");
    assert_eq!(plain.body, include_bytes!("../../docs/openapi.json"));
    let packed = guest
        .with_header("Accept-Encoding", "gzip")
        .get("/api/openapi.json");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    for answer in [&plain, &packed] {
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    let mut unpacked = Vec::new();
    GzDecoder::new(packed.body.as_slice())
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, plain.body);
}

#[test]
fn every_answer_carries_the_security_headers() {
    let world = World::new();
    let guest = world.guest();
    let answers = [
        guest.get("/"),
        guest.get("/api/"),
        guest.get("/api/docs/"),
        guest.get("/api/nowhere/"),
        guest.get("/api/auth/profile/"),
        guest.get("/api/auth/login/"),
        guest.post("/api/auth/login/", json!({})),
        guest.raw("OPTIONS", "/api/stories/", &[], b""),
        guest.raw(
            "POST",
            "/api/auth/login/",
            &[("Content-Type", "application/json")],
            &vec![b' '; 65 * 1024],
        ),
    ];
    for answer in answers {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name} of {}", answer.status);
        }
        assert_eq!(answer.header("server"), None);
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[test]
fn json_is_said_to_be_json_and_not_escaped() {
    let world = World::new();
    let mira = world.child("Mira");
    let answer = mira.patch("/api/auth/profile/", json!({"bio": "Niña 🦊 <b>"}));
    answer.ok();
    assert!(
        answer.text().contains("\"bio\":\"Niña 🦊 <b>\""),
        "{}",
        answer.text()
    );
}

#[test]
fn what_a_client_accepts_does_not_matter() {
    let world = World::new();
    for accept in ["text/html", "image/png", "application/xml;q=0.9", "junk", ""] {
        world.guest().with_header("Accept", accept).get("/api/").ok();
        world
            .guest()
            .with_header("Accept", accept)
            .get("/api/nowhere/")
            .refused(404);
    }
}

#[test]
fn connections_are_kept() {
    let world = World::new();
    let mut connection = world.connect();
    for _ in 0..3 {
        connection.send(b"GET /api/ HTTP/1.1\r\nHost: tales.example\r\n\r\n");
        connection.answer().ok();
        connection.send(b"GET /api/nowhere/ HTTP/1.1\r\nHost: tales.example\r\n\r\n");
        connection.answer().refused(404);
    }
    connection.send(b"GET /api/ HTTP/1.1\r\nHost: a\r\n\r\nGET /api/stories/ HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(connection.answer().ok(), json!({"status": "ok"}));
    assert_eq!(connection.answer().ok()["count"], json!(0));
}

#[test]
fn links_are_made_from_the_name_that_the_client_used() {
    let world = World::new();
    world
        .guest()
        .with_header("Host", "tales.example")
        .get("/")
        .status(200);
    let page = world.guest().with_header("Host", "evil\"><script>").get("/");
    assert!(!page.text().contains("<script>"), "{}", page.text());
    let public = World::with(|config| config.public_url = Some("https://tales.example".to_owned()));
    assert!(public.guest().get("/").text().contains("https://tales.example"));
}

mod cors {
    use super::*;

    const APP: &str = "https://app.example";

    fn preflight(world: &World, path: &str, origin: &str) -> Answer {
        let headers = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "PATCH"),
            ("Access-Control-Request-Headers", "authorization,content-type"),
        ];
        world.guest().raw("OPTIONS", path, &headers, b"")
    }

    fn allowed_origin(answer: &Answer) -> Option<&str> {
        answer.header("access-control-allow-origin")
    }

    #[test]
    fn a_preflight_is_answered_on_any_path() {
        let world = World::new();
        for path in [
            "/api/stories/",
            "/api/auth/profile",
            "/api/auth/login/",
            "/api/nowhere/",
            "/nowhere",
        ] {
            let answer = preflight(&world, path, APP);
            answer.status(200);
            assert!(answer.body.is_empty());
            assert_eq!(allowed_origin(&answer), Some("*"), "{path}");
            assert_eq!(answer.header("access-control-max-age"), Some("86400"));
            assert_eq!(
                answer.header("access-control-allow-credentials"),
                None,
                "tokens travel in a header"
            );
            let listed = |name: &str| answer.header(name).unwrap_or_default().to_ascii_lowercase();
            for method in ["delete", "get", "options", "patch", "post", "put"] {
                assert!(
                    listed("access-control-allow-methods").contains(method),
                    "{method}"
                );
            }
            for header in ["accept", "authorization", "content-type", "x-requested-with"] {
                assert!(
                    listed("access-control-allow-headers").contains(header),
                    "{header}"
                );
            }
        }
        world
            .guest()
            .with_token("stale.old.token")
            .raw("OPTIONS", "/api/auth/profile/", &[("Origin", APP)], b"")
            .status(200);
    }

    #[test]
    fn every_answer_may_be_read_from_anywhere() {
        let world = World::new();
        let guest = world.guest().with_header("Origin", APP);
        let big = vec![b' '; 65 * 1024];
        for (answer, status) in [
            (guest.get("/api/"), 200),
            (guest.get("/api/auth/profile/"), 401),
            (guest.get("/api/nowhere/"), 404),
            (guest.get("/api/auth/login/"), 405),
            (
                guest.raw(
                    "POST",
                    "/api/auth/login/",
                    &[("Content-Type", "application/json")],
                    &big,
                ),
                413,
            ),
            (
                guest.raw(
                    "POST",
                    "/api/auth/login/",
                    &[("Content-Type", "text/plain")],
                    b"{}",
                ),
                415,
            ),
        ] {
            assert_eq!((answer.status, allowed_origin(&answer)), (status, Some("*")));
        }
    }

    #[test]
    fn a_list_of_origins_narrows_it_but_for_the_native_shells() {
        let world = World::with(|config| config.cors_origins = vec!["https://tales.example".to_owned()]);
        let shells = [
            "capacitor://localhost",
            "ionic://localhost",
            "http://localhost",
            "https://localhost",
        ];
        for origin in shells.into_iter().chain(["https://tales.example"]) {
            assert_eq!(
                allowed_origin(&preflight(&world, "/api/stories/", origin)),
                Some(origin)
            );
            let answer = world
                .guest()
                .with_header("Origin", origin)
                .get("/api/auth/profile/");
            answer.refused(401);
            assert_eq!(allowed_origin(&answer), Some(origin));
            let varies = answer
                .headers
                .iter()
                .any(|(name, value)| name == "vary" && value.to_lowercase().contains("origin"));
            assert!(varies, "a cache must keep origins apart: {:?}", answer.headers);
        }
        for origin in [
            APP,
            "https://tales.example.evil.example",
            "http://tales.example",
            "null",
            "http://localhost:3000",
        ] {
            assert_eq!(
                allowed_origin(&preflight(&world, "/api/stories/", origin)),
                None,
                "{origin}"
            );
            let answer = world.guest().with_header("Origin", origin).get("/api/");
            assert_eq!(allowed_origin(&answer), None, "{origin}");
        }
    }
}
