//! The class of the demo world.

use std::collections::HashMap;

use database::{Conn, Error};

use crate::classroom::store::classes::{self, Details};
use crate::classroom::store::links;

/// Whose class it is, by username.
pub const TEACHER: &str = "ben";
/// Who is in it, by username.
pub const STUDENTS: [&str; 4] = ["mila", "tomas", "amara", "jun"];

/// Makes the class with its children in it, unless its teacher has one already. Another child comes in by `code`.
pub(super) fn make(
    conn: &mut Conn<'_>,
    ids: &HashMap<&'static str, i64>,
    code: &str,
    now: i64,
) -> Result<(), Error> {
    let id = |username: &str| ids.get(username).copied().ok_or(Error::Missing);
    let teacher = id(TEACHER)?;
    if classes::count(conn, teacher)? > 0 {
        return Ok(());
    }
    let details = Details {
        name: "The Readers of Grade 2".to_owned(),
        description: Some("We read aloud every day after lunch, and draw what we heard.".to_owned()),
        grade_level: Some("Grade 2".to_owned()),
        subject: Some("Reading and writing".to_owned()),
        school_year: None,
        is_active: true,
    };
    let class = classes::insert(conn, teacher, &details, now)?;
    classes::set_code(conn, class, Some(code), now)?;
    for student in STUDENTS {
        links::link(conn, teacher, id(student)?, Some(class), now)?;
    }
    Ok(())
}
