//! Children, those who look after them, and those who keep order: nothing of what they are called and of what they write
//! to each other is ever logged.

use std::net::TcpStream;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use crate::server::{Server, eventually};
use crate::visit::{Person, SETTINGS, Visit, WRONG_PASSWORD, break_database, look_for, story, words};

const MIRABELLA: Person = Person {
    name: "Mirabella Tannenzapf",
    email: "mirabella@quellental.example",
    password: "eichhorn-Laterne-86",
    user_type: "child",
};
const FRIDOLIN: Person = Person {
    name: "Fridolin Schnabeltier",
    email: "fridolin@quellental.example",
    password: "haselmaus-Laterne-87",
    user_type: "child",
};
const GUNDULA: Person = Person {
    name: "Gundula Haselnussbaum",
    email: "gundula@quellental.example",
    password: "pfefferminz-Laterne-88",
    user_type: "parent",
};
const OTTOKAR: Person = Person {
    name: "Ottokar Kreidestaub",
    email: "ottokar@quellental.example",
    password: "schulgarten-Laterne-89",
    user_type: "teacher",
};
/// The child whose account its parent made.
const PIMPINELLA: &str = "Pimpinella Kirschkern";
const PIMPINELLA_USERNAME: &str = "pimpi_k2018";
const PIMPINELLA_PASSWORD: &str = "marienkaefer-Laterne-90";
const SECOND_USERNAME: &str = "pimpi_k2019";
const BIRTHDAY: &str = "2018-03-05";
const CLASS: &str = "Regenwurmklasse";
const PUPIL: &str = "Kunigunde Butterblume";
const PUPIL_USERNAME: &str = "kuni_b2017";
const NOTES: &str = "Stottert manchmal beim Vorlesen";
/// The one in a row that cannot be read.
const BAD_PUPIL: &str = "Leopoldine Zwetschge";
const BAD_BIRTHDAY: &str = "vorgestern";
/// The one who gets a password at once.
const LISTED_PUPIL: &str = "Balduin Stachelbeere";
const TITLE: &str = "Murmeltier Siebenschlaf";
const TEXT: &str = "Glockenblumen hinter dem Ziegenstall";
const MESSAGE: &str = "Treffpunkt Brombeerhecke";
const ROOM: &str = "Baumhausbande";
const ROOM_TITLE: &str = "Kastanienkobold";
const ROOM_TEXT: &str = "Fledermauskeller";
const LAST_WORDS: &str = "Silberdistelwiese";
const DETAILS: &str = "Hänselei wegen Zahnspange";
const REASON: &str = "Schimpfwortlawine";
const ADMIN_EMAIL: &str = "schiedsfrau@quellental.example";
const ADMIN_NAME: &str = "Schiedsfrau Gänseblume";
const ADMIN_PASSWORD: &str = "dachboden-Laterne-91";

/// What would be known again by any of its longer words.
const TEXTS: [&str; 10] = [
    PIMPINELLA,
    PUPIL,
    BAD_PUPIL,
    LISTED_PUPIL,
    NOTES,
    TITLE,
    TEXT,
    MESSAGE,
    DETAILS,
    ADMIN_NAME,
];
const SINGLE_WORDS: [&str; 12] = [
    PIMPINELLA_USERNAME,
    SECOND_USERNAME,
    BIRTHDAY,
    CLASS,
    PUPIL_USERNAME,
    BAD_BIRTHDAY,
    ROOM,
    ROOM_TITLE,
    ROOM_TEXT,
    LAST_WORDS,
    REASON,
    ADMIN_EMAIL,
];

const CHILDREN: &str = "/api/parent/children/";

/// A managed child, which its parent gives a password and then looks after.
fn at_home(parent: &mut Visit<'_>) -> i64 {
    let form = json!({"name": PIMPINELLA, "username": PIMPINELLA_USERNAME, "date_of_birth": BIRTHDAY});
    let made = parent.must("POST", &format!("{CHILDREN}create/"), &form);
    let id = made["child"]["id"].as_i64().unwrap();
    let again = parent.post(&format!("{CHILDREN}create/"), &form);
    assert!((400..500).contains(&again.status), "{}", again.body);
    let way_in = json!({"password": PIMPINELLA_PASSWORD});
    parent.must("POST", &format!("{CHILDREN}{id}/sign-in/"), &way_in);
    let mut child = Visit::new(parent.server);
    child.sign_in(PIMPINELLA_USERNAME, PIMPINELLA_PASSWORD);
    child.must("POST", "/api/stories/create/", &story(TITLE, TEXT, 7));
    parent.secrets.append(&mut child.secrets);
    for look in ["stats", "activities", "analytics", "stories"] {
        parent.must("GET", &format!("{CHILDREN}{id}/{look}/"), &Value::Null);
    }
    parent.must("GET", CHILDREN, &Value::Null);
    id
}

