//! One's own profile, under the two addresses that the apps use.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::auth::Caller;
use crate::accounts::limits;
use crate::accounts::rules::{self, BorderRefusal};
use crate::accounts::shapes::{OwnAccountShape, ProfileShape};
use crate::accounts::store::people::{self, Profile};
use crate::app::App;
use crate::moderation::{Masker, Words};
use crate::wire::{Body, Error, Fields, calendar_date, respond};

/// One's own account. The only body of the API with a `data` member.
#[derive(Serialize, ToSchema)]
pub struct OwnAccount {
    success: bool,
    data: OwnAccountShape,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

/// One's own account, as the apps load it at start-up.
#[utoipa::path(get, path = "/api/auth/profile/", tag = "accounts", responses((status = 200, body = OwnAccount)))]
pub async fn own_account(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    let profile = load(&app, caller.id).await?;
    Ok(respond::ok(&OwnAccount {
        success: true,
        data: profile.into(),
        message: None,
    }))
}

async fn load(app: &Arc<App>, user_id: i64) -> Result<Profile, Error> {
    app.read(move |conn| Ok(people::profile(conn, user_id)?))
        .await?
        .ok_or_else(Error::not_found)
}

/// What can be changed of one's own account; absent fields stay.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct OwnAccountChange {
    /// The display name, 1 to 50 characters.
    name: Option<String>,
    /// 3 to 30 letters, digits, `_` or `-`.
    username: Option<String>,
    /// An emoji.
    avatar: Option<String>,
    bio: Option<String>,
    selected_avatar_border: Option<String>,
}

/// Changes one's own account.
#[utoipa::path(method(put, patch), path = "/api/auth/profile/", tag = "accounts", request_body = OwnAccountChange,
    responses((status = 200, body = OwnAccount)))]
pub async fn change_own_account(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let mut change = Change {
        display_name: name(&mut fields, "name"),
        avatar_emoji: fields.text("avatar", rules::LONGEST_AVATAR),
        avatar_field: "avatar",
        bio: fields.nullable_text("bio", rules::LONGEST_BIO),
        border: fields.text("selected_avatar_border", 50),
        ..Change::default()
    };
    if let Some(text) = fields.text("username", 150) {
        match rules::chosen_username(&text) {
            Ok(username) => change.username = Some(username),
            Err(sentence) => fields.refuse("username", sentence),
        }
    }
    fields.finish()?;
    let profile = change.store(&app, caller.id).await?;
    Ok(respond::ok(&OwnAccount {
        success: true,
        data: profile.into(),
        message: Some("Your profile is saved."),
    }))
}

/// One's own profile.
#[derive(Serialize, ToSchema)]
pub struct OwnProfile {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    profile: ProfileShape,
}

/// One's own profile, in the older shape.
#[utoipa::path(get, path = "/api/users/profile/", tag = "accounts", responses((status = 200, body = OwnProfile)))]
pub async fn own_profile(State(app): State<Arc<App>>, Caller(caller): Caller) -> Result<Response, Error> {
    let profile = load(&app, caller.id).await?;
    Ok(respond::ok(&OwnProfile {
        success: true,
        message: None,
        profile: profile.into(),
    }))
}

/// What can be changed of one's own profile; absent fields stay. `user_type` is read-only.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "documents the request; the fields are read leniently")]
pub struct OwnProfileChange {
    display_name: Option<String>,
    avatar_emoji: Option<String>,
    selected_avatar_border: Option<String>,
    bio: Option<String>,
    /// `YYYY-MM-DD` or null.
    date_of_birth: Option<String>,
}

/// Changes one's own profile. A border that is still locked is 403 with `required_level`.
#[utoipa::path(method(put, patch), path = "/api/users/profile/update/", tag = "accounts", request_body = OwnProfileChange,
    responses((status = 200, body = OwnProfile)))]
pub async fn change_own_profile(
    State(app): State<Arc<App>>,
    Caller(caller): Caller,
    Body(body): Body,
) -> Result<Response, Error> {
    let mut fields = Fields::new(body);
    let change = Change {
        display_name: name(&mut fields, "display_name"),
        avatar_emoji: fields.text("avatar_emoji", rules::LONGEST_AVATAR),
        avatar_field: "avatar_emoji",
        border: fields.text("selected_avatar_border", 50),
        bio: fields.nullable_text("bio", rules::LONGEST_BIO),
        date_of_birth: date(&mut fields, "date_of_birth"),
        username: None,
    };
    fields.finish()?;
    let profile = change.store(&app, caller.id).await?;
    let message = Some("Your profile is saved.");
    Ok(respond::ok(&OwnProfile {
        success: true,
        message,
        profile: profile.into(),
    }))
}

