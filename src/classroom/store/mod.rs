//! The SQL of classes, by what is done with them.

pub mod classes;
pub mod families;
pub mod figures;
pub mod links;
pub mod rosters;
pub mod students;

use database::Dialect;

/// Every statement that this module and those below it put together, for the test that prepares them all.
pub fn all_statements(dialect: Dialect) -> Vec<String> {
    let mut all = classes::all_statements();
    all.extend(students::all_statements());
    all.extend(rosters::all_statements(dialect));
    all
}

/// A query for all links that hold now: the teacher, the student, and since when (`adult_id`, `child_id`, `since`).
pub fn active_links() -> &'static str {
    "SELECT teacher_id AS adult_id, student_id AS child_id, COALESCE(confirmed_at, created_at) AS since
     FROM class_links WHERE status = 'active'"
}
