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
            Ok((
                mila,
                writing::insert(conn, mila, &written("Kettle"), &written("Kettle").folded(), NOW)?,
            ))
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
            let changed = writing::update(conn, kettle, &seen, &written("Pot"), None, NOW)?;
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
            assert!(writing::update(conn, kettle, &seen, &written("Pot"), None, NOW)?);
            let after_change = writing::update(conn, kettle, &seen, &written("Pan"), None, NOW)?;
            let seen = current(conn)?;
            writing::set_published(conn, kettle, mila, false, NOW)?;
            let after_unpublish = writing::update(conn, kettle, &seen, &written("Pan"), None, NOW)?;
            Ok([after_change, after_unpublish])
        })
        .await;
    assert_eq!([after_change, after_unpublish], [false, false]);
}

#[tokio::test]
async fn texts_are_searched_for_as_they_stand() {
    let world = World::new();
    let (_, kettle) = kettle(&world).await;
    let texts = world
        .write(move |conn| {
            let mut found = Vec::new();
            for title in ["Pot", "Pot", "PAN"] {
                let seen = writing::current(conn, kettle)?.ok_or(database::Error::Missing)?;
                let folded = written(title).folded_anew(&seen.written);
                found.push(folded.is_some().to_string());
                writing::update(conn, kettle, &seen, &written(title), folded.as_ref(), NOW)?;
                let sql =
                    "SELECT title_folded || ': ' || content_folded FROM story_search WHERE story_id = $1";
                found.push(conn.one(sql, &[&kettle])?.take()?);
            }
            Ok(found)
        })
        .await;
    assert_eq!(
        texts,
        ["true", "pot: once.", "false", "pot: once.", "true", "pan: once."]
    );
}
