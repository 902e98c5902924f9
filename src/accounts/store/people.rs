//! Accounts with their profiles: one row each in `users`.

use database::{Conn, Dialect, Error, Row, json_rows};

use crate::accounts::rules;
use crate::rewards::{self, rules::Standing};
use crate::text::fold;

/// What it takes to make an account.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// User names to try, best first; the last one is unlikely to be taken.
    pub usernames: Vec<String>,
    /// Nothing: an account that no mail reaches.
    pub email: Option<String>,
    /// Already known to be theirs.
    pub is_verified: bool,
    /// Hash of the password.
    pub password_hash: String,
    /// Shown to others.
    pub display_name: String,
    /// First name or names.
    pub first_name: String,
    /// Last name, may be empty.
    pub last_name: String,
    /// Child, parent or teacher.
    pub user_type: String,
    /// Keeps order, as a superuser: administrators of the lesser kind are made by one.
    pub is_admin: bool,
}

/// What signing in needs to know.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The profile that the answer shows.
    pub profile: Profile,
    /// Hash of the password.
    pub password_hash: String,
    /// Verified, neither suspended nor archived.
    pub is_active: bool,
}

/// Where an account stands, for the flows that begin with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressOwner {
    /// The account.
    pub id: i64,
    /// The address as its owner wrote it: where mail goes, however a request spells it.
    pub email: String,
    /// Shown in mails.
    pub display_name: String,
    /// The address is theirs.
    pub is_verified: bool,
    /// Suspended or archived.
    pub is_barred: bool,
    /// Somebody has signed in with it, or it was their own choice: an administrator's alone may belong to anybody.
    pub takes_codes: bool,
}

/// A profile as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Profile {
    pub id: i64,
    pub username: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub user_type: String,
    pub display_name: String,
    pub avatar_emoji: String,
    pub selected_avatar_border: String,
    pub bio: Option<String>,
    pub date_of_birth: Option<String>,
    pub experience_points: i64,
    pub last_seen: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

impl Profile {
    /// The level that the XP make.
    pub fn level(&self) -> i64 {
        rewards::level(self.experience_points)
    }

    fn from(row: &mut Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.take()?,
            username: row.take()?,
            email: row.take()?,
            first_name: row.take()?,
            last_name: row.take()?,
            user_type: row.take()?,
            display_name: row.take()?,
            avatar_emoji: Some(row.take()?)
                .filter(|avatar: &String| !avatar.is_empty())
                .unwrap_or_else(|| rules::FIRST_AVATAR.to_owned()),
            selected_avatar_border: row.take()?,
            bio: row.take()?,
            date_of_birth: row.take()?,
            experience_points: row.take()?,
            last_seen: row.take()?,
            created_at: row.take()?,
            updated_at: row.take()?,
        })
    }
}

/// Makes an account under the first user name that is free; its id.
pub fn insert(conn: &mut Conn<'_>, person: &NewPerson, now: i64) -> Result<i64, Error> {
    let username = free_username(conn, &person.usernames)?;
    let verified_at = person.is_verified.then_some(now);
    let email_folded = person.email.as_deref().map(fold);
    let email_proven = email_folded.as_ref().filter(|_| person.is_verified);
    let mut row = conn.one(
        "INSERT INTO users (username, username_folded, email, email_folded, password_hash, first_name, last_name,
             user_type, display_name, display_name_folded, is_admin, is_superuser, email_verified_at, email_proven,
             last_seen, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $14, $13,
             $13, $13)
         RETURNING id",
        &[
            &username,
            &fold(username),
            &person.email,
            &email_folded,
            &person.password_hash,
            &person.first_name,
            &person.last_name,
            &person.user_type,
            &person.display_name,
            &fold(&person.display_name),
            &person.is_admin,
            &verified_at,
            &now,
            &email_proven,
        ],
    )?;
    row.take()
}

/// Whether any account keeps order.
pub fn is_there_an_admin(conn: &mut Conn<'_>) -> Result<bool, Error> {
    let found = conn.first("SELECT id FROM users WHERE is_admin = TRUE LIMIT 1", &[])?;
    Ok(found.is_some())
}

