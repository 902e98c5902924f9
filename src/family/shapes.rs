//! Families as the wire shows them.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::rules::Status;
use super::rules::figures::{Analysis, Figures, change, hours_and_minutes, part_of};
use super::store::children::Child;
use super::store::figures::Seen;
use super::store::links::Shown;
use crate::accounts::children::age;
use crate::accounts::store::people::Profile;
use crate::rewards::achievements::{Achievement, by_id};
use crate::wire::Timestamp;

/// A child in the list of an adult's.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ChildShape {
    pub id: i64,
    pub username: String,
    pub name: String,
    pub avatar: String,
    pub is_online: bool,
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// Published ones.
    pub total_stories: i64,
    pub total_reads: i64,
    pub achievements_count: i64,
    #[schema(value_type = String, format = DateTime)]
    pub date_added: Timestamp,
    /// Null for an account that an adult made, and for teachers.
    pub email: Option<String>,
    /// In years; null where the date of birth is not known.
    pub age: Option<i64>,
    /// Whether an adult made the account.
    pub is_managed: bool,
}

impl ChildShape {
    /// As it is on a day (`YYYY-MM-DD`).
    pub fn on(child: Child, today: &str) -> Self {
        Self {
            id: child.id,
            username: child.username,
            name: child.name,
            avatar: child.avatar,
            is_online: child.is_online,
            last_seen: Timestamp(child.last_seen),
            total_stories: child.total_stories.max(0),
            total_reads: child.total_reads.max(0),
            achievements_count: child.achievements_count,
            date_added: Timestamp(child.date_added),
            email: child.email,
            age: child.date_of_birth.and_then(|born| age(&born, today)),
            is_managed: child.is_managed,
        }
    }
}

/// What a child has done, in figures and in words.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct StatisticsShape {
    pub stories_read: i64,
    /// Such as `+2 this week`, or `No change`.
    pub stories_read_change: String,
    /// Such as `0h 24m`; estimated, two minutes a story.
    pub reading_time: String,
    pub reading_time_minutes: i64,
    pub reading_time_change: String,
    pub achievements: i64,
    pub achievements_change: String,
    /// In whole percent.
    pub progress: f64,
    /// Published ones.
    pub stories_created: i64,
    pub stories_this_week: i64,
    pub stories_this_month: i64,
    pub likes_received: i64,
    pub comments_received: i64,
    pub friends_count: i64,
}

impl From<&Figures> for StatisticsShape {
    fn from(figures: &Figures) -> Self {
        let (minutes, minutes_this_week) = figures.minutes();
        Self {
            stories_read: figures.read,
            stories_read_change: change(figures.read_this_week, "week"),
            reading_time: hours_and_minutes(minutes),
            reading_time_minutes: minutes,
            reading_time_change: format!("+{minutes_this_week}min this week"),
            achievements: figures.achievements,
            achievements_change: change(figures.achievements_this_month, "month"),
            progress: figures.progress(),
            stories_created: figures.published.max(0),
            stories_this_week: figures.published_this_week,
            stories_this_month: figures.published_this_month,
            likes_received: figures.likes,
            comments_received: figures.comments,
            friends_count: figures.friends,
        }
    }
}

/// Something that a child did.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ChildActivity {
    /// `story_read`, `story_created` or `achievement`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub title: String,
    pub subtitle: String,
    /// Always 100.
    pub progress: i64,
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// With `story_read` only: the child's own, 1 to 5, or null.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub rating: Option<Option<i64>>,
    /// With `story_created` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likes: Option<i64>,
    /// With `achievement` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rarity: Option<&'static str>,
}

impl ChildActivity {
    fn new(kind: &'static str, title: String, subtitle: String, at: i64) -> Self {
        Self {
            kind,
            title,
            subtitle,
            progress: 100,
            timestamp: Timestamp(at),
            rating: None,
            likes: None,
            rarity: None,
        }
    }

