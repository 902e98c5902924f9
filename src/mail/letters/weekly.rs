//! The week of one's children or students, on Mondays.

use super::periods::Week;
use super::store::{self, Adult, Doings, Letter};
use super::unsubscribing::{Subject, unsubscribe_link};
use super::{Batch, texts};
use crate::app::App;
use crate::mail::is_mailable;
use crate::wire::Error;

/// The reports of the next adults who are due one, from the one behind `after`.
pub async fn prepare(app: &App, week: &Week, after: i64) -> Result<Batch, Error> {
    let asked = week.clone();
    let found = app.read(move |conn| {
        let adults = store::due_reports(conn, &asked, after)?;
        let doings = if adults.is_empty() {
            Vec::new()
        } else {
            store::doings(conn, &adults, &asked)?
        };
        Ok((adults, doings))
    });
    let (adults, doings) = found.await?;
    let after = adults.last().map(|adult| adult.id);
    let letters = adults
        .iter()
        .filter_map(|adult| letter(app, adult, &doings, week));
    Ok(Batch {
        letters: letters.collect(),
        after,
    })
}

/// Nothing when all children have gone since, or no mail reaches the address.
fn letter(app: &App, adult: &Adult, doings: &[Doings], week: &Week) -> Option<Letter> {
    let own: Vec<&Doings> = doings.iter().filter(|doing| doing.adult_id == adult.id).collect();
    if own.is_empty() || !is_mailable(&adult.address) {
        return None;
    }
    let links = texts::Links {
        app: app.config.frontend_url.as_deref(),
        unsubscribe: unsubscribe_link(app, adult.id, Subject::WeeklyReports),
    };
    Some(Letter {
        user_id: adult.id,
        kind: "weekly_report",
        about_id: 0,
        period: week.period.clone(),
        mail: texts::week(adult, &own, week, links),
    })
}
