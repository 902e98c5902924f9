//! `sslmode` as libpq has it, against a server that is encrypted, or not.

#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use common::{create_database, server};
use database::{Database, Error, Options, Target};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

#[tokio::test]
async fn each_mode_accepts_what_libpq_accepts() {
    let Some(server) = server() else { return };
    let url = create_database(&server).await;
    let encrypted = encrypted(&url).await;
    let authority = file("authority.pem").display().to_string();
    for (host, parameters, accepted) in [
        ("127.0.0.1", "sslmode=prefer".to_owned(), true),
        ("127.0.0.1", "sslmode=require".to_owned(), true),
        ("127.0.0.1", "sslmode=verify-ca".to_owned(), false),
        (
            "127.0.0.1",
            format!("sslmode=verify-ca&sslrootcert={authority}"),
            true,
        ),
        (
            "127.0.0.1",
            format!("sslmode=verify-full&sslrootcert={authority}"),
            false,
        ),
        (
            "localhost",
            format!("sslmode=verify-full&sslrootcert={authority}"),
            true,
        ),
        (
            "localhost",
            format!(
                "sslmode=verify-full&sslrootcert={}",
                authority.replace('/', "%2F")
            ),
            true,
        ),
        ("localhost", "sslmode=verify-full".to_owned(), false),
        (
            "localhost",
            "sslmode=verify-full&sslrootcert=/nowhere.pem".to_owned(),
            false,
        ),
        // A root certificate makes `require` look at it, as in libpq.
        (
            "localhost",
            format!("sslmode=require&sslrootcert={authority}"),
            true,
        ),
        (
            "localhost",
            format!("sslmode=require&sslrootcert={}", file("server.key").display()),
            false,
        ),
    ] {
        let address = format!("postgres://{}@{host}:{encrypted}/{}", user(&url), name(&url));
        let opened = open(&format!("{address}?{parameters}")).await;
        assert_eq!(opened.is_ok(), accepted, "{host} {parameters}: {opened:?}");
        assert!(accepted || matches!(opened, Err(Error::Sql(_))), "{opened:?}");
    }
}

#[tokio::test]
async fn a_server_without_encryption_is_accepted_only_where_that_is_asked_for() {
    let Some(server) = server() else { return };
    let url = create_database(&server).await;
    for (mode, accepted) in [
        ("disable", true),
        ("prefer", true),
        ("require", false),
        ("verify-full", false),
    ] {
        let opened = open(&format!("{url}?sslmode={mode}")).await;
        assert_eq!(opened.is_ok(), accepted, "{mode}: {opened:?}");
    }
}

/// Opens the database, and asks it something.
async fn open(url: &str) -> Result<(), Error> {
    let target = Target::parse(url).unwrap();
    let options = Options {
        connections: 1,
        connect_timeout: Duration::from_secs(10),
        ..Options::default()
    };
    // The server's other side runs on this runtime, which opening would hold.
    let database = tokio::task::spawn_blocking(move || Database::open(target, options))
        .await
        .unwrap()?;
    let answer = database.read(|conn| conn.one("SELECT 1", &[]).map(drop)).await;
    tokio::task::spawn_blocking(move || database.close())
        .await
        .unwrap();
    answer
}

/// Puts encryption in front of a server, as PostgreSQL itself offers it; its port.
async fn encrypted(url: &str) -> u16 {
    let provider = Arc::new(ring::default_provider());
    let chain = vec![CertificateDer::from_pem_file(file("server.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let plain = url
        .rsplit_once('@')
        .unwrap()
        .1
        .split_once('/')
        .unwrap()
        .0
        .to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let plain = Arc::new(plain);
    let serve = async move {
        // A database opens more than one connection.
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((client, _)) = listener.accept().await {
            connections.spawn(carry(client, acceptor.clone(), Arc::clone(&plain)));
        }
    };
    // The set is dropped with the test's runtime.
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(serve);
    tasks.detach_all();
    port
}

/// One connection, from its request for encryption to its end.
async fn carry(mut client: TcpStream, acceptor: TlsAcceptor, plain: Arc<String>) {
    // Its length, and a code.
    let mut request = [0; 8];
    client.read_exact(&mut request).await.unwrap();
    assert_eq!(request, [0, 0, 0, 8, 4, 210, 22, 47]);
    client.write_all(b"S").await.unwrap();
    if let Ok(mut client) = acceptor.accept(client).await {
        let mut server = TcpStream::connect(&*plain).await.unwrap();
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}

fn user(url: &str) -> &str {
    url.split_once("://").unwrap().1.split_once('@').unwrap().0
}

fn name(url: &str) -> &str {
    url.rsplit_once('/').unwrap().1
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}
