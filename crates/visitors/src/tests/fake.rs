//! A server that answers as it is told, and writes down what it was asked.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::crowd;
use crate::http::Target;
use crate::plan::Plan;
use crate::report::Report;
use crate::visit::Visit;

use super::room::Rooms;

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    /// Since the server began.
    pub(super) at: Duration,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) token: Option<String>,
    pub(super) etag: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// What to say to a request.
pub(super) struct Told {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    after: Duration,
}

impl Told {
    pub(super) fn new(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: b"{}".to_vec(),
            after: Duration::ZERO,
        }
    }

    pub(super) fn json(body: &Value) -> Self {
        Self::new(200).saying(body.to_string())
    }

    pub(super) fn saying(self, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..self
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }
}

type Answers = Arc<dyn Fn(&Asked) -> Told + Send + Sync>;

/// What a server that is well says.
pub(super) fn well(asked: &Asked) -> Told {
    let path = asked.path.split('?').next().unwrap_or_default();
    match (asked.method.as_str(), path) {
        ("POST", "/api/auth/login/") => Told::json(
            &json!({"access": format!("token of {}", asked.json()["email"].as_str().unwrap_or_default())}),
        ),
        ("GET", "/api/stories/") if asked.path.contains("public") => {
            let row = |id: u32| json!({"id": id, "cover_image": format!("https://tales.example/media/pictures/{id}.png")});
            Told::json(&json!({"results": (1..=20).map(row).collect::<Vec<_>>()})).with("etag", "\"list\"")
        }
        ("POST", "/api/collaborate/create/") => {
            let name = asked.json()["canvas_name"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let number = name.rsplit(' ').next().unwrap_or_default().to_owned();
            Told::json(&json!({"session": {"session_id": format!("room-{number}"), "join_code": number}}))
        }
        ("GET", path) if path.starts_with("/ws/") => Told::new(101),
        ("POST", "/api/stories/create/") => Told::json(&json!({"story": {"id": 77}})),
        ("GET", path) if path.starts_with("/media/pictures/") => Told::new(200).saying("no JSON"),
        _ => Told::new(200),
    }
}

/// Sends the plan's people to a server that answers like this; the report, and what the server was asked.
pub(super) async fn run(
    plan: Plan,
    answers: impl Fn(&Asked) -> Told + Send + Sync + 'static,
) -> (Report, Vec<Asked>) {
    run_until(plan, answers, std::future::pending()).await
}

/// The same until somebody interrupts it.
pub(super) async fn run_until(
    plan: Plan,
    answers: impl Fn(&Asked) -> Told + Send + Sync + 'static,
    interrupted: impl Future<Output = ()>,
) -> (Report, Vec<Asked>) {
    run_in(plan, answers, &Arc::default(), interrupted).await
}

/// The same with these rooms behind the sockets.
pub(super) async fn run_in(
    plan: Plan,
    answers: impl Fn(&Asked) -> Told + Send + Sync + 'static,
    rooms: &Arc<Rooms>,
    interrupted: impl Future<Output = ()>,
) -> (Report, Vec<Asked>) {
    assert_eq!(plan.check(), Ok(()));
    let (sender, arriving) = mpsc::channel(1);
    let asked = Arc::default();
    let mut server = JoinSet::new();
    server.spawn(serve(
        arriving,
        Arc::new(answers),
        Arc::clone(&asked),
        Arc::clone(rooms),
    ));
    let visit = Visit::new(plan, Target::in_memory(sender));
    let report = crowd::go(&visit, |_| (), interrupted).await;
    let asked = asked.lock().expect("no test panics meanwhile").clone();
    (report, asked)
}

async fn serve(
    mut arriving: mpsc::Receiver<DuplexStream>,
    answers: Answers,
    log: Arc<Mutex<Vec<Asked>>>,
    rooms: Arc<Rooms>,
) {
    let began = Instant::now();
    let mut connections = JoinSet::new();
    while let Some(stream) = arriving.recv().await {
        let (answers, log, rooms) = (Arc::clone(&answers), Arc::clone(&log), Arc::clone(&rooms));
        connections.spawn(async move {
            let (upgrade, upgraded) = oneshot::channel();
            let upgrade = Mutex::new(Some(upgrade));
            let service = service_fn(|mut request: Request<Incoming>| {
                if request.headers().contains_key("upgrade")
                    && let Some(upgrade) = upgrade.lock().expect("no test panics meanwhile").take()
                {
                    let path = request.uri().to_string();
                    let _ = upgrade.send((path, hyper::upgrade::on(&mut request)));
                }
                answer(request, began, Arc::clone(&answers), Arc::clone(&log))
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A visitor that hangs up is not the test's business.
            let _ = connection.with_upgrades().await;
            if let Ok((path, upgrade)) = upgraded.await
                && let Ok(stream) = upgrade.await
            {
                rooms.serve(&path, TokioIo::new(stream)).await;
            }
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    began: Instant,
    answers: Answers,
    log: Arc<Mutex<Vec<Asked>>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let header = |name: &str| Some(head.headers.get(name)?.to_str().ok()?.to_owned());
    let asked = Asked {
        at: began.elapsed(),
        method: head.method.to_string(),
        path: head.uri.to_string(),
        token: header("authorization"),
        etag: header("if-none-match"),
        body: body
            .collect()
            .await
            .map(|body| body.to_bytes().to_vec())
            .unwrap_or_default(),
    };
    let told = answers(&asked);
    log.lock().expect("no test panics meanwhile").push(asked);
    tokio::time::sleep(told.after).await;
    let mut response = Response::builder().status(told.status);
    if told.status == 101
        && let Some(key) = head.headers.get("sec-websocket-key")
    {
        response = response
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-accept", derive_accept_key(key.as_bytes()));
    }
    for (name, value) in told.headers {
        response = response.header(name, value);
    }
    Ok(response
        .body(Full::new(told.body.into()))
        .expect("tests write right headers"))
}
