//! Any order of joining, leaving and publishing, compared with a model that is a list of lists.

use channels::{Channels, Membership};
use proptest::prelude::*;

use std::sync::Arc;

use crate::recorder::{Recorder, text};

const MEMBERS: usize = 5;
const GROUPS: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    Join { member: usize, group: usize },
    Leave { member: usize, group: usize },
    Publish { group: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let member_and_group = || (0..MEMBERS, 0..GROUPS);
    prop_oneof![
        2 => member_and_group().prop_map(|(member, group)| Step::Join { member, group }),
        1 => member_and_group().prop_map(|(member, group)| Step::Leave { member, group }),
        3 => (0..GROUPS).prop_map(|group| Step::Publish { group }),
    ]
}

struct World {
    channels: Channels,
    recorders: Vec<Arc<Recorder>>,
    /// By member, then by group: the memberships that it has, which may be several.
    memberships: Vec<Vec<Vec<Membership>>>,
    /// By member: what it must have heard.
    expected: Vec<Vec<String>>,
    published: usize,
}

impl World {
    fn new() -> Self {
        Self {
            channels: Channels::memory(),
            recorders: (0..MEMBERS).map(|_| Recorder::new()).collect(),
            memberships: (0..MEMBERS)
                .map(|_| (0..GROUPS).map(|_| Vec::new()).collect())
                .collect(),
            expected: vec![Vec::new(); MEMBERS],
            published: 0,
        }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Join { member, group } => {
                let recorder = Arc::clone(&self.recorders[member]);
                let membership = self.channels.join(&format!("group {group}"), recorder);
                self.memberships[member][group].push(membership);
            }
            Step::Leave { member, group } => {
                let places = &mut self.memberships[member][group];
                // Neither always the oldest nor always the newest.
                if !places.is_empty() {
                    places.remove(self.published % places.len());
                }
            }
            Step::Publish { group } => {
                let message = self.published.to_string();
                self.published += 1;
                for (expected, places) in self.expected.iter_mut().zip(&self.memberships) {
                    expected.extend(std::iter::repeat_n(message.clone(), places[group].len()));
                }
                self.channels.publish(&format!("group {group}"), text(message));
            }
        }
    }

    fn open_groups(&self) -> usize {
        let is_open = |group: &usize| self.memberships.iter().any(|places| !places[*group].is_empty());
        (0..GROUPS).filter(is_open).count()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn every_interleaving_is_heard_as_it_happened(steps in prop::collection::vec(step(), 1..120)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
            prop_assert_eq!(world.channels.gauges().groups, world.open_groups());
        }
        for (recorder, expected) in world.recorders.iter().zip(&world.expected) {
            prop_assert_eq!(&recorder.messages(), expected);
        }
    }
}
