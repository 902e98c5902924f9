//! The running totals that achievements go by.

/// A running total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub enum Count {
    TotalStories,
    PublishedStories,
    ManualStories,
    AiStories,
    TotalWords,
    Friends,
    LikesReceived,
    CommentsReceived,
    ViewsReceived,
    StoriesRead,
    CharactersCreated,
    /// Stories that were published once and that one had a part in then. What was completed stays completed: unlike the
    /// stories that are published now, it never falls.
    CollaborationsCompleted,
    GamesCompleted,
}

impl Count {
    /// All of them, in the order of the columns of `reward_counts`.
    pub const ALL: [Self; 13] = [
        Self::TotalStories,
        Self::PublishedStories,
        Self::ManualStories,
        Self::AiStories,
        Self::TotalWords,
        Self::Friends,
        Self::LikesReceived,
        Self::CommentsReceived,
        Self::ViewsReceived,
        Self::StoriesRead,
        Self::CharactersCreated,
        Self::CollaborationsCompleted,
        Self::GamesCompleted,
    ];

    /// Its column, and its name on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::TotalStories => "total_stories",
            Self::PublishedStories => "published_stories",
            Self::ManualStories => "manual_stories",
            Self::AiStories => "ai_stories",
            Self::TotalWords => "total_words",
            Self::Friends => "friends",
            Self::LikesReceived => "likes_received",
            Self::CommentsReceived => "comments_received",
            Self::ViewsReceived => "views_received",
            Self::StoriesRead => "stories_read",
            Self::CharactersCreated => "characters_created",
            Self::CollaborationsCompleted => "collaborations_completed",
            Self::GamesCompleted => "games_completed",
        }
    }
}

/// All totals of one person, or a change of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts(pub(super) [i64; Count::ALL.len()]);

impl Counts {
    /// A change of one total.
    pub fn of(count: Count, change: i64) -> Self {
        Self::default().with(count, change)
    }

    /// The same, and a change of another total.
    #[must_use]
    pub fn with(mut self, count: Count, change: i64) -> Self {
        self.0[count as usize] += change;
        self
    }

    /// One total.
    pub fn get(&self, count: Count) -> i64 {
        self.0[count as usize]
    }

    /// The same and `other` together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for (total, change) in self.0.iter_mut().zip(other.0) {
            *total += change;
        }
        self
    }

    /// What is left after `other` has been taken away.
    #[must_use]
    pub fn less(mut self, other: &Self) -> Self {
        for (total, change) in self.0.iter_mut().zip(other.0) {
            *total -= change;
        }
        self
    }

    /// Whether this changes nothing.
    pub fn is_nothing(&self) -> bool {
        self.0.iter().all(|change| *change == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_total_has_its_place() {
        let mut counts = Counts::default();
        for (place, count) in Count::ALL.into_iter().enumerate() {
            assert_eq!(count as usize, place);
            counts = counts.with(count, place as i64 + 1);
        }
        assert_eq!(counts.get(Count::GamesCompleted), 13);
        assert_eq!(counts.less(&counts), Counts::default());
        assert_eq!(counts.plus(&counts).less(&counts), counts);
        assert!(!counts.is_nothing() && Counts::default().is_nothing());
    }
}
