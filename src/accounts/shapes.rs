//! Accounts as the wire shows them.

use serde::Serialize;
use utoipa::ToSchema;

use super::store::people::Profile;
use crate::rewards::XP_PER_LEVEL;
use crate::wire::Timestamp;

/// The account in the answer to a sign-in.
#[derive(Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AccountShape {
    pub id: i64,
    pub username: String,
    pub email: String,
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    pub user_type: String,
    pub display_name: String,
    pub avatar: String,
    pub selected_avatar_border: String,
    pub experience_points: i64,
    pub level: i64,
    pub subscription_type: &'static str,
    pub is_verified: bool,
}

/// The account as it is loaded at start-up: the apps replace all they know by it.
#[derive(Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct OwnAccountShape {
    #[serde(flatten)]
    pub account: AccountShape,
    pub bio: Option<String>,
    pub date_of_birth: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Always 500: what a level takes. The absolute threshold is `next_level_total_xp`.
    pub xp_for_next_level: i64,
    pub next_level_total_xp: i64,
    pub xp_progress: i64,
    pub xp_progress_percentage: f64,
}

/// The profile of `/users/profile/`.
#[derive(Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ProfileShape {
    pub id: i64,
    pub username: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub user_type: String,
    pub display_name: String,
    /// Picture files do not exist: always null.
    pub avatar: Option<String>,
    pub avatar_emoji: String,
    pub selected_avatar_border: String,
    pub bio: Option<String>,
    pub date_of_birth: Option<String>,
    pub is_online: bool,
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    pub experience_points: i64,
    pub level: i64,
    pub xp_for_next_level: i64,
    pub xp_progress_in_current_level: i64,
    pub xp_progress_percentage: f64,
}

/// Somebody as messages and invitations name them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct NamedShape {
    pub id: i64,
    pub username: String,
    /// The display name.
    pub name: String,
}

fn progress(xp: i64) -> (i64, f64) {
    let progress = xp % XP_PER_LEVEL;
    (progress, progress as f64 / XP_PER_LEVEL as f64 * 100.0)
}

impl From<Profile> for AccountShape {
    fn from(profile: Profile) -> Self {
        Self {
            id: profile.id,
            level: profile.level(),
            username: profile.username,
            email: profile.email,
            name: profile.display_name.clone(),
            first_name: profile.first_name,
            last_name: profile.last_name,
            user_type: profile.user_type,
            display_name: profile.display_name,
            avatar: profile.avatar_emoji,
            selected_avatar_border: profile.selected_avatar_border,
            experience_points: profile.experience_points,
            subscription_type: "free",
            is_verified: true,
        }
    }
}

impl From<Profile> for OwnAccountShape {
    fn from(profile: Profile) -> Self {
        let (xp_progress, xp_progress_percentage) = progress(profile.experience_points);
        Self {
            bio: profile.bio.clone(),
            date_of_birth: profile.date_of_birth.clone(),
            created_at: Timestamp(profile.created_at),
            xp_for_next_level: XP_PER_LEVEL,
            next_level_total_xp: profile.level() * XP_PER_LEVEL,
            xp_progress,
            xp_progress_percentage,
            account: profile.into(),
        }
    }
}

impl From<Profile> for ProfileShape {
    fn from(profile: Profile) -> Self {
        let (xp_progress_in_current_level, xp_progress_percentage) = progress(profile.experience_points);
        Self {
            id: profile.id,
            level: profile.level(),
            xp_for_next_level: profile.level() * XP_PER_LEVEL,
            username: profile.username,
            email: profile.email,
            first_name: profile.first_name,
            last_name: profile.last_name,
            user_type: profile.user_type,
            display_name: profile.display_name,
            avatar: None,
            avatar_emoji: profile.avatar_emoji,
            selected_avatar_border: profile.selected_avatar_border,
            bio: profile.bio,
            date_of_birth: profile.date_of_birth,
            // The apps read it of others alone, and friends' addresses tell it: looking it up for oneself serves nobody.
            is_online: false,
            last_seen: Timestamp(profile.last_seen),
            created_at: Timestamp(profile.created_at),
            updated_at: Timestamp(profile.updated_at),
            experience_points: profile.experience_points,
            xp_progress_in_current_level,
            xp_progress_percentage,
        }
    }
}
