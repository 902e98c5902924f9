use database::{Conn, Error};

use super::comments::{self, Comment, Head, Span, Standing};
use crate::stories::test_world::{NOW, World, kept, person, publish, story};

/// Enough for any test's comments.
const PLENTY: i64 = 1 << 20;

/// Two people and a published story by the first, under which the second left `count` comments, two at each instant.
async fn discussed(world: &World, count: i64) -> (i64, i64, i64) {
    world
        .write(move |conn| {
            let (author, reader) = (person(conn, "mila")?, person(conn, "theo")?);
            let story = story(conn, author, true)?;
            for number in 0..count {
                comments::insert(
                    conn,
                    story,
                    reader,
                    &format!("comment {number}"),
                    NOW + number / 2,
                )?;
            }
            Ok((author, reader, story))
        })
        .await
}

fn texts(comments: &[Comment]) -> Vec<&str> {
    comments.iter().map(|comment| comment.body.as_str()).collect()
}

async fn head(world: &World, story: i64) -> Head {
    world
        .write(move |conn| comments::head(conn, story, 200, 0))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_page_costs_two_queries_however_long_it_is() {
    let world = World::new();
    for count in [1, 10, 100] {
        let story = world
            .write(move |conn| {
                let author = person(conn, &format!("author of {count}"))?;
                let story = story(conn, author, true)?;
                for _ in 0..count {
                    comments::insert(conn, story, author, "Lovely", NOW)?;
                }
                Ok(story)
            })
            .await;
        let (page, cost) = world
            .counted(move |conn| {
                let head = comments::head(conn, story, 200, 0)?;
                Ok((head, comments::slice(conn, &Span::new(story, 200, 0), PLENTY)?))
            })
            .await;
        assert_eq!(
            (page.0.unwrap().count, page.1.len(), cost),
            (count, usize::try_from(count).unwrap(), 2)
        );
    }
}

#[tokio::test]
async fn comments_come_newest_first_with_the_name_of_who_wrote_them() {
    let world = World::new();
    let (_, reader, story) = discussed(&world, 5).await;
    let page = world
        .write(move |conn| comments::slice(conn, &Span::new(story, 3, 1), PLENTY))
        .await;
    assert_eq!(texts(&page), ["comment 3", "comment 2", "comment 1"]);
    let newest = &page[0];
    assert_eq!(
        (newest.story_id, newest.author_id, newest.author_name.as_str()),
        (story, reader, "theo")
    );
    assert_eq!(newest.date_created, NOW + 1);
}

#[tokio::test]
async fn slices_follow_each_other_without_a_gap_while_others_write() {
    let world = World::new();
    let (_, reader, story) = discussed(&world, 9).await;
    let mut span = Some(Span::new(story, 7, 1));
    let mut read = Vec::new();
    while let Some(current) = span {
        // Nine bytes each: three of them are not less than 27. The third shares its instant with the one after it.
        let slice = world.write(move |conn| comments::slice(conn, &current, 27)).await;
        assert!(slice.len() <= 3);
        span = current.after(&slice);
        read.extend(slice);
        world
            .write(move |conn| comments::insert(conn, story, reader, "meanwhile", NOW + 60))
            .await;
    }
    let expected = [7, 6, 5, 4, 3, 2, 1].map(|number| format!("comment {number}"));
    assert_eq!(texts(&read), expected);
    // One at least, however large.
    let one = world
        .write(move |conn| comments::slice(conn, &Span::new(story, 7, 0), 1))
        .await;
    assert_eq!(one.len(), 1);
    let none = world
        .write(move |conn| comments::slice(conn, &Span::new(story, 7, 100), 27))
        .await;
    assert_eq!(Span::new(story, 7, 100).after(&none), None);
}

#[tokio::test]
async fn the_head_changes_with_everything_that_the_page_shows() {
    let world = World::new();
    let (author, reader, story) = discussed(&world, 3).await;
    let first = head(&world, story).await;
    assert_eq!((first.count, first), (3, head(&world, story).await));

    let (comment, _) = world
        .write(move |conn| comments::insert(conn, story, reader, "More", NOW))
        .await
        .unwrap();
    let written = head(&world, story).await;
    assert!(written.count == 4 && written != first);

    let edited = world
        .write(move |conn| comments::edit(conn, comment.id, "Moore"))
        .await
        .unwrap();
    assert_eq!(
        (edited.body.as_str(), edited.author_name.as_str(), edited.story_id),
        ("Moore", "theo", story)
    );
    let after_edit = head(&world, story).await;
    assert_ne!(after_edit, written);

    let rename = "UPDATE users SET profile_version = profile_version + 1 WHERE id = $1";
    world.write(move |conn| conn.execute(rename, &[&reader])).await;
    let after_rename = head(&world, story).await;
    assert_ne!(after_rename, after_edit);

    let deleted = world.write(move |conn| comments::delete(conn, comment.id)).await;
    assert_eq!(deleted, Some((reader, author)));
    let after_delete = head(&world, story).await;
    assert!(after_delete.count == 3 && after_delete != after_rename);
}

#[tokio::test]
async fn drafts_have_no_comments_to_read_or_write() {
    let world = World::new();
    let (author, reader, story) = discussed(&world, 2).await;
    world.write(move |conn| publish(conn, story, false)).await;
    assert_eq!(
        world.write(move |conn| comments::head(conn, story, 200, 0)).await,
        None
    );
    for user in [author, reader] {
        let refused = world
            .write(move |conn| comments::insert(conn, story, user, "Psst", NOW))
            .await;
        assert!(refused.is_none());
    }
    assert_eq!(world.write(move |conn| kept(conn, story)).await.comments, 2);
}

#[tokio::test]
async fn who_may_know_of_a_comment_depends_on_the_story() {
    let world = World::new();
    let (author, reader, story) = discussed(&world, 0).await;
    let (comment, stranger) = world
        .write(move |conn| {
            let written = comments::insert(conn, story, reader, "Lovely", NOW)?;
            let (comment, _) = written.ok_or(Error::Missing)?;
            Ok((comment.id, person(conn, "stranger")?))
        })
        .await;
    let standing = |caller| world.write(move |conn: &mut Conn<'_>| comments::standing(conn, comment, caller));
    assert_eq!(standing(reader).await, Some(Standing::Author));
    assert_eq!(standing(author).await, Some(Standing::StoryAuthor));
    assert_eq!(standing(stranger).await, Some(Standing::Reader));
    world.write(move |conn| publish(conn, story, false)).await;
    assert_eq!(standing(reader).await, Some(Standing::Author));
    assert_eq!(standing(author).await, Some(Standing::StoryAuthor));
    assert_eq!(standing(stranger).await, None);
    assert_eq!(
        world
            .write(move |conn| comments::standing(conn, comment + 1, reader))
            .await,
        None
    );
}
