//! What people want to be told of: who never changed anything has no row, and the defaults.

use database::{Conn, Error, Row};

/// The preferences of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
#[expect(clippy::struct_excessive_bools, reason = "the wire has seven switches")]
pub struct Preferences {
    pub weekly_reports: bool,
    pub achievement_alerts: bool,
    pub goal_completion: bool,
    pub realtime_updates: bool,
    pub push_token: Option<String>,
    /// `ios`, `android` or `web`.
    pub device_type: Option<String>,
    pub share_usage_data: bool,
    pub allow_analytics: bool,
    pub public_profile: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            weekly_reports: true,
            achievement_alerts: true,
            goal_completion: true,
            realtime_updates: false,
            push_token: None,
            device_type: None,
            share_usage_data: true,
            allow_analytics: true,
            public_profile: false,
        }
    }
}

/// The preferences of an account. One query.
pub fn get(conn: &mut Conn<'_>, user_id: i64) -> Result<Preferences, Error> {
    let row = conn.first(
        "SELECT weekly_reports, achievement_alerts, goal_completion, realtime_updates, push_token, device_type,
                share_usage_data, allow_analytics, public_profile
         FROM notification_preferences WHERE user_id = $1",
        &[&user_id],
    )?;
    row.map_or_else(|| Ok(Preferences::default()), |mut row| read(&mut row))
}

/// The next nine columns of a row.
fn read(row: &mut Row) -> Result<Preferences, Error> {
    Ok(Preferences {
        weekly_reports: row.take()?,
        achievement_alerts: row.take()?,
        goal_completion: row.take()?,
        realtime_updates: row.take()?,
        push_token: row.take()?,
        device_type: row.take()?,
        share_usage_data: row.take()?,
        allow_analytics: row.take()?,
        public_profile: row.take()?,
    })
}

/// What is to be changed; `None` stays.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Change {
    pub weekly_reports: Option<bool>,
    pub achievement_alerts: Option<bool>,
    pub goal_completion: Option<bool>,
    pub realtime_updates: Option<bool>,
    pub push_token: Option<Option<String>>,
    pub device_type: Option<Option<String>>,
    pub share_usage_data: Option<bool>,
    pub allow_analytics: Option<bool>,
    pub public_profile: Option<bool>,
}

/// Changes the preferences of an account, whether or not it has any yet; what they are now. One query.
pub fn change(conn: &mut Conn<'_>, user_id: i64, change: &Change) -> Result<Preferences, Error> {
    let (push_token, device_type) = (
        change.push_token.clone().flatten(),
        change.device_type.clone().flatten(),
    );
    let mut row = conn.one(
        "INSERT INTO notification_preferences AS p (user_id, weekly_reports, achievement_alerts, goal_completion,
             realtime_updates, push_token, device_type, share_usage_data, allow_analytics, public_profile)
         VALUES ($1, COALESCE($2, TRUE), COALESCE($3, TRUE), COALESCE($4, TRUE), COALESCE($5, FALSE), $6, $7,
             COALESCE($8, TRUE), COALESCE($9, TRUE), COALESCE($10, FALSE))
         ON CONFLICT (user_id) DO UPDATE
         SET weekly_reports = COALESCE($2, p.weekly_reports), achievement_alerts = COALESCE($3, p.achievement_alerts),
             goal_completion = COALESCE($4, p.goal_completion),
             realtime_updates = COALESCE($5, p.realtime_updates),
             push_token = CASE WHEN $11 = TRUE THEN excluded.push_token ELSE p.push_token END,
             device_type = CASE WHEN $12 = TRUE THEN excluded.device_type ELSE p.device_type END,
             share_usage_data = COALESCE($8, p.share_usage_data), allow_analytics = COALESCE($9, p.allow_analytics),
             public_profile = COALESCE($10, p.public_profile)
         RETURNING weekly_reports, achievement_alerts, goal_completion, realtime_updates, push_token, device_type,
             share_usage_data, allow_analytics, public_profile",
        &[
            &user_id,
            &change.weekly_reports,
            &change.achievement_alerts,
            &change.goal_completion,
            &change.realtime_updates,
            &push_token,
            &device_type,
            &change.share_usage_data,
            &change.allow_analytics,
            &change.public_profile,
            &change.push_token.is_some(),
            &change.device_type.is_some(),
        ],
    )?;
    read(&mut row)
}
