//! Somebody who calls the API: one request per connection, headers as the apps send them.

use std::fmt::Write;
use std::net::SocketAddr;

use serde_json::Value;

use super::answer::Answer;
use super::connection::Connection;

/// A caller. Clones are the same person on the same device.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    headers: Vec<(String, String)>,
    account: Option<Account>,
}

/// Who a caller is.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: i64,
    pub email: String,
    pub access: String,
    pub refresh: String,
}

impl Client {
    pub fn guest(address: SocketAddr) -> Self {
        Self {
            address,
            headers: Vec::new(),
            account: None,
        }
    }

    /// The same caller, who sends one more header with every request.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// A header that this caller sends with every request.
    pub fn header(&self, name: &str) -> Option<&str> {
        let own = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        own.map(|(_, value)| value.as_str())
    }

    /// The same device with this access token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        self.with_header("Authorization", &format!("Bearer {token}"))
    }

    /// The same device, signed in.
    #[must_use]
    pub fn signed_in(&self, account: Account) -> Self {
        let device = self.with_token(&account.access);
        Self {
            account: Some(account),
            ..device
        }
    }

    fn account(&self) -> &Account {
        self.account.as_ref().expect("a guest has no account")
    }

    /// The same account, at the server of this device.
    #[must_use]
    pub fn signed_in_as(&self, other: &Self) -> Self {
        self.signed_in(other.account().clone())
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn id(&self) -> i64 {
        self.account().id
    }

    pub fn email(&self) -> &str {
        &self.account().email
    }

    /// The access token.
    pub fn access(&self) -> &str {
        &self.account().access
    }

    /// The refresh token.
    pub fn refresh(&self) -> &str {
        &self.account().refresh
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.raw("GET", path, &[], b"")
    }

    /// POST with JSON.
    #[track_caller]
    pub fn post(&self, path: &str, json: Value) -> Answer {
        self.json("POST", path, json)
    }

    #[track_caller]
    pub fn put(&self, path: &str, json: Value) -> Answer {
        self.json("PUT", path, json)
    }

    #[track_caller]
    pub fn patch(&self, path: &str, json: Value) -> Answer {
        self.json("PATCH", path, json)
    }

    /// DELETE without a body.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.raw("DELETE", path, &[], b"")
    }

    /// POST with neither a body nor a content type, as the apps often do.
    #[track_caller]
    pub fn post_nothing(&self, path: &str) -> Answer {
        self.raw("POST", path, &[], b"")
    }

    /// Any method with JSON.
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a test writes `json!(…)` in its place"
    )]
    pub fn json(&self, method: &str, path: &str, json: Value) -> Answer {
        self.raw(
            method,
            path,
            &[("Content-Type", "application/json")],
            json.to_string().as_bytes(),
        )
    }

    /// Any request: these headers besides those that this caller always sends.
    #[track_caller]
    pub fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut connection = self.send(method, path, headers, body);
        connection.answer_to(method)
    }

    /// Sends a request and leaves the answer to be read: for slow readers, and for those who hang up.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Connection {
        let mut connection = Connection::open(self.address);
        let head = self.head(method, path, headers, body.len());
        // A server that refuses early may close before it has read everything; its answer is there all the same.
        if connection.send(head.as_bytes()) {
            connection.send(body);
        }
        connection
    }

    fn head(&self, method: &str, path: &str, headers: &[(&str, &str)], length: usize) -> String {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        let own = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = own.chain(headers.iter().copied()).collect();
        let says = |wanted: &str| all.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
        let add = |head: &mut String, name: &str, value: &dyn std::fmt::Display| {
            write!(head, "{name}: {value}\r\n").expect("a String takes all");
        };
        if !says("Host") {
            add(&mut head, "Host", &self.address);
        }
        if (length > 0 || method == "POST") && !says("Content-Length") && !says("Transfer-Encoding") {
            add(&mut head, "Content-Length", &length);
        }
        for (name, value) in all {
            add(&mut head, name, &value);
        }
        head + "\r\n"
    }
}
