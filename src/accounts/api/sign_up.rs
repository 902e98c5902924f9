//! Signing up and confirming the address. No answer tells whether an address is known.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::codes::{self, Guess};
use crate::accounts::store::codes::Purpose;
use crate::accounts::store::people::{self, AddressOwner, NewPerson};
use crate::accounts::{limits, password, rules};
use crate::app::{App, ClientAddress};
use crate::mail::templates::{self, Recipient};
use crate::mail::{Queued, queue};
use crate::moderation::{Masker, Words};
use crate::text::fold;
use crate::wire::{Body, Error, Fields, PUBLIC_BODY, respond};

/// A sign-up.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct SignUp {
    /// Shown to others, 1 to 50 characters.
    name: String,
    email: String,
    /// At least 8 characters.
    password: String,
    confirm_password: String,
    /// `child`, `parent` or `teacher`; `child` when absent.
    user_type: Option<String>,
}

/// The answer to a sign-up.
#[derive(Serialize, ToSchema)]
pub struct SignedUp {
    message: &'static str,
    user_id: i64,
    email: String,
    requires_verification: bool,
    email_sent: bool,
}

/// Makes an account that waits for its e-mail code.
///
/// A known address gets the same answer; its owner gets a hint by mail.
#[utoipa::path(post, path = "/api/auth/register/", tag = "accounts", request_body = SignUp, security(()),
    responses((status = 201, body = SignedUp)))]
pub async fn register(
    State(app): State<Arc<App>>,
    ClientAddress(network): ClientAddress,
    Body(body): Body<PUBLIC_BODY>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let name = fields.required_text("name", rules::LONGEST_NAME);
    let email = fields.required_text("email", rules::LONGEST_EMAIL);
    let password = fields.password("password");
    let confirmation = fields.password("confirm_password");
    let user_type = fields
        .choice("user_type", &rules::USER_TYPES)
        .unwrap_or_else(|| "child".to_owned());
    if !password.is_empty() && password != confirmation {
        fields.refuse("confirm_password", "The passwords differ.");
    } else if let Err(sentence) = rules::check_password(&password) {
        fields.refuse("password", sentence);
    }
    if !email.is_empty() && !rules::is_email(&email) {
        fields.refuse("email", "This is not an e-mail address.");
    }
    fields.finish()?;
    app.limit(&limits::SIGN_UP, &network)?;

    let password_hash = app
        .hashing
        .run(move |workspace| password::hash(workspace, &password))
        .await?;
    let words = Words::current(&app).await;
    let name = words.masker().mask(&name).into_owned();
    let (first_name, last_name) = rules::first_and_last(&name);
    let person = NewPerson {
        usernames: usernames(&name, words.masker()),
        email: Some(email.clone()),
        is_verified: false,
        password_hash,
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        display_name: name,
        user_type,
        is_admin: false,
    };
    // A sign-up is a mail, too. Beyond what an address may get, the answer is the same and nothing happens.
    let may_mail = may_mail(&app, &email, Purpose::Verification).is_ok();
    let (user_id, email_sent) = store_sign_up(&app, person, may_mail).await?;
    Ok(respond::created(&SignedUp {
        message: "Almost there: please enter the code that we sent to your e-mail address.",
        user_id,
        email,
        requires_verification: true,
        email_sent,
    }))
}

/// User names to try. Without its blanks a name may read otherwise than it did.
fn usernames(name: &str, masker: &Masker) -> Vec<String> {
    let candidates = rules::username_candidates(name, codes::dice());
    if candidates
        .iter()
        .all(|candidate| masker.mask(candidate) == *candidate)
    {
        return candidates.to_vec();
    }
    rules::username_candidates("", codes::dice()).to_vec()
}

/// Counts a mail to an address, or refuses with 429.
fn may_mail(app: &App, email: &str, purpose: Purpose) -> Result<(), Error> {
    let key = format!("{} {}", purpose.as_str(), fold(email));
    app.limit(&limits::CODE_A_MINUTE, &key)?;
    app.limit(&limits::CODES_AN_HOUR, &key)
}

/// Stores the account, its code and the mail in one transaction; the id to show and whether a mail goes out. Where
/// nothing may be mailed, what there is stays as it is.
async fn store_sign_up(app: &Arc<App>, person: NewPerson, may_mail: bool) -> Result<(i64, bool), Error> {
    let now = app.clock.now();
    let code = codes::new_code();
    let keys = app.keys.clone();
    let minutes = app.config.email_code_minutes;
    let can_mail = app.mail.is_configured();
    let stored = app
        .write(move |conn| {
            let email = person.email.as_deref().unwrap_or_default();
            let owner = people::owner_of_address(conn, email)?;
            let is_taken = |owner: &AddressOwner| owner.is_verified || owner.is_barred;
            if !may_mail || owner.as_ref().is_some_and(is_taken) {
                // An id is spent as for anybody, so that the answer looks like any other.
                let nobody = NewPerson {
                    email: None,
                    ..person.clone()
                };
                let spent = people::insert(conn, &nobody, now)?;
                people::delete(conn, spent)?;
                // Nobody writes to a suspended account; the answer says the same.
                if let Some(owner) = owner.filter(|owner| can_mail && may_mail && !owner.is_barred) {
                    let hint = templates::already_registered(Recipient {
                        address: &owner.email,
                        name: &owner.display_name,
                    });
                    return Ok((spent, queue(conn, &hint, now)? == Queued::Waiting));
                }
                return Ok((spent, can_mail));
            }
            if let Some(pending) = owner {
                people::delete(conn, pending.id)?;
            }
            let user_id = people::insert(conn, &person, now)?;
            codes::store(conn, &keys, user_id, Purpose::Verification, &code, now, minutes)?;
            let to = Recipient {
                address: email,
                name: &person.display_name,
            };
            let letter = templates::verification(to, &code, minutes);
            let queued = can_mail && queue(conn, &letter, now)? == Queued::Waiting;
            Ok((user_id, queued))
        })
        .await;
    app.mail.wake();
    stored
}

