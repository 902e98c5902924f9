//! Who lives in the demo world.

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Child,
    Parent,
    Teacher,
    /// An administrator of the server.
    Admin,
}

/// A demo account. Its password is made when the world is seeded, see [`password`].
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub username: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub email: &'static str,
    pub role: Role,
    pub avatar_emoji: &'static str,
    pub bio: &'static str,
}

impl Person {
    /// The name that others see.
    pub fn display_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// Everybody, children first.
pub const PEOPLE: [Person; 7] = [
    Person {
        username: "mila",
        first_name: "Mila",
        last_name: "Santos",
        email: "mila@example.org",
        role: Role::Child,
        avatar_emoji: "🐱",
        bio: "I am eight. I write about cats, kettles and carabaos.",
    },
    Person {
        username: "tomas",
        first_name: "Tomas",
        last_name: "Santos",
        email: "tomas@example.org",
        role: Role::Child,
        avatar_emoji: "🚀",
        bio: "Mila's big brother. Kites, boats, rockets: anything that goes.",
    },
    Person {
        username: "amara",
        first_name: "Amara",
        last_name: "Okafor",
        email: "amara@example.org",
        role: Role::Child,
        avatar_emoji: "🌙",
        bio: "I like the moon, the rain, and stories that end softly.",
    },
    Person {
        username: "jun",
        first_name: "Jun",
        last_name: "Park",
        email: "jun@example.org",
        role: Role::Child,
        avatar_emoji: "🐢",
        bio: "Slow reader, fast drawer. Ask me about snails.",
    },
    Person {
        username: "rosa",
        first_name: "Rosa",
        last_name: "Santos",
        email: "rosa@example.org",
        role: Role::Parent,
        avatar_emoji: "🌻",
        bio: "Mother of two authors and keeper of the mangoes.",
    },
    Person {
        username: "ben",
        first_name: "Ben",
        last_name: "Aquino",
        email: "ben@example.org",
        role: Role::Teacher,
        avatar_emoji: "🎨",
        bio: "I teach Grade 2. We read aloud every day after lunch.",
    },
    Person {
        username: "ines",
        first_name: "Ines",
        last_name: "Cruz",
        email: "ines@example.org",
        role: Role::Admin,
        avatar_emoji: "📚",
        bio: "I look after the library.",
    },
];

/// Who has this username?
pub fn named(username: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.username == username)
}

/// A password that can be read aloud, of 60 random bits: five short words such as `mavo-lika-redo-jani-bewo`.
///
/// The bytes must come from the system's random source. Each gives six bits, one of 64 syllables.
pub fn password(random: [u8; 10]) -> String {
    // Without p, t and u, which take the rude words of several languages with them.
    const CONSONANTS: &[u8; 16] = b"bcdfghjklmnrsvwz";
    const VOWELS: &[u8; 4] = b"aeio";
    let mut password = String::with_capacity(24);
    for (i, byte) in random.into_iter().enumerate() {
        if i > 0 && i % 2 == 0 {
            password.push('-');
        }
        password.push(char::from(CONSONANTS[usize::from(byte & 15)]));
        password.push(char::from(VOWELS[usize::from(byte >> 4 & 3)]));
    }
    password
}
