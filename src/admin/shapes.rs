//! What administrators are shown.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::figures::Figures;
use crate::accounts::store::overseen::{Person, Seen};
use crate::family::store::relatives::{Link, Relative};
use crate::rewards::achievements;
use crate::stories::store::overseen as stories;
use crate::wire::Timestamp;
use crate::wire::origin::Origin;

/// One sentence.
#[derive(Serialize, ToSchema)]
pub struct AdminDone {
    success: bool,
    message: &'static str,
}

impl AdminDone {
    /// That it is done.
    pub fn new(message: &'static str) -> Self {
        Self {
            success: true,
            message,
        }
    }
}

/// Somebody at the other end of a family link.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AdminRelative {
    pub id: i64,
    pub username: String,
    pub display_name: String,
    /// When the link was made; only where one account is shown in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub date_created: Option<Timestamp>,
}

impl AdminRelative {
    fn of(relative: &Relative, made_at: Option<i64>) -> Self {
        Self {
            id: relative.id,
            username: relative.username.clone(),
            display_name: relative.display_name.clone(),
            date_created: made_at.map(Timestamp),
        }
    }
}

/// The children of a parent and the parents of a child.
fn family(seen: &Seen, links: &[Link], with_dates: bool) -> (Vec<AdminRelative>, Vec<AdminRelative>) {
    let dated = |link: &Link| with_dates.then_some(link.created_at);
    let children = links
        .iter()
        .filter(|link| seen.user_type == "parent" && link.parent.id == seen.id)
        .map(|link| AdminRelative::of(&link.child, dated(link)));
    let parents = links
        .iter()
        .filter(|link| seen.user_type == "child" && link.child.id == seen.id)
        .map(|link| AdminRelative::of(&link.parent, dated(link)));
    (children.collect(), parents.collect())
}

/// What lists and the whole account have in common.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AccountHead {
    pub id: i64,
    pub username: String,
    /// Empty for an account that no mail reaches.
    pub email: String,
    pub display_name: String,
    pub user_type: String,
    #[schema(value_type = String, format = DateTime)]
    pub date_joined: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_login: Option<Timestamp>,
    pub is_active: bool,
    pub is_staff: bool,
    pub is_superuser: bool,
    pub is_flagged: bool,
    pub violation_count: i64,
    /// Of a parent.
    pub children: Vec<AdminRelative>,
    /// Of a child.
    pub parents: Vec<AdminRelative>,
}

impl AccountHead {
    fn of(seen: Seen, links: &[Link], with_dates: bool) -> Self {
        let (children, parents) = family(&seen, links, with_dates);
        Self {
            id: seen.id,
            username: seen.username,
            email: seen.email,
            display_name: seen.display_name,
            user_type: seen.user_type,
            date_joined: Timestamp(seen.created_at),
            last_login: seen.last_login.map(Timestamp),
            is_active: seen.is_active,
            is_staff: seen.is_admin,
            is_superuser: seen.is_superuser,
            is_flagged: seen.is_flagged,
            violation_count: seen.violation_count,
            children,
            parents,
        }
    }
}

/// Somebody in a list.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ListedAccount {
    #[serde(flatten)]
    pub head: AccountHead,
    pub story_count: i64,
    pub published_story_count: i64,
}

impl ListedAccount {
    /// As the list shows them.
    pub fn of(seen: Seen, links: &[Link]) -> Self {
        Self {
            story_count: seen.story_count,
            published_story_count: seen.published_count,
            head: AccountHead::of(seen, links, false),
        }
    }
}

/// Somebody in the archive.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ArchivedAccount {
    pub id: i64,
    pub username: String,
    pub email: String,
    pub display_name: String,
    pub user_type: String,
    #[schema(value_type = String, format = DateTime)]
    pub date_joined: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub archived_at: Timestamp,
    /// A user name; null: the server, or somebody who is gone.
    pub archived_by: Option<String>,
    pub archive_reason: String,
    pub story_count: i64,
}

impl From<Seen> for ArchivedAccount {
    fn from(seen: Seen) -> Self {
        Self {
            id: seen.id,
            username: seen.username,
            email: seen.email,
            display_name: seen.display_name,
            user_type: seen.user_type,
            date_joined: Timestamp(seen.created_at),
            archived_at: Timestamp(seen.archived_at.unwrap_or_default()),
            archived_by: seen.archived_by,
            archive_reason: seen.archive_reason,
            story_count: seen.story_count,
        }
    }
}

/// A story in short.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AdminShortStory {
    pub id: i64,
    pub title: String,
    pub is_published: bool,
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
    pub views: i64,
    pub likes: i64,
}

