//! Lists of stories. One's own list carries everything, because the apps write back what they read; the others carry
//! a cover's address instead of drawings and no text.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use database::Conn;
use utoipa::ToSchema;

use crate::accounts::auth::{Caller, Viewer};
use crate::accounts::store::people;
use crate::app::{App, ClientAddress};
use crate::stories::limits;
use crate::stories::shapes::ListedStory;
use crate::stories::store::Story;
use crate::stories::store::lists::{self, Head, ListQuery, MOST_SAVED, Shelf};
use crate::stories::stream::{Frame, OwnList, shelf_list};
use crate::text::SEARCH_DEADLINE;
use crate::wire::origin::Origin;
use crate::wire::page::Wanted;
use crate::wire::{ETag, Error, Id, Query};

/// Rows on a page when nothing else is asked for.
const PAGE: i64 = 12;
/// Rows on a page at most, and in one's own list when nothing else is asked for.
const LARGEST_PAGE: i64 = 100;
/// The longest text that is searched for, in code points.
const LONGEST_NEEDLE: usize = 100;
/// One's own list is cut at a budget of bytes, but never below this many stories: those that vanish from the list vanish
/// from the device.
const NEVER_BELOW: usize = 12;

/// A page of stories.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the stream writes")]
pub struct StoryPage {
    count: i64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<ListedStory>,
}

/// What a list's closure found.
struct Found {
    tag: ETag,
    /// The page; nothing when the client holds it already.
    page: Option<(Vec<Head>, Vec<Story>, i64)>,
}

/// Stories: the public ones for `public=true` and for guests, else the caller's own with all drawings.
///
/// One's own list has up to 100 stories when no `page_size` is given.
#[utoipa::path(get, path = "/api/stories/", tag = "stories", security((), ("bearer" = [])),
    params(
        ("public" = Option<String>, Query, description = "`true` for the public list"),
        ("search" = Option<String>, Query, description = "part of the title, the text or the author's name; not of the text when shorter than three characters"),
        ("category" = Option<String>, Query, description = "the category or one of the genres"),
        ("language" = Option<String>, Query, description = "`en` or `tl`"),
        ("page" = Option<String>, Query, description = "from 1, or `last`"),
        ("page_size" = Option<i64>, Query, description = "1 to 100"),
    ),
    responses((status = 200, body = StoryPage), (status = 304, description = "Nothing changed.")))]
pub async fn list(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    ClientAddress(network): ClientAddress,
    origin: Origin,
    query: Query,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let wants_public = query
        .get("public")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let shelf = match viewer.id() {
        Some(id) if !wants_public => Shelf::Own(id),
        _ => Shelf::Public,
    };
    let default_size = match (shelf, query.get("page_size")) {
        (Shelf::Own(_), None) => LARGEST_PAGE,
        _ => PAGE,
    };
    let size = query.clamped("page_size", default_size, 1..=LARGEST_PAGE);
    let asked = Asked {
        app,
        viewer,
        origin,
        query,
        path: uri.path().to_owned(),
        headers,
        network,
        size,
    };
    asked.answer(shelf).await
}

/// The published stories of one user.
#[utoipa::path(get, path = "/api/stories/user/{id}/", tag = "stories", security((), ("bearer" = [])),
    params(("id" = i64, Path), ("page" = Option<String>, Query, description = "from 1, or `last`")),
    responses((status = 200, body = StoryPage), (status = 304, description = "Nothing changed.")))]
pub async fn of_user(
    State(app): State<Arc<App>>,
    viewer: Viewer,
    Id(user_id): Id,
    (ClientAddress(network), origin): (ClientAddress, Origin),
    query: Query,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let asked = Asked {
        app,
        viewer,
        origin,
        query,
        path: uri.path().to_owned(),
        headers,
        network,
        size: PAGE,
    };
    asked.answer(Shelf::OfUser(user_id)).await
}

/// Saved stories.
#[derive(ToSchema)]
#[expect(dead_code, reason = "documents what the stream writes")]
pub struct SavedStories {
    success: bool,
    stories: Vec<ListedStory>,
}

/// The stories that the caller saved and may still see, newest save first; at most 500.
#[utoipa::path(get, path = "/api/stories/saved/", tag = "stories",
    responses((status = 200, body = SavedStories), (status = 304, description = "Nothing changed.")))]
pub async fn saved(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    ClientAddress(network): ClientAddress,
    origin: Origin,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let shelf = Shelf::Saved(caller.id);
    let viewer = Viewer(Some(caller));
    let query = Query::default();
    let asked = Asked {
        app,
        viewer,
        origin,
        query,
        path: uri.path().to_owned(),
        headers,
        network,
        size: MOST_SAVED,
    };
    asked.answer(shelf).await
}

/// A list request, read.
struct Asked {
    app: Arc<App>,
    viewer: Viewer,
    origin: Origin,
    query: Query,
    path: String,
    headers: HeaderMap,
    network: String,
    size: i64,
}

