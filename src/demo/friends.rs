//! Who is friends with whom in the demo world, and what they wrote to each other.

/// Friendships by username: who asked, and who said yes.
pub const FRIENDS: [(&str, &str); 11] = [
    ("tomas", "mila"),
    ("mila", "amara"),
    ("jun", "mila"),
    ("jun", "tomas"),
    ("amara", "jun"),
    ("rosa", "mila"),
    ("rosa", "tomas"),
    ("mila", "ben"),
    ("amara", "ben"),
    ("ben", "rosa"),
    ("ines", "ben"),
];

/// Requests that wait for an answer: who asked whom.
pub const REQUESTS: [(&str, &str); 2] = [("amara", "tomas"), ("jun", "ben")];

/// A message between friends.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// Username.
    pub from: &'static str,
    /// Username.
    pub to: &'static str,
    pub text: &'static str,
    /// Whether its receiver has looked since: what comes later in the same conversation has not been read.
    pub is_read: bool,
}

const fn read(from: &'static str, to: &'static str, text: &'static str) -> Message {
    Message {
        from,
        to,
        text,
        is_read: true,
    }
}

const fn unread(from: &'static str, to: &'static str, text: &'static str) -> Message {
    Message {
        from,
        to,
        text,
        is_read: false,
    }
}

/// Oldest first.
pub const MESSAGES: [Message; 14] = [
    read(
        "mila",
        "amara",
        "Did you see my kettle? It sings in the second picture!",
    ),
    read("amara", "mila", "I did! I hummed along. What was the song?"),
    read("mila", "amara", "Nobody knows. Only the kettle."),
    read("jun", "tomas", "Your rocket is fast. My snail waves."),
    read("tomas", "jun", "Tell the snail there is a seat by the window."),
    read(
        "jun",
        "tomas",
        "It says yes. It is packing. This may take till Sunday.",
    ),
    read(
        "rosa",
        "tomas",
        "The mangoes are ripe. Bring the ladder and your sister.",
    ),
    read("tomas", "rosa", "Coming! Can we draw them before we eat them?"),
    read(
        "mila",
        "ben",
        "Can we read the carabao story after lunch tomorrow?",
    ),
    read("ben", "mila", "Yes, and you may turn the pages."),
    unread(
        "amara",
        "mila",
        "Shall we draw the moon together? I have a new blue.",
    ),
    unread("amara", "mila", "It is a quiet blue."),
    unread("jun", "mila", "I drew your cat a hat. It fits both ears."),
    unread(
        "ines",
        "ben",
        "Thank you for the new shelf. The small books love it.",
    ),
];
