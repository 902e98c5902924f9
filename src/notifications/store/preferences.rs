//! What people want to be told of: who never changed anything has no row, and the defaults.

use database::{Conn, Error};

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
    let Some(mut row) = row else {
        return Ok(Preferences::default());
    };
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

/// Stores the preferences of an account. One query.
pub fn set(conn: &mut Conn<'_>, user_id: i64, preferences: &Preferences) -> Result<(), Error> {
    conn.execute(
        "INSERT INTO notification_preferences (user_id, weekly_reports, achievement_alerts, goal_completion,
             realtime_updates, push_token, device_type, share_usage_data, allow_analytics, public_profile)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (user_id) DO UPDATE
         SET weekly_reports = excluded.weekly_reports, achievement_alerts = excluded.achievement_alerts,
             goal_completion = excluded.goal_completion, realtime_updates = excluded.realtime_updates,
             push_token = excluded.push_token, device_type = excluded.device_type,
             share_usage_data = excluded.share_usage_data, allow_analytics = excluded.allow_analytics,
             public_profile = excluded.public_profile",
        &[
            &user_id,
            &preferences.weekly_reports,
            &preferences.achievement_alerts,
            &preferences.goal_completion,
            &preferences.realtime_updates,
            &preferences.push_token,
            &preferences.device_type,
            &preferences.share_usage_data,
            &preferences.allow_analytics,
            &preferences.public_profile,
        ],
    )?;
    Ok(())
}
