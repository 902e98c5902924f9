//! Opening and closing sessions, whichever door somebody comes through: the API of the apps, or the console.

use std::sync::Arc;

use database::Conn;

use super::limits;
use super::password::{self, Verdict};
use super::store::{people, sessions};
use super::tokens::random_hex;
use crate::admin::standing;
use crate::app::App;
use crate::live::sign_outs::{self, SignOut};
use crate::text::fold;
use crate::wire::Error;

/// Whom a door lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Every active account.
    Anyone,
    /// Administrators alone.
    Admins,
}

/// A session that has begun.
pub struct Opened {
    /// Whose it is.
    pub profile: people::Profile,
    /// Its id.
    pub session: String,
}

/// Checks an address and a password and opens a session until `ends`; nothing when they are not right, the account is
/// not active, or the door is not for it.
pub async fn sign_in(
    app: &Arc<App>,
    network: &str,
    email: &str,
    password: &str,
    ends: i64,
    door: For,
) -> Result<Option<Opened>, Error> {
    let nobody = |_: &mut Conn<'_>, _: &people::Profile| Ok(());
    sign_in_before(app, network, email, password, ends, door, nobody).await
}

/// The same before a `witness`, who may write something down in the transaction that opens the session.
pub async fn sign_in_before<W>(
    app: &Arc<App>,
    network: &str,
    email: &str,
    password: &str,
    ends: i64,
    door: For,
    witness: W,
) -> Result<Option<Opened>, Error>
where
    W: Fn(&mut Conn<'_>, &people::Profile) -> Result<(), Error> + Clone + Send + 'static,
{
    // Twice: the stored hash may have changed under way because another sign-in has just renewed it.
    for _ in 0..2 {
        let Some(checked) = check(app, network, email, password.to_owned()).await? else {
            break;
        };
        let (profile, session) = (checked.profile.clone(), random_hex());
        match open(app, checked, &session, ends, door, witness.clone()).await? {
            Entry::Open => return Ok(Some(Opened { profile, session })),
            Entry::Barred => break,
            Entry::Changed => {}
        }
    }
    Ok(None)
}

/// What became of a sign-in whose password was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    /// The session has begun.
    Open,
    /// The account or its password changed since it was checked.
    Changed,
    /// The door is not for this account.
    Barred,
}

async fn open<W>(
    app: &Arc<App>,
    checked: Checked,
    session: &str,
    ends: i64,
    door: For,
    witness: W,
) -> Result<Entry, Error>
where
    W: Fn(&mut Conn<'_>, &people::Profile) -> Result<(), Error> + Send + 'static,
{
    let Checked {
        profile,
        hash,
        better_hash,
    } = checked;
    let (now, session, user_id) = (app.clock.now(), session.to_owned(), profile.id);
    let open = move |conn: &mut Conn<'_>| {
        // Before a session is opened, which may close an older one.
        if door == For::Admins && !people::is_admin(conn, user_id)? {
            return Ok(Entry::Barred);
        }
        if !sessions::open(conn, &session, user_id, &hash, now, ends)? {
            return Ok(Entry::Changed);
        }
        people::note_sign_in(conn, user_id, better_hash.as_deref(), now)?;
        witness(conn, &profile)?;
        Ok(Entry::Open)
    };
    app.write(open).await
}

/// Ends a session, and the views of children that were opened in it.
pub async fn sign_out(app: &Arc<App>, session: String) -> Result<(), Error> {
    let own = Arc::clone(app);
    let close = async move {
        let row = session.clone();
        let mut ended = own.write(move |conn| Ok(sessions::close(conn, &row)?)).await?;
        ended.push(session);
        for session in ended {
            sign_outs::announce(&own, &SignOut::Session { session });
        }
        Ok::<_, Error>(())
    };
    app.tasks.finish("sign-out", close).await
}

/// A sign-in that was right.
#[derive(Clone)]
pub struct Checked {
    /// Whose it is.
    pub profile: people::Profile,
    hash: String,
    /// The password in today's form, when it is stored in an older one.
    better_hash: Option<String>,
}