    /// A story was read.
    pub fn read(seen: Seen) -> Self {
        let subtitle = format!("Read a story: {}", seen.category);
        Self {
            rating: Some(seen.mark),
            ..Self::new("story_read", seen.title, subtitle, seen.at)
        }
    }

    /// A story was published.
    pub fn published(seen: Seen) -> Self {
        let subtitle = format!("Published a story: {}", seen.category);
        Self {
            likes: seen.mark,
            ..Self::new("story_created", seen.title, subtitle, seen.at)
        }
    }

    /// An achievement was earned; nothing for one that there is no more.
    pub fn earned((id, at): (i64, i64)) -> Option<Self> {
        let achievement = by_id(id)?;
        let (title, subtitle) = (achievement.name.to_owned(), achievement.description.to_owned());
        Some(Self {
            rarity: Some(achievement.rarity.key()),
            ..Self::new("achievement", title, subtitle, at)
        })
    }
}

/// How far a child has come towards a goal.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GoalShape {
    /// What is counted.
    pub label: &'static str,
    /// A whole number, or hours with one decimal.
    #[schema(value_type = f64)]
    pub current: Value,
    /// When it is reached.
    pub target: i64,
    /// In percent, 100 at most.
    pub progress: f64,
}

impl GoalShape {
    /// The four goals, which are the same for every child.
    pub fn all(figures: &Figures) -> [Self; 4] {
        let goal = |label, current: Value, target: i64| Self {
            label,
            progress: part_of(current.as_f64().unwrap_or_default(), target as f64),
            current,
            target,
        };
        [
            goal("Stories read this month", json!(figures.read_since_first), 30),
            goal("Hours read this week", json!(figures.hours_this_week()), 10),
            goal("Stories published", json!(figures.published.max(0)), 5),
            goal("Achievements earned", json!(figures.achievements), 20),
        ]
    }
}

/// What charts show of a child.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AnalyticsShape {
    /// Minutes by weekday of the last seven days, Monday first.
    pub daily_reading_time: [i64; 7],
    /// Stories published, in the same order.
    pub daily_stories_completed: [i64; 7],
    /// The ten achievements earned last, the newest first.
    pub milestones: Vec<MilestoneShape>,
    /// Of the published stories, the most frequent first.
    pub categories: Vec<CategoryShape>,
    /// Of what the child reads, or writes where it has read nothing.
    pub favorite_genre: String,
    /// In percent, with one decimal.
    pub favorite_genre_percentage: f64,
    /// An hour (UTC), such as `4:00 PM`, or a sentence.
    pub peak_reading_time: String,
    /// With one decimal; 0 without ratings.
    pub average_rating: f64,
    /// In percent.
    pub strengths: StrengthsShape,
}

/// An achievement that a child earned.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct MilestoneShape {
    pub title: &'static str,
    #[schema(value_type = String, format = DateTime)]
    pub date: Timestamp,
    pub icon: &'static str,
    /// `#rrggbb`.
    pub color: &'static str,
    pub rarity: &'static str,
}

/// A category of stories.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct CategoryShape {
    pub category: String,
    pub count: i64,
    pub percentage: f64,
}

/// What a child is good at, in percent.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct StrengthsShape {
    pub reading_consistency: f64,
    pub story_completion: f64,
    pub genre_diversity: f64,
}

impl AnalyticsShape {
    /// Of an analysis and the achievements earned last, by id, and when.
    pub fn new(analysis: Analysis, milestones: &[(i64, i64)]) -> Self {
        let milestones = milestones
            .iter()
            .filter_map(|(id, at)| Some(milestone(by_id(*id)?, *at)));
        let categories = analysis.categories.into_iter().map(|category| CategoryShape {
            category: category.name,
            count: category.count,
            percentage: category.percentage,
        });
        let (favorite_genre, favorite_genre_percentage) = analysis
            .favorite
            .map_or(("Adventure".to_owned(), 0.0), |category| {
                (category.name, category.percentage)
            });
        Self {
            daily_reading_time: analysis.minutes_by_day,
            daily_stories_completed: analysis.stories_by_day,
            milestones: milestones.collect(),
            categories: categories.collect(),
            favorite_genre,
            favorite_genre_percentage,
            peak_reading_time: analysis
                .peak_hour
                .map_or_else(|| "Not enough data yet".to_owned(), clock_time),
            average_rating: analysis.average_rating,
            strengths: StrengthsShape {
                reading_consistency: analysis.consistency,
                story_completion: analysis.completion,
                genre_diversity: analysis.diversity,
            },
        }
    }
}

