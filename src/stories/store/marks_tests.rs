use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use database::{Conn, Error};
use futures_util::future::join_all;
use proptest::prelude::*;

use super::{comments, marks};
use crate::stories::test_world::{NOW, Totals, World, counted_rows, kept, person, publish, story, version};

/// An author, a reader, and a published story.
async fn kettle(world: &World) -> (i64, i64, i64) {
    world
        .write(|conn| {
            let (author, reader) = (person(conn, "mila")?, person(conn, "theo")?);
            Ok((author, reader, story(conn, author, true)?))
        })
        .await
}

#[tokio::test]
async fn a_like_goes_on_and_off_in_at_most_three_queries() {
    let world = World::new();
    let (author, reader, story) = kettle(&world).await;
    for (is_on, count, queries) in [(true, 1, 2), (false, 0, 3), (true, 1, 2)] {
        let (liked, cost) = world
            .counted(move |conn| marks::like(conn, story, reader, NOW))
            .await;
        assert_eq!(
            liked,
            Some(marks::Toggled {
                is_on,
                count,
                author_id: author
            })
        );
        assert_eq!(cost, queries);
    }
    let others = world
        .write(move |conn| marks::like(conn, story, author, NOW))
        .await
        .unwrap();
    assert_eq!((others.is_on, others.count), (true, 2));
    assert_eq!(world.write(move |conn| version(conn, story)).await, 5);
}

#[tokio::test]
async fn a_draft_and_no_story_look_the_same() {
    let world = World::new();
    let (author, reader, story) = kettle(&world).await;
    world
        .write(move |conn| marks::like(conn, story, reader, NOW))
        .await
        .unwrap();
    world
        .write(move |conn| marks::rate(conn, story, reader, Some(4), NOW))
        .await
        .unwrap();
    world.write(move |conn| publish(conn, story, false)).await;
    for id in [story, story + 1, 0, -1, i64::MAX] {
        for user in [author, reader] {
            assert_eq!(
                world.write(move |conn| marks::like(conn, id, user, NOW)).await,
                None
            );
            assert_eq!(
                world.write(move |conn| marks::save(conn, id, user, NOW)).await,
                None
            );
            assert_eq!(
                world
                    .write(move |conn| marks::rate(conn, id, user, Some(1), NOW))
                    .await,
                None
            );
        }
    }
    let totals = world.write(move |conn| kept(conn, story)).await;
    assert_eq!(
        totals,
        Totals {
            likes: 1,
            saves: 0,
            comments: 0,
            ratings: 1,
            ratings_sum: 4
        }
    );
}

#[tokio::test]
async fn a_save_can_be_taken_back_after_the_story_was_unpublished() {
    let world = World::new();
    let (_, reader, story) = kettle(&world).await;
    let saved = world
        .write(move |conn| marks::save(conn, story, reader, NOW))
        .await
        .unwrap();
    assert!((saved.is_on, saved.count) == (true, 1));
    world.write(move |conn| publish(conn, story, false)).await;
    let (unsaved, cost) = world
        .counted(move |conn| marks::save(conn, story, reader, NOW))
        .await;
    assert_eq!(unsaved.map(|saved| (saved.is_on, saved.count)), Some((false, 0)));
    assert_eq!(cost, 3);
    assert_eq!(
        world
            .write(move |conn| marks::save(conn, story, reader, NOW))
            .await,
        None
    );
}

#[tokio::test]
async fn a_rating_starts_at_five_and_stays_without_a_value() {
    let world = World::new();
    let (_, reader, story) = kettle(&world).await;
    let mut ids = BTreeSet::new();
    for (sent, value, sum, queries) in [
        (None, 5, 5, 2),
        (Some(2), 2, 2, 4),
        (None, 2, 2, 2),
        (Some(2), 2, 2, 2),
        (Some(5), 5, 5, 4),
    ] {
        let (rating, cost) = world
            .counted(move |conn| marks::rate(conn, story, reader, sent, NOW))
            .await;
        let rating = rating.unwrap();
        assert_eq!((rating.value, rating.date_created, cost), (value, NOW, queries));
        ids.insert(rating.id);
        let totals = world.write(move |conn| kept(conn, story)).await;
        assert_eq!((totals.ratings, totals.ratings_sum), (1, sum));
    }
    assert_eq!(ids.len(), 1);
    assert!(ids.iter().all(|id| *id >= 1_000_000));
}

#[tokio::test]
async fn stats_are_one_query_and_drafts_are_for_their_authors() {
    let world = World::new();
    let (author, reader, story) = kettle(&world).await;
    let friend = world
        .write(move |conn| {
            let friend = person(conn, "noor")?;
            conn.execute(
                "INSERT INTO story_authors (story_id, user_id) VALUES ($1, $2)",
                &[&story, &friend],
            )?;
            Ok(friend)
        })
        .await;
    world
        .write(move |conn| marks::like(conn, story, reader, NOW))
        .await;
    world
        .write(move |conn| marks::save(conn, story, friend, NOW))
        .await;
    world
        .write(move |conn| comments::insert(conn, story, reader, "Lovely", NOW))
        .await;
    for (viewer, is_liked, is_saved) in [
        (None, false, false),
        (Some(reader), true, false),
        (Some(friend), false, true),
    ] {
        let (stats, cost) = world.counted(move |conn| marks::stats(conn, story, viewer)).await;
        let expected = marks::Stats {
            likes_count: 1,
            comments_count: 1,
            views: 0,
            saves_count: 1,
            is_liked,
            is_saved,
        };
        assert_eq!((stats, cost), (Some(expected), 1));
    }
    world.write(move |conn| publish(conn, story, false)).await;
    for (viewer, sees) in [
        (None, false),
        (Some(reader), false),
        (Some(friend), true),
        (Some(author), true),
    ] {
        let stats = world.write(move |conn| marks::stats(conn, story, viewer)).await;
        assert_eq!(stats.is_some(), sees, "{viewer:?}");
    }
}

