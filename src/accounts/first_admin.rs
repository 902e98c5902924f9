//! The first administrator, from `ADMIN_EMAIL` and `ADMIN_PASSWORD`: for hosts where nobody can run a command.

use crate::accounts::password;
use crate::accounts::store::people::{self, NewPerson};
use crate::accounts::{codes, rules};
use crate::app::App;
use crate::wire::Error;

/// Shown to others until the administrator chooses another one.
const NAME: &str = "Administrator";

/// What became of the two settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They are not set, or there is an administrator already.
    Unneeded,
    /// There is an administrator now.
    Made,
    /// The address belongs to somebody who is none. Whoever signed up under it may be anybody, so nothing is changed.
    Taken,
}

/// Makes the administrator of the settings if there is none at all. Both settings have been checked by `config`.
pub async fn make(app: &App) -> Result<Outcome, Error> {
    let (Some(email), Some(password)) = (app.config.admin_email.clone(), app.config.admin_password.clone())
    else {
        return Ok(Outcome::Unneeded);
    };
    if app.read(|conn| Ok(people::is_there_an_admin(conn)?)).await? {
        return Ok(Outcome::Unneeded);
    }
    let password_hash = app
        .hashing
        .run(move |workspace| password::hash(workspace, password.reveal()))
        .await?;
    let person = NewPerson {
        usernames: rules::username_candidates(NAME, codes::dice()).to_vec(),
        email: Some(email.clone()),
        is_verified: true,
        password_hash,
        display_name: NAME.to_owned(),
        first_name: NAME.to_owned(),
        last_name: String::new(),
        user_type: "teacher".to_owned(),
        is_admin: true,
    };
    let now = app.clock.now();
    // Asked once more: another server may have been faster.
    app.write(move |conn| {
        if people::is_there_an_admin(conn)? {
            return Ok(Outcome::Unneeded);
        }
        if people::owner_of_address(conn, &email)?.is_some() {
            return Ok(Outcome::Taken);
        }
        people::insert(conn, &person, now)?;
        Ok(Outcome::Made)
    })
    .await
}
