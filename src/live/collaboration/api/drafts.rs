//! The story as it stands while it is written, and the fields that are asked for when it is saved.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Done, SessionId, long};
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::live::collaboration::room::{self, DraftChange, Glance};
use crate::live::collaboration::rules::{
    LONGEST_COVER, LONGEST_NAME, LONGEST_TEXT, MOST_BYTES_OF_TEXTS, MOST_PAGES,
};
use crate::live::collaboration::{limits, store};
use crate::moderation::Masker;
use crate::stories::rules::{LANGUAGES, LONGEST_GENRE, LONGEST_SUMMARY, MOST_GENRES};
use crate::wire::{Body, Error, Fields, respond};

/// The largest request, in bytes. The apps send all texts back with the fields.
const LARGEST: usize = 2 * 1024 * 1024;
/// The longest name of a category, in code points. Which of them exist is looked at when the story is made.
const LONGEST_CATEGORY: usize = 50;

/// A story as it stands.
#[derive(Serialize, ToSchema)]
pub struct DraftAnswer {
    success: bool,
    /// `{}` until somebody writes.
    #[schema(value_type = Object)]
    story_draft: Value,
    /// Always `{}`: drawings come by the socket.
    #[schema(value_type = Object)]
    canvas_state: Map<String, Value>,
    /// The page that the caller looks at, from 0.
    current_page: i64,
}

/// The story as it stands. For those who are in the session.
#[utoipa::path(get, path = "/api/collaborate/{session_id}/draft/", tag = "collaboration",
    params(("session_id" = String, Path)), responses((status = 200, body = DraftAnswer)))]
pub async fn show(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    SessionId(session_id): SessionId,
) -> Result<Response, Error> {
    let (id, _) = inside(&app, session_id, caller.id).await?;
    let Glance { draft, pages, .. } = room::glance(&app, id).await?;
    let answer = DraftAnswer {
        success: true,
        story_draft: draft.to_json(),
        canvas_state: Map::new(),
        current_page: pages.get(&caller.id).copied().map_or(0, i64::from),
    };
    long(&app, caller.id, &answer).await
}

/// The fields of a story that is to be saved.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct DraftForm {
    /// `title`, `genres`, `category`, `summary`, `language` and `cover_image`, each if it is to change; `pages` counts
    /// only while there are none.
    #[schema(value_type = Object)]
    story_draft: Map<String, Value>,
}

/// Changes fields of the story as it stands; texts that others write meanwhile stay. For those who are in the session.
#[utoipa::path(post, path = "/api/collaborate/{session_id}/draft/update/", tag = "collaboration",
    params(("session_id" = String, Path)), request_body = DraftForm, responses((status = 200, body = Done)))]
