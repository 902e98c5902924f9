//! What the tests of secrets have in common: a server that logs all that it can, people who remember what nobody else may
//! see, and the search for it.

use std::fs;
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use database::{Database, Options, Target};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::WebSocket;
use tokio_tungstenite::tungstenite::client::client;

use crate::server::{Answer, JSON, PATIENCE, SECRET, Server, agent, eventually};

pub const WRONG_PASSWORD: &str = "sternschnuppe-Laterne-85";

pub const SETTINGS: [(&str, &str); 13] = [
    ("DEBUG", "true"),
    ("RATE_LIMITS", "off"),
    ("PUBLIC_URL", "https://quellental.example"),
    // The first way fails each time.
    ("MAIL_PROVIDER", "smtp,file"),
    ("MAIL_DIR", "mail"),
    ("MAIL_FROM", "tales@quellental.example"),
    ("SMTP_HOST", "127.0.0.1"),
    ("SMTP_PORT", "1"),
    ("SMTP_TLS", "none"),
    ("SMTP_USER", "postbote"),
    ("SMTP_PASSWORD", "postbotengeheimnis"),
    ("METRICS_TOKEN", "messgeraetgeheimnis"),
    ("REDIS_URL", "redis://u:redisgeheimnis@h:1/0"),
];

/// Who somebody is.
pub struct Person {
    pub name: &'static str,
    pub email: &'static str,
    pub password: &'static str,
    pub user_type: &'static str,
}

/// A person with a device, and all that must not be seen.
pub struct Visit<'a> {
    pub server: &'a Server,
    pub agent: ureq::Agent,
    /// The header of whoever is signed in.
    pub authorization: Option<String>,
    pub id: i64,
    pub secrets: Vec<String>,
}

impl<'a> Visit<'a> {
    pub fn new(server: &'a Server) -> Self {
        Self {
            server,
            agent: agent(),
            authorization: None,
            id: 0,
            secrets: Vec::new(),
        }
    }

    pub fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let bytes = body.to_string();
        let body = (!body.is_null()).then_some((JSON, bytes.as_bytes()));
        self.send(method, path, body)
    }

    pub fn send(&self, method: &str, path: &str, body: Option<(&str, &[u8])>) -> Answer {
        self.server
            .send(&self.agent, method, path, self.authorization.as_deref(), body)
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, body)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &Value::Null)
    }

    /// What must go well; the body of the answer.
    #[track_caller]
    pub fn must(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.call(method, path, body);
        assert!(
            (200..300).contains(&answer.status),
            "{method} {path}: {} {}",
            answer.status,
            answer.body
        );
        answer.body
    }

    /// The token of whoever is signed in.
    pub fn token(&self) -> &str {
        let header = self.authorization.as_deref().unwrap_or_default();
        header.trim_start_matches("Bearer ")
    }

    /// The code in the newest mail of this kind to this address.
    pub fn code(&mut self, kind: &str, to: &str) -> String {
        let letter = || {
            let files = self.server.files("mail").into_iter().rev();
            let mut letters =
                files.filter_map(|file| serde_json::from_slice::<Value>(&fs::read(file).ok()?).ok());
            letters.find(|letter| letter["kind"] == kind && letter["to"] == to)
        };
        let code = eventually(kind, letter)["code"].as_str().unwrap().to_owned();
        self.secrets.push(code.clone());
        code
    }

    pub fn sign_up(&mut self, person: &Person) {
        let Person {
            name,
            email,
            password,
            user_type,
        } = person;
        let form = json!({"name": name, "email": email, "password": password, "confirm_password": password,
            "user_type": user_type});
        assert_eq!(self.post("/api/auth/register/", &form).status, 201);
        let wrong = json!({"email": email, "verification_code": "not a code"});
        assert_eq!(self.post("/api/auth/verify-email/", &wrong).status, 400);
        let right = json!({"email": email, "verification_code": self.code("verification", email)});
        assert_eq!(self.post("/api/auth/verify-email/", &right).status, 200);
        // A second time, as somebody who does not know of the first.
        self.post("/api/auth/register/", &form);
        self.secrets.extend([*email, *password].map(str::to_owned));
        self.secrets.extend(words(&[name]));
    }

    /// Signs in by an address or a user name.
    pub fn sign_in(&mut self, email: &str, password: &str) {
        let wrong = json!({"email": email, "password": WRONG_PASSWORD});
        assert_eq!(self.post("/api/auth/login/", &wrong).status, 401);
        let right = json!({"email": email, "password": password});
        let signed_in = self.must("POST", "/api/auth/login/", &right);
        for kind in ["access", "refresh"] {
            let token = signed_in[kind].as_str().unwrap();
            self.secrets.extend(token.split('.').map(str::to_owned));
        }
        self.authorization = Some(format!("Bearer {}", signed_in["access"].as_str().unwrap()));
        self.id = signed_in["user"]["id"].as_i64().unwrap();
        let refresh = json!({"refresh": signed_in["refresh"]});
        assert_eq!(self.post("/api/auth/refresh/", &refresh).status, 200);
    }

    /// Opens a socket at this address, where it comes in.
    pub fn knock(&self, path: &str) -> Option<WebSocket<TcpStream>> {
        let host = self.server.address.trim_start_matches("http://");
        let stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (socket, _) = client(format!("ws://{host}{path}"), stream).ok()?;
        Some(socket)
    }
}

/// A story with a drawing in this colour.
pub fn story(title: &str, text: &str, colour: u8) -> Value {
    let drawing = format!("data:image/png;base64,{}", STANDARD.encode([colour; 4000]));
    let pages = json!([{"id": "page-1", "order": 0, "canvasData": drawing}]).to_string();
    json!({"title": title, "content": text, "canvas_data": pages, "category": "adventure"})
}

/// Takes tables away under the server's feet: from now on whatever asks them is a fault of ours.
pub fn break_database(server: &Server, tables: &'static [&str]) {
    let target = Target::Sqlite(server.folder().join("data/tinytales.db"));
    let database = Database::open(target, Options::default()).unwrap();
    let broken = database.write(|conn| {
        tables
            .iter()
            .try_for_each(|table| conn.batch(&format!("ALTER TABLE {table} RENAME TO lost_{table}")))
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let broken: Result<(), database::Error> = runtime.block_on(broken);
    broken.unwrap();
    database.close();
}

/// The words of texts by which they would be known again.
pub fn words<'a>(texts: &[&'a str]) -> impl Iterator<Item = String> + use<'a> {
    let words: Vec<&str> = texts.iter().flat_map(|text| text.split(' ')).collect();
    let long = words.into_iter().filter(|word| word.len() > 6);
    long.map(str::to_owned)
}

/// None of these, and nothing that is secret in every run, is in a log in which there was something to find.
pub fn look_for(secrets: &[String], log: &str) {
    let mut words = String::new();
    for line in log.lines() {
        let mut line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
        // Six digits of a second may be those of a code.
        line.as_object_mut().unwrap().remove("timestamp");
        words += &line.to_string().to_lowercase();
    }
    for expected in ["looks like production", "\"debug\"", "request failed"] {
        assert!(
            words.contains(&expected.to_lowercase()),
            "{expected:?} is missing in {log}"
        );
    }
    let always = [
        SECRET,
        WRONG_PASSWORD,
        "quellental.example>",
        "geheimnis",
        "Bearer",
        "eyJ",
        "base64",
        "Laterne",
    ];
    for secret in secrets.iter().map(String::as_str).chain(always) {
        assert!(
            !secret.is_empty() && !words.contains(&secret.to_lowercase()),
            "{secret:?} is in {log}"
        );
    }
}
