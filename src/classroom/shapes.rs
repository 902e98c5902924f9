//! Classes and students as the wire shows them.

use serde::Serialize;
use utoipa::ToSchema;

use super::rules::figures::{Pupil, time_ago};
use super::rules::links::Status;
use super::store::classes::Class;
use super::store::figures::{Earned, Published};
use super::store::links::FamilyLink;
use super::store::students::{Student, Watched};
use crate::accounts::rules::FIRST_AVATAR;
use crate::rewards::achievements::by_id;
use crate::rewards::level;
use crate::wire::Timestamp;

fn avatar(emoji: String) -> String {
    if emoji.is_empty() {
        FIRST_AVATAR.to_owned()
    } else {
        emoji
    }
}

/// A class.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ClassShape {
    pub id: i64,
    /// The teacher's account.
    pub teacher: i64,
    pub teacher_name: String,
    pub name: String,
    pub description: Option<String>,
    pub grade_level: Option<String>,
    pub subject: Option<String>,
    pub school_year: Option<String>,
    pub is_active: bool,
    pub student_count: i64,
    /// What a child types to be in it; null when there is none.
    pub code: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub date_updated: Timestamp,
}

impl From<Class> for ClassShape {
    fn from(class: Class) -> Self {
        Self {
            id: class.id,
            teacher: class.teacher_id,
            teacher_name: class.teacher_name,
            name: class.details.name,
            description: class.details.description,
            grade_level: class.details.grade_level,
            subject: class.details.subject,
            school_year: class.details.school_year,
            is_active: class.details.is_active,
            student_count: class.student_count,
            code: class.code,
            date_created: Timestamp(class.date_created),
            date_updated: Timestamp(class.date_updated),
        }
    }
}

/// A student of a class.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ClassStudentShape {
    pub id: i64,
    pub username: String,
    pub display_name: String,
    pub avatar_emoji: String,
    /// Always empty: a child's address is not the teacher's to know.
    pub email: &'static str,
    pub level: i64,
    pub experience_points: i64,
    /// Published ones.
    pub stories_count: i64,
    #[schema(value_type = String, format = DateTime)]
    pub date_added: Timestamp,
    pub notes: Option<String>,
}

impl From<Student> for ClassStudentShape {
    fn from(student: Student) -> Self {
        Self {
            id: student.id,
            username: student.username,
            display_name: student.display_name,
            avatar_emoji: avatar(student.avatar_emoji),
            email: "",
            level: level(student.experience_points),
            experience_points: student.experience_points,
            stories_count: student.story_count,
            date_added: Timestamp(student.date_added),
            notes: student.notes,
        }
    }
}

/// A student of a teacher.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AnyStudentShape {
    #[serde(flatten)]
    pub student: ClassStudentShape,
    /// `No class` when there is none.
    pub class_name: String,
    pub class_id: Option<i64>,
}

impl From<Student> for AnyStudentShape {
    fn from(mut student: Student) -> Self {
        Self {
            class_name: student.class_name.take().unwrap_or_else(|| "No class".to_owned()),
            class_id: student.class_id,
            student: student.into(),
        }
    }
}

/// A student, as the screens that parents and teachers share show them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct WatchedShape {
    pub id: i64,
    pub username: String,
    pub name: String,
    pub avatar: String,
    pub is_online: bool,
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// Published ones.
    pub total_stories: i64,
    pub total_reads: i64,
    pub achievements_count: i64,
    pub class_name: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub date_added: Timestamp,
}

impl From<Watched> for WatchedShape {
    fn from(watched: Watched) -> Self {
        let student = watched.student;
        Self {
            id: student.id,
            username: student.username,
            name: student.display_name,
            avatar: avatar(student.avatar_emoji),
            is_online: watched.is_online,
            last_seen: Timestamp(watched.last_seen),
            total_stories: student.story_count,
            total_reads: watched.total_reads,
            achievements_count: watched.achievements_count,
            class_name: student.class_name,
            date_added: Timestamp(student.date_added),
        }
    }
}

/// A child who can be put into a class.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct AvailableShape {
    pub id: i64,
    pub username: String,
    pub display_name: String,
    pub avatar_emoji: String,
    pub level: i64,
    /// Published ones.
    pub stories_count: i64,
}

impl From<Student> for AvailableShape {
    fn from(student: Student) -> Self {
        Self {
            id: student.id,
            username: student.username,
            display_name: student.display_name,
            avatar_emoji: avatar(student.avatar_emoji),
            level: level(student.experience_points),
            stories_count: student.story_count,
        }
    }
}

/// A student above their stories.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct StoryWriterShape {
    pub id: i64,
    pub display_name: String,
    pub avatar_emoji: String,
    pub level: i64,
    pub experience_points: i64,
}

impl From<Student> for StoryWriterShape {
    fn from(student: Student) -> Self {
        Self {
            id: student.id,
            display_name: student.display_name,
            avatar_emoji: avatar(student.avatar_emoji),
            level: level(student.experience_points),
            experience_points: student.experience_points,
        }
    }
}

