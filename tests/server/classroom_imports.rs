//! Class lists as files: all of a list, or nothing of it.

use serde_json::{Value, json};

use crate::drawings::{each, names};
use crate::support::{Client, World};

#[track_caller]
fn export(teacher: &Client, class: i64) -> String {
    let answer = teacher.get(&format!("/api/teacher/classes/{class}/roster/export/"));
    answer.status(200);
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    let disposition = answer.header("content-disposition").unwrap();
    assert_eq!(disposition, format!("attachment; filename=\"class-{class}.csv\""));
    answer.text()
}

/// What a dry run says of a list, and after that what the import says, which must be the same.
#[track_caller]
fn both(teacher: &Client, class: i64, csv: &str) -> Value {
    let dry = teacher.sends_list(class, csv, "?dry_run=true");
    let real = teacher.sends_list(class, csv, "");
    assert_eq!(dry.status, real.status, "{} {}", dry.text(), real.text());
    let (mut looked, mut done) = (dry.json.clone(), real.json.clone());
    if dry.status == 200 {
        assert_eq!(
            (&looked["dry_run"], &done["dry_run"]),
            (&json!(true), &json!(false))
        );
        looked["dry_run"] = Value::Null;
        done["dry_run"] = Value::Null;
    }
    assert_eq!(looked, done);
    done
}

fn everything(world: &World) -> [Vec<String>; 2] {
    ["users", "class_links"].map(|table| world.dump(table))
}

#[test]
fn a_list_comes_in_row_by_row() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    let class = ada.founds("5B");
    world.enrols(&ada, None, &mira);
    let csv = "name,username,date_of_birth,notes\n\
               Leo Rey,leo_r,2017-03-24,\"sits, in front\"\n\
               Mia K,,,\n\
               Somebody else,MIRA,,Reads fast\n";
    let before = everything(&world);
    let dry = ada.sends_list(class, csv, "?dry_run=true").ok();
    assert_eq!(everything(&world), before, "it was only looked at");
    let done = both(&ada, class, csv);
    assert_eq!(
        names(&done),
        ["created", "dry_run", "rows", "students", "success", "updated"]
    );
    assert_eq!(dry["students"], done["students"]);
    assert_eq!(
        (&done["rows"], &done["created"], &done["updated"]),
        (&json!(3), &json!(2), &json!(1))
    );
    let students = &done["students"];
    assert_eq!(each(students, "row"), [1, 2, 3]);
    assert_eq!(each(students, "action"), ["create", "create", "update"]);
    let made = students[1]["username"].as_str().unwrap();
    assert!(made.starts_with("mia"), "{made}");
    assert_eq!(students[0]["username"], json!("leo_r"));

    let pupils = json!(ada.pupils(&format!("/api/teacher/classes/{class}/students/")));
    assert_eq!(
        each(&pupils, "display_name"),
        ["Leo Rey", "Mia K", "Mira"],
        "an account that somebody else looks after keeps its name"
    );
    assert_eq!(
        each(&pupils, "notes"),
        [&json!("sits, in front"), &Value::Null, &json!("Reads fast")]
    );
    let leo = world.sql(|conn| {
        let mut row = conn.one(
            "SELECT date_of_birth, password_hash, managed_by_id FROM users WHERE username = 'leo_r'",
            &[],
        )?;
        Ok((row.take::<String>()?, row.take::<String>()?, row.take::<i64>()?))
    });
    assert_eq!(leo, ("2017-03-24".to_owned(), "!".to_owned(), ada.id()));
    // Searched for and found, as other children.
    let found = mira.get("/api/users/search/?q=leo+rey").ok();
    assert_eq!(found["total"], json!(1), "{found}");
}

#[test]
fn a_list_that_went_out_comes_back_in_and_corrects() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let (class, other) = (ada.founds("5B"), ada.founds("6B"));
    both(
        &ada,
        class,
        "name,date_of_birth,notes\nMia K,2017-03-24,=2+3\n\"Ben \"\"B\"\"\nRey\",,\n",
    );
    let file = export(&ada, class);
    assert!(
        file.starts_with("\u{feff}name,username,date_of_birth,notes\r\n"),
        "{file}"
    );
    assert!(file.contains(",2017-03-24,'=2+3\r\n"), "{file}");
    let (users, links) = (world.dump("users"), world.dump("class_links"));
    let again = both(&ada, class, &file);
    assert_eq!((&again["created"], &again["updated"]), (&json!(0), &json!(2)));
    assert_eq!((world.dump("users"), world.dump("class_links")), (users, links));

    let corrected = file
        .replace("Mia K", "Mia Kay")
        .replace("2017-03-24", "2017-03-25");
    both(&ada, other, &corrected);
    assert_eq!(ada.pupils_of(other), ["Ben \"B\"\nRey", "Mia Kay"]);
    assert!(
        ada.pupils_of(class).is_empty(),
        "they changed into the other class"
    );
    assert!(export(&ada, other).contains("2017-03-25"));
    // A cell that is left blank takes nothing away.
    let username = corrected
        .lines()
        .find(|line| line.starts_with("Mia"))
        .and_then(|line| line.split(',').nth(1))
        .unwrap();
    both(
        &ada,
        other,
        &format!("name,username,date_of_birth,notes\nMia Kay,{username},,\n"),
    );
    assert!(export(&ada, other).contains(&format!("Mia Kay,{username},2017-03-25,'=2+3")));
}

