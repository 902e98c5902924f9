//! Who may do what to whom, and what an administrator's change of an account comes to.

use crate::accounts::rules::{
    LONGEST_BIO, LONGEST_EMAIL, LONGEST_NAME, USER_TYPES, chosen_username, is_email,
};
use crate::accounts::store::overseen::Person;
use crate::wire::{Error, Fields};

/// The longest reason for anything, in characters.
pub const LONGEST_REASON: usize = 500;
/// The most violations that are counted.
const MOST_VIOLATIONS: i64 = 1_000_000;

/// Somebody who acts on an account.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    /// Their own account.
    pub id: i64,
    /// Makes administrators, and deletes for good.
    pub is_superuser: bool,
}

/// Whether `actor` may act on this account: accounts that keep order are for superusers.
pub fn may_touch(actor: Actor, target: &Person) -> Result<(), Error> {
    if target.seen.is_admin && !actor.is_superuser {
        return Err(Error::forbidden(
            "Only a superuser can change an account that keeps order.",
        ));
    }
    Ok(())
}

/// Refuses what somebody does to their own account.
pub fn not_oneself(actor: Actor, target: i64) -> Result<(), Error> {
    if actor.id == target {
        return Err(Error::bad_request("You cannot do this to your own account."));
    }
    Ok(())
}

/// What an administrator sent about an account; absent fields stay.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Change {
    pub username: Option<String>,
    pub email: Option<String>,
    pub is_active: Option<bool>,
    pub is_staff: Option<bool>,
    pub display_name: Option<String>,
    pub user_type: Option<String>,
    pub bio: Option<Option<String>>,
    pub is_flagged: Option<bool>,
    pub flagged_reason: Option<String>,
    pub violation_count: Option<i64>,
}

impl Change {
    /// Reads the fields; what is wrong with them is noted. The dialog sends back what it was shown, so forms that only
    /// new names must have are checked against the account, in [`Change::apply`].
    pub fn read(fields: &mut Fields) -> Self {
        Self {
            username: fields.text("username", 150),
            email: fields
                .nullable_text("email", LONGEST_EMAIL)
                .map(Option::unwrap_or_default),
            is_active: fields.boolean("is_active"),
            is_staff: fields.boolean("is_staff"),
            display_name: fields
                .has("display_name")
                .then(|| fields.required_text("display_name", LONGEST_NAME)),
            user_type: fields.choice("user_type", &USER_TYPES),
            bio: fields.nullable_text("bio", LONGEST_BIO),
            is_flagged: fields.boolean("is_flagged"),
            flagged_reason: fields
                .nullable_text("flagged_reason", LONGEST_REASON)
                .map(Option::unwrap_or_default),
            violation_count: violations(fields),
        }
    }
}

fn violations(fields: &mut Fields) -> Option<i64> {
    let count = fields.integer("violation_count")?;
    if !(0..=MOST_VIOLATIONS).contains(&count) {
        fields.refuse("violation_count", "A number from 0 to 1000000 is needed.");
        return None;
    }
    Some(count)
}

/// What a change comes to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The account as it is to be.
    pub person: Person,
    /// Whether it is to become active or not; nothing: it stays as it is.
    pub activation: Option<bool>,
    /// What differs, for the record.
    pub details: Vec<String>,
    /// Something but the activation differs.
    pub is_written: bool,
    /// Keeps order no longer: its sign-ins end.
    pub is_demoted: bool,
}

impl Outcome {
    /// Whether anything differs at all.
    pub fn is_nothing(&self) -> bool {
        !self.is_written && self.activation.is_none()
    }

    fn differs<T: PartialEq + std::fmt::Debug>(&mut self, name: &str, before: &T, after: &T) -> bool {
        if before == after {
            return false;
        }
        self.is_written = true;
        self.details.push(format!("{name}: {before:?} → {after:?}"));
        true
    }
}