#[tokio::test]
async fn many_taps_at_once_neither_fail_nor_miscount() {
    let world = World::new();
    let (_, reader, story) = kettle(&world).await;
    let taps = (0..40).map(|_| world.write(move |conn| marks::like(conn, story, reader, NOW)));
    let answers = join_all(taps).await;
    let (on, off): (Vec<_>, Vec<_>) = answers.into_iter().flatten().partition(|toggled| toggled.is_on);
    assert_eq!((on.len(), off.len()), (20, 20));
    assert!(on.iter().all(|toggled| toggled.count == 1) && off.iter().all(|toggled| toggled.count == 0));
    let (totals, rows) = world
        .write(move |conn| Ok((kept(conn, story)?, counted_rows(conn, story)?)))
        .await;
    assert_eq!((totals, totals.likes), (rows, 0));
}

/// Something that one of three people does to one of two stories.
#[derive(Clone, Copy, Debug)]
enum Act {
    Like,
    Save,
    Rate(Option<i64>),
    Comment,
    /// Deletes the person's oldest comment.
    Uncomment,
    Publish(bool),
}

fn acts() -> impl Strategy<Value = Vec<(usize, usize, Act)>> {
    let act = prop_oneof![
        4 => Just(Act::Like),
        4 => Just(Act::Save),
        3 => proptest::option::of(1..=5_i64).prop_map(Act::Rate),
        3 => Just(Act::Comment),
        2 => Just(Act::Uncomment),
        1 => any::<bool>().prop_map(Act::Publish),
    ];
    proptest::collection::vec((0..3_usize, 0..2_usize, act), 1..60)
}

/// What a story should hold.
#[derive(Clone, Debug, Default)]
struct Model {
    is_published: bool,
    likes: BTreeSet<usize>,
    saves: BTreeSet<usize>,
    ratings: BTreeMap<usize, i64>,
    comments: Vec<(usize, i64)>,
}

impl Model {
    fn totals(&self) -> Totals {
        Totals {
            likes: self.likes.len() as i64,
            saves: self.saves.len() as i64,
            comments: self.comments.len() as i64,
            ratings: self.ratings.len() as i64,
            ratings_sum: self.ratings.values().sum(),
        }
    }

    /// Does the act in the model and in the database, and compares the answers.
    fn act(&mut self, conn: &mut Conn<'_>, story: i64, user: i64, who: usize, act: Act) -> Result<(), Error> {
        match act {
            Act::Like => {
                let expected = self
                    .is_published
                    .then(|| (toggle(&mut self.likes, who), self.totals().likes));
                let liked = marks::like(conn, story, user, NOW)?;
                assert_eq!(liked.map(|liked| (liked.is_on, liked.count)), expected);
            }
            Act::Save => {
                let may = self.is_published || self.saves.contains(&who);
                let expected = may.then(|| (toggle(&mut self.saves, who), self.totals().saves));
                let saved = marks::save(conn, story, user, NOW)?;
                assert_eq!(saved.map(|saved| (saved.is_on, saved.count)), expected);
            }
            Act::Rate(sent) => {
                let earlier = self.ratings.get(&who).copied();
                let value = self
                    .is_published
                    .then(|| sent.or(earlier).unwrap_or(marks::DEFAULT_RATING));
                self.ratings.extend(value.map(|value| (who, value)));
                assert_eq!(
                    marks::rate(conn, story, user, sent, NOW)?.map(|rating| rating.value),
                    value
                );
            }
            Act::Comment => {
                let comment = comments::insert(conn, story, user, "Lovely", NOW)?;
                assert_eq!(comment.is_some(), self.is_published);
                self.comments
                    .extend(comment.map(|(comment, _)| (who, comment.id)));
            }
            Act::Uncomment => {
                let Some(at) = self.comments.iter().position(|(author, _)| *author == who) else {
                    return Ok(());
                };
                let (_, id) = self.comments.remove(at);
                assert!(comments::delete(conn, id)?.is_some());
                assert!(comments::delete(conn, id)?.is_none());
            }
            Act::Publish(is_published) => {
                self.is_published = is_published;
                publish(conn, story, is_published)?;
            }
        }
        Ok(())
    }
}

fn toggle(set: &mut BTreeSet<usize>, who: usize) -> bool {
    set.insert(who) || !set.remove(&who)
}

#[test]
fn running_totals_are_what_counting_says() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let world = World::new();
    let people = Cell::new(0);
    proptest!(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) }, |(acts in acts())| {
        people.set(people.get() + 3);
        let names = [0, 1, 2].map(|number| format!("person {}", people.get() + number));
        runtime.block_on(world.write(move |conn| {
            let [mila, theo, noor] = &names;
            let users = [person(conn, mila)?, person(conn, theo)?, person(conn, noor)?];
            let stories = [story(conn, users[0], true)?, story(conn, users[1], false)?];
            let mut models = [Model { is_published: true, ..Model::default() }, Model::default()];
            for (who, which, act) in &acts {
                models[*which].act(conn, stories[*which], users[*who], *who, *act)?;
                assert_eq!(kept(conn, stories[*which])?, models[*which].totals());
                assert_eq!(counted_rows(conn, stories[*which])?, models[*which].totals());
            }
            Ok(())
        }));
    });
}