#[test]
fn a_thousand_rows_with_fifty_bad_ones_change_nothing_and_each_is_named() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    let class = ada.founds("The school");
    let mut csv = "name,username,date_of_birth,notes\n".to_owned();
    let mut bad = Vec::new();
    for number in 1..=1000 {
        csv += &match number % 20 {
            0 if number % 100 == 0 => {
                bad.push(number);
                // Known in the database alone.
                format!("Kid {number},mira,,\n")
            }
            0 => {
                bad.push(number);
                format!(",kid_{number},,\n")
            }
            _ => format!("Kid {number},kid_{number},2017-03-24,\n"),
        };
    }
    // The user name stands in the list ten times: all but the first are doubles, too.
    assert_eq!(bad.len(), 50);
    let before = everything(&world);
    for query in ["?dry_run=true", ""] {
        let refused = ada.sends_list(class, &csv, query);
        let body = refused.refused(400);
        assert_eq!(body["code"], json!("bad_rows"));
        let rows = &body["rows"];
        assert_eq!(each(rows, "row"), bad);
        assert_eq!(rows[0]["line"], json!(21));
        assert!(
            body["error"].as_str().unwrap().starts_with("50 rows of 1000 "),
            "{}",
            body["error"]
        );
        assert_eq!(body["details"]["row 20"], json!(["name: it may not be blank."]));
        assert_eq!(body["details"]["row 100"], json!(["username: it is taken."]));
        assert_eq!(everything(&world), before);
    }
    // Without them all are taken, in one go.
    let is_good = |line: &&str| !line.starts_with(',') && !line.contains(",mira,");
    let good = csv.lines().filter(is_good).collect::<Vec<_>>().join("\n");
    let done = both(&ada, class, &good);
    assert_eq!(done["created"], json!(950));
    assert_eq!(ada.pupils("/api/teacher/all-students/").len(), 950);
    assert!(mira.class_links().is_empty());
    let again = both(&ada, class, &good);
    assert_eq!((&again["created"], &again["updated"]), (&json!(0), &json!(950)));
}

#[test]
fn who_is_strange_to_the_teacher_is_not_taken() {
    let world = World::new();
    let (ada, ben) = (world.teacher("Ada"), world.teacher("Ben"));
    let class = ada.founds("5B");
    let [stranger, pending, of_ben, archived] = ["Sol", "Pen", "Leo", "Arc"].map(|name| world.child(name));
    ada.adds(class, &pending).status(202);
    world.enrols(&ben, None, &of_ben);
    world.enrols(&ada, Some(class), &archived);
    world.bars(&archived, "archived_at");
    let before = everything(&world);
    for username in [
        "sol",
        "pen",
        "leo",
        "arc",
        "ada",
        "SOL",
        "no",
        "with space",
        "niña",
    ] {
        let refused = both(&ada, class, &format!("name,username\nX,{username}\n"));
        assert_eq!(refused["rows"].as_array().unwrap().len(), 1, "{username}");
    }
    assert_eq!(everything(&world), before);
    assert!(stranger.class_links().is_empty());
}

#[test]
fn user_names_that_are_made_are_all_different() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    let done = both(&ada, class, &format!("name\n{}", "Mia\n".repeat(100)));
    let mut usernames: Vec<String> = each(&done["students"], "username")
        .iter()
        .map(ToString::to_string)
        .collect();
    usernames.sort();
    usernames.dedup();
    assert_eq!(usernames.len(), 100);
    // And again others, when these are somebody's.
    both(&ada, ada.founds("6B"), &format!("name\n{}", "Mia\n".repeat(100)));
    assert_eq!(ada.pupils("/api/teacher/all-students/").len(), 200);
}

