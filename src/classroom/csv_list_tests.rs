use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;

/// 4 March 2026.
const NOW: i64 = 1_772_600_767_123_456;

fn read_text(text: &str) -> ClassList {
    read(text.as_bytes(), NOW).unwrap()
}

fn refused(bytes: &[u8]) -> u16 {
    read(bytes, NOW).unwrap_err().status().as_u16()
}

fn listed(name: &str, notes: Option<&str>) -> Listed {
    Listed {
        id: 7,
        username: "mia15".to_owned(),
        display_name: name.to_owned(),
        date_of_birth: None,
        notes: notes.map(str::to_owned),
        is_kept: true,
    }
}

fn written(students: &[Listed]) -> Vec<u8> {
    let mut bytes = head().into_bytes();
    for student in students {
        write_row(student, false, &mut bytes);
    }
    bytes
}

#[test]
fn columns_stand_in_any_order_and_only_the_name_must_be_there() {
    let list = read_text("notes,Date of birth,NAME\n\"sits, in front\",2017-03-24, Mia K \n,,Ben\n");
    assert!(list.faults.is_empty(), "{:?}", list.faults);
    let [mia, ben] = &list.rows[..] else {
        panic!("{list:?}")
    };
    assert_eq!((mia.number, mia.line, mia.name.as_str()), (1, 2, "Mia K"));
    assert_eq!(mia.date_of_birth.as_deref(), Some("2017-03-24"));
    assert_eq!(mia.notes.as_deref(), Some("sits, in front"));
    assert_eq!(
        (&ben.username, &ben.date_of_birth, &ben.notes),
        (&None, &None, &None)
    );
    assert_eq!(read_text("name\nMia\n").rows[0].name, "Mia");
}

#[test]
fn what_other_countries_write_is_read() {
    for text in [
        "\u{feff}name;username;notes\r\nMia, K;mia_k;\r\n",
        "name\tusername\nMia, K\tmia_k\n",
        "name,username,class,stories\n\"Mia, K\",MIA_K,5B,7\n",
    ] {
        let list = read_text(text);
        assert!(list.faults.is_empty(), "{text:?}: {:?}", list.faults);
        assert_eq!(list.rows[0].name, "Mia, K", "{text:?}");
        assert_eq!(list.rows[0].username.as_deref(), Some("mia_k"), "{text:?}");
    }
}

#[test]
fn a_file_that_is_no_class_list_is_refused_whole() {
    for bytes in [
        b"" as &[u8],
        b"\n\n",
        b"name\n",
        b"username\nmia\n",
        b"name,name\nMia,K\n",
        b"name\nMia\xff\n",
        b"PK\x03\x04",
    ] {
        assert_eq!(refused(bytes), 400, "{bytes:?}");
    }
    let rows = |count: usize| format!("name\n{}", "Mia\n".repeat(count));
    assert_eq!(read_text(&rows(MOST_ROWS)).rows.len(), MOST_ROWS);
    assert_eq!(refused(rows(MOST_ROWS + 1).as_bytes()), 400);
}

#[test]
fn each_bad_row_is_named_with_all_that_is_wrong_with_it() {
    let list = read_text(&format!(
        "name,username,date_of_birth,notes\n\
         Mia,mia_k,,\n\
         ,,2017-03-24,\n\
         \"two\nlines\",MIA_K,24.03.2017,\n\
         {},,1990-01-01,{}\n\
         Ben,,,,more\n\
         Leo\n",
        "x".repeat(51),
        "x".repeat(501)
    ));
    let bad: Vec<(usize, u64, usize)> = list
        .faults
        .iter()
        .map(|fault| (fault.number, fault.line, fault.sentences.len()))
        .collect();
    assert_eq!(bad, [(2, 3, 1), (3, 4, 2), (4, 6, 3), (5, 7, 1)]);
    let good: Vec<&str> = list.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(good, ["Mia", "Leo"]);
}

#[test]
fn a_formula_is_made_harmless_and_comes_back() {
    for name in [
        "=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''@x", "＝1", "'Ndrina", "'", "a=b",
    ] {
        let bytes = written(&[listed(name, Some(name))]);
        let text = String::from_utf8(bytes.clone()).unwrap();
        let row = text.lines().nth(1).unwrap();
        let first = row.trim_start_matches('"').chars().next().unwrap();
        assert!(!FORMULA.contains(&first), "{row}");
        let list = read(&bytes, NOW).unwrap();
        assert_eq!(list.rows[0].name, name);
        assert_eq!(list.rows[0].notes.as_deref(), Some(name));
    }
}

/// What people are called: quotes, lines, delimiters, formulas, any letters.
fn name() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        any::<String>(),
        "[\"',;=+@ \\-\n\r\ta-cé🦊]{1,20}",
        "[A-Z][a-z]{1,9} [A-Z][a-zé]{1,9}",
    ];
    text.prop_map(|text| {
        let text: String = text
            .chars()
            .filter(|character| *character != '\0')
            .take(50)
            .collect();
        text.trim().to_owned()
    })
    .prop_filter("nobody has no name", |name| !name.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(people in vec((name(), option::of(name())), 1..20)) {
        let students: Vec<Listed> = people
            .iter()
            .enumerate()
            .map(|(number, (name, notes))| Listed {
                username: format!("user{number}"),
                ..listed(name, notes.as_deref())
            })
            .collect();
        let list = read(&written(&students), NOW).unwrap();
        prop_assert!(list.faults.is_empty(), "{:?}", list.faults);
        prop_assert_eq!(list.rows.len(), people.len());
        for (row, (student, (name, notes))) in list.rows.iter().zip(students.iter().zip(&people)) {
            prop_assert_eq!(&row.name, name);
            prop_assert_eq!(&row.notes, notes);
            prop_assert_eq!(row.username.as_deref(), Some(student.username.as_str()));
        }
    }

    #[test]
    fn no_bytes_do_harm(bytes in vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes, NOW);
        let with_head = [b"name,username,date_of_birth,notes\n", &bytes[..]].concat();
        let _ = read(&with_head, NOW);
    }
}
