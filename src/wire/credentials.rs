//! The `Authorization` header, as the apps send it.

use axum::http::{HeaderMap, header};

/// The bearer token of a request, or nothing.
///
/// The scheme word is case-sensitive, any other scheme is no credentials, and the apps send literally `Bearer null` or
/// `Bearer undefined` when they hold no token.
pub fn bearer(headers: &HeaderMap) -> Bearer<'_> {
    token_of(headers, "Bearer")
}

/// The token of an administrator, which has a scheme word of its own.
pub fn admin_bearer(headers: &HeaderMap) -> Bearer<'_> {
    token_of(headers, "AdminBearer")
}

fn token_of<'a>(headers: &'a HeaderMap, scheme: &str) -> Bearer<'a> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Bearer::None;
    };
    let Ok(text) = value.to_str() else {
        return Bearer::None;
    };
    let mut words = text.split_ascii_whitespace();
    if words.next() != Some(scheme) {
        return Bearer::None;
    }
    match (words.next(), words.next()) {
        (None | Some("null" | "undefined"), None) => Bearer::None,
        (Some(token), None) => Bearer::Token(token),
        _ => Bearer::Malformed,
    }
}

/// What the header holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer<'a> {
    /// A guest.
    None,
    /// A token, not yet looked at.
    Token(&'a str),
    /// Three words or more: 401 with its own slug.
    Malformed,
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn careless_headers_are_guests() {
        let read = |value: &'static str| {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
            match bearer(&headers) {
                Bearer::None => "none".to_owned(),
                Bearer::Token(token) => format!("token {token}"),
                Bearer::Malformed => "malformed".to_owned(),
            }
        };
        for guest in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer null",
            "Bearer undefined",
            "bearer abc",
            "Basic abc",
            "Token a b c",
        ] {
            assert_eq!(read(guest), "none", "{guest}");
        }
        assert_eq!(read("Bearer abc"), "token abc");
        assert_eq!(read("Bearer a b"), "malformed");
    }

    #[test]
    fn each_scheme_has_its_own_word() {
        let headers = |value: &'static str| {
            HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))])
        };
        let (admin, user) = (headers("AdminBearer abc"), headers("Bearer abc"));
        assert_eq!(admin_bearer(&admin), Bearer::Token("abc"));
        assert_eq!(admin_bearer(&user), Bearer::None);
        assert_eq!(bearer(&admin), Bearer::None);
        assert_eq!(admin_bearer(&headers("AdminBearer null")), Bearer::None);
        assert_eq!(admin_bearer(&headers("adminbearer abc")), Bearer::None);
    }
}