#[test]
fn rude_words_are_masked() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    both(&ada, class, "name\nidiot\nidi.ot\n");
    let pupils = ada.pupils(&format!("/api/teacher/classes/{class}/students/"));
    for (pupil, name) in pupils
        .iter()
        .flat_map(|pupil| ["display_name", "username"].map(|name| (pupil, name)))
    {
        assert!(!pupil[name].as_str().unwrap().contains("idiot"), "{pupil}");
    }
    // Of a rude user name nothing would be left.
    let before = everything(&world);
    for query in ["", "?dry_run=1"] {
        let answer = ada.sends_list(class, "name,username\nMia,mia_k\nLeo,idiot_7\n", query);
        let refusal = answer.refused(400);
        assert_eq!(
            refusal["details"]["row 2"][0],
            "username: please choose another one."
        );
    }
    assert_eq!(everything(&world), before);
}

#[test]
fn what_is_no_list_is_refused() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    let before = everything(&world);
    for file in ["", "\n", "name\n", "user\nMia\n", "name,name\nMia,K\n"] {
        for query in ["", "?dry_run=1"] {
            ada.sends_list(class, file, query).refused(400);
        }
    }
    let path = format!("/api/teacher/classes/{class}/roster/import/");
    let send = |kind: &str, body: &[u8]| ada.raw("POST", &path, &[("Content-Type", kind)], body);
    send("text/csv", b"name\nMia\xff\n").refused(400);
    send("application/json", b"{}").refused(415);
    send("multipart/form-data; boundary=x", b"name\nMia\n").refused(415);
    let packed = ada.raw(
        "POST",
        &path,
        &[("Content-Type", "text/csv"), ("Content-Encoding", "gzip")],
        b"name\nMia\n",
    );
    packed.refused(415);
    send("text/csv", format!("name\n{}", "x".repeat(256 * 1024)).as_bytes()).refused(413);
    let long = format!("name\n{}", "Mia\n".repeat(1001));
    send("text/csv", long.as_bytes()).refused(400);
    assert_eq!(everything(&world), before);
    for kind in [
        "text/csv; charset=utf-8",
        "TEXT/CSV",
        "text/plain",
        "application/vnd.ms-excel",
    ] {
        assert_eq!(send(kind, b"name\nMia\n").status, 200, "{kind}");
    }
    assert_eq!(ada.raw("POST", &path, &[], b"name\nMia\n").status, 200);
}

#[test]
fn an_export_gives_no_birthday_of_others_away() {
    let world = World::new();
    let (ada, mira) = (world.teacher("Ada"), world.child("Mira"));
    let class = ada.founds("5B");
    world.enrols(&ada, Some(class), &mira);
    let id = mira.id();
    world.sql(move |conn| {
        conn.execute(
            "UPDATE users SET date_of_birth = '2017-01-02' WHERE id = $1",
            &[&id],
        )
    });
    assert!(export(&ada, class).ends_with("Mira,mira,,\r\n"));
    world.keeps(&ada, &mira);
    assert!(export(&ada, class).ends_with("Mira,mira,2017-01-02,\r\n"));
    assert_eq!(export(&ada, ada.founds("6B")).lines().count(), 1);
}

#[test]
fn lists_are_sent_sixty_times_an_hour() {
    let world = World::with(|config| config.rate_limits = true);
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    for _ in 0..60 {
        ada.sends_list(class, "name\nMia\n", "?dry_run=true").ok();
    }
    ada.sends_list(class, "name\nMia\n", "").refused(429);
}

#[test]
fn what_is_said_of_a_thousand_bad_rows_is_less_than_a_quarter_of_a_megabyte() {
    let world = World::new();
    let ada = world.teacher("Ada");
    let class = ada.founds("5B");
    // As much as can be wrong with a row: too many cells, no name, a user name too long that others have, no date, and
    // what no text may hold.
    let rude = format!("\0,{},\0,\0,\0\n", "u".repeat(151));
    let long = format!("{},\0,x,\0,\0\n", "n".repeat(51));
    for row in [rude, long] {
        let csv = format!("name,username,date_of_birth,notes\n{}", row.repeat(1000));
        let refused = ada.sends_list(class, &csv, "");
        let body = refused.refused(400);
        assert_eq!(body["code"], json!("bad_rows"));
        assert_eq!(body["rows"].as_array().unwrap().len(), 1000);
        assert!(body["details"]["row 1000"].as_array().unwrap().len() >= 3);
        assert!(
            refused.text().len() <= 256 * 1024,
            "{} bytes",
            refused.text().len()
        );
    }
}