fn free_username<'a>(conn: &mut Conn<'_>, candidates: &'a [String]) -> Result<&'a str, Error> {
    let [.., last] = candidates else {
        return Err(Error::Missing);
    };
    let at = |index: usize| {
        candidates
            .get(index)
            .map_or_else(|| fold(last), |name| fold(name))
    };
    let rows = conn.query(
        "SELECT username_folded FROM users WHERE username_folded IN ($1, $2, $3, $4)",
        &[&at(0), &at(1), &at(2), &at(3)],
    )?;
    let taken: Vec<String> = rows
        .into_iter()
        .map(|mut row| row.take())
        .collect::<Result<_, _>>()?;
    Ok(candidates
        .iter()
        .find(|name| !taken.contains(&fold(name)))
        .unwrap_or(last))
}

/// What signing in with this address needs, or, of an account without an address, with this user name.
pub fn sign_in(conn: &mut Conn<'_>, email: &str) -> Result<Option<SignIn>, Error> {
    let row = conn.first(
        "SELECT id, username, COALESCE(email, ''), first_name, last_name, user_type, display_name, avatar_emoji,
                selected_avatar_border, bio, date_of_birth, experience_points, last_seen, created_at, updated_at,
                password_hash, email_verified_at IS NOT NULL AND suspended_at IS NULL AND archived_at IS NULL
         FROM users WHERE email_folded = $1 OR (username_folded = $1 AND email_folded IS NULL)",
        &[&fold(email)],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let profile = Profile::from(&mut row)?;
    Ok(Some(SignIn {
        profile,
        password_hash: row.take()?,
        is_active: row.take()?,
    }))
}

/// An account's own profile.
pub fn profile(conn: &mut Conn<'_>, user_id: i64) -> Result<Option<Profile>, Error> {
    let row = conn.first(
        "SELECT id, username, COALESCE(email, ''), first_name, last_name, user_type, display_name, avatar_emoji,
                selected_avatar_border, bio, date_of_birth, experience_points, last_seen, created_at, updated_at
         FROM users WHERE id = $1",
        &[&user_id],
    )?;
    row.map(|mut row| Profile::from(&mut row)).transpose()
}

/// Who owns an address.
pub fn owner_of_address(conn: &mut Conn<'_>, email: &str) -> Result<Option<AddressOwner>, Error> {
    let row = conn.first(
        "SELECT id, COALESCE(email, ''), display_name, email_verified_at IS NOT NULL,
                suspended_at IS NOT NULL OR archived_at IS NOT NULL, email_unproven_since IS NULL
         FROM users WHERE email_folded = $1",
        &[&fold(email)],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(AddressOwner {
        id: row.take()?,
        email: row.take()?,
        display_name: row.take()?,
        is_verified: row.take()?,
        is_barred: row.take()?,
        takes_codes: row.take()?,
    }))
}

/// The folded addresses of the oldest accounts, at most so many; '' for one that no mail reaches.
pub fn addresses(conn: &mut Conn<'_>, most: i64) -> Result<Vec<String>, Error> {
    let rows = conn.query(
        "SELECT COALESCE(email_folded, '') FROM users ORDER BY id LIMIT $1",
        &[&most],
    )?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// The password hash of an account.
pub fn password_hash(conn: &mut Conn<'_>, user_id: i64) -> Result<Option<String>, Error> {
    let row = conn.first("SELECT password_hash FROM users WHERE id = $1", &[&user_id])?;
    row.map(|mut row| row.take()).transpose()
}

/// What kind of account it is; nothing when there is no such account. One query.
pub fn user_type(conn: &mut Conn<'_>, user_id: i64) -> Result<Option<String>, Error> {
    let row = conn.first("SELECT user_type FROM users WHERE id = $1", &[&user_id])?;
    row.map(|mut row| row.take()).transpose()
}

/// Whether an account keeps order.
pub fn is_admin(conn: &mut Conn<'_>, user_id: i64) -> Result<bool, Error> {
    let row = conn.first("SELECT is_admin FROM users WHERE id = $1", &[&user_id])?;
    row.map_or(Ok(false), |mut row| row.take())
}

/// Whether an account still has the password hash that was verified.
pub fn has_password(conn: &mut Conn<'_>, user_id: i64, verified: &str) -> Result<bool, Error> {
    Ok(password_hash(conn, user_id)?.is_some_and(|hash| hash == verified))
}

/// Stores another password hash, if the account still has the one that was verified.
pub fn replace_password(conn: &mut Conn<'_>, user_id: i64, old: &str, new: &str) -> Result<bool, Error> {
    let changed = conn.execute(
        "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2",
        &[&user_id, &old, &new],
    )?;
    Ok(changed == 1)
}

/// Notes that somebody signed in, after which codes may go to their address, whoever wrote it down; with the hash of their
/// password in today's form if it was stored in an older one.
pub fn note_sign_in(
    conn: &mut Conn<'_>,
    user_id: i64,
    better_hash: Option<&str>,
    now: i64,
) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET last_login = $2, password_hash = COALESCE(CAST($3 AS TEXT), password_hash),
                email_unproven_since = NULL
         WHERE id = $1",
        &[&user_id, &now, &better_hash],
    )?;
    Ok(())
}

