//! The page envelope: `{"count", "next", "previous", "results"}` with absolute links.

use serde::Serialize;

use super::origin::Origin;
use super::{Error, Query};

/// Which page was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// From 1.
    Number(i64),
    /// Whichever is the last.
    Last,
    /// Not a page number: 404, once it is known that the list exists.
    Junk,
}

/// A page that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub number: i64,
    /// Rows on a full page.
    pub size: i64,
    /// Rows in the whole list.
    pub count: i64,
}

impl Wanted {
    /// Reads `page` of a query.
    pub fn from(query: &Query) -> Self {
        match query.get("page").as_deref() {
            None | Some("") => Self::Number(1),
            Some("last") => Self::Last,
            Some(text) => text
                .parse()
                .ok()
                .filter(|number| *number >= 1)
                .map_or(Self::Junk, Self::Number),
        }
    }

    /// The page of a list of `count` rows. Page 1 of an empty list exists; any other page beyond the end is 404.
    pub fn of(self, count: i64, size: i64) -> Result<Page, Error> {
        let last = ((count + size - 1) / size).max(1);
        let number = match self {
            Self::Number(number) if number <= last => number,
            Self::Last => last,
            Self::Number(_) | Self::Junk => return Err(Error::not_found()),
        };
        Ok(Page { number, size, count })
    }
}

impl Page {
    /// Rows before this page.
    pub fn offset(&self) -> i64 {
        (self.number - 1) * self.size
    }

    /// The links of the envelope, for the list at `path` (absolute, as the apps call it).
    pub fn links(&self, origin: &Origin, path: &str, query: &Query) -> Links {
        let link = |number| {
            let query = query.with_page(number);
            let mark = if query.is_empty() { "" } else { "?" };
            format!("{origin}{path}{mark}{query}")
        };
        let has_next = self.number * self.size < self.count;
        Links {
            count: self.count,
            next: has_next.then(|| link(self.number + 1)),
            previous: (self.number > 1).then(|| link(self.number - 1)),
        }
    }
}

/// The head of the envelope; `results` follows.
#[derive(Debug, Serialize)]
pub struct Links {
    /// Rows in the whole list.
    pub count: i64,
    /// The next page, if there is one.
    pub next: Option<String>,
    /// The page before, if there is one.
    pub previous: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(query: &str) -> Wanted {
        Wanted::from(&Query::parse(query))
    }

    #[test]
    fn pages_beyond_the_end_do_not_exist() {
        assert_eq!(wanted("").of(0, 12).unwrap().number, 1);
        assert_eq!(wanted("page=last").of(25, 12).unwrap().number, 3);
        assert_eq!(wanted("page=3").of(25, 12).unwrap().offset(), 24);
        for query in [
            "page=4",
            "page=0",
            "page=-1",
            "page=x",
            "page=99999999999999999999",
        ] {
            assert!(wanted(query).of(25, 12).is_err(), "{query}");
        }
    }

    #[test]
    fn links_are_absolute_and_end_at_the_ends() {
        let origin = Origin::new("https://tales.example");
        let query = Query::parse("page=2&page_size=12");
        let links = Wanted::from(&query)
            .of(31, 12)
            .unwrap()
            .links(&origin, "/api/stories/", &query);
        assert_eq!(
            links.next.as_deref(),
            Some("https://tales.example/api/stories/?page=3&page_size=12")
        );
        assert_eq!(
            links.previous.as_deref(),
            Some("https://tales.example/api/stories/?page_size=12")
        );
        let last = wanted("page=3")
            .of(31, 12)
            .unwrap()
            .links(&origin, "/api/stories/", &query);
        assert_eq!(last.next, None);
    }
}