/// A code for an address.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct AddressCheck {
    email: String,
    /// Six digits.
    verification_code: String,
}

/// The address is confirmed.
#[derive(Serialize, ToSchema)]
pub struct AddressConfirmed {
    message: &'static str,
    verified: bool,
    user_id: i64,
    email: String,
}

/// Confirms an address by its code.
///
/// One identical 400 for an unknown address, no open code and a wrong code; `"expired": true` only for the right code, late.
#[utoipa::path(post, path = "/api/auth/verify-email/", tag = "accounts", request_body = AddressCheck, security(()),
    responses((status = 200, body = AddressConfirmed)))]
pub async fn verify_email(
    State(app): State<Arc<App>>,
    ClientAddress(network): ClientAddress,
    Body(body): Body<PUBLIC_BODY>,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let email = fields.required_text("email", rules::LONGEST_EMAIL);
    let code = fields.required_text("verification_code", codes::LONGEST);
    fields.finish()?;
    app.limit(&limits::CODE_CHECK, &network)?;

    let (now, keys, address) = (app.clock.now(), app.keys.clone(), email.clone());
    let guess = app
        .write(move |conn| {
            let guess = codes::check(conn, &keys, &address, Purpose::Verification, &code, now)?;
            if let Guess::Right(user_id) = guess {
                people::verify(conn, user_id, now)?;
                people::prove_address(conn, user_id)?;
            }
            Ok(guess)
        })
        .await?;
    let user_id = guess.accept()?;
    app.sessions.forget_account(user_id);
    Ok(respond::ok(&AddressConfirmed {
        message: "Your e-mail address is confirmed. Welcome!",
        verified: true,
        user_id,
        email,
    }))
}

/// An address.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct Address {
    email: String,
}

/// A code is on its way, if the address is known.
#[derive(Serialize, ToSchema)]
pub struct CodeSent {
    message: &'static str,
    email_sent: bool,
    expires_in_minutes: u32,
}

/// Sends another confirmation code.
#[utoipa::path(post, path = "/api/auth/resend-verification/", tag = "accounts", request_body = Address, security(()),
    responses((status = 200, body = CodeSent)))]
pub async fn resend_verification(
    State(app): State<Arc<App>>,
    ClientAddress(network): ClientAddress,
    Body(body): Body<PUBLIC_BODY>,
) -> Result<Response, Error> {
    send_code(&app, &network, body, Purpose::Verification).await
}

/// Sends a code for `purpose` to the address in the body. The answer and its pace are the same for every address.
pub async fn send_code(
    app: &Arc<App>,
    network: &str,
    body: serde_json::Map<String, serde_json::Value>,
    purpose: Purpose,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let email = fields.required_text("email", rules::LONGEST_EMAIL);
    fields.finish()?;
    app.limit(&limits::CODES_PER_NETWORK, network)?;
    may_mail(app, &email, purpose)?;

    let can_mail = app.mail.is_configured();
    let minutes = app.config.email_code_minutes;
    if can_mail {
        let own = Arc::clone(app);
        app.errands.run(&app.tasks, "code", async move {
            if let Err(error) = mail_code(&own, email, purpose).await {
                tracing::warn!(?error, "a code was not sent");
            }
        });
    }
    Ok(respond::ok(&CodeSent {
        message: "If this address belongs to an account, a code is on its way.",
        email_sent: can_mail,
        expires_in_minutes: minutes,
    }))
}

/// Stores a code and its mail, if the address is one to send to.
async fn mail_code(app: &Arc<App>, email: String, purpose: Purpose) -> Result<(), Error> {
    let (now, keys, code) = (app.clock.now(), app.keys.clone(), codes::new_code());
    let minutes = app.config.email_code_minutes;
    app.write(move |conn| {
        let Some(owner) = people::owner_of_address(conn, &email)? else {
            return Ok(());
        };
        let is_wanted = match purpose {
            Purpose::Verification => !owner.is_verified,
            Purpose::PasswordReset => owner.takes_codes,
        };
        if owner.is_barred || !is_wanted {
            return Ok(());
        }
        codes::store(conn, &keys, owner.id, purpose, &code, now, minutes)?;
        let to = Recipient {
            address: &owner.email,
            name: &owner.display_name,
        };
        let letter = match purpose {
            Purpose::Verification => templates::verification(to, &code, minutes),
            Purpose::PasswordReset => templates::password_reset(to, &code, minutes),
        };
        if queue(conn, &letter, now)? == Queued::Full {
            tracing::warn!("the mail outbox is full; a code was not sent");
        }
        Ok(())
    })
    .await?;
    app.mail.wake();
    Ok(())
}
