//! Pages of administrators' lists: bad numbers are the nearest good ones, and a page beyond the end is empty.

use database::Conn;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::text::SEARCH_DEADLINE;
use crate::wire::{Error, Query};

/// The last page that can be asked for.
const LAST: i64 = 1_000_000;
/// Rows of a page at most.
const LARGEST: i64 = 100;
/// A longer search is cut, in characters.
const LONGEST_SEARCH: usize = 100;

/// A page as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub page: i64,
    /// 1 to 100.
    pub size: i64,
}

impl Paging {
    /// Reads `page` and `page_size`, with this many rows when it does not say.
    pub fn of(query: &Query, usual: i64) -> Self {
        Self::named(query, "page_size", usual)
    }

    /// The same where the size has another name.
    pub fn named(query: &Query, size: &str, usual: i64) -> Self {
        Self {
            page: query.clamped("page", 1, 1..=LAST),
            size: query.clamped(size, usual, 1..=LARGEST),
        }
    }

    /// Rows before the page.
    pub fn offset(self) -> i64 {
        (self.page - 1) * self.size
    }

    /// Pages of a list of so many rows.
    pub fn pages(self, total: i64) -> i64 {
        (total + self.size - 1) / self.size
    }

    /// As the wire shows it, for a list of so many rows.
    pub fn shape(self, total: i64) -> Pagination {
        Pagination {
            page: self.page,
            page_size: self.size,
            total_count: total,
            total_pages: self.pages(total),
        }
    }
}

/// Reads a page. A search has a deadline of its own: a handful of slow ones must not stop all reads.
pub async fn read<T, F>(app: &App, search: &str, work: F) -> Result<T, Error>
where
    F: Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
    T: Send + 'static,
{
    if search.is_empty() {
        app.read(work).await
    } else {
        app.database.read_within(SEARCH_DEADLINE, work).await
    }
}

/// What is searched for.
pub fn search(query: &Query) -> String {
    let text = query.get("search").unwrap_or_default();
    text.trim().chars().take(LONGEST_SEARCH).collect()
}

/// One of some words that a filter knows; empty, which is all of them, for any other.
pub fn filter(query: &Query, name: &str, known: &[&str]) -> String {
    let text = query.get(name).unwrap_or_default();
    known
        .iter()
        .find(|word| **word == text)
        .map(|word| (*word).to_owned())
        .unwrap_or_default()
}

/// Where a page stands in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Pagination {
    pub page: i64,
    pub page_size: i64,
    pub total_count: i64,
    pub total_pages: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_numbers_are_the_nearest_good_ones() {
        for (query, page, size) in [
            ("", 1, 20),
            ("page=3&page_size=50", 3, 50),
            ("page=0&page_size=0", 1, 1),
            ("page=-7&page_size=-7", 1, 1),
            ("page=x&page_size=y", 1, 20),
            ("page=99999999999999999999&page_size=1000", 1, 100),
            ("page=9000000&page_size=100", LAST, 100),
        ] {
            assert_eq!(
                Paging::of(&Query::parse(query), 20),
                Paging { page, size },
                "{query}"
            );
        }
    }

    #[test]
    fn an_empty_list_has_no_pages() {
        let paging = Paging { page: 1, size: 20 };
        assert_eq!(paging.shape(0).total_pages, 0);
        assert_eq!(paging.shape(20).total_pages, 1);
        assert_eq!(paging.shape(21).total_pages, 2);
        assert_eq!(Paging { page: 3, size: 7 }.offset(), 14);
    }

    #[test]
    fn a_filter_that_nobody_knows_is_none() {
        let query = Query::parse("user_type=pirate&search=%20%20mi%20");
        assert_eq!(filter(&query, "user_type", &["child"]), "");
        assert_eq!(search(&query), "mi");
    }
}
