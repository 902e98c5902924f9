use std::collections::HashSet;
use std::io::Cursor;

use super::WORLD;
use super::classes;
use super::drawing::{self, SIZE};
use super::friends::REQUESTS;
use super::people::{self, Role};
use super::stories::Story;
use crate::accounts::children::{age, check_username};
use crate::moderation::reports::rules::meaning;

const CATEGORIES: [&str; 12] = [
    "adventure",
    "fantasy",
    "mystery",
    "action",
    "friendship",
    "scifi",
    "comedy",
    "sci_fi",
    "fairy_tale",
    "educational",
    "animal",
    "other",
];

/// Every picture of a story, the cover first; all by the same hand, so that a scene that is used twice shows.
fn pictures(story: &Story) -> impl Iterator<Item = Vec<u8>> {
    let scenes = std::iter::once(story.cover).chain(story.pages.iter().map(|page| page.scene));
    scenes.map(|scene| drawing::png(scene, 1))
}

fn child(username: &str) -> bool {
    people::named(username).is_some_and(|person| person.role == Role::Child)
}

#[test]
fn stories_use_the_words_of_the_apps() {
    for story in WORLD.stories {
        assert!(CATEGORIES.contains(&story.category), "{}", story.title);
        assert_eq!(
            story.genres.first(),
            Some(&story.category),
            "{}: the first genre is the category",
            story.title
        );
        assert!(
            story.genres.iter().all(|genre| CATEGORIES.contains(genre)),
            "{}",
            story.title
        );
        assert!(["en", "tl"].contains(&story.language), "{}", story.title);
    }
    let tagalog = WORLD
        .stories
        .iter()
        .filter(|story| story.language == "tl")
        .count();
    assert_eq!((WORLD.stories.len(), tagalog), (12, 4));
}

#[test]
fn stories_have_the_length_of_a_bedtime() {
    for story in WORLD.stories {
        assert!((3..=6).contains(&story.pages.len()), "{}", story.title);
        assert!(
            story.title.chars().count() <= 200 && story.summary.len() <= 500,
            "{}",
            story.title
        );
        for page in story.pages {
            assert!(
                (20..=400).contains(&page.text.len()) && page.text.trim() == page.text,
                "{}",
                page.text
            );
            assert!(
                !page.text.contains("---"),
                "a page must not look like a page break: {}",
                page.text
            );
        }
    }
    let titles: HashSet<_> = WORLD.stories.iter().map(|story| story.title).collect();
    assert_eq!(titles.len(), WORLD.stories.len());
}

#[test]
fn everybody_who_is_named_exists() {
    for story in WORLD.stories {
        assert!(child(story.author), "{}", story.title);
        let raters = story.ratings.iter().map(|(who, _)| who);
        let commenters = story.comments.iter().map(|comment| &comment.author);
        for who in raters.chain(commenters).chain(story.likes).chain(story.saves) {
            assert!(people::named(who).is_some(), "{who} in {}", story.title);
            assert_ne!(
                *who, story.author,
                "nobody applauds their own story: {}",
                story.title
            );
        }
        assert!(
            story.ratings.iter().all(|(_, stars)| (1..=5).contains(stars)),
            "{}",
            story.title
        );
    }
}

#[test]
fn everybody_has_friends_and_writes_to_nobody_else() {
    let pair = |one: &'static str, other: &'static str| if one < other { (one, other) } else { (other, one) };
    let friends: HashSet<_> = WORLD
        .friends
        .iter()
        .map(|(one, other)| pair(one, other))
        .collect();
    let asked: HashSet<_> = REQUESTS.iter().map(|(one, other)| pair(one, other)).collect();
    assert_eq!(friends.len(), WORLD.friends.len());
    assert!(asked.len() == REQUESTS.len() && asked.is_disjoint(&friends));
    for (one, other) in friends.iter().chain(&asked) {
        assert!(one != other && people::named(one).is_some() && people::named(other).is_some());
    }
    for person in WORLD.people {
        let has_friends = friends
            .iter()
            .any(|(one, other)| [one, other].contains(&&person.username));
        assert!(has_friends, "{}", person.username);
    }
    for message in WORLD.messages {
        assert!(
            friends.contains(&pair(message.from, message.to)),
            "{}",
            message.text
        );
        assert!(!message.text.trim().is_empty() && message.text.len() <= 200);
    }
}

#[test]
fn the_class_is_of_children_and_their_teacher() {
    let teacher = people::named(classes::TEACHER).unwrap();
    assert_eq!(teacher.role, Role::Teacher);
    assert!(classes::STUDENTS.iter().all(|student| child(student)));
}

