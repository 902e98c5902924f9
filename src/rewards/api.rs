//! The addresses of rewards.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::Serialize;
use utoipa::ToSchema;

use super::achievements::{ALL, Achievement, Reached, by_id};
use super::shapes::{EarnedShape, ListedAchievement, ProgressShape, RewardsShape, UserStats};
use super::{awarding, store};
use crate::accounts::auth::{Caller, Viewer};
use crate::accounts::store::people;
use crate::app::App;
use crate::stories::store::together;
use crate::wire::{Error, Timestamp, respond};

/// The border of whoever has none.
const FIRST_BORDER: &str = "basic";

/// What levels unlock.
#[derive(Serialize, ToSchema)]
pub struct RewardsAnswer {
    success: bool,
    selected_border: String,
    rewards: RewardsShape,
}

/// The avatars and borders that there are, and which of them one's level unlocks.
#[utoipa::path(get, path = "/api/users/rewards/", tag = "rewards", responses((status = 200, body = RewardsAnswer)))]
pub async fn rewards(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    let profile = app
        .read(move |conn| Ok(people::profile(conn, caller.id)?))
        .await?;
    let profile = profile.ok_or_else(Error::not_found)?;
    let rewards = RewardsShape::at(profile.level());
    let selected_border = Some(profile.selected_avatar_border)
        .filter(|border| !border.is_empty())
        .unwrap_or_else(|| FIRST_BORDER.to_owned());
    Ok(respond::ok(&RewardsAnswer {
        success: true,
        selected_border,
        rewards,
    }))
}

/// All achievements.
#[derive(Serialize, ToSchema)]
pub struct AchievementList {
    success: bool,
    achievements: Vec<ListedAchievement>,
}

/// The achievements that there are, by category.
#[utoipa::path(get, path = "/api/achievements/", tag = "rewards", security((), ("bearer" = [])),
    responses((status = 200, body = AchievementList), (status = 304, description = "Nothing changed.")))]
pub async fn achievements(_: Viewer, headers: HeaderMap) -> Response {
    let list = AchievementList {
        success: true,
        achievements: ALL.iter().map(Into::into).collect(),
    };
    respond::polled(&headers, &list)
}

/// How far one has come.
#[derive(Serialize, ToSchema)]
pub struct ProgressAnswer {
    success: bool,
    achievements: Vec<ProgressShape>,
    user_stats: UserStats,
}

/// All achievements with one's progress, and the totals that they go by.
///
/// Achievements are earned when something happens, not here; but what an import brought is noted, without XP and
/// without a word, and so is a place that others made free, with both.
#[utoipa::path(get, path = "/api/achievements/progress/", tag = "rewards",
    responses((status = 200, body = ProgressAnswer)))]
pub async fn progress(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    let found = look(&app, caller.id).await?;
    Ok(respond::ok(&ProgressAnswer {
        success: true,
        achievements: ALL.iter().map(|one| found.progress(one)).collect(),
        user_stats: UserStats::new(&found.who, found.together),
    }))
}

/// The achievements that one earned.
#[derive(Serialize, ToSchema)]
pub struct EarnedList {
    success: bool,
    achievements: Vec<EarnedShape>,
}

/// The achievements that one earned, the newest first.
#[utoipa::path(get, path = "/api/achievements/user/", tag = "rewards",
    responses((status = 200, body = EarnedList)))]
pub async fn earned(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    let found = look(&app, caller.id).await?;
    let mut earned: Vec<(i64, &Achievement)> = found
        .earned
        .iter()
        .filter_map(|(id, at)| by_id(*id).map(|achievement| (*at, achievement)))
        .collect();
    earned.sort_by_key(|(at, achievement)| (-at, achievement.id));
    let achievements = earned.into_iter().map(|(at, achievement)| EarnedShape {
        id: achievement.id,
        achievement: achievement.into(),
        progress: achievement.progress(&found.who),
        is_earned: true,
        earned_at: Timestamp(at),
        date_earned: Timestamp(at),
    });
    Ok(respond::ok(&EarnedList {
        success: true,
        achievements: achievements.collect(),
    }))
}

/// Where somebody stands.
struct Found {
    who: Reached,
    /// When each achievement was earned, by its id.
    earned: HashMap<i64, i64>,
    /// Stories that they wrote with others.
    together: i64,
}

impl Found {
    /// Four queries, the ledger after all that leads to it.
    fn of(conn: &mut Conn<'_>, user_id: i64) -> Result<Self, Error> {
        let person = people::standing(conn, user_id)?.ok_or_else(Error::not_found)?;
        Ok(Self {
            who: Reached {
                xp: person.xp,
                counts: store::counts(conn, user_id)?,
                standing: person.standing,
            },
            earned: store::earned(conn, user_id)?.into_iter().collect(),
            together: together::count(conn, user_id)?,
        })
    }

    fn progress(&self, achievement: &Achievement) -> ProgressShape {
        ProgressShape::new(achievement, &self.who, self.earned.get(&achievement.id).copied())
    }

    /// What has been reached and is in no ledger: it came by an import, or by what others did.
    fn missed(&self) -> Vec<&'static Achievement> {
        let is_missed = |one: &&Achievement| !self.earned.contains_key(&one.id) && one.is_reached(&self.who);
        ALL.iter().filter(is_missed).collect()
    }
}

async fn look(app: &Arc<App>, user_id: i64) -> Result<Found, Error> {
    let found = app.read(move |conn| Found::of(conn, user_id)).await?;
    let missed = found.missed();
    if missed.is_empty() {
        return Ok(found);
    }
    // The board is not read again in here, where whoever publishes meanwhile would be in the way. The ledger was read
    // after the totals: what an act has paid since is not missed, and what is due is entered once.
    let now = app.clock.now();
    let earned = app
        .write(move |conn| Ok(awarding::catch_up(conn, user_id, &missed, now)?))
        .await?;
    earned.announce(app);
    app.read(move |conn| Found::of(conn, user_id)).await
}
