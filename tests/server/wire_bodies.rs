//! Request bodies: absent, broken, too large, of another kind, and those that never arrive.

use serde_json::{Value, json};

use crate::support::{Answer, Client, World};

const LOGIN: &str = "/api/auth/login/";
const PROFILE: &str = "/api/auth/profile/";
const KIB: usize = 1024;

fn patch(client: &Client, body: &[u8]) -> Answer {
    client.raw("PATCH", PROFILE, &[("Content-Type", "application/json")], body)
}

#[test]
fn no_body_is_an_empty_object() {
    let world = World::new();
    let mira = world.child("Mira");
    for headers in [
        vec![],
        vec![("Content-Type", "application/json")],
        vec![
            ("Content-Type", "application/json; charset=utf-8"),
            ("Content-Length", "0"),
        ],
        vec![("Content-Type", "text/plain")],
        vec![("Content-Type", "")],
    ] {
        mira.raw("PUT", PROFILE, &headers, b"").ok();
        world.guest().raw("POST", "/api/auth/logout/", &headers, b"").ok();
        world
            .guest()
            .raw("POST", LOGIN, &headers, b"")
            .refused_fields(&["email", "password"]);
    }
    let mut connection = world.connect();
    connection.send(b"POST /api/auth/logout/ HTTP/1.1\r\nHost: a\r\n\r\n");
    connection.answer().ok();
    connection
        .send(b"POST /api/auth/logout/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    connection.answer().ok();
}

#[test]
fn a_body_is_json_or_does_not_say_what_it_is() {
    let world = World::new();
    let mira = world.child("Mira");
    for kind in [
        "application/json",
        "Application/JSON",
        "application/json;charset=UTF-8",
        "",
    ] {
        mira.raw("PATCH", PROFILE, &[("Content-Type", kind)], br#"{"bio":"x"}"#)
            .ok();
    }
    mira.raw("PATCH", PROFILE, &[], br#"{"bio":"x"}"#).ok();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/json-patch+json",
        "junk",
        "\u{ff}",
    ] {
        let answer = mira.raw("PATCH", PROFILE, &[("Content-Type", kind)], br#"{"bio":"y"}"#);
        assert_eq!(
            answer.refused(415)["code"],
            json!("unsupported_media_type"),
            "{kind}"
        );
    }
    assert_eq!(mira.get(PROFILE).ok()["data"]["bio"], json!("x"));
}

#[test]
fn what_is_not_json_is_400() {
    let world = World::new();
    let mira = world.child("Mira");
    let before = world.dump("users");
    let deep = [vec![b'['; 30_000], vec![b']'; 30_000]].concat();
    let deep_object = format!("{{\"bio\":{}1{}}}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    for body in [
        b"{".as_slice(),
        b"}",
        b" ",
        b"\n\n",
        b"{\"bio\": \"x\"",
        b"{\"bio\": \"x\"}}",
        b"{\"bio\": \"x\"} trailing",
        b"{'bio': 'x'}",
        b"{\"bio\": x}",
        b"{\"bio\": \"x\",}",
        b"{bio: \"x\"}",
        b"{\"bio\": NaN}",
        b"{\"bio\": 1e999}",
        b"{\"bio\": 01}",
        b"{\"bio\": \"\x01\"}",
        b"{\"bio\": \"\xff\xfe\"}",
        b"{\"bio\": \"\xed\xa0\x80\"}",
        b"{\"bio\": \"\\ud800\"}",
        b"{\"bio\": \"\\x41\"}",
        b"\xef\xbb\xbf{\"bio\": \"x\"}",
        b"\x00",
        b"bio=x",
        deep.as_slice(),
        deep_object.as_bytes(),
    ] {
        patch(&mira, body).refused(400);
    }
    assert_eq!(world.dump("users"), before);
}

#[test]
fn anything_but_an_object_is_400() {
    let world = World::new();
    let mira = world.child("Mira");
    for body in [
        "null",
        "true",
        "1",
        "-1.5e3",
        "\"text\"",
        "[]",
        "[{\"bio\": \"x\"}]",
        "1e400",
    ] {
        let refusal = patch(&mira, body.as_bytes()).refused(400);
        assert!(
            body == "1e400" || refusal["details"]["non_field_errors"].is_array(),
            "{body}: {refusal}"
        );
    }
}

#[test]
fn numbers_of_any_size_do_no_harm() {
    let world = World::new();
    let mira = world.child("Mira");
    for number in [
        "9223372036854775808",
        "-99999999999999999999999",
        "1e308",
        "0.1e-400",
        "12345678901234567890",
    ] {
        let answer = patch(
            &mira,
            format!("{{\"selected_avatar_border\": {number}, \"unknown\": {number}}}").as_bytes(),
        );
        answer.refused_fields(&["selected_avatar_border"]);
    }
    patch(&mira, format!("{{\"unknown\": {}}}", "9".repeat(5000)).as_bytes());
    mira.get(PROFILE).ok();
}

#[test]
fn the_last_of_equal_names_counts() {
    let world = World::new();
    let mira = world.child("Mira");
    patch(&mira, br#"{"bio": "first", "bio": "last"}"#).ok();
    assert_eq!(mira.get(PROFILE).ok()["data"]["bio"], json!("last"));
}

#[test]
fn a_nul_is_refused_at_its_field() {
    let world = World::new();
    let mira = world.child("Mira");
    patch(&mira, br#"{"bio": "a\u0000b", "name": "\u0000"}"#).refused_fields(&["bio", "name"]);
    patch(&mira, br#"{"a\u0000b": 1}"#).ok();
    world
        .guest()
        .post(
            LOGIN,
            json!({"email": "a\0@example.org", "password": "\0\0\0\0\0\0\0\0"}),
        )
        .refused_fields(&["email", "password"]);
}

#[test]
fn sixty_four_kib_and_not_a_byte_more() {
    let world = World::new();
    let mira = world.child("Mira");
    let of_size = |size: usize| {
        let mut body = br#"{"bio":"x"}"#.to_vec();
        body.resize(size, b' ');
        body
    };
    patch(&mira, &of_size(64 * KIB)).ok();
    let refusal = patch(&mira, &of_size(64 * KIB + 1)).refused(413);
    assert_eq!(refusal["code"], json!("too_large"));
    assert!(
        refusal["message"].as_str().unwrap().contains("64 KiB"),
        "{refusal}"
    );

    // Without an announced length it is counted while it arrives.
    let chunked = |size: usize| {
        let head = "PATCH /api/auth/profile/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                    Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
        let mut request = format!("{head}Authorization: Bearer {}\r\n\r\n", mira.access()).into_bytes();
        for piece in of_size(size).chunks(4 * KIB) {
            request.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            request.extend_from_slice(piece);
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"0\r\n\r\n");
        let mut connection = world.connect();
        connection.send(&request);
        connection.answer()
    };
    chunked(64 * KIB).ok();
    chunked(64 * KIB + 1).refused(413);
    chunked(2 * KIB * KIB).refused(413);
}

#[test]
fn lengths_that_lie_are_refused() {
    let world = World::new();
    for (head, body) in [
        ("Content-Length: 99999999999", ""),
        ("Content-Length: 18446744073709551616", ""),
        ("Content-Length: -1", ""),
        ("Content-Length: abc", ""),
        ("Content-Length: 5\r\nContent-Length: 6", "{\"a\":1}"),
        ("Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n"),
        (
            "Transfer-Encoding: chunked",
            "FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
        ),
        ("Transfer-Encoding: gzip", "{}"),
    ] {
        let mut connection = world.connect();
        let request = format!(
            "POST /api/auth/logout/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{head}\r\n\r\n{body}"
        );
        connection.send(request.as_bytes());
        let status = connection.answer().status;
        assert!((400..500).contains(&status), "{head}: {status}");
    }
    world.guest().get("/api/").ok();
}

#[test]
fn a_body_that_breaks_off_changes_nothing() {
    let world = World::new();
    let mira = world.child("Mira");
    let before = world.dump("users");
    let mut connection = world.connect();
    let head = "PATCH /api/auth/profile/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n";
    connection.send(
        format!(
            "{head}Authorization: Bearer {}\r\n\r\n{{\"bio\":\"x\"}}",
            mira.access()
        )
        .as_bytes(),
    );
    connection.finish();
    let mut rest = Vec::new();
    let mut buffer = [0; 1024];
    while let read @ 1.. = connection.read(&mut buffer) {
        rest.extend_from_slice(&buffer[..read]);
    }
    assert!(
        rest.is_empty() || rest.starts_with(b"HTTP/1.1 400 "),
        "{}",
        String::from_utf8_lossy(&rest)
    );
    assert_eq!(world.dump("users"), before);
}

/// The server answers while 30 MiB are still under way, and takes them: a client that is cut off in the middle of sending
/// sees a network error instead of the answer.
#[test]
fn a_refusal_arrives_while_the_body_is_still_being_sent() {
    const BODY: usize = 30 * KIB * KIB;
    let world = World::new();
    let mira = world.child("Mira");
    let piece = vec![b' '; 64 * KIB];
    for (authorization, status) in [
        (String::new(), 401),
        (format!("Authorization: Bearer {}\r\n", mira.access()), 413),
    ] {
        let mut connection = world.connect();
        let head = format!(
            "PATCH /api/auth/profile/ HTTP/1.1\r\nHost: a\r\n{authorization}Content-Type: application/json\r\nContent-Length: {BODY}\r\n\r\n"
        );
        assert!(connection.send(head.as_bytes()));
        assert!(connection.send(&piece));
        connection.answer().refused(status);
        for sent in 1..BODY / piece.len() {
            assert!(connection.send(&piece), "cut off after {sent} pieces");
        }
    }
}

#[test]
fn a_refused_body_does_not_become_the_next_request() {
    let world = World::new();
    let mut connection = world.connect();
    let smuggled = "GET /api/ HTTP/1.1\r\nHost: a\r\n\r\n";
    let head = format!(
        "PATCH /api/auth/profile/ HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
        smuggled.len()
    );
    connection.send(head.as_bytes());
    connection.send(smuggled.as_bytes());
    connection.answer().refused(401);
    connection.finish();
    assert_eq!(connection.read(&mut [0; 1024]), 0, "one request, one answer");
}

#[test]
fn a_slow_head_holds_up_nobody() {
    let world = World::new();
    let mut slow: Vec<_> = (0..20).map(|_| world.connect()).collect();
    for connection in &mut slow {
        connection.send(b"GET /api/ HTTP/1.1\r\nHo");
    }
    world.guest().get("/api/").ok();
    for connection in &mut slow {
        connection.send(b"st: a\r\n\r\n");
        connection.answer().ok();
    }
}

/// The one test that waits for the clock on the wall: ten seconds, beside all the others.
#[test]
fn a_body_that_does_not_arrive_is_given_up() {
    let world = World::new();
    let mut connection = world.connect();
    let head = "POST /api/auth/login/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n";
    connection.send(head.as_bytes());
    connection.send(b"{\"email\":");
    assert_eq!(connection.answer().refused(408)["code"], json!("timeout"));
}

#[test]
fn a_head_without_end_is_refused() {
    let world = World::new();
    let mut connection = world.connect();
    connection.send(b"GET /api/ HTTP/1.1\r\nHost: a\r\nX-Long: ");
    let piece = vec![b'a'; 64 * KIB];
    while connection.send(&piece) {
        // It ends: the server reads no more than its buffer.
    }
    world.guest().get("/api/").ok();
}

#[test]
fn query_strings_do_no_harm() {
    let world = World::new();
    let mira = world.child("Mira");
    for query in [
        "%",
        "%zz",
        "a=%00",
        "&&&&",
        "=",
        "q=%FF%FE",
        "limit=%31%30",
        "offset=١",
        "q[]=1",
        "q=a&q=b",
    ] {
        let answer: Value = mira.get(&format!("/api/users/search/?{query}")).ok();
        assert_eq!(answer["success"], json!(true), "{query}");
    }
}
