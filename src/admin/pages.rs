//! Pages of administrators' lists: bad numbers are the nearest good ones, and a page beyond the end is empty.

use std::sync::{Mutex, MutexGuard, PoisonError};

use database::Conn;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::clock::SECOND;
use crate::text::{BROAD, SEARCH_DEADLINE};
use crate::wire::{Error, Query};

/// The last page that can be asked for.
const LAST: i64 = 1_000_000;
/// Rows of a page at most.
const LARGEST: i64 = 100;
/// A longer search is cut, in characters.
const LONGEST_SEARCH: usize = 100;
/// How long the count of a broad search is shown.
const COUNTED_FOR: i64 = 15 * SECOND;
/// Counts that are kept at most; then the oldest goes.
const MOST_COUNTS: usize = 64;

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

/// How many rows broad searches found, for a quarter of a minute: counting tens of thousands of them takes longer than all
/// else. Forgotten when an administrator does something here.
#[derive(Debug, Default)]
pub struct Counts(Mutex<Vec<Counted>>);

#[derive(Debug)]
struct Counted {
    search: String,
    total: i64,
    at: i64,
}

impl Counts {
    fn recall(&self, search: &str, now: i64) -> Option<i64> {
        let mut counts = self.lock();
        counts.retain(|count| (0..COUNTED_FOR).contains(&(now - count.at)));
        let found = counts.iter().find(|count| count.search == search)?;
        Some(found.total)
    }

    fn keep(&self, search: String, total: i64, now: i64) {
        if total < BROAD {
            return;
        }
        let mut counts = self.lock();
        if counts.len() == MOST_COUNTS {
            counts.remove(0);
        }
        counts.push(Counted {
            search,
            total,
            at: now,
        });
    }

    /// Something was changed: all is counted anew.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Counted>> {
        // Whatever a panic left half done is a count less.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a page; `kind` is the list, and what it is filtered by. `work` is given the count if it is known already, and
/// answers the rows and the count. A search has a deadline of its own: a handful of slow ones must not stop all reads.
pub async fn read<T, F>(app: &App, kind: &str, search: &str, work: F) -> Result<(T, i64), Error>
where
    F: Fn(&mut Conn<'_>, Option<i64>) -> Result<(T, i64), Error> + Send + 'static,
    T: Send + 'static,
{
    if search.is_empty() {
        return app.read(move |conn| work(conn, None)).await;
    }
    let (key, now) = (format!("{kind} {search}"), app.clock.now());
    let known = app.counts.recall(&key, now);
    let read = app
        .database
        .read_within(SEARCH_DEADLINE, move |conn| work(conn, known));
    let (rows, total) = read.await?;
    if known.is_none() {
        app.counts.keep(key, total, now);
    }
    Ok((rows, total))
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
    fn only_large_counts_are_kept_and_not_for_long() {
        let counts = Counts::default();
        counts.keep("the".to_owned(), BROAD, 0);
        counts.keep("rare".to_owned(), BROAD - 1, 0);
        assert_eq!(counts.recall("the", COUNTED_FOR - 1), Some(BROAD));
        assert_eq!(counts.recall("rare", 0), None);
        assert_eq!(counts.recall("the", COUNTED_FOR), None);
        for number in 0..=MOST_COUNTS {
            counts.keep(number.to_string(), BROAD, 0);
        }
        assert_eq!(
            (counts.recall("0", 0), counts.recall("1", 0)),
            (None, Some(BROAD))
        );
        counts.forget();
        assert_eq!(counts.recall("1", 0), None);
    }

    #[test]
    fn a_filter_that_nobody_knows_is_none() {
        let query = Query::parse("user_type=pirate&search=%20%20mi%20");
        assert_eq!(filter(&query, "user_type", &["child"]), "");
        assert_eq!(search(&query), "mi");
    }
}
