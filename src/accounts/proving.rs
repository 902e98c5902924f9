//! Proof that mail to an address is read by somebody who says that the account is theirs: letters about children go nowhere
//! else, and to an address that an administrator wrote down not before somebody has signed in with it, too.
//!
//! A new address is sent a link that is signed for the account and this address. Nothing is stored for it, and it is worth
//! nothing once the account has another address. It opens nothing: codes for a new password do not depend on it.

use database::Conn;
use subtle::ConstantTimeEq;

use super::store::people;
use super::tokens::Keys;
use crate::app::App;
use crate::mail::templates::{self, Recipient};
use crate::mail::{Queued, queue};
use crate::text::fold;
use crate::wire::Error;

/// Hex digits of a signature.
const SIGNATURE: usize = 32;

/// What makes the links of this server.
#[derive(Clone)]
pub struct Links {
    url: Option<String>,
    keys: Keys,
}

impl Links {
    /// Those of this server.
    pub fn of(app: &App) -> Self {
        Self {
            url: app.config.public_url.clone(),
            keys: app.keys.clone(),
        }
    }

    /// Queues the mail that asks for the proof. Nothing where the address of this server is not known, so that there can be
    /// no link: a code for a new password proves the same.
    pub fn ask(
        &self,
        conn: &mut Conn<'_>,
        user_id: i64,
        to: Recipient<'_>,
        now: i64,
    ) -> Result<Option<Queued>, Error> {
        let Some(url) = &self.url else { return Ok(None) };
        let signature = self.signature(user_id, to.address);
        let link = format!("{url}/account/confirm-email/{user_id}-{signature}");
        Ok(Some(queue(conn, &templates::confirm_address(to, &link), now)?))
    }

    fn signature(&self, user_id: i64, email: &str) -> String {
        let mut hash = self.keys.hash_code("email proof", user_id, &fold(email));
        hash.truncate(SIGNATURE);
        hash
    }
}

/// Notes that mail reaches the account's address, by the token of a link; false for one that is worth nothing. Doing it again
/// changes nothing.
pub async fn prove(app: &App, token: &str) -> Result<bool, Error> {
    let Some((user_id, signature)) = token.split_once('-') else {
        return Ok(false);
    };
    let Ok(user_id) = user_id.parse::<i64>() else {
        return Ok(false);
    };
    let (links, signature) = (Links::of(app), signature.to_owned());
    let is_ours = move |conn: &mut Conn<'_>| {
        let profile = people::profile(conn, user_id)?;
        let signed = profile.map(|profile| links.signature(user_id, &profile.email));
        Ok::<bool, Error>(signed.is_some_and(|signed| signature.as_bytes().ct_eq(signed.as_bytes()).into()))
    };
    // Whoever knows no link makes no work for those who write.
    if !app.read(is_ours.clone()).await? {
        return Ok(false);
    }
    app.write(move |conn| {
        let is_ours = is_ours(conn)?;
        if is_ours {
            people::prove_address(conn, user_id)?;
        }
        Ok(is_ours)
    })
    .await
}
