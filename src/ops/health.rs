//! Whether the server is alive and whether it can do its work.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use crate::app::App;
use crate::wire::{Error, respond};

/// Alive: answered from memory, never waits for anything.
#[utoipa::path(get, path = "/healthz", tag = "server", security(()), responses((status = 200)))]
pub async fn healthz() -> Response {
    respond::ok(&json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}

/// Ready: the database answers. Says too when all that is saved here is gone after the next restart.
#[utoipa::path(get, path = "/readyz", tag = "server", security(()), responses((status = 200)))]
pub async fn readyz(State(app): State<Arc<App>>) -> Result<Response, Error> {
    app.read(|conn| {
        conn.one("SELECT 1", &[])?;
        Ok(())
    })
    .await?;
    let disk = if app.forgets { "ephemeral" } else { "lasting" };
    Ok(respond::ok(&json!({"status": "ready", "disk": disk})))
}
