//! Being let in: passwords, users, certificates; and what no server can be made of.

use channels::{Channels, PostgresOptions, RedisOptions};
use database::Target;

use crate::layers::{Kind, Server};
use crate::recorder::{Recorder, eventually, text};
use crate::redis_server::{RedisServer, certificate};

#[test]
fn redis_with_a_password_lets_in_who_knows_it() {
    if Server::new(Kind::Redis).is_none() {
        return;
    }
    let user = ["--user", "anna", "on", ">p@ss:word", "&*", "+@all"];
    let redis = RedisServer::start(&[&["--requirepass", "open"][..], &user].concat());
    for (credentials, is_let_in) in [
        (":open", true),
        ("default:open", true),
        ("anna:p@ss:word", true),
        ("anna:p%40ss%3Aword", true),
        (":wrong", false),
        ("bert:open", false),
    ] {
        let url = format!("redis://{credentials}@127.0.0.1:{}", redis.port);
        assert_eq!(is_connected(&url), is_let_in, "{credentials}");
    }
    assert!(
        !is_connected(&format!("redis://127.0.0.1:{}", redis.port)),
        "without any"
    );
}

#[test]
fn redis_over_tls_has_to_prove_who_it_is() {
    if Server::new(Kind::Redis).is_none() {
        return;
    }
    let file = |name: &str| certificate(name).display().to_string();
    let port = crate::redis_server::free_port();
    let redis = RedisServer::start(&[
        "--tls-port",
        &port.to_string(),
        "--tls-cert-file",
        &file("server.pem"),
        "--tls-key-file",
        &file("server.key"),
        "--tls-auth-clients",
        "no",
    ]);
    let authority = file("authority.pem").replace('/', "%2F");
    let known = format!("rediss://localhost:{port}/?ssl_ca_certs={authority}");
    assert!(is_connected(&known), "localhost by its authority");
    assert!(
        !is_connected(&format!("rediss://localhost:{port}")),
        "by no authority of browsers"
    );
    assert!(
        !is_connected(&known.replace("localhost", "127.0.0.1")),
        "made out to another name"
    );
    assert!(
        !is_connected(&known.replace(&port.to_string(), &redis.port.to_string())),
        "not encrypted"
    );

    let server = Server::at(Kind::Redis, known);
    let (one, two) = (server.instance(), server.instance());
    let recorder = Recorder::new();
    let _membership = server.join(&two, "tales", &recorder);
    one.publish("tales", text("x".repeat(1_000_000)));
    one.publish("tales", text("end"));
    recorder.wait_for("end");
    assert_eq!(recorder.messages().len(), 2);
}

/// Two products, or two databases of one server, do not hear each other.
#[test]
fn redis_is_shared_by_prefix_and_by_database() {
    let Some(server) = Server::new(Kind::Redis) else {
        return;
    };
    let url = server.url.trim_end_matches('/').to_owned();
    let at_one = || {
        let instance = server.instance_at(&format!("{url}/1"));
        instance.wait_until_connected();
        instance
    };
    let (zero, one) = (server.instance(), at_one());
    let (here, there) = (Recorder::new(), Recorder::new());
    let _here = server.join(&zero, "tales", &here);
    let _there = server.join(&one, "tales", &there);
    // Redis has one order for everything, so what was heard wrongly would stand before what was heard rightly.
    for (sender, recorder, message) in [
        (server.instance(), &here, "a"),
        (at_one(), &there, "b"),
        (server.instance(), &here, "c"),
    ] {
        sender.publish("tales", text(message));
        recorder.wait_for(message);
    }
    assert_eq!(here.messages(), ["a", "c"]);
    assert_eq!(there.messages(), ["b"]);
}

#[test]
fn options_that_cannot_be_used_are_told_at_once() {
    let error = Channels::redis(&RedisOptions::new("http://:secret@host", "t:")).unwrap_err();
    assert!(error.to_string().starts_with("the Redis URL begins with neither"));
    let Ok(Target::Postgres(target)) = Target::parse("postgres://user:secret@host/name") else {
        panic!("it is PostgreSQL's");
    };
    for prefix in ["", "1a", "Upper", "a-b", "a b", &"a".repeat(41)] {
        let error = Channels::postgres(&PostgresOptions::new(target.clone(), prefix)).unwrap_err();
        assert!(!error.to_string().contains("secret"));
    }
}

/// Whether an instance is let in. Who is not does not learn it at once, but after two attempts it is clear.
fn is_connected(url: &str) -> bool {
    let server = Server::at(Kind::Redis, url.to_owned());
    let instance = server.instance_at(url);
    let start = std::time::Instant::now();
    eventually("decided", || {
        instance.gauges().is_connected || start.elapsed().as_millis() > 1000
    });
    instance.gauges().is_connected
}
