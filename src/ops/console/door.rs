//! Who stands before the console: the cookie, the session behind it, and the token of its forms.
//!
//! The cookie is a token of ours for the console alone; the API takes it for nothing. It names a session like every
//! other sign-in, so whatever ends those (a new password, a suspension, signing out) ends it too.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use subtle::ConstantTimeEq;

use crate::accounts::auth;
use crate::accounts::sessions::Account;
use crate::accounts::tokens::{Claims, Kind, random_hex};
use crate::app::App;
use crate::clock::{HOUR, SECOND};
use crate::wire::Error;
use crate::wire::origin::Origin;

/// How long a sign-in lasts.
pub(super) const LASTS: i64 = 12 * HOUR;

const COOKIE: &str = "tinytales_console";

/// An administrator who is signed in at the console.
#[derive(Clone, Debug)]
pub struct Admin {
    account: Account,
    /// Goes into every form, and must come back with it.
    pub(super) form_token: String,
}

/// Whoever calls: an administrator, or somebody who may become one at the form.
#[derive(Clone, Debug)]
pub struct Caller(pub(super) Option<Admin>);

impl Admin {
    /// The session to end at signing out.
    pub(super) fn session(&self) -> String {
        self.account.session.clone()
    }

    /// Whether a form came from our own page.
    pub(super) fn sent(&self, form_token: &str) -> bool {
        form_token.as_bytes().ct_eq(self.form_token.as_bytes()).into()
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Error> {
        let Some(token) = cookie(&parts.headers) else {
            return Ok(Self(None));
        };
        match auth::recognise(app, token, Kind::Console).await {
            Ok(account) if account.is_admin => {
                let form_token = app.keys.hash_code("console form", account.id, &account.session);
                Ok(Self(Some(Admin { account, form_token })))
            }
            Ok(_) => Ok(Self(None)),
            Err(error) if error.status() == StatusCode::UNAUTHORIZED => Ok(Self(None)),
            Err(error) => Err(error),
        }
    }
}

/// The token in the request's cookies.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// The cookie of a session that has just begun.
pub(super) fn bake(app: &App, origin: &Origin, user_id: i64, session: String, now: i64) -> HeaderValue {
    let token = app.keys.sign(&Claims {
        token_type: Kind::Console,
        exp: (now + LASTS) / SECOND,
        iat: now / SECOND,
        jti: random_hex(),
        user_id,
        sid: session,
        act: None,
        view: None,
    });
    set(&token, LASTS / SECOND, origin)
}

/// The cookie that takes the other one away.
pub(super) fn crumble(origin: &Origin) -> HeaderValue {
    set("", 0, origin)
}

fn set(value: &str, seconds: i64, origin: &Origin) -> HeaderValue {
    let secure = if origin.is_https() { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; Path=/ops; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::try_from(cookie).expect("a token is plain ASCII")
}

/// Whether a browser says that a form was sent by a page that is not ours. One that says nothing is judged by the
/// token of its form alone.
pub(super) fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let read = |value: &'static str| {
            cookie(&HeaderMap::from_iter([(
                header::COOKIE,
                HeaderValue::from_static(value),
            )]))
            .map(str::to_owned)
        };
        assert_eq!(
            read("a=b; tinytales_console=x.y.z; c=d").as_deref(),
            Some("x.y.z")
        );
        assert_eq!(read("tinytales_console_old=x; tinytales"), None);
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_and_other_sites() {
        let plain = crumble(&Origin::new("http://localhost:8000"));
        assert_eq!(
            plain,
            "tinytales_console=; Path=/ops; Max-Age=0; HttpOnly; SameSite=Strict"
        );
        let safe = crumble(&Origin::new("https://tales.example"));
        assert!(safe.to_str().unwrap().ends_with("; Secure"));
    }
}
