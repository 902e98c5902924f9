//! What a teacher's students do, in figures. The apps ask for both of these again and again.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::Teacher;
use crate::app::App;
use crate::classroom::rules::figures::{Pupil, Since, Together, WEEK, average, best, day_name};
use crate::classroom::shapes::{
    ClassActivityShape, ReportedAchievementShape, ReportedStoryShape, TopEarnerShape, TopWriterShape,
};
use crate::classroom::store::classes::{self, Class};
use crate::classroom::store::figures::{self, Earned, Published, Weeks};
use crate::clock::DAY;
use crate::wire::{ETag, Error, Timestamp, respond};

/// Stories that the dashboard shows.
const SHORT: i64 = 10;
/// Stories that the reports show.
const LONG: i64 = 20;
/// Achievements that the reports show.
const ACHIEVEMENTS: i64 = 10;

/// The dashboard's figures.
#[derive(Serialize, ToSchema)]
pub struct DashboardStats {
    /// Those that are active.
    total_classes: i64,
    total_students: i64,
    /// Published ones.
    total_stories: i64,
    total_achievements: i64,
    /// With one decimal.
    average_stories_per_student: f64,
    active_students_today: i64,
    recent_activities: Vec<ClassActivityShape>,
}

/// One's students in figures.
#[utoipa::path(get, path = "/api/teacher/dashboard-stats/", tag = "classes",
    responses((status = 200, body = DashboardStats), (status = 304, description = "Nothing changed.")))]
pub async fn dashboard(
    State(app): State<Arc<App>>,
    Teacher(teacher): Teacher,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let since = Since::of(app.clock.now());
    let (totals, newest, achievements) = app
        .read(move |conn| {
            Ok((
                figures::totals(conn, teacher.id, since.today)?,
                figures::newest(conn, teacher.id, SHORT)?,
                figures::earned(conn, teacher.id, 1)?.1,
            ))
        })
        .await?;
    let stats = DashboardStats {
        total_classes: totals.total_classes,
        total_students: totals.total_students,
        total_stories: totals.total_stories,
        total_achievements: achievements,
        average_stories_per_student: average(totals.total_stories, totals.total_students),
        active_students_today: totals.active_students_today,
        recent_activities: newest.into_iter().map(Into::into).collect(),
    };
    Ok(respond::polled(&headers, &stats))
}

/// All figures of one's students.
#[derive(Serialize, ToSchema)]
pub struct TeacherReports {
    success: bool,
    overview: TeacherOverview,
    top_performers: TopPerformers,
    /// Classes that are active.
    class_breakdown: Vec<ClassFigures>,
    recent_activities: Vec<ReportedStoryShape>,
    achievement_activities: Vec<ReportedAchievementShape>,
    /// Seven days (UTC), today the last.
    engagement_trend: Vec<DayFigures>,
    /// No part of what the version stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime)]
    generated_at: Option<Timestamp>,
}

/// All students together.
#[derive(Serialize, ToSchema)]
struct TeacherOverview {
    total_students: i64,
    total_stories: i64,
    total_achievements: i64,
    avg_stories_per_student: f64,
    avg_level: f64,
    avg_xp: f64,
    /// Seen since the day began (UTC).
    active_today: i64,
    /// Seen in the last seven days.
    active_this_week: i64,
    /// Seen in the last thirty.
    active_this_month: i64,
    stories_this_week: i64,
    stories_this_month: i64,
}

/// Those who have most, five of each kind at most.
#[derive(Serialize, ToSchema)]
struct TopPerformers {
    story_writers: Vec<TopWriterShape>,
    xp_earners: Vec<TopEarnerShape>,
}

/// A class in figures.
#[derive(Serialize, ToSchema)]
struct ClassFigures {
    id: i64,
    name: String,
    student_count: i64,
    total_stories: i64,
    avg_level: f64,
    grade_level: Option<String>,
    subject: Option<String>,
}

/// A day in figures.
#[derive(Serialize, ToSchema)]
struct DayFigures {
    /// `YYYY-MM-DD`.
    date: String,
    day_name: &'static str,
    /// Published ones that were begun on it.
    stories: i64,
    /// Who published or read on it.
    active_students: i64,
}

