//! Codes by which a child says yes to an adult beforehand.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use database::Conn;
use serde::Serialize;
use utoipa::ToSchema;

use super::{answers_for_itself, child};
use crate::accounts::auth::Caller;
use crate::accounts::codes::{dice, spoken, typed};
use crate::accounts::tokens::Keys;
use crate::app::App;
use crate::clock::MINUTE;
use crate::family::limits;
use crate::family::store::codes;
use crate::wire::{Error, respond};

/// How long a code is good.
const GOOD_FOR: i64 = 15;
/// More than this is no code, however it is typed, in code points.
pub(super) const LONGEST_CODE: usize = 20;

/// A code for an adult.
#[derive(Serialize, ToSchema)]
pub struct FamilyCode {
    success: bool,
    message: &'static str,
    /// Eight letters and digits.
    code: String,
    expires_in_minutes: i64,
}

/// Makes a code that a child tells an adult who is to be linked to it. It is good once, for a quarter of an hour, and the
/// one before it is not good any more.
#[utoipa::path(post, path = "/api/family/code/", tag = "families", responses((status = 200, body = FamilyCode)))]
pub async fn make(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    child(&caller)?;
    app.limit(&limits::CODE, caller.id)?;
    let code = spoken(dice());
    let hash = hash(&app.keys, caller.id, &code);
    let ends = app.clock.now() + GOOD_FOR * MINUTE;
    let write = move |conn: &mut Conn<'_>| {
        answers_for_itself(conn, &caller)?;
        Ok(codes::replace(conn, caller.id, &hash, ends)?)
    };
    app.write(write).await?;
    Ok(respond::ok(&FamilyCode {
        success: true,
        message: "Tell this code only to somebody who looks after you.",
        code,
        expires_in_minutes: GOOD_FOR,
    }))
}

/// The hash under which a child's code is stored. What cannot be a code has one that nothing is stored under.
pub(super) fn hash(keys: &Keys, child: i64, code: &str) -> String {
    keys.hash_code("family link", child, &typed(code).unwrap_or_default())
}
