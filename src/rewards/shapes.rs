//! Rewards as the wire shows them.

use serde::Serialize;
use utoipa::ToSchema;

use super::achievements::{Achievement, Reached, avatars_unlocked, borders_unlocked};
use super::catalogue::{self, Border};
use super::counts::Count;
use super::rules::level;
use crate::wire::Timestamp;

/// XP that an act earned, as its answer shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct XpEarned {
    pub xp_gained: i64,
    pub total_xp: i64,
    pub level: i64,
    pub leveled_up: bool,
}

/// What levels unlock, as somebody of one level sees it.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct RewardsShape {
    pub current_level: i64,
    pub unlocked: Unlocked,
    pub next_unlock: NextUnlock,
    pub all_rewards: AllRewards,
}

/// What is unlocked.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Unlocked {
    pub avatars: Vec<&'static str>,
    pub borders: Vec<&'static Border>,
}

/// What comes next; null and empty when everything is unlocked.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct NextUnlock {
    pub avatar_level: Option<i64>,
    pub border_level: Option<i64>,
    pub avatar_preview: Vec<&'static str>,
    pub border_preview: Vec<&'static Border>,
}

/// Everything that there is, lowest level first.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AllRewards {
    pub avatars: Vec<AvatarReward>,
    pub borders: Vec<BorderReward>,
}

/// An avatar, and whether it is unlocked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AvatarReward {
    pub item: &'static str,
    pub unlock_level: i64,
    pub is_unlocked: bool,
}

/// A border, and whether it is unlocked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct BorderReward {
    pub item: &'static Border,
    pub unlock_level: i64,
    pub is_unlocked: bool,
}

impl RewardsShape {
    /// As somebody of this level sees it.
    pub fn at(level: i64) -> Self {
        let is_locked = |needed: &i64| *needed > level;
        let avatar_level = catalogue::avatars().map(|(needed, _)| needed).find(is_locked);
        let border_level = catalogue::borders().map(|(needed, _)| needed).find(is_locked);
        let avatars_of = |fits: &dyn Fn(i64) -> bool| {
            let some = catalogue::avatars().filter(|(needed, _)| fits(*needed));
            some.map(|(_, avatar)| avatar).collect()
        };
        let borders_of = |fits: &dyn Fn(i64) -> bool| {
            let some = catalogue::borders().filter(|(needed, _)| fits(*needed));
            some.map(|(_, border)| border).collect()
        };
        Self {
            current_level: level,
            unlocked: Unlocked {
                avatars: avatars_of(&|needed| needed <= level),
                borders: borders_of(&|needed| needed <= level),
            },
            next_unlock: NextUnlock {
                avatar_level,
                border_level,
                avatar_preview: avatars_of(&|needed| Some(needed) == avatar_level),
                border_preview: borders_of(&|needed| Some(needed) == border_level),
            },
            all_rewards: AllRewards::at(level),
        }
    }
}

impl AllRewards {
    fn at(level: i64) -> Self {
        let avatars = catalogue::avatars().map(|(unlock_level, item)| AvatarReward {
            item,
            unlock_level,
            is_unlocked: unlock_level <= level,
        });
        let borders = catalogue::borders().map(|(unlock_level, item)| BorderReward {
            item,
            unlock_level,
            is_unlocked: unlock_level <= level,
        });
        Self {
            avatars: avatars.collect(),
            borders: borders.collect(),
        }
    }
}

/// An achievement.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AchievementShape {
    pub id: i64,
    pub name: &'static str,
    pub description: &'static str,
    pub category: &'static str,
    pub metric_type: &'static str,
    pub icon: &'static str,
    pub color: &'static str,
    pub target_value: i64,
    pub rarity: &'static str,
    pub sort_order: i64,
}

/// An achievement in the list of all.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ListedAchievement {
    #[serde(flatten)]
    pub achievement: AchievementShape,
    /// Always true.
    pub is_active: bool,
}

impl From<&Achievement> for ListedAchievement {
    fn from(achievement: &Achievement) -> Self {
        Self {
            achievement: achievement.into(),
            is_active: true,
        }
    }
}

impl From<&Achievement> for AchievementShape {
    fn from(achievement: &Achievement) -> Self {
        Self {
            id: achievement.id,
            name: achievement.name,
            description: achievement.description,
            category: achievement.category,
            metric_type: achievement.metric.key(),
            icon: achievement.icon,
            color: achievement.color,
            target_value: achievement.target,
            rarity: achievement.rarity.key(),
            sort_order: achievement.sort_order,
        }
    }
}

/// An achievement, and how far somebody has come.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ProgressShape {
    #[serde(flatten)]
    pub achievement: AchievementShape,
    pub progress: i64,
    pub progress_percentage: f64,
    /// Once earned it stays earned; progress may fall.
    pub is_earned: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub earned_at: Option<Timestamp>,
}

impl ProgressShape {
    /// As somebody who stands so sees it.
    pub fn new(achievement: &Achievement, who: &Reached, earned_at: Option<i64>) -> Self {
        Self {
            achievement: achievement.into(),
            progress: achievement.progress(who),
            progress_percentage: achievement.percentage(who),
            is_earned: earned_at.is_some(),
            earned_at: earned_at.map(Timestamp),
        }
    }
}

/// An achievement that somebody earned.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct EarnedShape {
    /// That of the achievement.
    pub id: i64,
    pub achievement: AchievementShape,
    pub progress: i64,
    /// Always true.
    pub is_earned: bool,
    #[schema(value_type = String, format = DateTime)]
    pub earned_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub date_earned: Timestamp,
}

/// What achievements go by.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct UserStats {
    pub total_stories: i64,
    pub published_stories: i64,
    pub manual_stories: i64,
    pub ai_stories: i64,
    pub total_words: i64,
    pub friends: i64,
    pub likes_received: i64,
    pub comments_received: i64,
    pub views_received: i64,
    pub stories_read: i64,
    pub characters_created: i64,
    /// Stories written with others, drafts too.
    pub collaboration_count: i64,
    /// Stories written with others that were published once. It does not fall when one of them is gone.
    pub collaborations_completed: i64,
    /// 101 or more without a place on the board.
    pub leaderboard_rank: i64,
    pub games_completed: i64,
    pub level: i64,
    pub avatars_unlocked: i64,
    pub borders_unlocked: i64,
}

impl UserStats {
    /// Of somebody who stands so and has a part in so many stories.
    pub fn new(who: &Reached, collaboration_count: i64) -> Self {
        let of = |count| who.counts.get(count).max(0);
        let level = level(who.xp);
        Self {
            total_stories: of(Count::TotalStories),
            published_stories: of(Count::PublishedStories),
            manual_stories: of(Count::ManualStories),
            ai_stories: of(Count::AiStories),
            total_words: of(Count::TotalWords),
            friends: of(Count::Friends),
            likes_received: of(Count::LikesReceived),
            comments_received: of(Count::CommentsReceived),
            views_received: of(Count::ViewsReceived),
            stories_read: of(Count::StoriesRead),
            characters_created: of(Count::CharactersCreated),
            collaboration_count,
            collaborations_completed: of(Count::CollaborationsCompleted),
            leaderboard_rank: who.standing.shown(),
            games_completed: of(Count::GamesCompleted),
            level,
            avatars_unlocked: avatars_unlocked(level),
            borders_unlocked: borders_unlocked(level),
        }
    }
}
