use serde_json::value::RawValue;

use super::frames;
use super::model::{Applied, MOST_PAGES, Model, NoPage, Spot};
use super::op::{Action, Op, Place, Saved};

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).expect("JSON")
}

fn op(user_id: i64, place: Place, action: Action) -> Op {
    Op {
        user_id,
        username: "mia".into(),
        place,
        action,
    }
}

fn on(page_id: &str, index: i32) -> Place {
    Place {
        page_id: Some(page_id.into()),
        ..Place::at(index)
    }
}

fn draw() -> Action {
    Action::Draw { data: raw("{}") }
}

fn add(index: Option<i32>, id: &str) -> Action {
    Action::AddPage {
        index,
        id: id.into(),
        extra: raw("{}"),
    }
}

#[test]
fn the_first_page_is_known_to_everybody_by_another_name() {
    let mut model = Model::default();
    model.apply(1, &op(7, on("mia-0", 0), draw()));
    model.apply(2, &op(8, on("ben-0", 0), draw()));
    assert_eq!(model.slots.len(), 1);
    assert_eq!(&*model.slots[0].id, "mia-0", "the first name stays");
    assert_eq!(model.slots[0].id_for(8), "ben-0");
    let by_name = |user_id, id: &str| {
        let place = Place {
            page_id: Some(id.into()),
            ..Place::default()
        };
        model.find(user_id, &place)
    };
    assert_eq!(by_name(8, "ben-0"), Ok(Spot::Page(0)));
    assert_eq!(
        by_name(9, "ben-0"),
        Err(NoPage::OutOfRange),
        "a name is its user's own"
    );
    assert_eq!(by_name(9, "page_0"), Ok(Spot::Page(0)));
    assert_eq!(model.find(9, &on("cover", 5)), Ok(Spot::Cover));
}

#[test]
fn pages_are_padded_and_added_behind_the_last() {
    let mut model = Model::default();
    let added = model.apply(1, &op(7, Place::default(), add(Some(1), "a")));
    assert!(matches!(added, Applied::PageAdded { index: 1, ref missing, .. } if missing.is_empty()));
    let added = model.apply(2, &op(8, Place::default(), add(Some(1), "b")));
    assert!(matches!(added, Applied::PageAdded { index: 2, .. }));
    let added = model.apply(3, &op(8, Place::default(), add(Some(5), "c")));
    assert!(matches!(added, Applied::PageAdded { index: 5, ref missing, .. } if missing.len() == 2));
    let last = i32::try_from(MOST_PAGES).expect("a hundred") - 1;
    model.apply(4, &op(8, Place::default(), add(Some(last), "d")));
    let refused = model.apply(5, &op(8, Place::default(), add(None, "e")));
    assert!(matches!(refused, Applied::Refused(_)));
    assert_eq!(model.slots.len(), MOST_PAGES);
}

#[test]
fn a_page_is_deleted_once_and_the_last_one_stays() {
    let mut model = Model::default();
    model.apply(1, &op(7, Place::default(), add(Some(1), "a")));
    model.apply(2, &op(7, Place::default(), Action::PageChange { page: 1 }));
    let pinned = Place {
        slot: Some("a".into()),
        ..Place::at(1)
    };
    let deleted = model.apply(3, &op(8, pinned.clone(), Action::DeletePage));
    assert!(matches!(deleted, Applied::PageDeleted { index: 1, .. }));
    assert_eq!(model.page_of(7), 0);
    assert_eq!(
        model.apply(4, &op(9, pinned, Action::DeletePage)),
        Applied::Silent
    );
    assert_eq!(
        model.find(9, &on("a", 0)),
        Err(NoPage::Gone),
        "not the page that is there now"
    );
    let last = model.apply(5, &op(9, Place::at(0), Action::DeletePage));
    assert!(matches!(last, Applied::Refused(_)));
}

#[test]
fn a_state_takes_what_it_covers_out_of_the_tail() {
    let mut model = Model::default();
    for number in 1..=4 {
        model.apply(number, &op(7, on("m", 0), draw()));
    }
    let saved = |epoch, covers, also: &[i64]| {
        let saved = Saved {
            epoch,
            covers,
            also: also.to_vec(),
            hash: "h".into(),
        };
        let place = Place {
            slot: Some("m".into()),
            ..Place::default()
        };
        op(7, place, Action::Saved(saved))
    };
    let applied = model.apply(5, &saved(0, 2, &[4]));
    assert!(matches!(applied, Applied::Saved { ref dropped, .. } if *dropped == [1, 2, 4]));
    assert_eq!(model.slots[0].tail.len(), 1);
    assert_eq!(model.apply(6, &saved(0, 1, &[])), Applied::Silent, "an older one");
    model.apply(7, &op(8, on("b", 0), Action::Clear));
    assert_eq!(
        model.apply(8, &saved(0, 7, &[])),
        Applied::Silent,
        "of before the clear"
    );
    assert!(model.slots[0].state.is_none() && model.slots[0].tail.is_empty());
    assert_eq!(model.slots[0].tail_bytes, 0);
}

#[test]
fn what_is_kept_is_the_model() {
    let mut model = Model::default();
    model.apply(1, &op(7, on("m", 0), Action::Text { text: "Once".into() }));
    model.apply(2, &op(7, on("m", 0), draw()));
    model.apply(3, &op(7, Place::default(), add(None, "a")));
    let layer = Action::Layer {
        operation: "create".into(),
        data: raw(r#"{"layerId":"l","opacity":0.5}"#),
    };
    model.apply(4, &op(7, on("a", 1), layer));
    let kept = serde_json::to_string(&model).expect("JSON");
    assert_eq!(serde_json::from_str::<Model>(&kept).expect("a model"), model);
}

#[test]
fn a_frame_says_where_the_page_is_now() {
    let mut model = Model::default();
    model.apply(1, &op(7, Place::default(), add(Some(2), "c")));
    let delete = Place {
        slot: Some(model.slots[0].id.clone()),
        ..Place::default()
    };
    model.apply(2, &op(7, delete, Action::DeletePage));
    let place = Place {
        slot: Some("c".into()),
        ..on("c", 2)
    };
    let data = raw(r#"{"type":"brush","page_index":2,"points":[1.50]}"#);
    let moved = op(7, place, Action::Draw { data });
    let applied = model.apply(3, &moved);
    let (_, frame) = frames::of_operation(&moved, &applied).expect("a frame");
    assert_eq!(
        String::from_utf8(frame).expect("JSON"),
        r#"{"type":"draw","user_id":7,"username":"mia","data":{"type":"brush","page_index":1,"points":[1.50]},"page_id":"c","page_index":1,"is_cover_image":false}"#
    );
}