/// Stores a password hash, whatever stood before.
pub fn set_password(conn: &mut Conn<'_>, user_id: i64, hash: &str, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1",
        &[&user_id, &hash, &now],
    )?;
    Ok(())
}

/// The account counts as one whose address was confirmed from now on.
pub fn verify(conn: &mut Conn<'_>, user_id: i64, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET email_verified_at = COALESCE(email_verified_at, $2) WHERE id = $1",
        &[&user_id, &now],
    )?;
    Ok(())
}

/// Mail to the address that the account has now is known to reach its owner.
pub fn prove_address(conn: &mut Conn<'_>, user_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET email_proven = email_folded WHERE id = $1",
        &[&user_id],
    )?;
    Ok(())
}

/// The same, and codes may go there, too: an operator says so.
pub fn vouch_for_address(conn: &mut Conn<'_>, user_id: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET email_proven = email_folded, email_unproven_since = NULL WHERE id = $1",
        &[&user_id],
    )?;
    Ok(())
}

/// Whether mail to the address that the account has now is known to reach its owner.
pub fn has_proven_address(conn: &mut Conn<'_>, user_id: i64) -> Result<bool, Error> {
    let sql = "SELECT COALESCE(email_proven = email_folded, FALSE) FROM users WHERE id = $1";
    let row = conn.first(sql, &[&user_id])?;
    row.map_or(Ok(false), |mut row| row.take())
}

/// Whether an address is another account's.
pub fn is_address_taken(conn: &mut Conn<'_>, email: &str, except: i64) -> Result<bool, Error> {
    let row = conn.first(
        "SELECT id FROM users WHERE email_folded = $1 AND id <> $2",
        &[&fold(email), &except],
    )?;
    Ok(row.is_some())
}

/// Gives an account another address.
pub fn set_email(conn: &mut Conn<'_>, user_id: i64, email: &str, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET email = $2, email_folded = $3, updated_at = $4, email_unproven_since = NULL,
                email_proven = CASE WHEN email_proven = $3 THEN email_proven END
         WHERE id = $1",
        &[&user_id, &email, &fold(email), &now],
    )?;
    Ok(())
}

/// Whether a user name is another account's.
pub fn is_username_taken(conn: &mut Conn<'_>, username: &str, except: i64) -> Result<bool, Error> {
    let row = conn.first(
        "SELECT id FROM users WHERE username_folded = $1 AND id <> $2",
        &[&fold(username), &except],
    )?;
    Ok(row.is_some())
}

/// Writes back a profile that its owner changed.
pub fn save_profile(conn: &mut Conn<'_>, profile: &Profile, now: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET username = $2, username_folded = $3, display_name = $4, display_name_folded = $5,
                avatar_emoji = $6, selected_avatar_border = $7, bio = $8, date_of_birth = $9, updated_at = $10,
                profile_version = profile_version + 1
         WHERE id = $1",
        &[
            &profile.id,
            &profile.username,
            &fold(&profile.username),
            &profile.display_name,
            &fold(&profile.display_name),
            &profile.avatar_emoji,
            &profile.selected_avatar_border,
            &profile.bio,
            &profile.date_of_birth,
            &now,
        ],
    )?;
    Ok(())
}

/// Deletes an account; what hangs on it goes with it.
pub fn delete(conn: &mut Conn<'_>, user_id: i64) -> Result<(), Error> {
    conn.execute("DELETE FROM users WHERE id = $1", &[&user_id])?;
    Ok(())
}

