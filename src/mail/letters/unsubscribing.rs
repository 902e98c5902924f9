//! The link at the end of a letter that switches such letters off, without signing in: a mail program may follow it by
//! itself. It is signed for one account and one kind of letter, and does nothing else.

use subtle::ConstantTimeEq;

use crate::accounts::store::barring;
use crate::app::App;
use crate::notifications::store::preferences;
use crate::wire::Error;

/// Hex digits of a signature.
const SIGNATURE: usize = 32;

/// Which letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the preferences")]
pub enum Subject {
    WeeklyReports,
    AchievementAlerts,
    GoalCompletion,
}

impl Subject {
    const ALL: [Self; 3] = [Self::WeeklyReports, Self::AchievementAlerts, Self::GoalCompletion];

    fn letter(self) -> &'static str {
        match self {
            Self::WeeklyReports => "w",
            Self::AchievementAlerts => "a",
            Self::GoalCompletion => "g",
        }
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::WeeklyReports => "the weekly report",
            Self::AchievementAlerts => "mails about achievements",
            Self::GoalCompletion => "mails about goals",
        }
    }
}

/// The link, where the address of this server is known.
pub fn unsubscribe_link(app: &App, user_id: i64, subject: Subject) -> Option<String> {
    let url = app.config.public_url.as_ref()?;
    let (letter, signature) = (subject.letter(), signature(app, user_id, subject));
    Some(format!(
        "{url}/account/unsubscribe/{user_id}-{letter}-{signature}"
    ))
}

fn signature(app: &App, user_id: i64, subject: Subject) -> String {
    let mut hash = app.keys.hash_code("unsubscribe", user_id, subject.letter());
    hash.truncate(SIGNATURE);
    hash
}

/// Whose letters a token switches off, and which; nothing for one that we did not sign.
pub fn read(app: &App, token: &str) -> Option<(i64, Subject)> {
    let mut parts = token.splitn(3, '-');
    let user_id: i64 = parts.next()?.parse().ok()?;
    let letter = parts.next()?;
    let subject = Subject::ALL
        .into_iter()
        .find(|subject| subject.letter() == letter)?;
    let signed = signature(app, user_id, subject);
    let is_ours: bool = parts.next()?.as_bytes().ct_eq(signed.as_bytes()).into();
    is_ours.then_some((user_id, subject))
}

/// Switches letters off by a token; which, or nothing when the token is worth nothing. Doing it again changes nothing.
pub async fn unsubscribe(app: &App, token: &str) -> Result<Option<Subject>, Error> {
    let Some((user_id, subject)) = read(app, token) else {
        return Ok(None);
    };
    app.write(move |conn| {
        if barring::of(conn, user_id)?.is_none() {
            return Ok(None);
        }
        let mut changed = preferences::get(conn, user_id)?;
        match subject {
            Subject::WeeklyReports => changed.weekly_reports = false,
            Subject::AchievementAlerts => changed.achievement_alerts = false,
            Subject::GoalCompletion => changed.goal_completion = false,
        }
        preferences::set(conn, user_id, &changed)?;
        Ok(Some(subject))
    })
    .await
}
