//! What can be reported, and for what reasons.

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// A story.
    Story(i64),
    /// A comment.
    Comment(i64),
    /// A person.
    User(i64),
}

impl Object {
    /// In one word, as the wire says it.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Story(_) => "story",
            Self::Comment(_) => "comment",
            Self::User(_) => "user",
        }
    }

    /// Its id.
    pub fn id(self) -> i64 {
        match self {
            Self::Story(id) | Self::Comment(id) | Self::User(id) => id,
        }
    }

    /// Its id among those of stories, comments and people, where the two others are nothing.
    pub fn ids(self) -> [Option<i64>; 3] {
        match self {
            Self::Story(id) => [Some(id), None, None],
            Self::Comment(id) => [None, Some(id), None],
            Self::User(id) => [None, None, Some(id)],
        }
    }

    /// The object whose id stands among these.
    pub fn of([story, comment, user]: [Option<i64>; 3]) -> Option<Self> {
        let story = story.map(Self::Story);
        story.or(comment.map(Self::Comment)).or(user.map(Self::User))
    }
}

/// How far a report has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nobody has decided yet.
    Open,
    /// It was right.
    Upheld,
    /// There was nothing wrong.
    Dismissed,
}

impl Status {
    /// In one word, as the wire and the database say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Upheld => "upheld",
            Self::Dismissed => "dismissed",
        }
    }
}

/// The reasons that can be given, as the wire says them, each with what it means.
pub const REASONS: [(&str, &str); 7] = [
    ("rude", "rude or hurtful words"),
    ("bullying", "somebody is being picked on"),
    ("scary", "too frightening or violent for children"),
    ("grown_up", "not for children"),
    (
        "private",
        "a name, an address or a picture that should stay private",
    ),
    ("copied", "copied from somebody else"),
    ("other", "something else"),
];

/// What a reason means; nothing for one that there is not.
pub fn meaning(reason: &str) -> Option<&'static str> {
    REASONS
        .iter()
        .find(|(name, _)| *name == reason)
        .map(|(_, meaning)| *meaning)
}

/// The reason of a flag, as those read it who keep order.
pub fn flag(reason: &str) -> String {
    format!("Reported: {}", meaning(reason).unwrap_or(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_by_where_its_id_stands() {
        for object in [Object::Story(7), Object::Comment(8), Object::User(9)] {
            assert_eq!(Object::of(object.ids()), Some(object));
            assert_eq!(
                object.ids().into_iter().flatten().collect::<Vec<_>>(),
                [object.id()]
            );
        }
        assert_eq!(Object::of([None; 3]), None);
    }

    #[test]
    fn every_reason_says_what_it_means() {
        assert_eq!(flag("copied"), "Reported: copied from somebody else");
        assert_eq!(meaning("nonsense"), None);
    }
}
