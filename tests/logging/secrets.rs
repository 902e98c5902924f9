//! Whatever happens, and however much is logged: no name, address, password, token, code, title or text of anybody.

use std::fs;
use std::net::TcpStream;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use database::{Database, Options, Target};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::client;

use crate::server::{Answer, SECRET, Server, agent, eventually};

const NAME: &str = "Zofia Wimmelbach";
const EMAIL: &str = "zofia.wimmelbach@quellental.example";
const NEW_EMAIL: &str = "zofia.neu@quellental.example";
const PASSWORD: &str = "mondschein-Laterne-83";
const NEW_PASSWORD: &str = "regenbogen-Laterne-84";
const WRONG_PASSWORD: &str = "sternschnuppe-Laterne-85";
const TITLE: &str = "Igelchen Vierpfote";
const TEXT: &str = "Drachenfrucht unter dem Holunderbusch";
const COMMENT: &str = "Seepferdchenglanz";
const NEEDLE: &str = "Suchwortkrokodil";
const ADMIN_NAME: &str = "Hausmeisterin Wurzelknopf";
const ADMIN_EMAIL: &str = "hausmeisterin@quellental.example";
const ADMIN_PASSWORD: &str = "verwaltergeheimnis";

/// A person with a device, and all that must not be seen.
struct Visit<'a> {
    server: &'a Server,
    agent: ureq::Agent,
    token: Option<String>,
    secrets: Vec<String>,
}

