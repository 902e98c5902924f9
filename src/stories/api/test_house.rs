//! A running server without a socket, and people who call it, for the tests of the addresses.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use database::{Conn, Error};
use http_body_util::BodyExt;
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::accounts::store::sessions;
use crate::accounts::tokens::Pair;
use crate::app::App;
use crate::clock::{Clock, DAY};
use crate::config::Config;
use crate::logging::Log;
use crate::routes;
use crate::stories::test_world::{NOW, person, story};

/// A server over a database of its own.
pub(super) struct House {
    pub(super) app: Arc<App>,
    routes: Router,
    _folder: TempDir,
}

/// Somebody who calls: an account, or a guest without a token.
pub(super) struct Client {
    pub(super) id: i64,
    token: Option<String>,
    routes: Router,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl House {
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data_dir = folder.path().display().to_string();
        let config = Config::read(false, |name| match name {
            "DATA_DIR" => Some(data_dir.clone()),
            "SECRET_KEY" => Some("the tests of one house, nothing else".to_owned()),
            _ => None,
        });
        let app = App::new(
            config.expect("settings that fit"),
            Clock::manual(NOW),
            Log::silent(),
        )
        .await;
        let app = app.expect("an empty database opens");
        Self {
            routes: routes::all(&app),
            app,
            _folder: folder,
        }
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    ) -> T {
        self.app
            .database
            .write(work)
            .await
            .expect("the statements are right")
    }

    /// Somebody who is signed in.
    pub(super) async fn client(&self, name: &'static str) -> Client {
        let ends = NOW + DAY;
        let open = move |conn: &mut Conn<'_>| {
            let id = person(conn, name)?;
            conn.execute(
                "UPDATE users SET email_verified_at = $2 WHERE id = $1",
                &[&id, &NOW],
            )?;
            let hash = crate::accounts::store::people::password_hash(conn, id)?.unwrap_or_default();
            sessions::open(conn, name, id, &hash, NOW, ends)?;
            Ok(id)
        };
        let id = self.write(open).await;
        let token = Pair::new(&self.app.keys, id, name, NOW, 1, ends).access;
        Client {
            id,
            token: Some(token),
            routes: self.routes.clone(),
        }
    }

    pub(super) fn guest(&self) -> Client {
        Client {
            id: 0,
            token: None,
            routes: self.routes.clone(),
        }
    }

    /// A published story.
    pub(super) async fn story(&self, author: &Client) -> i64 {
        let author = author.id;
        self.write(move |conn| story(conn, author, true)).await
    }
}

impl Client {
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, String::new()).await
    }

    /// Asks again for what is known already.
    pub(super) async fn get_again(&self, path: &str, known: &Answer) -> Answer {
        let tag = known
            .headers
            .get(header::ETAG)
            .expect("a tag")
            .to_str()
            .expect("plain text");
        self.call(Method::GET, path, Some(tag), String::new()).await
    }

    /// A request without a body, as the apps send many.
    pub(super) async fn send(&self, method: Method, path: &str) -> Answer {
        self.call(method, path, None, String::new()).await
    }

    pub(super) async fn send_json(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.call(method, path, None, body.to_string()).await
    }

    async fn call(&self, method: Method, path: &str, tag: Option<&str>, body: String) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "tales.example");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(tag) = tag {
            request = request.header(header::IF_NONE_MATCH, tag);
        }
        if !body.is_empty() {
            request = request.header(header::CONTENT_LENGTH, body.len());
        }
        let request = request.body(Body::from(body)).expect("a request");
        let Ok(answer) = self.routes.clone().oneshot(request).await;
        let (head, body) = answer.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Answer {
            status: head.status,
            headers: head.headers,
            text,
        }
    }
}

impl Answer {
    /// The status as a number, which reads well beside others.
    pub(super) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }
}