/// The login name of an account.
pub fn username(conn: &mut Conn<'_>, user_id: i64) -> Result<Option<String>, Error> {
    let row = conn.first("SELECT username FROM users WHERE id = $1", &[&user_id])?;
    row.map(|mut row| row.take()).transpose()
}

/// Notes when accounts were seen: pairs of account and instant.
pub fn mark_seen(conn: &mut Conn<'_>, seen: &[(i64, i64)]) -> Result<(), Error> {
    for (user_id, at) in seen {
        conn.execute(
            "UPDATE users SET last_seen = $2 WHERE id = $1 AND last_seen < $2",
            &[user_id, at],
        )?;
    }
    Ok(())
}

/// Somebody as rewards see them.
#[derive(Clone, Copy, Debug)]
pub struct Rewarded {
    /// All XP.
    pub xp: i64,
    /// On the board of authors.
    pub standing: Standing,
}

/// XP and the standing among the authors; nothing when there is no such account. Of those who published more, of those
/// who published as much and of all a thousand each are counted at most. One query.
pub fn standing(conn: &mut Conn<'_>, user_id: i64) -> Result<Option<Rewarded>, Error> {
    let row = conn.first(
        "SELECT u.experience_points,
                u.user_type = 'child' AND u.is_admin = FALSE AND u.published_count > 0
                    AND u.suspended_at IS NULL AND u.archived_at IS NULL,
                (SELECT CAST(COUNT(*) AS BIGINT) FROM (
                    SELECT o.id FROM users o
                    WHERE o.published_count > u.published_count AND o.user_type = 'child' AND o.is_admin = FALSE
                      AND o.published_count > 0 AND o.suspended_at IS NULL AND o.archived_at IS NULL LIMIT 1000) more)
                + (SELECT CAST(COUNT(*) AS BIGINT) FROM (
                    SELECT o.id FROM users o
                    WHERE o.published_count = u.published_count AND o.id < u.id AND o.user_type = 'child'
                      AND o.is_admin = FALSE AND o.published_count > 0
                      AND o.suspended_at IS NULL AND o.archived_at IS NULL LIMIT 1000) as_much),
                (SELECT CAST(COUNT(*) AS BIGINT) FROM (
                    SELECT o.id FROM users o
                    WHERE o.user_type = 'child' AND o.is_admin = FALSE AND o.published_count > 0
                      AND o.suspended_at IS NULL AND o.archived_at IS NULL LIMIT 1000) listed)
         FROM users u WHERE u.id = $1",
        &[&user_id],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    Ok(Some(Rewarded {
        xp: row.take()?,
        standing: Standing {
            is_listed: row.take()?,
            ahead: row.take()?,
            listed: row.take()?,
        },
    }))
}

/// Counts stories that an account published, or that are drafts again.
pub fn count_published(conn: &mut Conn<'_>, user_id: i64, change: i64) -> Result<(), Error> {
    conn.execute(
        "UPDATE users SET published_count = published_count + $2 WHERE id = $1",
        &[&user_id, &change],
    )?;
    Ok(())
}

/// Counts off published stories of many accounts: a JSON list of `id` and `count`. One query.
pub fn count_off_published(conn: &mut Conn<'_>, list: &str) -> Result<(), Error> {
    conn.execute(&count_off_sql(conn.dialect()), &[&list])?;
    Ok(())
}

fn count_off_sql(dialect: Dialect) -> String {
    format!(
        "WITH n AS MATERIALIZED (
             SELECT CAST(value ->> 'id' AS BIGINT) AS id, CAST(value ->> 'count' AS BIGINT) AS stories FROM {})
         UPDATE users SET published_count = users.published_count - n.stories FROM n WHERE users.id = n.id",
        json_rows(dialect, 1)
    )
}

/// Every statement that this module puts together, for the test that prepares them all.
pub fn all_statements(dialect: Dialect) -> Vec<String> {
    vec![count_off_sql(dialect)]
}

/// Adds XP to an account; all that it has then.
pub fn add_xp(conn: &mut Conn<'_>, user_id: i64, xp: i64) -> Result<i64, Error> {
    let mut row = conn.one(
        "UPDATE users SET experience_points = experience_points + $2 WHERE id = $1 RETURNING experience_points",
        &[&user_id, &xp],
    )?;
    row.take()
}
