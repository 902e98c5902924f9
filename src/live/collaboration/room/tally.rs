//! How a vote stands as a room was last told it.

use crate::live::collaboration::events::RoomEvent;

/// The last that was told of the last vote. Of answers that are given in the same moment the later may arrive first: what
/// was counted before it is no news then, it would make the counts go back.
#[derive(Debug, Default)]
pub(super) struct Tally {
    vote_id: Box<str>,
    /// These only become more, …
    votes: i64,
    /// … and these only less.
    electors: i64,
    is_decided: bool,
}

impl Tally {
    /// Whether an event goes on to the room, and notes it: all do but for counts that were overtaken.
    pub(super) fn is_news(&mut self, event: &RoomEvent) -> bool {
        match event {
            RoomEvent::VoteUpdate {
                vote_id,
                current_votes,
                total_participants,
                ..
            } => {
                let is_same = *self.vote_id == **vote_id;
                let is_overtaken =
                    self.is_decided || *current_votes < self.votes || *total_participants > self.electors;
                if is_same && is_overtaken {
                    return false;
                }
                *self = Self {
                    vote_id: vote_id.as_str().into(),
                    votes: *current_votes,
                    electors: *total_participants,
                    is_decided: false,
                };
            }
            RoomEvent::VoteResult { vote_id, .. } => {
                *self = Self {
                    vote_id: vote_id.as_str().into(),
                    is_decided: true,
                    ..Self::default()
                };
            }
            _ => {}
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn update(vote_id: &str, current_votes: i64, total_participants: i64) -> RoomEvent {
        RoomEvent::VoteUpdate {
            vote_id: vote_id.to_owned(),
            voting_data: BTreeMap::new(),
            yes_count: current_votes,
            no_count: 0,
            current_votes,
            total_participants,
        }
    }

    fn result(vote_id: &str) -> RoomEvent {
        RoomEvent::VoteResult {
            vote_id: vote_id.to_owned(),
            approved: true,
            yes_votes: 3,
            no_votes: 0,
            total_participants: 3,
        }
    }

    #[test]
    fn counts_do_not_go_back() {
        let mut tally = Tally::default();
        assert!(tally.is_news(&update("a", 1, 4)));
        assert!(tally.is_news(&update("a", 1, 3)), "somebody left");
        assert!(tally.is_news(&update("a", 3, 3)));
        assert!(!tally.is_news(&update("a", 2, 3)), "overtaken");
        assert!(
            !tally.is_news(&update("a", 3, 4)),
            "overtaken by somebody who left"
        );
    }

    #[test]
    fn nothing_is_counted_after_the_decision_but_another_vote_is() {
        let mut tally = Tally::default();
        assert!(tally.is_news(&result("a")));
        assert!(!tally.is_news(&update("a", 2, 3)));
        assert!(tally.is_news(&update("b", 1, 3)));
        assert!(tally.is_news(&result("b")));
    }
}
