//! Whatever happens, and however much is logged: no name, address, password, token, code, title or text of anybody.

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::server::{JSON, Server};
use crate::visit::{Person, SETTINGS, Visit, WRONG_PASSWORD, break_database, look_for, story, words};

const ZOFIA: Person = Person {
    name: "Zofia Wimmelbach",
    email: "zofia.wimmelbach@quellental.example",
    password: "mondschein-Laterne-83",
    user_type: "child",
};
const NEW_EMAIL: &str = "zofia.neu@quellental.example";
const NEW_PASSWORD: &str = "regenbogen-Laterne-84";
const TITLE: &str = "Igelchen Vierpfote";
const TEXT: &str = "Drachenfrucht unter dem Holunderbusch";
const COMMENT: &str = "Seepferdchenglanz";
const NEEDLE: &str = "Suchwortkrokodil";
const ADMIN_NAME: &str = "Hausmeisterin Wurzelknopf";
const ADMIN_EMAIL: &str = "hausmeisterin@quellental.example";
const ADMIN_PASSWORD: &str = "verwaltergeheimnis";

impl Visit<'_> {
    fn forget_the_password(&mut self) {
        let email = ZOFIA.email;
        self.authorization = None;
        self.must("POST", "/api/auth/password-reset/send/", &json!({"email": email}));
        let code = self.code("password_reset", email);
        let form = json!({"email": email, "reset_code": code, "code": code, "new_password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD});
        self.post("/api/auth/password-reset/verify/", &form);
        self.must("POST", "/api/auth/password-reset/reset/", &form);
    }

    fn write(&mut self) -> i64 {
        let made = self.must("POST", "/api/stories/create/", &story(TITLE, TEXT, 7));
        let id = made["story"]["id"].as_i64().unwrap();
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
        self.get(&format!("/api/stories/{id}/?token={}", self.token()));
        self.get(&format!(
            "/api/stories/?public=true&search={NEEDLE}%22%27&category={NEEDLE}"
        ));
        self.get(&format!("/api/users/search/?q={NEEDLE}"));
        id
    }

    /// Live sockets: with the token in the address, with texts that are understood by nobody, and with a forged token.
    fn listen(&self) {
        let knock = |token: &str| self.knock(&format!("/ws/notifications/?token={token}&name={NEEDLE}"));
        let mut socket = knock(self.token()).unwrap();
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
        assert!(knock(&format!("{}x", self.token())).is_none());
    }

    /// What is refused, or understood by nobody.
    fn stumble(&self) {
        self.get(&format!("/api/nowhere/{NEEDLE}?password={}", ZOFIA.password));
        self.get(&format!("/media/pictures/{NEEDLE}.png"));
        for page in ["undo-email", "confirm-email"] {
            let path = format!("/account/{page}/{NEEDLE}");
            self.get(&path);
            self.server.form(&self.agent, &path, "", &[]);
        }
        let forged = Some("Bearer eyJhbGciOiJIUzI1NiJ9.Zm9yZ2VkLXRva2VuLW9mLXpvZmlh.c2lnbmVkLWJ5LW5vYm9keQ");
        self.server
            .send(&self.agent, "GET", "/api/auth/profile/", forged, None);
        for body in [
            format!("{{\"title\": \"{TITLE}"),
            format!("[\"{TEXT}\"]"),
            TEXT.repeat(60_000),
        ] {
            let body = Some((JSON, body.as_bytes()));
            self.send("POST", "/api/stories/create/", body);
        }
        let twice =
            json!({"old_password": WRONG_PASSWORD, "new_password": NEW_PASSWORD, "confirm_password": NEEDLE});
        self.post("/api/auth/change-password/", &twice);
        self.post(
            "/api/auth/change-email/",
            &json!({"new_email": NEW_EMAIL, "password": ZOFIA.password}),
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

#[test]
fn no_secret_and_no_name_is_ever_logged() {
    let server = Server::start(&SETTINGS);
    let mut visit = Visit::new(&server);
    visit.sign_up(&ZOFIA);
    visit.sign_in(ZOFIA.email, ZOFIA.password);
    visit.forget_the_password();
    visit.sign_in(ZOFIA.email, NEW_PASSWORD);
    let written = visit.write();
    visit.listen();
    visit.stumble();
    visit.look_after_the_server();
    break_database(&server, &["stories", "users"]);
    let failed = visit.post(
        "/api/auth/login/",
        &json!({"email": ZOFIA.email, "password": NEW_PASSWORD}),
    );
    assert_eq!(failed.status, 500, "{}", failed.body);
    visit.get(&format!("/api/stories/{written}/"));
    visit.post("/api/stories/create/", &story(TITLE, TEXT, 7));
    visit.get(&format!("/api/users/search/?q={NEEDLE}"));

    let mut secrets = visit.secrets;
    secrets.extend(words(&[TITLE, TEXT, ADMIN_NAME]));
    let others = ["zofia", NEW_EMAIL, NEW_PASSWORD, COMMENT, NEEDLE, ADMIN_EMAIL];
    secrets.extend(others.map(str::to_owned));
    look_for(&secrets, &server.stop());
}
