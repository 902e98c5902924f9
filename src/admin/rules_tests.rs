use serde_json::{Value, json};

use super::*;
use crate::accounts::store::overseen::Seen;

const STAFF: Actor = Actor {
    id: 1,
    is_superuser: false,
};
const SUPERUSER: Actor = Actor {
    id: 2,
    is_superuser: true,
};

fn person(id: i64, is_admin: bool, is_superuser: bool) -> Person {
    Person {
        seen: Seen {
            id,
            username: "Mira L.".to_owned(),
            email: "mira@example.org".to_owned(),
            display_name: "Mira".to_owned(),
            user_type: "child".to_owned(),
            created_at: 0,
            last_login: None,
            is_active: true,
            is_admin,
            is_superuser,
            is_flagged: false,
            violation_count: 0,
            archived_at: None,
            archive_reason: String::new(),
            archived_by: None,
            story_count: 0,
            published_count: 0,
        },
        bio: None,
        date_of_birth: None,
        flagged_reason: String::new(),
        last_violation_at: None,
        is_verified: true,
        is_suspended: false,
    }
}

fn change(value: Value) -> Change {
    let Value::Object(object) = value else {
        panic!("an object")
    };
    let mut fields = Fields::new(object);
    let change = Change::read(&mut fields);
    fields.finish().unwrap();
    change
}

fn status(change: Change, before: &Person, actor: Actor) -> u16 {
    apply(change, before, actor, 7).unwrap_err().status().as_u16()
}

#[test]
fn what_the_dialog_sends_unchanged_changes_nothing() {
    for (is_admin, is_superuser) in [(false, false), (true, false), (true, true)] {
        let sent = json!({"username": "Mira L.", "email": "mira@example.org", "display_name": "Mira",
            "user_type": "child", "is_active": true, "is_staff": is_admin, "is_flagged": false, "bio": "",
            "flagged_reason": null});
        for actor in [STAFF, SUPERUSER, Actor { id: 9, ..STAFF }] {
            let outcome = apply(change(sent.clone()), &person(9, is_admin, is_superuser), actor, 7).unwrap();
            assert!(outcome.is_nothing() && outcome.details.is_empty(), "{outcome:?}");
        }
    }
}

#[test]
fn accounts_that_keep_order_are_for_superusers() {
    for field in [
        json!({"display_name": "X"}),
        json!({"is_active": false}),
        json!({"email": "x@example.org"}),
        json!({"is_staff": false}),
    ] {
        for (is_admin, is_superuser) in [(true, false), (true, true)] {
            let target = person(9, is_admin, is_superuser);
            assert_eq!(status(change(field.clone()), &target, STAFF), 403, "{field}");
            assert!(
                apply(change(field.clone()), &target, SUPERUSER, 7).is_ok(),
                "{field}"
            );
        }
    }
}

#[test]
fn only_superusers_make_administrators_and_those_begin_as_the_lesser_kind() {
    let mira = person(9, false, false);
    assert_eq!(status(change(json!({"is_staff": true})), &mira, STAFF), 403);
    let made = apply(change(json!({"is_staff": true})), &mira, SUPERUSER, 7).unwrap();
    assert_eq!(
        (
            made.person.seen.is_admin,
            made.person.seen.is_superuser,
            made.is_demoted
        ),
        (true, false, false)
    );
    let unmade = apply(
        change(json!({"is_staff": false})),
        &person(9, true, true),
        SUPERUSER,
        7,
    )
    .unwrap();
    assert_eq!(
        (
            unmade.person.seen.is_admin,
            unmade.person.seen.is_superuser,
            unmade.is_demoted
        ),
        (false, false, true)
    );
}

#[test]
fn nobody_changes_what_they_may_do_themselves() {
    for field in [json!({"is_active": false}), json!({"is_staff": false})] {
        let oneself = person(2, true, true);
        assert_eq!(status(change(field.clone()), &oneself, SUPERUSER), 403, "{field}");
    }
    assert!(
        apply(
            change(json!({"display_name": "X"})),
            &person(2, true, true),
            SUPERUSER,
            7
        )
        .is_ok()
    );
}

#[test]
fn new_names_must_have_their_form_and_old_ones_need_not() {
    let mira = person(9, false, false);
    assert_eq!(status(change(json!({"username": "a b"})), &mira, STAFF), 400);
    assert_eq!(status(change(json!({"email": "mira"})), &mira, STAFF), 400);
    assert_eq!(status(change(json!({"email": null})), &mira, STAFF), 400);
    let renamed = apply(change(json!({"username": "Mira_2"})), &mira, STAFF, 7).unwrap();
    assert_eq!(renamed.person.seen.username, "mira_2");
    assert_eq!(renamed.details, ["username: \"Mira L.\" → \"mira_2\""]);
}

#[test]
fn a_new_violation_has_its_date() {
    let mut mira = person(9, false, false);
    let counted = apply(change(json!({"violation_count": 2})), &mira, STAFF, 7).unwrap();
    assert_eq!(counted.person.last_violation_at, Some(7));
    mira.seen.violation_count = 3;
    let forgiven = apply(change(json!({"violation_count": "2"})), &mira, STAFF, 7).unwrap();
    assert_eq!(forgiven.person.last_violation_at, None);
}

#[test]
fn an_archived_account_is_restored_before_it_is_active() {
    let mut mira = person(9, false, false);
    (mira.seen.archived_at, mira.seen.is_active) = (Some(1), false);
    assert_eq!(status(change(json!({"is_active": true})), &mira, SUPERUSER), 400);
}
