//! The mail that somebody sends to themselves.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::auth::Caller;
use crate::accounts::proving::Links;
use crate::accounts::store::people;
use crate::app::App;
use crate::mail::templates::{self, Recipient};
use crate::mail::{Queued, is_mailable, queue};
use crate::notifications::limits;
use crate::wire::{Error, respond};

/// Whether a mail is on its way.
#[derive(Serialize, ToSchema)]
pub struct TestMailAnswer {
    /// False when this server sends no mail, or too many are waiting.
    success: bool,
    message: String,
}

/// Sends a mail to one's own address, to see whether it arrives: once in five minutes, five times a day. 200 also when none
/// can be sent: the apps show `message`. To an address that nobody has confirmed goes the mail with the link that does.
#[utoipa::path(post, path = "/api/notifications/send-test-email/", tag = "notifications",
    responses((status = 200, body = TestMailAnswer)))]
pub async fn send_test(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    app.limit(&limits::TEST_MAIL, caller.id)?;
    app.limit(&limits::TEST_MAILS_A_DAY, caller.id)?;
    if !app.mail.is_configured() {
        return Ok(answer(false, "This server sends no mail.".to_owned()));
    }
    let (now, links) = (app.clock.now(), Links::of(&app));
    let (address, queued) = app
        .write(move |conn| {
            let profile = people::profile(conn, caller.id)?.ok_or_else(Error::not_found)?;
            if !is_mailable(&profile.email) {
                return Err(Error::bad_request(
                    "Your account has no address that mail reaches.",
                ));
            }
            let to = Recipient {
                address: &profile.email,
                name: &profile.display_name,
            };
            if people::has_proven_address(conn, caller.id)? {
                let queued = queue(conn, &templates::test(to), now)?;
                return Ok((profile.email, Some(queued)));
            }
            let queued = links.ask(conn, caller.id, to, now)?;
            Ok((profile.email, queued))
        })
        .await?;
    app.mail.wake();
    Ok(match queued {
        None => answer(
            false,
            "Nobody has confirmed your address yet. Ask for a new password by e-mail: its code does that."
                .to_owned(),
        ),
        Some(Queued::Waiting) => answer(true, format!("A mail to {address} is on its way.")),
        Some(Queued::Full) => answer(
            false,
            "Too many mails are waiting. Please try again later.".to_owned(),
        ),
    })
}

fn answer(success: bool, message: String) -> Response {
    respond::ok(&TestMailAnswer { success, message })
}