/// What the database has about it.
struct Found {
    pupils: Vec<Pupil>,
    classes: Vec<Class>,
    weeks: Weeks,
    newest: Vec<Published>,
    earned: Vec<Earned>,
    achievements: i64,
}

/// All figures of one's students: who is busy, who wrote and earned most, class by class, day by day.
#[utoipa::path(get, path = "/api/teacher/reports/", tag = "classes",
    responses((status = 200, body = TeacherReports), (status = 304, description = "Nothing changed.")))]
pub async fn reports(
    State(app): State<Arc<App>>,
    Teacher(teacher): Teacher,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let now = app.clock.now();
    let since = Since::of(now);
    let found = app
        .read(move |conn| {
            let (earned, achievements) = figures::earned(conn, teacher.id, ACHIEVEMENTS)?;
            Ok(Found {
                pupils: figures::pupils(conn, teacher.id)?,
                classes: classes::of_teacher(conn, teacher.id)?,
                weeks: figures::weeks(conn, teacher.id, since)?,
                newest: figures::newest(conn, teacher.id, LONG)?,
                earned,
                achievements,
            })
        })
        .await?;
    let mut reports = TeacherReports::new(found, since, now);
    let text = serde_json::to_string(&reports).map_err(|cause| Error::internal(&cause))?;
    let tag = ETag::of(|parts| parts.text(&text));
    if tag.matches(&headers) {
        return Ok(tag.not_modified());
    }
    reports.generated_at = Some(Timestamp(now));
    Ok(tag.on(respond::ok(&reports)))
}

impl TeacherReports {
    fn new(found: Found, since: Since, now: i64) -> Self {
        let all = Together::of(&found.pupils, since);
        let earned = found.earned.into_iter();
        Self {
            success: true,
            overview: TeacherOverview {
                total_students: all.students,
                total_stories: all.stories,
                total_achievements: found.achievements,
                avg_stories_per_student: all.avg_stories,
                avg_level: all.avg_level,
                avg_xp: all.avg_xp,
                active_today: all.active_today,
                active_this_week: all.active_this_week,
                active_this_month: all.active_this_month,
                stories_this_week: found.weeks.stories_this_week,
                stories_this_month: found.weeks.stories_this_month,
            },
            top_performers: TopPerformers {
                story_writers: to_shapes(best(&found.pupils, |pupil| pupil.stories)),
                xp_earners: to_shapes(best(&found.pupils, |pupil| pupil.xp)),
            },
            class_breakdown: breakdown(found.classes, &found.pupils, since),
            recent_activities: found
                .newest
                .into_iter()
                .map(|story| ReportedStoryShape::new(story, now))
                .collect(),
            achievement_activities: earned
                .filter_map(|one| ReportedAchievementShape::new(one, now))
                .collect(),
            engagement_trend: trend(&found.weeks, since),
            generated_at: None,
        }
    }
}

fn to_shapes<'a, T: From<&'a Pupil>>(pupils: Vec<&'a Pupil>) -> Vec<T> {
    pupils.into_iter().map(Into::into).collect()
}

fn breakdown(classes: Vec<Class>, pupils: &[Pupil], since: Since) -> Vec<ClassFigures> {
    let active = classes.into_iter().filter(|class| class.details.is_active);
    let figures = active.map(|class| {
        let inside = pupils.iter().filter(|pupil| pupil.class_id == Some(class.id));
        let together = Together::of(inside, since);
        ClassFigures {
            id: class.id,
            name: class.details.name,
            student_count: together.students,
            total_stories: together.stories,
            avg_level: together.avg_level,
            grade_level: class.details.grade_level,
            subject: class.details.subject,
        }
    });
    figures.collect()
}

fn trend(weeks: &Weeks, since: Since) -> Vec<DayFigures> {
    let first = since.first_day / DAY;
    let days = (first..first + WEEK).map(|day| {
        let (stories, active_students) = weeks.of_day(day);
        DayFigures {
            date: Timestamp(day * DAY).date(),
            day_name: day_name(day),
            stories,
            active_students,
        }
    });
    days.collect()
}
