//! What a room is told by what happens outside of it. Each event is written as the very frame that its sockets get.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rules::Ballot;
use crate::app::App;

/// The question that everybody is asked.
pub const QUESTION: &str = "Are you ready to save the story?";

/// An event of a room, as every socket in it gets it (JSON, told apart by `type`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RoomEvent {
    /// The lobby is closed: the editor opens.
    SessionStarted {
        /// The session.
        session_id: String,
        /// Its name.
        story_title: String,
    },
    /// It is over, for good.
    SessionEnded {
        /// The session.
        session_id: String,
        /// The story that came out of it.
        story_id: Option<i64>,
        /// Its title, or the session's name.
        story_title: String,
        /// The host's user name, `vote` or `expiry`.
        ended_by: String,
    },
    /// A story was made of it; [`Self::SessionEnded`] follows.
    StoryFinalized {
        /// The story.
        story_id: i64,
        /// A sentence for people.
        message: String,
    },
    /// The host has put somebody out. The apps do not know this one: whoever is put out is sent
    /// [`Self::SessionEnded`] besides.
    UserKicked {
        /// Who has to go.
        kicked_user_id: i64,
        /// The user name of the host.
        by_user: String,
    },
    /// Whether to save the story is asked.
    VoteInitiated {
        /// The vote, a UUID.
        vote_id: String,
        /// Who asks.
        initiated_by: i64,
        /// Their user name.
        initiated_by_username: String,
        /// How many may answer.
        total_participants: i64,
        /// [`QUESTION`].
        question: String,
    },
    /// Somebody has answered.
    VoteUpdate {
        /// The vote.
        vote_id: String,
        /// The answers so far, by user id; as texts, because that is what the keys of JSON are.
        voting_data: BTreeMap<String, bool>,
        /// Those for it.
        yes_count: i64,
        /// Those against it.
        no_count: i64,
        /// All of them.
        current_votes: i64,
        /// How many may answer.
        total_participants: i64,
    },
    /// It is decided. Announced exactly once.
    VoteResult {
        /// The vote.
        vote_id: String,
        /// Whether more were for it than against it.
        approved: bool,
        /// Those for it.
        yes_votes: i64,
        /// Those against it.
        no_votes: i64,
        /// How many could answer.
        total_participants: i64,
    },
}

/// Tells every socket of a room, on all servers. After the commit of what it tells.
pub fn announce(app: &App, collaboration_id: i64, event: &RoomEvent) {
    match serde_json::to_vec(event) {
        Ok(json) => app.live.channels.publish(&group(collaboration_id), json.into()),
        Err(error) => tracing::error!(%error, "an event could not be written"),
    }
}

/// The group of a room's messages.
pub fn group(collaboration_id: i64) -> String {
    format!("room:{collaboration_id}")
}

impl RoomEvent {
    /// The answers so far.
    pub fn vote_update(ballot: &Ballot) -> Self {
        Self::VoteUpdate {
            vote_id: ballot.vote_id.clone(),
            voting_data: ballot
                .votes
                .iter()
                .map(|(user_id, agree)| (user_id.to_string(), *agree))
                .collect(),
            yes_count: ballot.yes(),
            no_count: ballot.no(),
            current_votes: ballot.votes.len() as i64,
            total_participants: ballot.electors,
        }
    }

    /// The decision of a vote that is closed.
    pub fn vote_result(ballot: &Ballot) -> Self {
        Self::VoteResult {
            vote_id: ballot.vote_id.clone(),
            approved: ballot.approved.unwrap_or_default(),
            yes_votes: ballot.yes(),
            no_votes: ballot.no(),
            total_participants: ballot.electors,
        }
    }

    /// What a room is told of a vote that changed: the answers, then the decision if there is one.
    pub fn of_vote(ballot: &Ballot) -> Vec<Self> {
        let decision = ballot.approved.map(|_| Self::vote_result(ballot));
        std::iter::once(Self::vote_update(ballot))
            .chain(decision)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// The event as it is sent; it comes back the same.
    #[track_caller]
    fn frame(event: &RoomEvent) -> Value {
        let text = serde_json::to_string(event).unwrap();
        assert_eq!(&serde_json::from_str::<RoomEvent>(&text).unwrap(), event);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_start_and_the_ends_are_spelled_as_the_apps_read_them() {
        let started = RoomEvent::SessionStarted {
            session_id: "s".to_owned(),
            story_title: "Moon Cats".to_owned(),
        };
        assert_eq!(
            frame(&started),
            json!({"type": "session_started", "session_id": "s", "story_title": "Moon Cats"})
        );
        let mut ended = RoomEvent::SessionEnded {
            session_id: "s".to_owned(),
            story_id: None,
            story_title: "Moon Cats".to_owned(),
            ended_by: "mia".to_owned(),
        };
        assert_eq!(
            frame(&ended),
            json!({"type": "session_ended", "session_id": "s", "story_id": null, "story_title": "Moon Cats",
                "ended_by": "mia"})
        );
        if let RoomEvent::SessionEnded {
            story_id, ended_by, ..
        } = &mut ended
        {
            (*story_id, *ended_by) = (Some(41), "vote".to_owned());
        }
        assert_eq!(
            frame(&ended),
            json!({"type": "session_ended", "session_id": "s", "story_id": 41, "story_title": "Moon Cats",
                "ended_by": "vote"})
        );
        let finalized = RoomEvent::StoryFinalized {
            story_id: 41,
            message: "Saved.".to_owned(),
        };
        assert_eq!(
            frame(&finalized),
            json!({"type": "story_finalized", "story_id": 41, "message": "Saved."})
        );
        let kicked = RoomEvent::UserKicked {
            kicked_user_id: 9,
            by_user: "mia".to_owned(),
        };
        assert_eq!(
            frame(&kicked),
            json!({"type": "user_kicked", "kicked_user_id": 9, "by_user": "mia"})
        );
    }

    #[test]
    fn votes_are_spelled_as_the_apps_read_them() {
        let initiated = RoomEvent::VoteInitiated {
            vote_id: "v".to_owned(),
            initiated_by: 7,
            initiated_by_username: "mia".to_owned(),
            total_participants: 3,
            question: QUESTION.to_owned(),
        };
        assert_eq!(
            frame(&initiated),
            json!({"type": "vote_initiated", "vote_id": "v", "initiated_by": 7, "initiated_by_username": "mia",
                "total_participants": 3, "question": QUESTION})
        );
        let update = RoomEvent::VoteUpdate {
            vote_id: "v".to_owned(),
            voting_data: BTreeMap::from([("7".to_owned(), true), ("9".to_owned(), false)]),
            yes_count: 1,
            no_count: 1,
            current_votes: 2,
            total_participants: 3,
        };
        assert_eq!(
            frame(&update),
            json!({"type": "vote_update", "vote_id": "v", "voting_data": {"7": true, "9": false}, "yes_count": 1,
                "no_count": 1, "current_votes": 2, "total_participants": 3})
        );
        let result = RoomEvent::VoteResult {
            vote_id: "v".to_owned(),
            approved: true,
            yes_votes: 2,
            no_votes: 1,
            total_participants: 3,
        };
        assert_eq!(
            frame(&result),
            json!({"type": "vote_result", "vote_id": "v", "approved": true, "yes_votes": 2, "no_votes": 1,
                "total_participants": 3})
        );
    }
}