impl From<stories::Seen> for AdminShortStory {
    fn from(story: stories::Seen) -> Self {
        Self {
            id: story.id,
            title: story.title,
            is_published: story.is_published,
            date_created: Timestamp(story.date_created),
            views: story.views,
            likes: story.likes_count,
        }
    }
}

/// A character in short.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AdminShortCharacter {
    pub id: i64,
    pub name: String,
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
}

/// An achievement that was earned.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct EarnedAchievement {
    pub name: &'static str,
    #[schema(value_type = String, format = DateTime)]
    pub earned_at: Timestamp,
}

/// Achievements by their ids; those that this version does not know are left out.
pub fn earned(achieved: Vec<(i64, i64)>) -> Vec<EarnedAchievement> {
    let known = achieved.into_iter().filter_map(|(id, at)| {
        let achievement = achievements::by_id(id)?;
        Some(EarnedAchievement {
            name: achievement.name,
            earned_at: Timestamp(at),
        })
    });
    known.collect()
}

/// Somebody in full.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct WholeAccount {
    #[serde(flatten)]
    pub head: AccountHead,
    pub bio: Option<String>,
    pub date_of_birth: Option<String>,
    pub flagged_reason: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_violation_date: Option<Timestamp>,
    /// The newest ten.
    pub stories: Vec<AdminShortStory>,
    /// The newest ten.
    pub characters: Vec<AdminShortCharacter>,
    /// The newest ten.
    pub achievements: Vec<EarnedAchievement>,
}

impl WholeAccount {
    /// The account without what it made, which the caller fills in.
    pub fn of(person: Person, links: &[Link]) -> Self {
        Self {
            bio: person.bio,
            date_of_birth: person.date_of_birth,
            flagged_reason: person.flagged_reason,
            last_violation_date: person.last_violation_at.map(Timestamp),
            head: AccountHead::of(person.seen, links, true),
            stories: Vec::new(),
            characters: Vec::new(),
            achievements: Vec::new(),
        }
    }
}

/// An account after a change.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ChangedAccount {
    pub id: i64,
    pub username: String,
    pub email: String,
    pub display_name: String,
    pub user_type: String,
    pub is_active: bool,
    pub is_staff: bool,
}

impl From<Seen> for ChangedAccount {
    fn from(seen: Seen) -> Self {
        Self {
            id: seen.id,
            username: seen.username,
            email: seen.email,
            display_name: seen.display_name,
            user_type: seen.user_type,
            is_active: seen.is_active,
            is_staff: seen.is_admin,
        }
    }
}

/// A story in the list.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct OverseenStory {
    pub id: i64,
    pub title: String,
    pub author: String,
    pub author_id: i64,
    pub is_published: bool,
    pub is_flagged: bool,
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub date_updated: Timestamp,
    pub total_likes: i64,
    pub total_comments: i64,
    pub views: i64,
    pub creation_type: String,
    /// A URL; empty without one, and for a drawn cover of a draft.
    pub cover_image: String,
}

impl OverseenStory {
    /// As the list shows it.
    pub fn of(story: stories::Seen, origin: &Origin) -> Self {
        Self {
            cover_image: story.cover(origin),
            id: story.id,
            title: story.title,
            author: story.author,
            author_id: story.author_id,
            is_published: story.is_published,
            is_flagged: story.is_flagged,
            date_created: Timestamp(story.date_created),
            date_updated: Timestamp(story.date_updated),
            total_likes: story.likes_count,
            total_comments: story.comments_count,
            views: story.views,
            creation_type: story.creation_type,
        }
    }
}

/// A comment with its place.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct PlacedComment {
    pub id: i64,
    /// 200 characters at most.
    pub content: String,
    pub user: String,
    pub user_id: i64,
    pub story_title: String,
    pub story_id: i64,
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
}

impl From<stories::SeenComment> for PlacedComment {
    fn from(comment: stories::SeenComment) -> Self {
        Self {
            id: comment.id,
            content: comment.body,
            user: comment.author,
            user_id: comment.author_id,
            story_title: comment.story_title,
            story_id: comment.story_id,
            date_created: Timestamp(comment.date_created),
        }
    }
}

/// How many people of each kind there are; kinds that nobody is of are left out.
pub fn by_type(figures: &Figures) -> Value {
    let kinds = figures
        .people
        .iter()
        .map(|people| (people.user_type.clone(), Value::from(people.total)));
    Value::Object(kinds.collect::<Map<_, _>>())
}
