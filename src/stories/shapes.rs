//! Stories as the wire shows them. The three long members are left out here: `cover_image`, `content` and
//! `canvas_data` are written by whoever streams them.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::rules::{average_rating, rounded_rating, stored_genres};
use super::store::Story;
use crate::wire::Timestamp;

/// A story in a list, without its long members.
#[derive(Debug, Serialize)]
pub struct Listed<'a> {
    id: i64,
    title: &'a str,
    author_name: &'a str,
    authors_names: &'a [String],
    summary: Option<&'a str>,
    category: &'a str,
    genres: Vec<&'a RawValue>,
    language: &'a str,
    creation_type: &'a str,
    is_published: bool,
    date_created: Timestamp,
    date_updated: Timestamp,
    views: i64,
    average_rating: Value,
    likes_count: i64,
    comments_count: i64,
    is_liked_by_user: bool,
    is_collaborative: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_saved: Option<Timestamp>,
}

impl<'a> Listed<'a> {
    /// The list shape of a story.
    pub fn new(story: &'a Story) -> Self {
        Self {
            id: story.id,
            title: &story.title,
            author_name: &story.author_name,
            authors_names: &story.authors_names,
            summary: story.summary.as_deref(),
            category: &story.category,
            genres: stored_genres(&story.genres),
            language: &story.language,
            creation_type: &story.creation_type,
            is_published: story.is_published,
            date_created: Timestamp(story.date_created),
            date_updated: Timestamp(story.date_updated),
            views: story.views,
            average_rating: rounded_rating(story.ratings_sum, story.ratings_count),
            likes_count: story.likes_count,
            comments_count: story.comments_count,
            is_liked_by_user: story.is_liked,
            is_collaborative: story.is_collaborative,
            date_saved: story.date_saved.map(Timestamp),
        }
    }
}

/// A whole story, without its long members.
#[derive(Debug, Serialize)]
pub struct Whole<'a> {
    id: i64,
    title: &'a str,
    author: i64,
    author_name: &'a str,
    author_username: &'a str,
    authors_names: &'a [String],
    summary: Option<&'a str>,
    category: &'a str,
    genres: Vec<&'a RawValue>,
    language: &'a str,
    creation_type: &'a str,
    is_published: bool,
    date_created: Timestamp,
    date_updated: Timestamp,
    views: i64,
    total_ratings: i64,
    average_rating: Value,
    is_owner: bool,
    likes_count: i64,
    comments_count: i64,
    saves_count: i64,
    saved_count: i64,
    is_liked_by_user: bool,
    is_saved_by_user: bool,
    is_collaborative: bool,
}

impl<'a> Whole<'a> {
    /// The full shape of a story, as `viewer` sees it.
    pub fn new(story: &'a Story, viewer: Option<i64>) -> Self {
        Self {
            id: story.id,
            title: &story.title,
            author: story.author_id,
            author_name: &story.author_name,
            author_username: &story.author_username,
            authors_names: &story.authors_names,
            summary: story.summary.as_deref(),
            category: &story.category,
            genres: stored_genres(&story.genres),
            language: &story.language,
            creation_type: &story.creation_type,
            is_published: story.is_published,
            date_created: Timestamp(story.date_created),
            date_updated: Timestamp(story.date_updated),
            views: story.views,
            total_ratings: story.ratings_count,
            average_rating: average_rating(story.ratings_sum, story.ratings_count),
            is_owner: viewer == Some(story.author_id),
            likes_count: story.likes_count,
            comments_count: story.comments_count,
            saves_count: story.saves_count,
            saved_count: story.saves_count,
            is_liked_by_user: story.is_liked,
            is_saved_by_user: story.is_saved,
            is_collaborative: story.is_collaborative,
        }
    }
}

/// A story in a list. In public, user and saved lists `content` is `""`, `canvas_data` `"[]"` and `cover_image` a URL;
/// in one's own list all three are whole.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "documents what Listed and the streamed members make together"
)]
pub struct ListedStory {
    id: i64,
    title: String,
    author_name: String,
    authors_names: Vec<String>,
    summary: Option<String>,
    category: String,
    genres: Vec<String>,
    language: String,
    creation_type: String,
    is_published: bool,
    #[schema(format = DateTime)]
    date_created: String,
    #[schema(format = DateTime)]
    date_updated: String,
    views: i64,
    /// One decimal; 0 without ratings.
    average_rating: f64,
    likes_count: i64,
    comments_count: i64,
    is_liked_by_user: bool,
    is_collaborative: bool,
    /// In the saved list only.
    #[schema(format = DateTime)]
    date_saved: Option<String>,
    cover_image: String,
    content: String,
    canvas_data: String,
}

/// A whole story. After a change of more than 256 KiB `content` and `canvas_data` are left out.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "documents what Whole and the streamed members make together"
)]
pub struct WholeStory {
    id: i64,
    title: String,
    author: i64,
    author_name: String,
    author_username: String,
    authors_names: Vec<String>,
    summary: Option<String>,
    category: String,
    genres: Vec<String>,
    language: String,
    creation_type: String,
    is_published: bool,
    #[schema(format = DateTime)]
    date_created: String,
    #[schema(format = DateTime)]
    date_updated: String,
    views: i64,
    total_ratings: i64,
    /// 0 without ratings.
    average_rating: f64,
    is_owner: bool,
    likes_count: i64,
    comments_count: i64,
    saves_count: i64,
    saved_count: i64,
    is_liked_by_user: bool,
    is_saved_by_user: bool,
    is_collaborative: bool,
    cover_image: String,
    content: Option<String>,
    canvas_data: Option<String>,
}
