//! What the app does whoever uses it: it starts, signs in, and keeps its badges up to date.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use crate::call::{Call, Manner};
use crate::person::Person;
use crate::visit::Over;

/// What the bottom navigation asks for every 30 s, one after the other.
const BADGES: [&str; 3] = [
    "/api/friends/requests/",
    "/api/messages/conversations/",
    "/api/collaborate/invites/",
];
const BADGES_EVERY: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Tokens {
    access: String,
}

/// The app starts: it asks for the words to mask, without a token.
pub(super) async fn start(person: &mut Person) -> Result<(), Over> {
    let words = Call::get("words", "/api/profanity/active/?language=all").made(Manner::Plain);
    person.send(words).await?;
    Ok(())
}

/// Signs in by e-mail and password; whether it worked.
pub(super) async fn sign_in(person: &mut Person) -> Result<bool, Over> {
    let Some(call) = sign_in_call(person, "") else {
        return Ok(false);
    };
    let tokens: Option<Tokens> = person.ask(call).await?.fresh();
    person.token = tokens.map(|tokens| tokens.access);
    Ok(person.token.is_some())
}

/// The call that signs in; `wrong` is added to the password.
pub(super) fn sign_in_call(person: &Person, wrong: &str) -> Option<Call> {
    let password = format!("{}{wrong}", person.visit.plan.accounts.password);
    let body = json!({"email": person.account()?.email, "password": password});
    let call = Call::post("sign-in", "/api/auth/login/").made(Manner::SigningIn);
    Some(call.with(body.to_string().into_bytes()))
}

/// Starts the app and comes in, by the token of an earlier visit or by signing in; whether it worked.
pub(super) async fn come_in(person: &mut Person, tokens_only: bool) -> Result<bool, Over> {
    start(person).await?;
    if tokens_only {
        person.token = person.account().map(|account| account.access.clone());
        // A ping and a real load.
        for _ in 0..2 {
            if person
                .send(Call::get("profile", "/api/auth/profile/"))
                .await?
                .is_failed()
            {
                return Ok(false);
            }
        }
    } else if !sign_in(person).await? {
        return Ok(false);
    }
    // The own list is read once, unpaged.
    person.send(Call::get("own list", "/api/stories/")).await?;
    Ok(true)
}

/// The badges of the bottom navigation.
pub(super) struct Badges {
    /// When they are asked for next.
    pub(super) due: Instant,
}

impl Badges {
    pub(super) fn new() -> Self {
        Self { due: Instant::now() }
    }

    pub(super) async fn ask(&mut self, person: &mut Person) -> Result<(), Over> {
        for path in BADGES {
            // A server that does not have this part yet answers 404, and the app asks all the same.
            person
                .send(Call::get("badges", path).expecting(&[200, 304, 404]))
                .await?;
        }
        self.due = Instant::now() + person.visit.paced(BADGES_EVERY);
        Ok(())
    }
}
