//! What one wants to be told of, and on which device.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::NotificationDone;
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::notifications::limits;
use crate::notifications::shapes::PreferencesShape;
use crate::notifications::store::preferences::{self, Change, Preferences};
use crate::wire::{Body, Error, Fields, respond};

/// The largest request, in bytes.
const LARGEST: usize = 8 * 1024;
/// The longest token of a push service, in code points.
const LONGEST_TOKEN: usize = 500;
/// The devices that there are.
const DEVICES: [&str; 3] = ["ios", "android", "web"];

/// One's preferences.
#[derive(Serialize, ToSchema)]
pub struct PreferencesAnswer {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    preferences: PreferencesShape,
}

/// One's preferences; the defaults until something is changed.
#[utoipa::path(get, path = "/api/notifications/preferences/", tag = "notifications",
    responses((status = 200, body = PreferencesAnswer)))]
pub async fn show(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    let found = app
        .read(move |conn| Ok(preferences::get(conn, caller.id)?))
        .await?;
    Ok(respond::ok(&PreferencesAnswer {
        success: true,
        message: None,
        preferences: found.into(),
    }))
}

/// What can be changed; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read strictly")]
pub struct PreferencesChange {
    weekly_reports: Option<bool>,
    achievement_alerts: Option<bool>,
    goal_completion: Option<bool>,
    realtime_updates: Option<bool>,
    #[schema(max_length = 500)]
    push_token: Option<String>,
    /// `ios`, `android`, `web` or null.
    device_type: Option<String>,
    share_usage_data: Option<bool>,
    allow_analytics: Option<bool>,
    public_profile: Option<bool>,
}

fn read(fields: &mut Fields) -> Change {
    Change {
        weekly_reports: switch(fields, "weekly_reports"),
        achievement_alerts: switch(fields, "achievement_alerts"),
        goal_completion: switch(fields, "goal_completion"),
        realtime_updates: switch(fields, "realtime_updates"),
        push_token: fields.nullable_text("push_token", LONGEST_TOKEN),
        device_type: device(fields),
        share_usage_data: switch(fields, "share_usage_data"),
        allow_analytics: switch(fields, "allow_analytics"),
        public_profile: switch(fields, "public_profile"),
    }
}

async fn store(app: &Arc<App>, user_id: i64, change: Change) -> Result<Preferences, Error> {
    app.write(move |conn| Ok(preferences::change(conn, user_id, &change)?))
        .await
}

/// A boolean and nothing that looks like one: the apps send nothing else.
fn switch(fields: &mut Fields, name: &str) -> Option<bool> {
    let on = fields.raw(name)?.as_bool();
    if on.is_none() {
        fields.refuse(name, "Must be true or false.");
    }
    on
}

fn device(fields: &mut Fields) -> Option<Option<String>> {
    let device = fields.nullable_text("device_type", LONGEST_TOKEN)?;
    if device.as_deref().is_some_and(|device| !DEVICES.contains(&device)) {
        fields.refuse("device_type", "This is not one of the possible choices.");
    }
    Some(device)
}

/// Changes one's preferences.
#[utoipa::path(method(put, patch), path = "/api/notifications/preferences/update/", tag = "notifications",
    request_body = PreferencesChange, responses((status = 200, body = PreferencesAnswer)))]
pub async fn change(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let mut fields = Fields::new(body);
    let change = read(&mut fields);
    fields.finish()?;
    let changed = store(&app, caller.id, change).await?;
    Ok(respond::ok(&PreferencesAnswer {
        success: true,
        message: Some("Your settings are saved."),
        preferences: changed.into(),
    }))
}

/// A device that takes push messages.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read strictly")]
pub struct NewDevice {
    #[schema(max_length = 500)]
    push_token: String,
    /// `ios`, `android` or `web`, which it is when absent.
    device_type: Option<String>,
}

/// Notes the device that would take push messages: one for an account, the newest. Nothing is pushed yet.
#[utoipa::path(post, path = "/api/notifications/register-token/", tag = "notifications", request_body = NewDevice,
    responses((status = 200, body = NotificationDone)))]
pub async fn register_device(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body<LARGEST>,
) -> Result<Response, Error> {
    app.limit(&limits::CHANGE, caller.id)?;
    let mut fields = Fields::new(body);
    let token = fields.required_text("push_token", LONGEST_TOKEN);
    let device = device(&mut fields).flatten();
    fields.finish()?;
    let change = Change {
        push_token: Some(Some(token)),
        device_type: Some(Some(device.unwrap_or_else(|| "web".to_owned()))),
        ..Change::default()
    };
    store(&app, caller.id, change).await?;
    Ok(respond::ok(&NotificationDone::new("This device is noted.")))
}