pub async fn update(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    SessionId(session_id): SessionId,
    Body(mut body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let draft = match body.remove("story_draft") {
        Some(Value::Object(draft)) if !draft.is_empty() => draft,
        _ => return Err(Error::field("story_draft", "The story is needed, as an object.")),
    };
    let (id, username) = inside(&app, session_id, caller.id).await?;
    let has_pages = !draft.contains_key("pages") || !room::glance(&app, id).await?.draft.pages.is_empty();
    let change = read(draft, has_pages, &app.words.masker())?;
    if change != DraftChange::default() {
        room::update_draft(&app, id, caller.id, &username, change).await?;
    }
    Ok(respond::ok(&Done::new("The story is updated.")))
}

/// The key of a session that is open, and the user name of the caller, who has to be in it.
async fn inside(app: &App, session_id: String, user_id: i64) -> Result<(i64, String), Error> {
    let now = app.clock.now();
    let found = app.read(move |conn| {
        let standing = store::standing(conn, &session_id, user_id, now)?.ok_or_else(Error::not_found)?;
        if !standing.session.is_open(now) {
            return Err(Error::not_found());
        }
        if standing.role.is_none() || standing.is_kicked || !standing.is_active {
            return Err(Error::forbidden(
                "Only those who are in this session can do that.",
            ));
        }
        let (username, _) = store::names(conn, user_id)?.ok_or_else(Error::not_found)?;
        Ok((standing.session.id, username))
    });
    found.await
}

/// The change that is asked for; rude words are masked, what is too long is cut, and what a draft has no room for is
/// left out: a refusal here would be the end of saving.
fn read(draft: Map<String, Value>, has_pages: bool, masker: &Masker) -> Result<DraftChange, Error> {
    let mut fields = Fields::new(draft);
    let mask = |text: String| masker.mask(&text).into_owned();
    let change = DraftChange {
        title: text(&mut fields, "title", LONGEST_NAME).map(mask),
        genres: genres(&mut fields).map(|genres| genres.into_iter().map(mask).collect()),
        category: text(&mut fields, "category", LONGEST_CATEGORY).map(mask),
        summary: text(&mut fields, "summary", LONGEST_SUMMARY / 4).map(mask),
        language: text(&mut fields, "language", LONGEST_CATEGORY)
            .filter(|language| LANGUAGES.contains(&language.as_str())),
        cover_image: text(&mut fields, "cover_image", usize::MAX).filter(|cover| is_cover(cover)),
        pages: if has_pages {
            None
        } else {
            pages(&mut fields, masker)
        },
    };
    fields.finish()?;
    Ok(change)
}

/// A text that is not blank, cut. `null` is nothing.
fn text(fields: &mut Fields, name: &str, longest: usize) -> Option<String> {
    let text = fields.nullable_text(name, usize::MAX)??;
    let text: String = text.chars().take(longest).collect();
    (!text.is_empty()).then_some(text)
}

fn is_cover(cover: &str) -> bool {
    const LONGEST_ADDRESS: usize = 2048;
    let is_address = cover.starts_with("https://") || cover.starts_with("http://");
    (is_address && cover.len() <= LONGEST_ADDRESS)
        || (cover.starts_with("data:image/") && cover.len() <= LONGEST_COVER)
}

fn genres(fields: &mut Fields) -> Option<Vec<String>> {
    let value = fields.raw("genres").filter(|value| !value.is_null())?;
    let list = value.as_array().and_then(|list| {
        list.iter()
            .map(|genre| genre.as_str().map(str::trim))
            .collect::<Option<Vec<_>>>()
    });
    let Some(list) = list.filter(|list| list.iter().all(|genre| !genre.contains('\0'))) else {
        fields.refuse("genres", "A list of texts is needed.");
        return None;
    };
    let list = list.into_iter().filter(|genre| !genre.is_empty());
    let cut = list.map(|genre| genre.chars().take(LONGEST_GENRE).collect());
    Some(cut.take(MOST_GENRES).collect())
}

/// The texts of pages, in order.
fn pages(fields: &mut Fields, masker: &Masker) -> Option<Vec<String>> {
    let value = fields.raw("pages").filter(|value| !value.is_null())?;
    let texts = value.as_array().and_then(|list| {
        list.iter()
            .map(|page| page.as_object()?.get("text").map_or(Some(""), Value::as_str))
            .collect::<Option<Vec<_>>>()
    });
    let fits = |texts: &Vec<&str>| {
        texts.len() <= MOST_PAGES
            && texts.iter().map(|text| text.len()).sum::<usize>() <= MOST_BYTES_OF_TEXTS
            && texts
                .iter()
                .all(|text| text.chars().count() <= LONGEST_TEXT && !text.contains('\0'))
    };
    let Some(texts) = texts.filter(fits) else {
        fields.refuse("pages", "A list of pages with texts is needed.");
        return None;
    };
    (!texts.is_empty()).then(|| {
        texts
            .into_iter()
            .map(|text| masker.mask(text).into_owned())
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn change(draft: Value, has_pages: bool) -> Result<DraftChange, Error> {
        let Value::Object(draft) = draft else {
            panic!("an object")
        };
        read(draft, has_pages, &Masker::new(["drat"]))
    }

    #[test]
    fn what_is_too_long_is_cut_and_what_is_unknown_left_out() {
        let draft = json!({"title": format!("  drat {}", "x".repeat(300)), "genres": ["Sci-Fi", " ", "x".repeat(80), "Drat"],
            "category": "sci-fi", "summary": null, "language": "xx", "cover_image": "javascript:alert(1)",
            "pages": [{"text": "Once"}], "anything": 7});
        let change = change(draft, true).unwrap();
        let title = change.title.unwrap();
        assert!(
            !title.contains("drat") && title.chars().count() == LONGEST_NAME,
            "{title}"
        );
        assert_eq!(
            change.genres.unwrap(),
            ["Sci-Fi".to_owned(), "x".repeat(LONGEST_GENRE), "D**t".to_owned()]
        );
        assert_eq!(change.category.as_deref(), Some("sci-fi"));
        assert_eq!(
            (change.summary, change.language, change.cover_image, change.pages),
            (None, None, None, None)
        );
    }

    #[test]
    fn pages_count_while_there_are_none() {
        let draft = json!({"pages": [{"text": "Once", "id": "a"}, {}, {"text": "drat"}]});
        let pages = change(draft, false).unwrap().pages.unwrap();
        assert_eq!(pages.len(), 3);
        assert_eq!((pages[0].as_str(), pages[1].as_str()), ("Once", ""));
        assert!(!pages[2].contains("drat"));
        for wrong in [
            json!({}),
            json!([7]),
            json!([{"text": []}]),
            json!(vec![json!({}); MOST_PAGES + 1]),
        ] {
            assert!(change(json!({"pages": wrong}), false).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_cover_is_a_picture_or_an_address() {
        for (cover, taken) in [
            ("https://images.example/a.png".to_owned(), true),
            ("data:image/png;base64,AAAA".to_owned(), true),
            (
                format!("data:image/png;base64,{}", "A".repeat(LONGEST_COVER)),
                false,
            ),
            ("data:text/html,x".to_owned(), false),
        ] {
            let change = change(json!({"cover_image": cover}), true).unwrap();
            assert_eq!(change.cover_image.is_some(), taken, "{}", &cover[..20]);
        }
    }
}
