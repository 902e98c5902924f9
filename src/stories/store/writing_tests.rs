use super::writing::{self, Drawn, Written};
use super::{comments, marks};
use crate::stories::test_world::{NOW, World, person, version};

fn written(title: &str) -> Written {
    Written {
        title: title.to_owned(),
        summary: None,
        category: "other".to_owned(),
        genres: "[]".to_owned(),
        language: "en".to_owned(),
        creation_type: "manual".to_owned(),
        is_published: true,
        content: "Once.".to_owned(),
        drawn: Drawn {
            cover: String::new(),
            canvas: "[]".to_owned(),
            public_cover: String::new(),
            page_key: None,
            pictures: Vec::new(),
            wire_bytes: 2,
        },
    }
}

async fn kettle(world: &World) -> (i64, i64) {
    world
        .write(|conn| {
            let mila = person(conn, "mila")?;
            Ok((mila, writing::insert(conn, mila, &written("Kettle"), NOW)?))
        })
        .await
}

#[tokio::test]
async fn what_readers_do_meanwhile_refuses_no_change() {
    let world = World::new();
    let (mila, kettle) = kettle(&world).await;
    let (versions, changed) = world
        .write(move |conn| {
            let before = version(conn, kettle)?;
            let seen = writing::current(conn, kettle)?.ok_or(database::Error::Missing)?;
            marks::like(conn, kettle, mila, NOW)?;
            marks::rate(conn, kettle, mila, Some(4), NOW)?;
            comments::insert(conn, kettle, mila, "Lovely", NOW)?;
            let changed = writing::update(conn, kettle, &seen, &written("Pot"), NOW)?;
            Ok((version(conn, kettle)? - before, changed))
        })
        .await;
    assert!(changed, "only authors' changes stand in each other's way");
    assert_eq!(versions, 4, "every list sees all four");
}

#[tokio::test]
async fn what_authors_do_meanwhile_refuses_a_change() {
    let world = World::new();
    let (mila, kettle) = kettle(&world).await;
    let [after_change, after_unpublish] = world
        .write(move |conn| {
            let current = |conn: &mut _| writing::current(conn, kettle)?.ok_or(database::Error::Missing);
            let seen = current(conn)?;
            assert!(writing::update(conn, kettle, &seen, &written("Pot"), NOW)?);
            let after_change = writing::update(conn, kettle, &seen, &written("Pan"), NOW)?;
            let seen = current(conn)?;
            writing::set_published(conn, kettle, mila, false, NOW)?;
            let after_unpublish = writing::update(conn, kettle, &seen, &written("Pan"), NOW)?;
            Ok([after_change, after_unpublish])
        })
        .await;
    assert_eq!([after_change, after_unpublish], [false, false]);
}