impl Checked {
    /// Whether the account still has the password that was checked.
    pub fn holds(&self, conn: &mut Conn<'_>) -> Result<bool, database::Error> {
        people::has_password(conn, self.profile.id, &self.hash)
    }
}

/// Checks an address and a password of an active account; an account without an address is known by its user name.
/// Unknown addresses cost as much as known ones.
pub async fn check(
    app: &Arc<App>,
    network: &str,
    email: &str,
    password: String,
) -> Result<Option<Checked>, Error> {
    let now = app.clock.now();
    let account = fold(email);
    app.limit(&limits::SIGN_IN, network)?;
    app.limits.look(&limits::FAILED_PER_NETWORK, network, now)?;
    let here = here(network, &account);
    app.limit(&limits::FAILED_HERE, &here)?;
    if let Err(refusal) = app.limit(&limits::FAILED_ANYWHERE, &account) {
        app.limits.give_back(&limits::FAILED_HERE, &here);
        return Err(refusal);
    }
    let looked = look(app, email.to_owned(), password).await;
    if looked.is_err() {
        // Nobody looked at the password. Whoever is told to come again must not be locked out for coming again.
        app.limits.give_back(&limits::FAILED_HERE, &here);
        app.limits.give_back(&limits::FAILED_ANYWHERE, &account);
    }
    let Looked {
        found,
        is_right,
        better_hash,
    } = looked?;
    match found {
        Some(found) if is_right => {
            app.limits.forget(&limits::FAILED_HERE, &here);
            app.limits.give_back(&limits::FAILED_ANYWHERE, &account);
            Ok(Some(Checked {
                profile: found.profile,
                hash: found.password_hash,
                better_hash,
            }))
        }
        _ => {
            // Whoever is over it by now is told with the next try.
            let _ = app.limit(&limits::FAILED_PER_NETWORK, network);
            Ok(None)
        }
    }
}

/// What tries at an account from one network are counted for.
fn here(network: &str, account: &str) -> String {
    format!("{network} {account}")
}

/// Forgets wrong tries at an account: an adult who looks after it has just given it another password, and whoever types
/// that at the same network gets in at once. It is known by its user name.
pub fn forgive(app: &App, network: &str, username: &str) {
    let account = fold(username);
    app.limits.forget(&limits::FAILED_HERE, here(network, &account));
    app.limits.forget(&limits::FAILED_ANYWHERE, &account);
}

/// What a look at an address and a password found.
struct Looked {
    /// The active account of the address.
    found: Option<people::SignIn>,
    is_right: bool,
    better_hash: Option<String>,
}

/// The active account of an address. A suspension that has come to its end is lifted now, if nobody has yet.
async fn active(app: &Arc<App>, address: String) -> Result<Option<people::SignIn>, Error> {
    let (now, email) = (app.clock.now(), address.clone());
    let found = app.read(move |conn| {
        let found = people::sign_in(conn, &email)?;
        let is_due = match &found {
            Some(found) if !found.is_active => standing::is_due(conn, found.profile.id, now)?,
            _ => false,
        };
        Ok((found, is_due))
    });
    let (mut found, is_due) = found.await?;
    if let (Some(user_id), true) = (found.as_ref().map(|found| found.profile.id), is_due) {
        let lifted = app.write(move |conn| {
            standing::lift_if_over(conn, user_id, now)?;
            Ok(people::sign_in(conn, &address)?)
        });
        found = lifted.await?;
    }
    Ok(found.filter(|found| found.is_active))
}

async fn look(app: &Arc<App>, address: String, password: String) -> Result<Looked, Error> {
    let found = active(app, address).await?;
    let encoded = found.as_ref().map(|found| found.password_hash.clone());
    let upgrade = app.config.password_upgrade;
    let (is_right, better_hash) = app
        .hashing
        .run(move |workspace| {
            let Some(encoded) = encoded else {
                password::waste(workspace);
                return (false, None);
            };
            match password::verify(workspace, &password, &encoded) {
                Verdict::RightButOld if upgrade => (true, Some(password::hash(workspace, &password))),
                Verdict::Right | Verdict::RightButOld => (true, None),
                Verdict::Wrong => (false, None),
            }
        })
        .await?;
    Ok(Looked {
        found,
        is_right,
        better_hash,
    })
}
