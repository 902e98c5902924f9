//! What administrators ask for in a world with many people, each alone, and an export of fifty thousand stories.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::calls::Call;
use super::table::{Gates, at_most};
use crate::Result;
use crate::http::{Client, Request};
use crate::process::{Server, Usage};

/// Mebibytes by which resident memory may rise while an export is under way.
const EXPORT_GATE: f64 = 8.0;
/// Times that an export is asked for.
const TRIES: usize = 20;
/// Who they are; the server makes the account by itself.
const EMAIL: &str = "root@bench.example";
const PASSWORD: &str = "for the bench alone";

/// The settings with which a server makes the administrator.
pub(super) fn settings() -> [(&'static str, String); 2] {
    [
        ("ADMIN_EMAIL", EMAIL.to_owned()),
        ("ADMIN_PASSWORD", PASSWORD.to_owned()),
    ]
}

/// An administrator who is signed in.
pub(super) struct Administrator(String);

impl Administrator {
    /// Signs in.
    pub(super) fn enter(server: &Server) -> Result<Self> {
        let body = json!({"email": EMAIL, "password": PASSWORD});
        let mut client = Client::connect(server.port())?;
        let answer = client.send(&Request::new("POST", "/api/admin/auth/login/", None, Some(&body)))?;
        let body: Value = serde_json::from_slice(answer.body).unwrap_or_default();
        match body["admin_token"].as_str() {
            Some(token) => Ok(Self(token.to_owned())),
            None => Err(format!("the administrator cannot sign in: {} {body}", answer.status).into()),
        }
    }

    /// The calls, in the order of the table. The figures of the dashboard are read once in a quarter of a minute.
    pub(super) fn calls(&self) -> Vec<Call<'static>> {
        [
            ("admin dashboard", "/api/admin/dashboard/stats/"),
            ("admin users", "/api/admin/users/"),
            ("admin users, last page", "/api/admin/users/?page=500"),
            ("admin users by name", "/api/admin/users/?search=lo"),
            ("admin users by address", "/api/admin/users/?search=load07"),
            ("admin user", "/api/admin/users/1000000/"),
            ("admin stories", "/api/admin/stories/"),
            ("admin drafts", "/api/admin/stories/?status=unpublished"),
            ("admin stories by title", "/api/admin/stories/?search=lantern"),
            ("admin stories by author", "/api/admin/stories/?search=load0012"),
            ("admin words", "/api/admin/profanity/?page_size=10"),
            ("admin record", "/api/admin/audit-logs/"),
            ("admin health", "/api/admin/system/health/"),
        ]
        .map(|(name, path)| Call::alone(name, self.get(path)))
        .into()
    }

    /// Asks for something.
    pub(super) fn get(&self, path: &str) -> Request {
        Request::by_admin(path, &self.0)
    }

    /// Does something.
    pub(super) fn request(&self, method: &str, path: &str, body: &Value) -> Request {
        Request::of_admin(method, path, &self.0, body)
    }

    /// Takes an export of all stories; how long that and reading all figures took, and a line for the memory.
    pub(super) fn export(&self, server: &Server, gates: &mut Gates) -> Result<String> {
        let mut client = Client::connect(server.port())?;
        let begun = Instant::now();
        client.send(&self.get("/api/admin/dashboard/stats/"))?;
        let figures = begun.elapsed();

        let (bytes, took, grown) = self.take_export(server, &mut client)?;
        let line = at_most(
            gates,
            "resident growth during an export",
            grown,
            EXPORT_GATE,
            "MiB",
        );
        Ok(format!(
            "{line}\nexport: {:.1} MB in {} ms; all figures of the dashboard: {} ms",
            bytes as f64 / 1e6,
            took.as_millis(),
            figures.as_millis()
        ))
    }

    /// Bytes of an export of all stories, how long it took, and by how many mebibytes resident memory rose. The first backup
    /// of a server may go before it.
    fn take_export(&self, server: &Server, client: &mut Client) -> Result<(usize, Duration, f64)> {
        for _ in 0..TRIES {
            let before = Usage::of(server.id())?.resident;
            // 5 sets the high-water mark back to what is resident now.
            fs::write(format!("/proc/{}/clear_refs", server.id()), "5")?;
            let begun = Instant::now();
            let answer = client.send(&self.get("/api/admin/export/?type=stories"))?;
            match (answer.status, answer.retry_after) {
                (200, _) => {
                    let (bytes, took) = (answer.body.len(), begun.elapsed());
                    let grown = Usage::of(server.id())?.peak.saturating_sub(before);
                    return Ok((bytes, took, grown as f64 / f64::from(1 << 20)));
                }
                (503, Some(seconds)) => thread::sleep(Duration::from_secs(seconds)),
                (status, _) => return Err(format!("the export answers {status}").into()),
            }
        }
        Err("the backup before the export did not end".into())
    }
}