#[test]
fn nobody_likes_saves_or_rates_a_story_twice() {
    let distinct = |names: &[&str]| names.iter().collect::<HashSet<_>>().len() == names.len();
    for story in WORLD.stories {
        let raters: Vec<_> = story.ratings.iter().map(|(who, _)| *who).collect();
        assert!(
            distinct(story.likes) && distinct(story.saves) && distinct(&raters),
            "{}",
            story.title
        );
    }
}

#[test]
fn there_is_one_of_each_kind_of_person() {
    let count = |role| WORLD.people.iter().filter(|person| person.role == role).count();
    assert_eq!(
        [Role::Child, Role::Parent, Role::Teacher, Role::Admin].map(count),
        [4, 1, 1, 1]
    );
    let usernames: HashSet<_> = WORLD.people.iter().map(|person| person.username).collect();
    assert_eq!(usernames.len(), WORLD.people.len());
    for person in WORLD.people {
        assert!(person.email.ends_with("@example.org") && person.display_name().chars().count() <= 50);
        assert!(person.avatar_emoji.chars().count() <= 10 && !person.bio.is_empty());
    }
}

#[test]
fn families_are_of_parents_and_children() {
    let is = |username: &str, role| people::named(username).is_some_and(|person| person.role == role);
    for (parent, child) in WORLD.families {
        assert!(
            is(parent, Role::Parent) && is(child, Role::Child),
            "{parent}, {child}"
        );
    }
    for child in WORLD.managed {
        assert!(is(child.parent, Role::Parent) && people::named(child.username).is_none());
        assert_eq!(check_username(child.username), Ok(()));
        assert!(age(child.date_of_birth, "2026-03-04").is_some_and(|age| age > 3));
    }
}

#[test]
fn every_picture_is_a_small_png_of_its_own() {
    let mut seen = HashSet::new();
    for story in WORLD.stories {
        for (number, file) in pictures(story).enumerate() {
            let name = format!("{}, picture {number}", story.title);
            assert!(
                (6 * 1024..=52 * 1024).contains(&file.len()),
                "{name} takes {} bytes",
                file.len()
            );
            let mut reader = png::Decoder::new(Cursor::new(&file)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let frame = reader.next_frame(&mut pixels).unwrap();
            assert_eq!(
                (frame.width, frame.height),
                (u32::from(SIZE), u32::from(SIZE)),
                "{name}"
            );
            assert!(
                pixels.iter().collect::<HashSet<_>>().len() > 16,
                "{name} is almost empty"
            );
            assert!(seen.insert(blake3::hash(&file)), "{name} looks like another one");
        }
    }
}

#[test]
fn the_same_picture_is_drawn_twice() {
    let story = &WORLD.stories[3];
    assert_eq!(
        blake3::hash(&story.draw_cover()),
        blake3::hash(&story.draw_cover())
    );
    assert_eq!(story.draw_page(1), story.draw_page(1));
    assert_eq!(story.draw_page(story.pages.len()), None);
}

#[test]
fn passwords_keep_72_bits() {
    let calm = people::password(0, 0);
    assert_eq!(calm, "baba-baba-baba-baba-baba-baba");
    let syllables: HashSet<_> = (0..64).map(|number| people::password(number, 0)).collect();
    assert_eq!(syllables.len(), 64, "one byte tells six bits");
    for byte in 0..6 {
        assert_ne!(
            people::password(63 << (8 * byte), 0),
            calm,
            "byte {byte} of the first number is used"
        );
        assert_ne!(
            people::password(0, 63 << (8 * byte)),
            calm,
            "byte {byte} of the second number is used"
        );
    }
}

#[test]
fn something_waits_for_those_who_keep_order() {
    let mut kinds = HashSet::new();
    for report in WORLD.reports {
        let story = WORLD.stories.iter().find(|story| story.title == report.story);
        let story = story.unwrap_or_else(|| panic!("{}", report.story));
        let behind = report.commenter.unwrap_or(story.author);
        assert!(people::named(report.reporter).is_some() && report.reporter != behind);
        if let Some(commenter) = report.commenter {
            let theirs = story
                .comments
                .iter()
                .filter(|comment| comment.author == commenter);
            assert_eq!(theirs.count(), 1, "{}: one comment is meant", report.story);
        }
        assert!(meaning(report.reason).is_some(), "{}", report.reason);
        assert!((10..=500).contains(&report.details.len()));
        kinds.insert(report.commenter.is_some());
    }
    assert_eq!(kinds.len(), 2, "a story and a comment");
}
