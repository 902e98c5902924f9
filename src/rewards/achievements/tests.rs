use std::collections::BTreeSet;

use super::*;

fn nobody() -> Reached {
    Reached {
        xp: 0,
        counts: Counts::default(),
        standing: Standing {
            is_listed: false,
            ahead: 0,
            listed: 0,
        },
    }
}

#[test]
fn there_are_128_in_13_categories() {
    let count = |rarity| ALL.iter().filter(|one| one.rarity == rarity).count();
    assert_eq!(
        [
            count(Rarity::Common),
            count(Rarity::Uncommon),
            count(Rarity::Rare),
            count(Rarity::Epic),
            count(Rarity::Legendary)
        ],
        [25, 26, 26, 26, 25]
    );
    let categories: BTreeSet<&str> = ALL.iter().map(|one| one.category).collect();
    let expected = [
        "collab",
        "comments",
        "creation_type",
        "friends",
        "games",
        "leaderboard",
        "level",
        "likes",
        "published_stories",
        "rewards",
        "stories_read",
        "views",
        "words",
    ];
    assert_eq!(categories.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(ALL.iter().map(|one| one.rarity.xp()).sum::<i64>(), 47_050);
}

#[test]
fn ids_and_names_are_their_own() {
    let ids: BTreeSet<i64> = ALL.iter().map(|one| one.id).collect();
    let names: BTreeSet<&str> = ALL.iter().map(|one| one.name).collect();
    assert_eq!((ids.len(), names.len()), (128, 128));
    assert!(ALL.iter().all(|one| by_id(one.id) == Some(one)));
    assert_eq!(by_id(1), None);
    for one in ALL.iter() {
        assert!(one.name.chars().count() <= 100 && one.icon.chars().count() <= 10);
        assert!(one.description.ends_with('.'), "{}", one.name);
    }
}

#[test]
fn every_one_can_be_reached_and_by_nobody_at_first() {
    let counts = Count::ALL
        .into_iter()
        .fold(Counts::default(), |counts, count| counts.with(count, 1_000_000));
    let everything = Reached {
        xp: 99 * 500,
        counts,
        standing: Standing {
            is_listed: true,
            ahead: 0,
            listed: 50,
        },
    };
    for one in ALL.iter() {
        assert!(one.is_reached(&everything), "{}", one.name);
        assert!(!one.is_reached(&nobody()), "{}", one.name);
    }
    let all: usize = by_counts(&Counts::default(), &counts).len()
        + by_level(1, 100).len()
        + by_place(everything.standing).len();
    assert_eq!(all, 128);
}

#[test]
fn a_change_reaches_what_it_crosses() {
    let likes = |number| Counts::of(Count::LikesReceived, number);
    let targets = |found: Vec<&Achievement>| found.iter().map(|one| one.target).collect::<Vec<_>>();
    assert_eq!(targets(by_counts(&likes(9), &likes(10))), [10]);
    assert_eq!(targets(by_counts(&likes(0), &likes(25))), [1, 10, 25]);
    assert!(by_counts(&likes(10), &likes(11)).is_empty());
    assert!(by_counts(&likes(10), &likes(9)).is_empty());
    let keys = |found: Vec<&Achievement>| {
        found
            .iter()
            .map(|one| (one.metric.key(), one.target))
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(by_level(1, 2)), [("level", 2)]);
    assert_eq!(
        keys(by_level(2, 5)),
        [
            ("level", 5),
            ("borders_unlocked", 3),
            ("avatars_unlocked", 5),
            ("avatars_unlocked", 10)
        ]
    );
}

#[test]
fn the_last_places_ask_for_a_great_board() {
    let first_of = |listed| {
        by_place(Standing {
            is_listed: true,
            ahead: 0,
            listed,
        })
        .len()
    };
    assert_eq!([9, 10, 25, 50].map(first_of), [0, 8, 9, 10]);
}

#[test]
fn progress_in_percent() {
    let of = |metric, target, who: &Reached| {
        let one = ALL
            .iter()
            .find(|one| one.metric == metric && one.target == target);
        one.unwrap().percentage(who).to_string()
    };
    let mut who = nobody();
    who.counts = Counts::of(Count::GamesCompleted, 3).with(Count::Friends, 7);
    who.standing = Standing {
        is_listed: true,
        ahead: 11,
        listed: 30,
    };
    assert_eq!(of(Metric::Counted(Count::GamesCompleted), 5, &who), "60");
    assert_eq!(of(Metric::Counted(Count::Friends), 1, &who), "100");
    assert_eq!(of(Metric::Counted(Count::LikesReceived), 1, &who), "0");
    assert_eq!(of(Metric::Place, 5, &who), "41.7");
    assert_eq!(of(Metric::Place, 25, &who), "100");
}