/// What `change` makes of an account: 403 for what the actor may not do, 400 for what nobody can.
pub fn apply(change: Change, before: &Person, actor: Actor, now: i64) -> Result<Outcome, Error> {
    let mut outcome = Outcome {
        person: before.clone(),
        activation: None,
        details: Vec::new(),
        is_written: false,
        is_demoted: false,
    };
    activate(&mut outcome, change.is_active, before);
    let is_staff = change
        .is_staff
        .filter(|is_staff| *is_staff != before.seen.is_admin);
    if actor.id == before.seen.id && (outcome.activation.is_some() || is_staff.is_some()) {
        return Err(Error::forbidden(
            "Nobody can change whether their own account is active or keeps order.",
        ));
    }
    if let Some(is_staff) = is_staff {
        promote(&mut outcome, is_staff, actor)?;
    }
    names(&mut outcome, &change, before)?;
    standing(&mut outcome, change, before, now);
    if !outcome.is_nothing() {
        may_touch(actor, before)?;
    }
    if before.seen.archived_at.is_some() && outcome.activation == Some(true) {
        return Err(Error::field(
            "is_active",
            "This account is archived. Restore it first.",
        ));
    }
    Ok(outcome)
}

fn activate(outcome: &mut Outcome, is_active: Option<bool>, before: &Person) {
    let Some(is_active) = is_active.filter(|is_active| *is_active != before.seen.is_active) else {
        return;
    };
    outcome
        .details
        .push(format!("is_active: {} → {is_active}", before.seen.is_active));
    outcome.activation = Some(is_active);
}

fn promote(outcome: &mut Outcome, is_staff: bool, actor: Actor) -> Result<(), Error> {
    if !actor.is_superuser {
        return Err(Error::forbidden("Only a superuser can change who keeps order."));
    }
    outcome.is_written = true;
    outcome
        .details
        .push(format!("is_staff: {} → {is_staff}", !is_staff));
    outcome.is_demoted = !is_staff;
    let seen = &mut outcome.person.seen;
    seen.is_admin = is_staff;
    // Whoever is no administrator is no superuser; whoever becomes one begins as one of the lesser kind.
    seen.is_superuser = false;
    Ok(())
}

fn names(outcome: &mut Outcome, change: &Change, before: &Person) -> Result<(), Error> {
    let seen = &before.seen;
    if let Some(username) = change.username.as_ref().filter(|name| **name != seen.username) {
        let username = chosen_username(username).map_err(|why| Error::field("username", why))?;
        if outcome.differs("username", &seen.username, &username) {
            outcome.person.seen.username = username;
        }
    }
    if let Some(email) = change.email.as_ref().filter(|email| **email != seen.email) {
        if !is_email(email) {
            return Err(Error::field("email", "This is not an e-mail address."));
        }
        outcome.differs("email", &seen.email, email);
        email.clone_into(&mut outcome.person.seen.email);
    }
    if let Some(name) = &change.display_name {
        outcome.differs("display_name", &seen.display_name, name);
        name.clone_into(&mut outcome.person.seen.display_name);
    }
    if let Some(kind) = &change.user_type {
        outcome.differs("user_type", &seen.user_type, kind);
        kind.clone_into(&mut outcome.person.seen.user_type);
    }
    Ok(())
}

fn standing(outcome: &mut Outcome, change: Change, before: &Person, now: i64) {
    if let Some(bio) = change.bio
        && bio.as_deref().unwrap_or_default() != before.bio.as_deref().unwrap_or_default()
    {
        outcome.is_written = true;
        outcome.details.push("bio: changed".to_owned());
        outcome.person.bio = bio;
    }
    if let Some(is_flagged) = change.is_flagged {
        outcome.differs("is_flagged", &before.seen.is_flagged, &is_flagged);
        outcome.person.seen.is_flagged = is_flagged;
    }
    if let Some(reason) = change.flagged_reason {
        outcome.differs("flagged_reason", &before.flagged_reason, &reason);
        outcome.person.flagged_reason = reason;
    }
    if let Some(count) = change.violation_count {
        outcome.differs("violation_count", &before.seen.violation_count, &count);
        outcome.person.seen.violation_count = count;
        if count > before.seen.violation_count {
            outcome.person.last_violation_at = Some(now);
        }
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
