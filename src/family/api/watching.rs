//! What adults see of a child's doings. The apps ask for most of it every few seconds.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use database::Conn;
use serde::Serialize;
use utoipa::ToSchema;

use super::related;
use crate::accounts::auth::Caller;
use crate::app::App;
use crate::family::Relation;
use crate::family::rules::figures::{Analysis, Figures, Since};
use crate::family::shapes::{AnalyticsShape, ChildActivity, GoalShape, StatisticsShape};
use crate::family::store::figures;
use crate::stories::portfolio::{self, ChildStories};
use crate::wire::origin::Origin;
use crate::wire::{Error, Id, respond};

/// Activities that are shown at most.
const MOST_ACTIVITIES: usize = 10;

/// What a child has done.
#[derive(Serialize, ToSchema)]
pub struct ChildStatistics {
    success: bool,
    statistics: StatisticsShape,
}

/// What a child has done, in figures. Weeks and months are the last 7 and 30 days.
#[utoipa::path(get, path = "/api/parent/children/{id}/stats/", tag = "families", params(("id" = i64, Path)),
    responses((status = 200, body = ChildStatistics), (status = 304, description = "Nothing changed.")))]
pub async fn stats(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(child): Id,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let figures = figures(&app, caller, child).await?;
    let answer = ChildStatistics {
        success: true,
        statistics: (&figures).into(),
    };
    Ok(respond::polled(&headers, &answer))
}

/// The same of a student, for a teacher.
#[utoipa::path(get, path = "/api/teacher/students/{id}/stats/", tag = "classes", params(("id" = i64, Path)),
    responses((status = 200, body = ChildStatistics), (status = 304, description = "Nothing changed.")))]
pub async fn stats_of_student(
    app: State<Arc<App>>,
    caller: Caller,
    student: Id,
    headers: HeaderMap,
) -> Result<Response, Error> {
    stats(app, caller, student, headers).await
}

/// How far a child has come.
#[derive(Serialize, ToSchema)]
pub struct ChildGoals {
    success: bool,
    goals: [GoalShape; 4],
}

/// How far a child has come towards four goals, which are the same for every child.
#[utoipa::path(get, path = "/api/parent/children/{id}/goals/", tag = "families", params(("id" = i64, Path)),
    responses((status = 200, body = ChildGoals), (status = 304, description = "Nothing changed.")))]
pub async fn goals(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(child): Id,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let figures = figures(&app, caller, child).await?;
    let answer = ChildGoals {
        success: true,
        goals: GoalShape::all(&figures),
    };
    Ok(respond::polled(&headers, &answer))
}

async fn figures(app: &Arc<App>, caller: Caller, child: i64) -> Result<Figures, Error> {
    let since = Since::at(app.clock.now());
    let found = look(app, caller, child, move |conn, _| {
        figures::of(conn, child, &since)
    });
    found.await?.ok_or_else(Error::not_found)
}

/// Looks at something of a child's, if the caller is linked to it. One query, and what `work` needs.
async fn look<T, F>(app: &Arc<App>, Caller(caller): Caller, child: i64, work: F) -> Result<T, Error>
where
    F: Fn(&mut Conn<'_>, Relation) -> Result<T, database::Error> + Send + 'static,
    T: Send + 'static,
{
    app.read(move |conn| {
        let relation = related(conn, &caller, child)?;
        Ok(work(conn, relation)?)
    })
    .await
}

/// What a child did last.
#[derive(Serialize, ToSchema)]
pub struct ChildActivities {
    success: bool,
    activities: Vec<ChildActivity>,
}

/// What a child read, published and earned last, the newest first: ten at most, five of each kind.
#[utoipa::path(get, path = "/api/parent/children/{id}/activities/", tag = "families", params(("id" = i64, Path)),
    responses((status = 200, body = ChildActivities), (status = 304, description = "Nothing changed.")))]
pub async fn activities(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(child): Id,
    headers: HeaderMap,
) -> Result<Response, Error> {
    /// Of each kind.
    const EACH: usize = 5;
    let found = look(&app, caller, child, move |conn, _| {
        Ok((
            figures::newest_reads(conn, child)?,
            figures::newest_published(conn, child)?,
            figures::milestones(conn, child)?,
        ))
    });
    let (reads, published, earned) = found.await?;
    let mut activities: Vec<ChildActivity> = reads.into_iter().map(ChildActivity::read).collect();
    activities.extend(published.into_iter().map(ChildActivity::published));
    activities.extend(earned.into_iter().filter_map(ChildActivity::earned).take(EACH));
    activities.sort_by_key(|activity| -activity.timestamp.0);
    activities.truncate(MOST_ACTIVITIES);
    let answer = ChildActivities {
        success: true,
        activities,
    };
    Ok(respond::polled(&headers, &answer))
}

/// What charts show.
#[derive(Serialize, ToSchema)]
pub struct ChildAnalytics {
    success: bool,
    analytics: AnalyticsShape,
}

/// What charts show of a child: by weekday, by category, and what it earned last.
#[utoipa::path(get, path = "/api/parent/children/{id}/analytics/", tag = "families", params(("id" = i64, Path)),
    responses((status = 200, body = ChildAnalytics), (status = 304, description = "Nothing changed.")))]
pub async fn analytics(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(child): Id,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let since = Since::at(app.clock.now()).first_day;
    let found = look(&app, caller, child, move |conn, _| {
        Ok((
            figures::written(conn, child, since)?,
            figures::reads(conn, child, since)?,
            figures::milestones(conn, child)?,
        ))
    });
    let (written, reads, milestones) = found.await?;
    let analysis = Analysis::of(&written, &reads, since);
    let answer = ChildAnalytics {
        success: true,
        analytics: AnalyticsShape::new(analysis, &milestones),
    };
    Ok(respond::polled(&headers, &answer))
}

/// All that a child wrote, whole, the newest first; its teachers see what it published.
#[utoipa::path(get, path = "/api/parent/children/{id}/stories/", tag = "families", params(("id" = i64, Path)),
    responses((status = 200, body = ChildStories), (status = 304, description = "Nothing changed.")))]
pub async fn stories(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(child): Id,
    origin: Origin,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let (reader, place) = (caller.0.id, origin.clone());
    let found = look(&app, caller, child, move |conn, relation| {
        let with_drafts = relation == Relation::Parent;
        portfolio::look(conn, child, with_drafts, &place, &headers)
    });
    found.await?.answer(&app, reader, origin).await
}