impl Asked {
    async fn answer(self, shelf: Shelf) -> Result<Response, Error> {
        let wanted = Wanted::from(&self.query);
        let found = self.find(shelf, wanted).await?;
        let Some((mut heads, mut rows, count)) = found.page else {
            return Ok(found.tag.not_modified());
        };
        self.app.views.add_to(&mut rows);
        let page = wanted.of(count, self.size)?;
        let frame = match shelf {
            Shelf::Saved(_) => Frame::saved(),
            _ => Frame::page(&page.links(&self.origin, &self.path, &self.query)),
        };
        let response = match shelf {
            Shelf::Own(owner) => {
                if self.query.get("page_size").is_none() {
                    heads.truncate(within_budget(&heads, self.app.config.own_list_bytes));
                    rows.retain(|story| heads.iter().any(|head| head.id == story.id));
                }
                OwnList::response(&self.app, owner, frame, &heads, rows).await?
            }
            Shelf::Public | Shelf::OfUser(_) | Shelf::Written(_) | Shelf::Saved(_) => {
                let reader = self.viewer.id().into();
                shelf_list(&self.app.pictures.answers, reader, frame, rows, &self.origin).await?
            }
        };
        Ok(found.tag.on(response))
    }

    /// Looks the page up: one hop, one query when the client holds it already.
    async fn find(&self, shelf: Shelf, wanted: Wanted) -> Result<Found, Error> {
        let text = |name| self.query.get(name).unwrap_or_default();
        let list = ListQuery {
            shelf,
            viewer: self.viewer.id(),
            search: text("search").chars().take(LONGEST_NEEDLE).collect(),
            category: text("category"),
            language: text("language"),
            limit: self.size,
            offset: 0,
        };
        let is_search = list.is_search();
        if is_search {
            match list.viewer {
                Some(id) => self.app.limit(&limits::SEARCH, id)?,
                None => self.app.limit(&limits::SEARCH, &self.network)?,
            }
        }
        let place = format!("{}{}?{}", self.origin, self.path, self.query.with_page(1));
        let headers = self.headers.clone();
        let look = move |conn: &mut Conn<'_>| {
            let mut list = list.clone();
            list.offset = match wanted {
                Wanted::Number(number) => (number - 1).saturating_mul(list.limit),
                Wanted::Last => wanted.of(lists::count(conn, &list)?, list.limit)?.offset(),
                Wanted::Junk => return Err(Error::not_found()),
            };
            let (heads, count) = lists::heads(conn, &list)?;
            if let (Shelf::OfUser(user_id), true) = (shelf, heads.is_empty()) {
                people::profile(conn, user_id)?.ok_or_else(Error::not_found)?;
            }
            let tag = tag(&list, &heads, count, &place);
            if tag.matches(&headers) {
                return Ok(Found { tag, page: None });
            }
            let rows = lists::rows(conn, &heads)?;
            Ok(Found {
                tag,
                page: Some((heads, rows, count)),
            })
        };
        let database = &self.app.database;
        if is_search {
            database.read_within(SEARCH_DEADLINE, look).await
        } else {
            database.read(look).await
        }
    }
}

/// The version of a page: where it is shown, who looks, and what each of its stories looks like to them. Views are left
/// out: a list that changed with every look at a story would never be the same.
fn tag(list: &ListQuery, heads: &[Head], count: i64, place: &str) -> ETag {
    ETag::of(|parts| {
        parts.text(place);
        for number in [list.viewer.unwrap_or_default(), list.limit, list.offset, count] {
            parts.number(number);
        }
        for head in heads {
            for number in [
                head.id,
                head.version,
                head.names_version,
                i64::from(head.is_liked),
                head.date_saved,
            ] {
                parts.number(number);
            }
        }
    })
}

/// How many stories fit into a budget of bytes, never below the minimum.
fn within_budget(heads: &[Head], budget: u64) -> usize {
    let mut left = i64::try_from(budget).unwrap_or(i64::MAX);
    let fitting = heads.iter().take_while(|head| {
        left = left.saturating_sub(head.wire_bytes);
        left >= 0
    });
    fitting.count().max(NEVER_BELOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(count: usize, wire_bytes: i64) -> Vec<Head> {
        let head = |id| Head {
            id,
            version: 1,
            names_version: 1,
            is_liked: false,
            body_bytes: 100,
            wire_bytes,
            date_saved: 0,
        };
        (0..count as i64).map(head).collect()
    }

    #[test]
    fn the_budget_cuts_but_never_below_twelve() {
        assert_eq!(within_budget(&heads(100, 1_000), 24_000), 24);
        assert_eq!(within_budget(&heads(100, 1 << 20), 1 << 20), 12);
        assert!(within_budget(&heads(5, 10), 1_000_000) >= 5);
    }

    #[test]
    fn a_tag_changes_with_what_the_list_shows() {
        let list = ListQuery {
            shelf: Shelf::Public,
            viewer: None,
            search: String::new(),
            category: String::new(),
            language: String::new(),
            limit: 12,
            offset: 0,
        };
        let before = tag(&list, &heads(3, 0), 3, "here");
        let mut changed = heads(3, 0);
        changed[1].version += 1;
        assert_ne!(before, tag(&list, &changed, 3, "here"));
        assert_ne!(before, tag(&list, &heads(3, 0), 4, "here"));
        assert_ne!(before, tag(&list, &heads(3, 0), 3, "elsewhere"));
        assert_eq!(before, tag(&list, &heads(3, 0), 3, "here"));
    }
}
