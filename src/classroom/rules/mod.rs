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

/// Letters and digits of a class code: none that is taken for another.
const CODE_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Characters of a class code.
pub const CODE_LENGTH: usize = 8;

/// A class code from random bytes.
pub fn code(random: [u8; CODE_LENGTH]) -> String {
    // 32 characters: five bits of each byte, all codes equally likely.
    random
        .iter()
        .map(|byte| char::from(CODE_ALPHABET[usize::from(byte & 31)]))
        .collect()
}

/// A class code as somebody typed it: capitals do not matter, nor do blanks and dashes between its parts.
pub fn typed_code(text: &str) -> Option<String> {
    let code: String = text
        .chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
        .map(|character| character.to_ascii_uppercase())
        .collect();
    let fits = code.len() == CODE_LENGTH && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_eight_of_the_alphabet() {
        assert_eq!(code([0, 31, 32, 255, 8, 1, 2, 3]), "A9A9JBCD");
        let different: HashSet<u8> = CODE_ALPHABET.iter().copied().collect();
        assert_eq!(different.len(), 32);
        assert!(!CODE_ALPHABET.iter().any(|letter| b"IO01".contains(letter)));
    }

    #[test]
    fn a_code_is_read_as_children_type_it() {
        for typed in ["A9A9JBCD", " a9a9-jbcd ", "a9a9 JBCD", "A-9-A-9-J-B-C-D"] {
            assert_eq!(typed_code(typed).as_deref(), Some("A9A9JBCD"), "{typed}");
        }
        for other in ["", "A9A9JBC", "A9A9JBCDE", "A9A9JBC!", "é9A9JBC"] {
            assert_eq!(typed_code(other), None, "{other}");
        }
    }
}