fn name(fields: &mut Fields, field: &str) -> Option<String> {
    fields
        .has(field)
        .then(|| fields.required_text(field, rules::LONGEST_NAME))
}

fn date(fields: &mut Fields, field: &str) -> Option<Option<String>> {
    let text = fields.nullable_text(field, 10)?;
    let Some(text) = text else { return Some(None) };
    let date = calendar_date(&text);
    if date.is_none() {
        fields.refuse(field, "A date is needed, as in 2015-04-23.");
    }
    Some(date)
}

/// What is to be changed; `None` stays.
#[derive(Clone, Debug, Default)]
struct Change {
    display_name: Option<String>,
    username: Option<String>,
    avatar_emoji: Option<String>,
    /// The name of the avatar's field, which the two addresses spell differently.
    avatar_field: &'static str,
    border: Option<String>,
    bio: Option<Option<String>>,
    date_of_birth: Option<Option<String>>,
}

impl Change {
    async fn store(self, app: &Arc<App>, user_id: i64) -> Result<Profile, Error> {
        app.limit(&limits::PROFILE_CHANGE, user_id)?;
        let (now, words) = (app.clock.now(), Words::current(app).await);
        app.write(move |conn| {
            let masker = words.masker();
            let Some(mut profile) = people::profile(conn, user_id)? else {
                return Err(Error::not_found());
            };
            let mut change = self.clone();
            change.display_name = change.display_name.map(|name| masker.mask(&name).into_owned());
            change.bio = change
                .bio
                .map(|bio| bio.map(|bio| masker.mask(&bio).into_owned()));
            change.check(masker)?;
            if let Some(username) = &change.username
                && people::is_username_taken(conn, username, user_id)?
            {
                return Err(Error::field("username", "This user name is taken."));
            }
            let before = profile.clone();
            change.apply(&mut profile)?;
            if profile == before {
                return Ok(profile);
            }
            people::save_profile(conn, &profile, now)?;
            profile.updated_at = now;
            Ok(profile)
        })
        .await
    }

    /// A rude word in a user name or in the place of an avatar cannot be masked: nothing of it would be left.
    fn check(&self, masker: &Masker) -> Result<(), Error> {
        let is_rude = |text: &Option<String>| text.as_deref().is_some_and(|text| masker.mask(text) != text);
        if is_rude(&self.username) {
            return Err(Error::field("username", "Please choose another user name."));
        }
        if is_rude(&self.avatar_emoji) {
            return Err(Error::field(self.avatar_field, "Please choose another avatar."));
        }
        Ok(())
    }

    fn apply(self, profile: &mut Profile) -> Result<(), Error> {
        if let Some(border) = self.border {
            check_border(&border, profile)?;
            profile.selected_avatar_border = border;
        }
        if let Some(avatar) = self.avatar_emoji {
            if avatar != profile.avatar_emoji && !rules::may_wear_avatar(&avatar, profile.level()) {
                return Err(Error::field(self.avatar_field, "This avatar is still locked."));
            }
            profile.avatar_emoji = if avatar.is_empty() {
                rules::FIRST_AVATAR.to_owned()
            } else {
                avatar
            };
        }
        if let Some(name) = self.display_name {
            profile.display_name = name;
        }
        if let Some(username) = self.username {
            profile.username = username;
        }
        if let Some(bio) = self.bio {
            profile.bio = bio;
        }
        if let Some(date) = self.date_of_birth {
            profile.date_of_birth = date;
        }
        Ok(())
    }
}

fn check_border(border: &str, profile: &Profile) -> Result<(), Error> {
    if border == profile.selected_avatar_border {
        return Ok(());
    }
    match rules::may_wear_border(border, profile.level()) {
        Ok(()) => Ok(()),
        Err(BorderRefusal::Unknown) => {
            Err(Error::field("selected_avatar_border", "There is no such border."))
        }
        Err(BorderRefusal::Locked(level)) => {
            Err(Error::forbidden(format!("This border unlocks at level {level}."))
                .flag("required_level", format!("Level {level}")))
        }
    }
}
