//! What a teacher's students did, counted. Each query costs in proportion to this teacher's students and what they did, not
//! to all that there is.

use database::{Conn, Error};

use crate::classroom::rules::figures::{Pupil, Since};

/// The students of a teacher, for figures. One query.
pub fn pupils(conn: &mut Conn<'_>, teacher_id: i64) -> Result<Vec<Pupil>, Error> {
    let rows = conn.query(
        "SELECT u.id, u.display_name, u.avatar_emoji, u.published_count, u.experience_points,
                CASE WHEN u.last_seen > u.created_at THEN u.last_seen END, l.class_id
         FROM class_links l JOIN users u ON u.id = l.student_id
         WHERE l.teacher_id = $1 AND l.status = 'active'
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL",
        &[&teacher_id],
    )?;
    let pupils = rows.into_iter().map(|mut row| {
        Ok(Pupil {
            id: row.take()?,
            name: row.take()?,
            avatar: row.take()?,
            stories: row.take()?,
            xp: row.take()?,
            seen_at: row.take()?,
            class_id: row.take()?,
        })
    });
    pupils.collect()
}

/// What the dashboard shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Totals {
    /// Those that are active.
    pub total_classes: i64,
    pub total_students: i64,
    pub total_stories: i64,
    pub active_students_today: i64,
}

/// Totals of a teacher; `today` is when this day began. One query.
pub fn totals(conn: &mut Conn<'_>, teacher_id: i64, today: i64) -> Result<Totals, Error> {
    let mut row = conn.one(
        "SELECT (SELECT CAST(COUNT(*) AS BIGINT) FROM classes c WHERE c.teacher_id = $1 AND c.is_active = TRUE),
                CAST(COUNT(*) AS BIGINT), CAST(COALESCE(SUM(u.published_count), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN u.last_seen >= $2 AND u.last_seen > u.created_at THEN 1 ELSE 0 END), 0)
                     AS BIGINT)
         FROM class_links l JOIN users u ON u.id = l.student_id
         WHERE l.teacher_id = $1 AND l.status = 'active'
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL",
        &[&teacher_id, &today],
    )?;
    Ok(Totals {
        total_classes: row.take()?,
        total_students: row.take()?,
        total_stories: row.take()?,
        active_students_today: row.take()?,
    })
}

/// A story that a student published.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Published {
    pub story_id: i64,
    pub title: String,
    pub category: String,
    pub date_created: i64,
    pub student_id: i64,
    pub student_name: String,
    pub student_avatar: String,
}

/// The newest published stories of a teacher's students. One query, which looks at an index of them and then at as many
/// rows as it gives.
pub fn newest(conn: &mut Conn<'_>, teacher_id: i64, limit: i64) -> Result<Vec<Published>, Error> {
    let rows = conn.query(
        "SELECT s.id, s.title, s.category, s.date_created, a.id, a.display_name, a.avatar_emoji
         FROM (SELECT m.id FROM class_links l JOIN users u ON u.id = l.student_id
               JOIN stories m ON m.author_id = l.student_id AND m.is_published
               WHERE l.teacher_id = $1 AND l.status = 'active'
                 AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL
               ORDER BY m.date_created DESC, m.id DESC LIMIT $2) n
         JOIN stories s ON s.id = n.id JOIN users a ON a.id = s.author_id
         ORDER BY s.date_created DESC, s.id DESC",
        &[&teacher_id, &limit],
    )?;
    let stories = rows.into_iter().map(|mut row| {
        Ok(Published {
            story_id: row.take()?,
            title: row.take()?,
            category: row.take()?,
            date_created: row.take()?,
            student_id: row.take()?,
            student_name: row.take()?,
            student_avatar: row.take()?,
        })
    });
    stories.collect()
}

/// An achievement of a student.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "columns of the same names")]
pub struct Earned {
    pub student_id: i64,
    pub student_name: String,
    pub student_avatar: String,
    pub achievement_id: i64,
    pub earned_at: i64,
}

