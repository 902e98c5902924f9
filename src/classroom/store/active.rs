//! Which teachers and students are linked now, as other nouns may read it.

/// A query for all links that hold now: the teacher, the student, and since when (`adult_id`, `child_id`, `since`).
pub fn active_links() -> &'static str {
    "SELECT teacher_id AS adult_id, student_id AS child_id, COALESCE(confirmed_at, created_at) AS since
     FROM class_links WHERE status = 'active'"
}