fn milestone(achievement: &'static Achievement, at: i64) -> MilestoneShape {
    MilestoneShape {
        title: achievement.name,
        date: Timestamp(at),
        icon: achievement.icon,
        color: paint(achievement.color),
        rarity: achievement.rarity.key(),
    }
}

/// The colours of achievements as CSS has them: the apps append an opacity to them.
fn paint(color: &str) -> &'static str {
    match color {
        "blue" => "#3B82F6",
        "green" => "#22C55E",
        "red" => "#EF4444",
        "purple" => "#8B5CF6",
        "gold" => "#F59E0B",
        "rainbow" => "#EC4899",
        _ => "#FFB347",
    }
}

/// An hour of the day as `4:00 PM`.
fn clock_time(hour: i64) -> String {
    let (half, hour) = (if hour < 12 { "AM" } else { "PM" }, hour % 12);
    format!("{}:00 {half}", if hour == 0 { 12 } else { hour })
}

/// A child as an adult who looks at the world as it is told: the apps take it for whoever signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ViewedChild {
    pub id: i64,
    pub username: String,
    /// Empty for an account that an adult made.
    pub email: String,
    pub name: String,
    pub user_type: String,
    pub avatar: String,
    pub selected_avatar_border: String,
    pub profile: ViewedProfile,
}

/// The profile of a child in such an answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ViewedProfile {
    /// Picture files do not exist: always null.
    pub avatar: Option<String>,
    pub bio: Option<String>,
    pub display_name: String,
    pub user_type: String,
}

impl From<Profile> for ViewedChild {
    fn from(profile: Profile) -> Self {
        Self {
            id: profile.id,
            username: profile.username,
            email: profile.email,
            name: profile.display_name.clone(),
            user_type: profile.user_type.clone(),
            avatar: profile.avatar_emoji,
            selected_avatar_border: profile.selected_avatar_border,
            profile: ViewedProfile {
                avatar: None,
                bio: profile.bio,
                display_name: profile.display_name,
                user_type: profile.user_type,
            },
        }
    }
}

/// An adult who is linked to a child, or has asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct FamilyLinkShape {
    pub parent_id: i64,
    pub username: String,
    pub name: String,
    pub avatar: String,
    /// `active` or `pending`.
    pub status: &'static str,
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
}

impl From<Shown> for FamilyLinkShape {
    fn from(link: Shown) -> Self {
        Self {
            parent_id: link.parent_id,
            username: link.username,
            name: link.name,
            avatar: link.avatar,
            status: Status::as_str(link.status),
            date_created: Timestamp(link.created_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rewards::achievements::ALL;

    #[test]
    fn every_colour_of_an_achievement_is_one_of_css() {
        for achievement in ALL.iter() {
            let color = paint(achievement.color);
            assert_ne!(color, "#FFB347", "{} has no colour of its own", achievement.color);
            assert!(color.len() == 7 && color.starts_with('#'));
        }
    }

    #[test]
    fn hours_are_told_as_in_america() {
        let told = [0, 1, 11, 12, 13, 16, 23].map(clock_time);
        let expected = [
            "12:00 AM", "1:00 AM", "11:00 AM", "12:00 PM", "1:00 PM", "4:00 PM", "11:00 PM",
        ];
        assert_eq!(told, expected);
    }
}
