//! All that was ever acknowledged, to be found again.

use std::collections::{BTreeMap, BTreeSet};

use crate::place::Place;
use crate::writers::{Stored, address};

#[derive(Default)]
pub(crate) struct Ledger {
    stories: BTreeSet<String>,
    comments: BTreeSet<String>,
    /// The last text of each account; it may have sent a later one that nobody acknowledged.
    profiles: BTreeMap<String, usize>,
}

impl Ledger {
    /// How many writes must be there.
    pub(crate) fn len(&self) -> usize {
        self.stories.len() + self.comments.len() + self.profiles.len()
    }

    pub(crate) fn note(&mut self, acknowledged: &[Stored]) {
        for stored in acknowledged {
            match *stored {
                Stored::Story(number) => _ = self.stories.insert(format!("Story {number}")),
                Stored::Comment(number) => _ = self.comments.insert(format!("Comment {number}")),
                Stored::Profile { account, number } => {
                    let last = self.profiles.entry(address(account)).or_default();
                    *last = number.max(*last);
                }
            }
        }
    }

    /// Everything is there, and nothing is there by half.
    pub(crate) fn compare_with(&self, place: &Place) {
        let texts = |sql| {
            let rows = place.query(sql).into_iter();
            rows.map(|mut row| row.take().unwrap())
                .collect::<BTreeSet<String>>()
        };
        let lost = |promised: &BTreeSet<String>, found: &BTreeSet<String>| {
            promised.difference(found).cloned().collect::<Vec<_>>()
        };
        assert_eq!(lost(&self.stories, &texts("SELECT title FROM stories")), [""; 0]);
        assert_eq!(
            lost(&self.comments, &texts("SELECT body FROM story_comments")),
            [""; 0]
        );
        for mut row in place.query("SELECT email, bio FROM users WHERE bio IS NOT NULL") {
            let (email, bio): (String, String) = (row.take().unwrap(), row.take().unwrap());
            let promised = self.profiles.get(&email).copied().unwrap_or_default();
            assert!(
                bio.parse::<usize>().unwrap() >= promised,
                "{email}: {bio}, not {promised}"
            );
        }
        let torn = place.query(
            "SELECT s.id FROM stories s
             WHERE NOT EXISTS (SELECT 1 FROM story_bodies b WHERE b.story_id = s.id)
                OR s.comments_count <> (SELECT COUNT(*) FROM story_comments c WHERE c.story_id = s.id)",
        );
        assert!(torn.is_empty(), "{} stories are there by half", torn.len());
    }
}