impl Visit<'_> {
    fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let bytes = body.to_string();
        let body = (!body.is_null()).then_some(bytes.as_bytes());
        self.server
            .send(&self.agent, method, path, self.token.as_deref(), body)
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, body)
    }

    fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &Value::Null)
    }

    /// The code in the newest mail of this kind.
    fn code(&mut self, kind: &str) -> String {
        let letter = || {
            let files = self.server.files("mail").into_iter().rev();
            let letters =
                files.filter_map(|file| serde_json::from_slice::<Value>(&fs::read(file).ok()?).ok());
            letters.into_iter().find(|letter| letter["kind"] == kind)
        };
        let code = eventually(kind, letter)["code"].as_str().unwrap().to_owned();
        self.secrets.push(code.clone());
        code
    }

    fn sign_up(&mut self) {
        let form = json!({"name": NAME, "email": EMAIL, "password": PASSWORD, "confirm_password": PASSWORD});
        assert_eq!(self.post("/api/auth/register/", &form).status, 201);
        let wrong = json!({"email": EMAIL, "verification_code": "not a code"});
        assert_eq!(self.post("/api/auth/verify-email/", &wrong).status, 400);
        let right = json!({"email": EMAIL, "verification_code": self.code("verification")});
        assert_eq!(self.post("/api/auth/verify-email/", &right).status, 200);
        // A second time, as somebody who does not know of the first.
        self.post("/api/auth/register/", &form);
    }

    fn sign_in(&mut self, email: &str, password: &str) {
        let wrong = json!({"email": email, "password": WRONG_PASSWORD});
        assert_eq!(self.post("/api/auth/login/", &wrong).status, 401);
        let signed_in = self.post("/api/auth/login/", &json!({"email": email, "password": password}));
        assert_eq!(signed_in.status, 200, "{}", signed_in.body);
        for kind in ["access", "refresh"] {
            let token = signed_in.body[kind].as_str().unwrap();
            self.secrets.extend(token.split('.').map(str::to_owned));
        }
        self.token = signed_in.body["access"].as_str().map(str::to_owned);
        let refresh = json!({"refresh": signed_in.body["refresh"]});
        assert_eq!(self.post("/api/auth/refresh/", &refresh).status, 200);
    }

    fn forget_the_password(&mut self) {
        self.token = None;
        assert_eq!(
            self.post("/api/auth/password-reset/send/", &json!({"email": EMAIL}))
                .status,
            200
        );
        let code = self.code("password_reset");
        let form = json!({"email": EMAIL, "reset_code": code, "code": code, "new_password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD});
        self.post("/api/auth/password-reset/verify/", &form);
        let reset = self.post("/api/auth/password-reset/reset/", &form);
        assert_eq!(reset.status, 200, "{}", reset.body);
    }

    fn write(&mut self) -> i64 {
        let made = self.post("/api/stories/create/", &story());
        assert_eq!(made.status, 201, "{}", made.body);
        let id = made.body["story"]["id"].as_i64().unwrap();
        self.post(&format!("/api/stories/{id}/publish/"), &Value::Null);
        self.post(
            &format!("/api/stories/{id}/comments/create/"),
            &json!({"text": COMMENT, "content": COMMENT}),
        );
        self.call(
            "PATCH",
            &format!("/api/stories/{id}/update/"),
            &json!({"title": [TITLE], "content": {"x": TEXT}}),
        );
        self.get(&format!("/api/stories/{id}/?token={}", self.secrets[1]));
        self.get(&format!(
            "/api/stories/?public=true&search={NEEDLE}%22%27&category={NEEDLE}"
        ));
        self.get(&format!("/api/users/search/?q={NEEDLE}"));
        id
    }

    /// Live sockets: with the token in the address, with texts that are understood by nobody, and with a forged token.
    fn listen(&self) {
        let token = self.token.as_deref().unwrap_or_default();
        let host = self.server.address.trim_start_matches("http://");
        let knock = |token: &str| {
            let address = format!("ws://{host}/ws/notifications/?token={token}&name={NEEDLE}");
            client(address, TcpStream::connect(host).unwrap()).ok()
        };
        let (mut socket, _) = knock(token).unwrap();
        for text in [
            TEXT.to_owned(),
            format!("{{\"type\":\"{NEEDLE}\"}}"),
            TEXT.repeat(2_000),
        ] {
            socket.send(Message::text(text)).unwrap();
        }
        // The answers to the first and the last, behind the greeting.
        for _ in 0..3 {
            socket.read().unwrap();
        }
        socket.close(None).unwrap();
        while socket.read().is_ok() {}
        assert!(knock(&format!("{token}x")).is_none());
    }

    /// What is refused, or understood by nobody.
    fn stumble(&self) {
        self.get(&format!("/api/nowhere/{NEEDLE}?password={PASSWORD}"));
        self.get(&format!("/media/pictures/{NEEDLE}.png"));
        self.get(&format!("/account/undo-email/{NEEDLE}"));
        let forged = Some("eyJhbGciOiJIUzI1NiJ9.Zm9yZ2VkLXRva2VuLW9mLXpvZmlh.c2lnbmVkLWJ5LW5vYm9keQ");
        self.server
            .send(&self.agent, "GET", "/api/auth/profile/", forged, None);
        for body in [
            format!("{{\"title\": \"{TITLE}"),
            format!("[\"{TEXT}\"]"),
            TEXT.repeat(60_000),
        ] {
            let token = self.token.as_deref();
            self.server.send(
                &self.agent,
                "POST",
                "/api/stories/create/",
                token,
                Some(body.as_bytes()),
            );
        }
        let twice =
            json!({"old_password": WRONG_PASSWORD, "new_password": NEW_PASSWORD, "confirm_password": NEEDLE});
        self.post("/api/auth/change-password/", &twice);
        self.post(
            "/api/auth/change-email/",
            &json!({"new_email": NEW_EMAIL, "password": PASSWORD}),
        );
    }

    /// An administrator at the console, who mistypes the password once and presses the button of the log.
    fn look_after_the_server(&mut self) {
        self.server.create_admin(ADMIN_EMAIL, ADMIN_NAME, ADMIN_PASSWORD);
        let wrong = [("email", ADMIN_EMAIL), ("password", WRONG_PASSWORD)];
        assert_eq!(
            self.server.form(&self.agent, "/ops/sign-in", "", &wrong).status(),
            401
        );
        let right = [("email", ADMIN_EMAIL), ("password", ADMIN_PASSWORD)];
        let signed_in = self.server.form(&self.agent, "/ops/sign-in", "", &right);
        assert_eq!(signed_in.status(), 303);
        let cookie = signed_in.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let (_, token) = cookie.split_once('=').unwrap();
        self.secrets.extend(token.split('.').map(str::to_owned));
        let page = self.agent.get(format!("{}/ops", self.server.address));
        let mut page = page.header("Cookie", &cookie).call().unwrap();
        let form_token = hidden(&page.body_mut().read_to_string().unwrap(), "form_token");
        let raise = [("action", "raise"), ("form_token", form_token.as_str())];
        let pressed = self.server.form(&self.agent, "/ops/log", &cookie, &raise);
        assert_eq!(pressed.status(), 303);
        self.secrets.push(form_token);
    }
}

/// The value of this field of a page's first form that has it.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// A story with a drawing.
fn story() -> Value {
    let drawing = format!("data:image/png;base64,{}", STANDARD.encode([7; 4000]));
    let pages = json!([{"id": "page-1", "order": 0, "canvasData": drawing}]).to_string();
    json!({"title": TITLE, "content": TEXT, "canvas_data": pages, "category": "adventure"})
}

/// Takes tables away under the server's feet: from now on whatever asks them is a fault of ours.
fn break_database(server: &Server) {
    let target = Target::Sqlite(server.folder().join("data/tinytales.db"));
    let database = Database::open(target, Options::default()).unwrap();
    let broken = database.write(|conn| {
        conn.batch("ALTER TABLE stories RENAME TO lost_stories; ALTER TABLE users RENAME TO lost_users")
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let broken: Result<(), database::Error> = runtime.block_on(broken);
    broken.unwrap();
    database.close();
}

const SETTINGS: [(&str, &str); 13] = [
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

#[test]
fn no_secret_and_no_name_is_ever_logged() {
    let server = Server::start(&SETTINGS);
    let mut visit = Visit {
        server: &server,
        agent: agent(),
        token: None,
        secrets: Vec::new(),
    };
    visit.sign_up();
    visit.sign_in(EMAIL, PASSWORD);
    visit.forget_the_password();
    visit.sign_in(EMAIL, NEW_PASSWORD);
    let written = visit.write();
    visit.listen();
    visit.stumble();
    visit.look_after_the_server();
    break_database(&server);
    let failed = visit.post(
        "/api/auth/login/",
        &json!({"email": EMAIL, "password": NEW_PASSWORD}),
    );
    assert_eq!(failed.status, 500, "{}", failed.body);
    visit.get(&format!("/api/stories/{written}/"));
    visit.post("/api/stories/create/", &story());
    visit.get(&format!("/api/users/search/?q={NEEDLE}"));

    let mut secrets = visit.secrets;
    let told = [NAME, TITLE, TEXT, ADMIN_NAME].map(|text| text.split(' '));
    let words = told.into_iter().flatten().filter(|word| word.len() > 6);
    secrets.extend(words.map(str::to_owned));
    let others = [
        EMAIL,
        NEW_EMAIL,
        ADMIN_EMAIL,
        "zofia",
        "quellental.example>",
        PASSWORD,
        NEW_PASSWORD,
        WRONG_PASSWORD,
        COMMENT,
        NEEDLE,
        SECRET,
    ];
    secrets.extend(others.map(str::to_owned));
    secrets.extend(["geheimnis", "Bearer", "eyJ", "base64", "Laterne"].map(str::to_owned));
    look_for(&secrets, &server.stop());
}

fn look_for(secrets: &[String], log: &str) {
    let mut words = String::new();
    for line in log.lines() {
        let mut line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
        // Six digits of a second may be those of a code.
        line.as_object_mut().unwrap().remove("timestamp");
        words += &line.to_string().to_lowercase();
    }
    // Otherwise there would be nothing to find.
    for expected in ["looks like production", "\"debug\"", "request failed"] {
        assert!(
            words.contains(&expected.to_lowercase()),
            "{expected:?} is missing in {log}"
        );
    }
    for secret in secrets {
        assert!(
            !secret.is_empty() && !words.contains(&secret.to_lowercase()),
            "{secret:?} is in {log}"
        );
    }
}
