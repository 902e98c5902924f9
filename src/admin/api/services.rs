//! Services that this server does not have yet, as the dashboard asks about them.

use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::accounts::auth::AnyScheme;
use crate::wire::respond;

/// What of these services is set up.
#[derive(Serialize, ToSchema)]
pub struct ServiceConfig {
    success: bool,
    /// `ai_story_generation`, `image_generation`, `ocr`, `rate_limits`, `api_keys`.
    #[schema(value_type = Object)]
    config: Value,
}

/// That none of these services is set up. Takes an administrator's token under either scheme.
#[utoipa::path(get, path = "/api/admin/ai-services/config/", tag = "admin", responses((status = 200, body = ServiceConfig)))]
pub async fn config(AnyScheme(_admin): AnyScheme) -> Response {
    respond::ok(&nothing())
}

/// The same under the older address.
#[utoipa::path(get, path = "/api/admin/ai-services/", tag = "admin", responses((status = 200, body = ServiceConfig)))]
pub async fn list(AnyScheme(_admin): AnyScheme) -> Response {
    respond::ok(&nothing())
}

fn nothing() -> ServiceConfig {
    ServiceConfig {
        success: true,
        config: json!({
            "ai_story_generation": {"provider": "none", "model": "", "enabled": false, "max_tokens": 0, "temperature": 0.0},
            "image_generation": {"provider": "none", "enabled": false, "default_model": "", "max_requests_per_day": 0},
            "ocr": {"provider": "none", "enabled": false, "languages": [], "confidence_threshold": 0.0},
            "rate_limits": {
                "ai_generation_per_user_per_day": 0, "image_generation_per_user_per_day": 0, "ocr_per_user_per_day": 0,
            },
            "api_keys": {"gemini_key_set": false, "google_vision_key_set": false},
        }),
    }
}
