//! One call of the API: what is sent, and which answers are right.

use hyper::Method;

use crate::http::Pieces;

/// A call that somebody is about to make.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Its name in the report.
    pub(crate) kind: &'static str,
    pub(crate) method: Method,
    /// From the host's root, with its query.
    pub(crate) path: String,
    pub(crate) body: Option<Pieces>,
    /// Statuses that are right.
    pub(crate) expects: &'static [u16],
    pub(crate) manner: Manner,
}

/// How the app makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// By the app's shared layer: with the token, if there is one, and a JSON content type, so that a browser asks
    /// first (CORS).
    App,
    /// By the shared layer, but it is what brings the token.
    SigningIn,
    /// By a plain `fetch` without a token.
    Plain,
    /// By an `<img>`: no token, no JSON.
    Image,
}

impl Call {
    fn new(kind: &'static str, method: Method, path: impl Into<String>) -> Self {
        Self {
            kind,
            method,
            path: path.into(),
            body: None,
            expects: &[200, 201, 304],
            manner: Manner::App,
        }
    }

    pub(crate) fn get(kind: &'static str, path: impl Into<String>) -> Self {
        Self::new(kind, Method::GET, path)
    }

    /// A POST without a body, as the apps send it for likes.
    pub(crate) fn post(kind: &'static str, path: impl Into<String>) -> Self {
        Self::new(kind, Method::POST, path)
    }

    pub(crate) fn patch(kind: &'static str, path: impl Into<String>) -> Self {
        Self::new(kind, Method::PATCH, path)
    }

    /// The same with a body of JSON.
    pub(crate) fn with(self, body: impl Into<Pieces>) -> Self {
        Self {
            body: Some(body.into()),
            ..self
        }
    }

    /// The same, made in another manner.
    pub(crate) fn made(self, manner: Manner) -> Self {
        Self { manner, ..self }
    }

    /// The same, with these statuses right and no others.
    pub(crate) fn expecting(self, expects: &'static [u16]) -> Self {
        Self { expects, ..self }
    }
}