/// The newest achievements of a teacher's students, and how many they have in all. One query.
pub fn earned(conn: &mut Conn<'_>, teacher_id: i64, limit: i64) -> Result<(Vec<Earned>, i64), Error> {
    let rows = conn.query(
        "SELECT u.id, u.display_name, u.avatar_emoji, a.object_id, a.awarded_at, CAST(COUNT(*) OVER () AS BIGINT)
         FROM class_links l JOIN users u ON u.id = l.student_id
         JOIN xp_awards a ON a.user_id = l.student_id AND a.action = 'achievement_earned'
         WHERE l.teacher_id = $1 AND l.status = 'active'
           AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL
         ORDER BY a.awarded_at DESC, a.object_id, u.id LIMIT $2",
        &[&teacher_id, &limit],
    )?;
    let (mut earned, mut count) = (Vec::with_capacity(rows.len()), 0);
    for mut row in rows {
        earned.push(Earned {
            student_id: row.take()?,
            student_name: row.take()?,
            student_avatar: row.take()?,
            achievement_id: row.take()?,
            earned_at: row.take()?,
        });
        count = row.take()?;
    }
    Ok((earned, count))
}

/// Stories of the last weeks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weeks {
    /// Published stories that were begun in the last thirty days.
    pub stories_this_month: i64,
    /// In the last seven.
    pub stories_this_week: i64,
    /// Of each day (in days since 1970), where there are any: stories, and students who published or read.
    pub days: Vec<(i64, i64, i64)>,
}

impl Weeks {
    /// Stories of a day, and students who were busy on it.
    pub fn of_day(&self, day: i64) -> (i64, i64) {
        let found = self.days.iter().find(|(of, ..)| *of == day);
        found.map_or((0, 0), |(_, stories, students)| (*stories, *students))
    }
}

/// What a teacher's students published lately, and when they were busy. One query, of at most nine rows.
pub fn weeks(conn: &mut Conn<'_>, teacher_id: i64, since: Since) -> Result<Weeks, Error> {
    let rows = conn.query(
        "WITH students (id) AS (
                 SELECT l.student_id FROM class_links l JOIN users u ON u.id = l.student_id
                 WHERE l.teacher_id = $1 AND l.status = 'active'
                   AND u.email_verified_at IS NOT NULL AND u.suspended_at IS NULL AND u.archived_at IS NULL),
             published (student_id, made_at) AS (
                 SELECT m.author_id, m.date_created
                 FROM students t JOIN stories m ON m.author_id = t.id AND m.is_published
                 WHERE m.date_created >= $2),
             busy (student_id, day) AS (
                 SELECT student_id, made_at / 86400000000 FROM published WHERE made_at >= $4
                 UNION
                 SELECT r.user_id, r.date_read / 86400000000
                 FROM students t JOIN story_reads r ON r.user_id = t.id WHERE r.date_read >= $4)
         SELECT CAST(-2 AS BIGINT) AS day, CAST(COUNT(*) AS BIGINT), CAST(0 AS BIGINT) FROM published
         UNION ALL
         SELECT CAST(-1 AS BIGINT), CAST(COUNT(*) AS BIGINT), CAST(0 AS BIGINT) FROM published WHERE made_at >= $3
         UNION ALL
         SELECT d.day, CAST(SUM(d.stories) AS BIGINT), CAST(SUM(d.students) AS BIGINT)
         FROM (SELECT made_at / 86400000000 AS day, 1 AS stories, 0 AS students FROM published WHERE made_at >= $4
               UNION ALL
               SELECT day, 0, 1 FROM busy) d
         GROUP BY d.day",
        &[&teacher_id, &since.month, &since.week, &since.first_day],
    )?;
    let mut weeks = Weeks::default();
    for mut row in rows {
        let (day, stories, students): (i64, i64, i64) = (row.take()?, row.take()?, row.take()?);
        match day {
            -2 => weeks.stories_this_month = stories,
            -1 => weeks.stories_this_week = stories,
            day => weeks.days.push((day, stories, students)),
        }
    }
    Ok(weeks)
}
