//! Query strings and path ids. Nothing here answers 500, whatever is sent.

use std::convert::Infallible;
use std::ops::RangeInclusive;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::Error;

/// The parameters of a query string.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query string.
    pub fn parse(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The last value of a parameter; NUL characters, which no database takes, are left out.
    pub fn get(&self, name: &str) -> Option<String> {
        let (_, value) = self.0.iter().rev().find(|(key, _)| key == name)?;
        Some(value.replace('\0', ""))
    }

    /// A number: the default when it is absent or junk, clamped into the range otherwise.
    pub fn clamped(&self, name: &str, default: i64, range: RangeInclusive<i64>) -> i64 {
        let number = self
            .get(name)
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(default);
        number.clamp(*range.start(), *range.end())
    }

    /// The same query with another `page` (left out for page 1), names sorted.
    pub fn with_page(&self, page: i64) -> String {
        let mut pairs: Vec<(&str, &str)> = self
            .0
            .iter()
            .filter(|(name, _)| name != "page")
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let page = page.to_string();
        if page != "1" {
            pairs.push(("page", &page));
        }
        pairs.sort_by_key(|(name, _)| *name);
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

/// The id in a path. Anything that is not an unsigned decimal of 63 bits is 404: the apps put local ids there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Error::not_found())?;
        Self::parse(&text)
    }
}

impl Id {
    /// The id of this spelling; 404 for what is none.
    pub fn parse(text: &str) -> Result<Self, Error> {
        id(text).map(Self)
    }
}

/// The two ids in a path, read the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoIds(pub i64, pub i64);

impl<S: Send + Sync> FromRequestParts<S> for TwoIds {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let Path((one, other)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| Error::not_found())?;
        Ok(Self(id(&one)?, id(&other)?))
    }
}

fn id(text: &str) -> Result<i64, Error> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::not_found());
    }
    text.parse().map_err(|_| Error::not_found())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_clamped_and_junk_is_the_default() {
        let query = Query::parse("limit=500&offset=-3&page_size=x&big=99999999999999999999");
        assert_eq!(query.clamped("limit", 10, 1..=100), 100);
        assert_eq!(query.clamped("offset", 0, 0..=1000), 0);
        assert_eq!(query.clamped("page_size", 12, 1..=100), 12);
        assert_eq!(query.clamped("big", 12, 1..=100), 12);
    }

    #[test]
    fn links_keep_the_other_parameters_sorted_and_leave_page_one_out() {
        let query = Query::parse("search=a%20b&page=2&category=animal");
        assert_eq!(query.with_page(3), "category=animal&page=3&search=a+b");
        assert_eq!(query.with_page(1), "category=animal&search=a+b");
    }
}