/// A class, a list for it with a bad row and then without, and a pupil who is given a password; the class's address.
fn at_school(teacher: &mut Visit<'_>) -> String {
    let made = teacher.must("POST", "/api/teacher/classes/", &json!({"name": CLASS}));
    let class = format!("/api/teacher/classes/{}/", made["id"]);
    let good = class_list();
    let bad = format!("{good}{BAD_PUPIL},,{BAD_BIRTHDAY},\n");
    assert_eq!(import(teacher, &class, &bad), 400);
    assert_eq!(import(teacher, &class, &good), 200);
    let form = json!({"names": [LISTED_PUPIL]});
    let listed = teacher.must("POST", &format!("{class}roster/"), &form);
    for secret in ["username", "password"] {
        let secret = listed["students"][0][secret].as_str().unwrap();
        teacher.secrets.push(secret.to_owned());
    }
    for look in ["students/", "roster/export/", "roster/sheet/"] {
        teacher.must("GET", &format!("{class}{look}"), &Value::Null);
    }
    class
}

fn class_list() -> String {
    format!("name,username,date_of_birth,notes\n{PUPIL},{PUPIL_USERNAME},{BIRTHDAY},{NOTES}\n")
}

fn import(teacher: &Visit<'_>, class: &str, list: &str) -> u16 {
    let path = format!("{class}roster/import/");
    teacher
        .send("POST", &path, Some(("text/csv", list.as_bytes())))
        .status
}

fn write_to(friend: i64, sender: &Visit<'_>) -> u16 {
    let message = json!({"receiver_id": friend, "content": MESSAGE});
    sender.post("/api/messages/send/", &message).status
}

/// Friends, who write to each other, and to nobody.
fn be_friends(one: &Visit<'_>, other: &Visit<'_>) {
    let ask = json!({"receiver_id": other.id});
    let asked = one.must("POST", "/api/friends/send-request/", &ask);
    let path = format!("/api/friends/respond/{}/", asked["friendship"]["id"]);
    other.must("PUT", &path, &json!({"action": "accept"}));
    assert_eq!(write_to(other.id, one), 201);
    assert_ne!(write_to(4711, one), 201);
    other.must("GET", &format!("/api/messages/{}/", one.id), &Value::Null);
}

/// A room with both in it, who write a story together; the host's socket.
fn write_together(host: &mut Visit<'_>, guest: &Visit<'_>) -> WebSocket<TcpStream> {
    let form = json!({"canvas_name": ROOM, "max_participants": 2, "duration_hours": 1});
    let made = host.must("POST", "/api/collaborate/create/", &form);
    let text = |name: &str| made["session"][name].as_str().unwrap();
    host.secrets.push(text("join_code").to_owned());
    let code = json!({"join_code": text("join_code")});
    guest.must("POST", "/api/collaborate/join-by-code/", &code);
    let enter = |who: &Visit<'_>| {
        let path = format!("/ws/collaborate/{}/?token={}", text("session_id"), who.token());
        let mut socket = who.knock(&path).unwrap();
        hear(&mut socket, "\"init\"");
        socket
    };
    let (mut at_host, mut at_guest) = (enter(host), enter(guest));
    for message in [
        json!({"type": "title_edit", "title": ROOM_TITLE}),
        json!({"type": ROOM_TEXT}),
        json!({"type": "text_edit", "page_id": "m", "page_index": 0, "text": [ROOM_TEXT]}),
        json!({"type": "text_edit", "page_id": "m", "page_index": 0, "text": ROOM_TEXT}),
    ] {
        at_host.send(Message::text(message.to_string())).unwrap();
    }
    hear(&mut at_guest, ROOM_TITLE);
    hear(&mut at_guest, ROOM_TEXT);
    at_host
}

