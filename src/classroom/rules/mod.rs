//! Decisions about classes that need nothing but values.

pub mod figures;
pub mod links;
pub mod passwords;
pub mod people;
pub mod rosters;

/// Classes of one teacher.
pub const MOST_CLASSES: i64 = 100;
/// Students of one teacher, those among them whose families have not answered yet. A list of a whole school is imported
/// at once, so it is as much as an import takes.
pub const MOST_STUDENTS: i64 = 1000;
/// Students who can be put into a class, as they are offered.
pub const MOST_OFFERED: i64 = 500;
/// Accounts that are made with passwords at once: a class. Each password is hashed by itself, which takes the better part
/// of a second at a tenth of a core, and somebody waits for the answer.
pub const MOST_TOGETHER: usize = 40;
/// The longest name of a class, in code points …
pub const LONGEST_CLASS_NAME: usize = 100;
/// … of what it is about …
pub const LONGEST_DESCRIPTION: usize = 2000;
/// … of its grade, of its subject, of its year.
pub const LONGEST_GRADE: usize = 50;
/// The longest subject, in code points.
pub const LONGEST_SUBJECT: usize = 100;
/// The longest school year, in code points.
pub const LONGEST_YEAR: usize = 20;
/// The longest note about a student, in code points.
pub const LONGEST_NOTES: usize = 500;
