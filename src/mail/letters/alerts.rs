//! What one's children or students achieved within an hour.

use super::periods::Hour;
use super::store::{self, Adult, Earned, Letter};
use super::unsubscribing::{Subject, unsubscribe_link};
use super::{Batch, texts};
use crate::app::App;
use crate::mail::is_mailable;
use crate::wire::Error;

/// The alerts of the next adults who are due one about this hour, from the one behind `after`: one each, about all of
/// their children.
pub async fn prepare(app: &App, hour: &Hour, after: i64) -> Result<Batch, Error> {
    let asked = hour.clone();
    let found = app.read(move |conn| {
        let adults = store::due_alerts(conn, &asked, after)?;
        let earned = if adults.is_empty() {
            Vec::new()
        } else {
            store::earned(conn, &adults, &asked)?
        };
        Ok((adults, earned))
    });
    let (adults, earned) = found.await?;
    let after = adults.last().map(|adult| adult.id);
    let letters = adults
        .iter()
        .filter_map(|adult| letter(app, adult, &earned, hour));
    Ok(Batch {
        letters: letters.collect(),
        after,
    })
}

fn letter(app: &App, adult: &Adult, earned: &[Earned], hour: &Hour) -> Option<Letter> {
    let own: Vec<&Earned> = earned.iter().filter(|one| one.adult_id == adult.id).collect();
    if own.is_empty() || !is_mailable(&adult.address) {
        return None;
    }
    let links = texts::Links {
        app: app.config.frontend_url.as_deref(),
        unsubscribe: unsubscribe_link(app, adult.id, Subject::AchievementAlerts),
    };
    Some(Letter {
        user_id: adult.id,
        kind: "achievement_alert",
        about_id: 0,
        period: hour.period.clone(),
        mail: texts::achievements(adult, &own, links),
    })
}