/// A link between a teacher and a child, as the child's family sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ClassLinkShape {
    pub id: i64,
    /// `pending`, `active` or `declined`.
    pub status: &'static str,
    pub student: LinkedChild,
    pub teacher: LinkedTeacher,
    /// Null when it is about no class in particular.
    pub class_name: Option<String>,
    /// Whether it is up to the one who looks: to a parent, or to a child that has none here.
    pub can_answer: bool,
    #[schema(value_type = String, format = DateTime)]
    pub date_created: Timestamp,
}

/// The child of a link.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct LinkedChild {
    pub id: i64,
    pub username: String,
    pub name: String,
    pub avatar: String,
}

/// The teacher of a link.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct LinkedTeacher {
    pub id: i64,
    pub name: String,
}

impl From<FamilyLink> for ClassLinkShape {
    fn from(link: FamilyLink) -> Self {
        let status = link.standing.status;
        Self {
            id: link.standing.id,
            status: if status == Status::Ended {
                "declined"
            } else {
                status.as_str()
            },
            student: LinkedChild {
                id: link.student_id,
                username: link.student_username,
                name: link.student_name,
                avatar: avatar(link.student_avatar),
            },
            teacher: LinkedTeacher {
                id: link.teacher_id,
                name: link.teacher_name,
            },
            class_name: link.class_name,
            can_answer: link.may_answer,
            date_created: Timestamp(link.created_at),
        }
    }
}

/// A story that a student published, on the dashboard.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ClassActivityShape {
    /// Of the story.
    pub id: i64,
    /// Always `story_published`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub student_name: String,
    pub story_title: String,
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    pub category: String,
}

impl From<Published> for ClassActivityShape {
    fn from(story: Published) -> Self {
        Self {
            id: story.story_id,
            kind: "story_published",
            student_name: story.student_name,
            story_title: story.title,
            timestamp: Timestamp(story.date_created),
            category: story.category,
        }
    }
}

/// A story that a student published, in the reports.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ReportedStoryShape {
    #[serde(flatten)]
    pub story: ClassActivityShape,
    pub student_id: i64,
    pub student_avatar: String,
    pub story_id: i64,
    /// In words.
    pub time_ago: String,
}

impl ReportedStoryShape {
    /// As it is shown at `now`.
    pub fn new(story: Published, now: i64) -> Self {
        Self {
            student_id: story.student_id,
            student_avatar: avatar(story.student_avatar.clone()),
            story_id: story.story_id,
            time_ago: time_ago(story.date_created, now),
            story: story.into(),
        }
    }
}

/// An achievement of a student.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct ReportedAchievementShape {
    /// Always `achievement_earned`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub student_id: i64,
    pub student_name: String,
    pub student_avatar: String,
    pub achievement_name: &'static str,
    pub achievement_icon: &'static str,
    /// Null when nobody noted it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub timestamp: Option<Timestamp>,
    /// In words.
    pub time_ago: String,
}

impl ReportedAchievementShape {
    /// As it is shown at `now`; nothing for one that is no more.
    pub fn new(earned: Earned, now: i64) -> Option<Self> {
        let achievement = by_id(earned.achievement_id)?;
        Some(Self {
            kind: "achievement_earned",
            student_id: earned.student_id,
            student_name: earned.student_name,
            student_avatar: avatar(earned.student_avatar),
            achievement_name: achievement.name,
            achievement_icon: achievement.icon,
            timestamp: (earned.earned_at > 0).then_some(Timestamp(earned.earned_at)),
            time_ago: time_ago(earned.earned_at, now),
        })
    }
}

/// One of those who wrote most. The names of two members are spelled as the apps know them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct TopWriterShape {
    pub id: i64,
    #[serde(rename = "profile__display_name")]
    pub display_name: String,
    #[serde(rename = "profile__avatar_emoji")]
    pub avatar_emoji: String,
    pub story_count: i64,
}

impl From<&Pupil> for TopWriterShape {
    fn from(pupil: &Pupil) -> Self {
        Self {
            id: pupil.id,
            display_name: pupil.name.clone(),
            avatar_emoji: avatar(pupil.avatar.clone()),
            story_count: pupil.stories,
        }
    }
}

/// One of those who have most XP.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct TopEarnerShape {
    pub id: i64,
    #[serde(rename = "profile__display_name")]
    pub display_name: String,
    #[serde(rename = "profile__avatar_emoji")]
    pub avatar_emoji: String,
    #[serde(rename = "profile__experience_points")]
    pub experience_points: i64,
    #[serde(rename = "profile__level")]
    pub level: i64,
}

impl From<&Pupil> for TopEarnerShape {
    fn from(pupil: &Pupil) -> Self {
        Self {
            id: pupil.id,
            display_name: pupil.name.clone(),
            avatar_emoji: avatar(pupil.avatar.clone()),
            experience_points: pupil.xp,
            level: level(pupil.xp),
        }
    }
}