/// Reads up to a message with these words.
fn hear(socket: &mut WebSocket<TcpStream>, words: &str) {
    while !socket.read().unwrap().to_string().contains(words) {}
}

fn report(story: i64, reporter: &Visit<'_>) -> u16 {
    let form = json!({"story_id": story, "reason": "bullying", "details": DETAILS});
    reporter.post("/api/reports/", &form).status
}

/// An administrator, who mistypes the password once, looks for children by their names and keeps one out for a day.
fn keep_order(server: &Server, child: i64) -> Visit<'_> {
    server.create_admin(ADMIN_EMAIL, ADMIN_NAME, ADMIN_PASSWORD);
    let mut admin = Visit::new(server);
    let form = |password: &str| json!({"email": ADMIN_EMAIL, "password": password});
    assert_eq!(
        admin.post("/api/admin/auth/login/", &form(WRONG_PASSWORD)).status,
        401
    );
    let signed_in = admin.must("POST", "/api/admin/auth/login/", &form(ADMIN_PASSWORD));
    let token = signed_in["admin_token"].as_str().unwrap();
    admin.secrets.extend(token.split('.').map(str::to_owned));
    admin.authorization = Some(format!("AdminBearer {token}"));
    for look in [
        "reports/".to_owned(),
        "users/?search=Pimpinella".to_owned(),
        format!("users/{child}/"),
        format!("users/{child}/activity/"),
        "stories/?search=Murmeltier".to_owned(),
        "export/?type=users".to_owned(),
    ] {
        admin.must("GET", &format!("/api/admin/{look}"), &Value::Null);
    }
    let stay_out = json!({"duration_days": 1, "reason": REASON});
    admin.must("POST", &format!("/api/admin/users/{child}/suspend/"), &stay_out);
    admin.must("GET", "/api/admin/audit-logs/", &Value::Null);
    admin
}

#[test]
fn no_child_and_no_word_between_children_is_ever_logged() {
    let server = Server::start(&SETTINGS);
    let mut people = [MIRABELLA, FRIDOLIN, GUNDULA, OTTOKAR].map(|person| {
        let mut visit = Visit::new(&server);
        visit.sign_up(&person);
        visit.sign_in(person.email, person.password);
        visit
    });
    let [mirabella, fridolin, gundula, ottokar] = &mut people;
    let managed = at_home(gundula);
    let class = at_school(ottokar);
    be_friends(mirabella, fridolin);
    let mut at_mirabella = write_together(mirabella, fridolin);
    let mut published = story(TITLE, TEXT, 7);
    published["is_published"] = json!(true);
    let made = mirabella.must("POST", "/api/stories/create/", &published);
    let published = made["story"]["id"].as_i64().unwrap();
    assert_eq!(report(published, fridolin), 201);
    let admin = keep_order(&server, managed);

    // The same with a database that fails in the middle of it.
    break_database(
        &server,
        &[
            "users",
            "messages",
            "reports",
            "classes",
            "collaborations",
            "operations",
        ],
    );
    let form = json!({"name": PIMPINELLA, "username": SECOND_USERNAME});
    let room = json!({"canvas_name": ROOM, "max_participants": 2, "duration_hours": 1});
    let failed = [
        gundula.post(&format!("{CHILDREN}create/"), &form).status,
        import(ottokar, &class, &class_list()),
        write_to(fridolin.id, mirabella),
        mirabella.post("/api/collaborate/create/", &room).status,
        report(published, fridolin),
        admin.get("/api/admin/users/?search=Kunigunde").status,
    ];
    assert_eq!(failed, [500; 6]);
    let words_to_lose = json!({"type": "text_edit", "page_id": "m", "page_index": 0, "text": LAST_WORDS});
    at_mirabella
        .send(Message::text(words_to_lose.to_string()))
        .unwrap();
    eventually("the room's failure", || {
        server.log().contains("operations are tried again").then_some(())
    });

    let mut secrets: Vec<String> = people.into_iter().flat_map(|visit| visit.secrets).collect();
    secrets.extend(admin.secrets);
    secrets.extend(words(&TEXTS));
    secrets.extend(SINGLE_WORDS.map(str::to_owned));
    look_for(&secrets, &server.stop());
}
