use super::characters::{self, Change, MOST_CHARACTERS};
use crate::stories::test_world::{NOW, World, person};

async fn two_people(world: &World) -> (i64, i64) {
    world
        .write(|conn| Ok((person(conn, "mila")?, person(conn, "theo")?)))
        .await
}

async fn pip(world: &World, creator: i64) -> i64 {
    let made = world.write(move |conn| characters::insert(conn, creator, "Pip", Some("A mouse"), "{}", NOW));
    made.await.unwrap()
}

#[tokio::test]
async fn a_character_is_its_creators_alone() {
    let world = World::new();
    let (mila, theo) = two_people(&world).await;
    let pip = pip(&world, mila).await;
    assert!(pip >= 1_000_000);

    let found = world
        .write(move |conn| characters::one(conn, pip, mila))
        .await
        .unwrap();
    assert_eq!(
        (found.name.as_str(), found.creator_name.as_str(), found.creator_id),
        ("Pip", "mila", mila)
    );
    assert_eq!(
        (found.description.as_deref(), found.canvas_data.as_str()),
        (Some("A mouse"), "{}")
    );

    assert_eq!(
        world.write(move |conn| characters::one(conn, pip, theo)).await,
        None
    );
    let change = Change {
        name: Some("Mine".to_owned()),
        ..Change::default()
    };
    assert!(
        !world
            .write(move |conn| characters::update(conn, pip, theo, &change))
            .await
    );
    assert!(!world.write(move |conn| characters::delete(conn, pip, theo)).await);
    assert_eq!(world.write(move |conn| characters::list(conn, theo)).await, []);
    assert_eq!(
        world.write(move |conn| characters::one(conn, pip, mila)).await,
        Some(found)
    );

    assert!(world.write(move |conn| characters::delete(conn, pip, mila)).await);
    assert!(!world.write(move |conn| characters::delete(conn, pip, mila)).await);
}

#[tokio::test]
async fn a_change_leaves_alone_what_it_does_not_name() {
    let world = World::new();
    let (mila, _) = two_people(&world).await;
    let pip = pip(&world, mila).await;
    let changed = |change: Change| {
        world.write(move |conn| {
            assert!(characters::update(conn, pip, mila, &change)?);
            let character = characters::one(conn, pip, mila)?.ok_or(database::Error::Missing)?;
            Ok((character.name, character.description, character.canvas_data))
        })
    };
    let now = |name: &str, description: Option<&str>, canvas: &str| {
        (name.to_owned(), description.map(str::to_owned), canvas.to_owned())
    };
    assert_eq!(
        changed(Change::default()).await,
        now("Pip", Some("A mouse"), "{}")
    );
    let named = Change {
        name: Some("Pippa".to_owned()),
        ..Change::default()
    };
    assert_eq!(changed(named).await, now("Pippa", Some("A mouse"), "{}"));
    let cleared = Change {
        description: Some(None),
        ..Change::default()
    };
    assert_eq!(changed(cleared).await, now("Pippa", None, "{}"));
    let drawn = Change {
        description: Some(Some("A cat".to_owned())),
        canvas_data: Some("[1]".to_owned()),
        ..Change::default()
    };
    assert_eq!(changed(drawn).await, now("Pippa", Some("A cat"), "[1]"));
}

#[tokio::test]
async fn a_list_costs_one_query_and_has_an_end() {
    let world = World::new();
    let (mila, _) = two_people(&world).await;
    for wanted in [1, 10, MOST_CHARACTERS] {
        world
            .write(move |conn| {
                while (characters::list(conn, mila)?.len() as i64) < wanted {
                    characters::insert(conn, mila, "Pip", None, "{}", NOW)?;
                }
                Ok(())
            })
            .await;
        let (list, cost) = world.counted(move |conn| characters::list(conn, mila)).await;
        assert_eq!((list.len() as i64, cost), (wanted, 1));
        assert!(list.windows(2).all(|pair| pair[0].id > pair[1].id));
    }
    let one_more = world
        .write(move |conn| characters::insert(conn, mila, "Pip", None, "{}", NOW))
        .await;
    assert_eq!(one_more, None);
}
